// A proxy before a node that keeps what was asked of contracts, as lines of a recorded chain.
import { createServer } from 'node:http';
import { post } from './rpc.mjs';

const lineOf = (to, data, block, { error, result }) => ({ type: 'call', to, data, block,
  ...(error ? { error: { code: error.code, message: error.message, ...(error.data ? { data: error.data } : {}) } } : { result }) });

export class CallRecorder {
  calls = new Map();

  // `heights`: the numbers of blocks by their hashes.
  static async start(target, heights) {
    const recorder = Object.assign(new CallRecorder(), { target, heights });
    recorder.server = createServer((req, res) => {
      const chunks = [];
      req.on('data', d => chunks.push(d));
      req.on('end', async () => {
        const answers = await recorder.ask(JSON.parse(Buffer.concat(chunks).toString()));
        res.setHeader('content-type', 'application/json');
        res.end(JSON.stringify(answers));
      });
    });
    await new Promise(r => recorder.server.listen(0, '127.0.0.1', r));
    recorder.url = `http://127.0.0.1:${recorder.server.address().port}`;
    return recorder;
  }
  async ask(q) {
    const answers = [].concat(await post(this.target, q));
    for (const one of [].concat(q)) {
      const a = answers.find(x => x.id === one.id), [{ to, data, input }, tag] = one.method === 'eth_call' ? one.params : [{}, null];
      if (one.method !== 'eth_call' || a.result === '0x') continue;
      this.keep(to.toLowerCase(), data ?? input, typeof tag === 'object' ? this.heights.get(tag.blockHash) : Number(tag), a);
    }
    return Array.isArray(q) ? answers : answers[0];
  }
  keep(to, data, block, answer) { this.calls.set(`${to} ${data} ${block}`, lineOf(to, data, block, answer)); }
  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
