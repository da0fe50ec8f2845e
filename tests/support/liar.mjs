// A node that lies: it passes everything on to a real one, and raises one word of one log by one on the way back.
import { createServer } from 'node:http';
import { post } from './rpc.mjs';

const raised = word => '0x' + ((BigInt(word) + 1n) % (1n << 256n)).toString(16).padStart(64, '0');

export class Liar {
  constructor(url) { this.url = url; }
  async listen() {
    this.server = createServer(async (req, res) => {
      const chunks = [];
      for await (const c of req) chunks.push(c);
      const body = JSON.parse(Buffer.concat(chunks)), answer = await post(this.url, body);
      for (const one of [].concat(answer)) if (Array.isArray(one.result)) one.result.forEach(log => this.spoil(log));
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify(answer));
    });
    await new Promise(r => this.server.listen(0, '127.0.0.1', r));
    this.here = `http://127.0.0.1:${this.server.address().port}`;
  }
  // word: topics behind the first, then data
  spoil(log) {
    const lie = this.lie;
    if (!lie || !log.topics || log.blockHash !== lie.log.blockHash || log.logIndex !== lie.log.logIndex) return;
    this.told++;
    if (lie.word < log.topics.length - 1) log.topics[lie.word + 1] = raised(log.topics[lie.word + 1]);
    else {
      const at = 2 + 64 * (lie.word - log.topics.length + 1);
      log.data = log.data.slice(0, at) + raised('0x' + log.data.slice(at, at + 64)).slice(2) + log.data.slice(at + 64);
    }
  }
  // Each lie is told to a mirror of its own: which believed it and why, which were refused, and how often each check told of one.
  async tellAll(lies, mirrorOf) {
    const believed = [], refused = [], told = {};
    for (const lie of lies) {
      Object.assign(this, { lie, told: 0 });
      const mirror = mirrorOf(this.here), r = await mirror.sync();
      if (!this.told) believed.push(`${lie.what}: the log was not asked for`);
      else if (r.status === 0 || r.status === 3) {           // 0: what was wrong is over since
        const findings = await mirror.all('findings');
        if (!findings.length) believed.push(`${lie.what}: no finding`);
        for (const check of new Set(findings.map(f => f.check))) told[check] = (told[check] ?? 0) + 1;
      } else if (r.status === 1 && /event \w+: \w+: byte|was not asked for/.test(r.err)) refused.push(lie.what);
      else believed.push(`${lie.what}: status ${r.status ?? r.signal} ${r.err.slice(-300)}`);
    }
    this.lie = null;
    return { believed, refused, told };
  }
  close() { this.server?.close(); this.server?.closeAllConnections(); }
}
// The words of an event in the order of a lie: [name, number].
export function wordsOf(event) {
  const inputs = event.fragment.inputs;
  return [...inputs.filter(i => i.indexed), ...inputs.filter(i => !i.indexed)].map((input, word) => [input.name, word]);
}
