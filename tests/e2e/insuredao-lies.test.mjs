// A node that lies: one word of one log of each kind of event is one too high, and each such lie must become a finding,
// or be refused because it is no value of its type.
import { createServer } from 'node:http';
import { Anvil } from '../support/anvil.mjs';
import { InsureDriver } from '../support/insure-scenario.mjs';
import { InsureScene, ZERO } from '../support/insure-scene.mjs';
import { there, PROGRAM } from '../support/program.mjs';
import { post } from '../support/rpc.mjs';
import { done, none, note, ok, part, random } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const seed = Number(process.env.SEED ?? 9), OPERATIONS = Number(process.env.OPERATIONS ?? 110);

// Passes everything on to the node, and spoils one log on the way back.
class Liar {
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
  close() { this.server.close(); this.server.closeAllConnections(); }
}
const raised = word => '0x' + ((BigInt(word) + 1n) % (1n << 256n)).toString(16).padStart(64, '0');

// What nothing depends on.
const HARMLESS = new Set(['CoverApplied rawdata', 'CoverApplied memo', 'PoolCreated template', 'PoolCreated metaData', 'PoolCreated conditions', 'PoolCreated references',
  'BountyPaid ids']);

const rnd = random(seed), anvil = await Anvil.start({ accounts: 14 });
const liar = new Liar(anvil.url);
try {
  const scene = await InsureScene.deploy(anvil, { markets: 2, indices: 2 });
  await part('lies', async () => {
    const driver = new InsureDriver(scene, rnd);
    await driver.prepare();
    for (let n = 0; n < OPERATIONS; n++) { await driver.act(); await scene.settle(driver.wait()); }
    await liar.listen();
    // One log of each kind, from the middle of the history where there are several: of transfers a deposit's, because who
    // pays a premium is nobody's business, and nothing changes by what one sends to oneself; of settings a default.
    const kinds = new Map();
    for (let n = 1; n <= scene.head; n++) for (const log of (await anvil.block(n)).logs) {
      const name = scene.kinds.get(log.address.toLowerCase()), event = name && scene.abi[name].parseLog(log);
      if (!event || ['Approval', 'MinterStatusUpdated'].includes(event.name)) continue;
      const isVault = l => l.topics.some(t => t.endsWith(scene.vault.slice(2)));
      if (name === 'Token' && !isVault(log)) continue;
      const key = `${name} ${event.name}`;
      kinds.set(key, [...(kinds.get(key) ?? []), { log, event }]);
    }
    const lies = [];
    for (const [key, all] of [...kinds].sort()) {
      const { log, event } = (/Transfer/.test(key) ? all[0] : all.find(x => /Set$/.test(x.event.name) && x.event.args[0] === ZERO)) ?? all[all.length >> 1];
      const inputs = event.fragment.inputs;
      const order = [...inputs.filter(i => i.indexed), ...inputs.filter(i => !i.indexed)];
      order.forEach((input, word) => { if (!HARMLESS.has(`${event.name} ${input.name}`)) lies.push({ what: `${key} ${input.name}`, log, word }); });
    }
    note(`${lies.length} lies in logs of ${kinds.size} kinds: ${[...kinds.keys()].sort().join(', ')}`);
    const honest = scene.mirror({ url: liar.here, extra: { proof: { level: 'off' }, views: { every_blocks: 1, accounts: 'touched' } } });
    const sync = await honest.sync();
    ok('without a lie there is no finding', sync.status === 0, sync.err.slice(-800));
    const believed = [], refused = [], told = {};
    for (const lie of lies) {
      liar.lie = lie;
      liar.told = 0;
      const mirror = scene.mirror({ url: liar.here, extra: { proof: { level: 'off' }, views: { every_blocks: 1, accounts: 'touched' } } });
      const r = await mirror.sync();
      if (!liar.told) believed.push(`${lie.what}: the log was not asked for`);
      else if (r.status === 0 || r.status === 3) {           // 0: what was wrong is over since
        const findings = await mirror.all('findings');
        if (!findings.length) believed.push(`${lie.what}: no finding`);
        for (const check of new Set(findings.map(f => f.check))) told[check] = (told[check] ?? 0) + 1;
      } else if (r.status === 1 && /event \w+: \w+: byte|was not asked for/.test(r.err)) refused.push(lie.what);
      else believed.push(`${lie.what}: status ${r.status ?? r.signal} ${r.err.slice(-300)}`);
    }
    note(`refused: ${refused.join(', ')}`);
    note(`lies by the checks that tell them: ${JSON.stringify(told)}`);
    none('each lie is told of', believed);
  });
} finally { liar.close?.(); await anvil.stop(); }
done();
