// Readers by the hundred while the mirror follows: fast ones that ask as fast as they are answered, and slow ones that send or take
// a few bytes now and then. No block may be missed, every answer is whole and of a block, and memory and descriptors stay.
//   node tests/e2e/load.mjs [--seconds 60] [--fast 200] [--slow 200]
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Mirror, there, PROGRAM, sleep } from '../support/program.mjs';
import { done, equal, none, note, ok, part } from '../support/tap.mjs';
import { Lines, POOL, START, Server, TIMELOCK, TOKEN, look } from './week.mjs';

const BLOCK_MS = 200;           // from one block to the next
const MORE_KB = 8 * 1024;       // what the allocator may come to hold while hundreds of answers are under way
const IDLE = 3000, DEADLINE = 5000;

class Fast {
  constructor(base, paths, until) { Object.assign(this, { base, paths, until, count: 0, wrong: [] }); this.agent = new Agent({ keepAlive: true, maxSockets: 1 }); }
  once(path) {
    return new Promise((resolve, reject) => {
      const r = request(this.base + path, { agent: this.agent }, res => { let text = ''; res.on('data', d => { text += d; }); res.on('end', () => resolve({ status: res.statusCode, text })); });
      r.on('error', reject);
      r.end();
    });
  }
  async run() {
    for (let i = 0; Date.now() < this.until; i++) {
      const path = this.paths[(i * 7 + this.offset) % this.paths.length];
      try {
        const { status, text } = await this.once(path);
        this.count++;
        const at = status === 200 ? JSON.parse(text).at : undefined;
        if (!at || !/^0x[0-9a-f]{64}$/.test(at.hash)) this.wrong.push(`${path}: ${status} ${text.slice(0, 200)}`);
        else this.newest = Math.max(this.newest ?? 0, at.block);
        if (/[?&]at=\d/.test(path)) {                            // of one block: always the same
          this.first ??= new Map();
          if (!this.first.has(path)) this.first.set(path, text);
          else if (this.first.get(path) !== text) this.wrong.push(`${path}: another answer than before`);
        }
      } catch (e) { this.wrong.push(`${path}: ${e.message}`); }
    }
    this.agent.destroy();
  }
}

// Half of them send a byte now and then, the others take a little now and then; whoever is cut off comes again.
async function slow(port, number, until, counts) {
  const line = `GET /v1/events?limit=1000 HTTP/1.1\r\nHost: x\r\n`;
  while (Date.now() < until) {
    await new Promise(resolve => {
      const socket = connect(port, '127.0.0.1');
      let timer, i = 0;
      const over = () => { clearInterval(timer); clearTimeout(last); resolve(); };
      const last = setTimeout(() => { socket.destroy(); over(); }, Math.max(0, until - Date.now()));
      socket.on('error', () => { counts.cut++; });
      socket.on('close', () => { counts.closed++; over(); });
      socket.on('connect', () => {
        if (number % 2) {
          timer = setInterval(() => socket.write((line + 'X: y\r\n'.repeat(1000))[i++]), 100);
        } else {
          socket.write(`${line}\r\n`);
          socket.pause();
          timer = setInterval(() => { if (socket.read(64) !== null) counts.taken += 64; }, 100);
        }
      });
    });
    await sleep(20);
  }
}

export async function load({ seconds, fast, slow: slowly }) {
  const blocks = Math.ceil((seconds + 8) * 1000 / BLOCK_MS);
  const server = await Server.start(blocks);
  const config = { chain: { id: 1, rpc: [{ url: server.url }], poll_interval_ms: 20 },
    pools: [{ name: 'api3', protocol: 'api3', start_block: START, contracts: { pool: POOL, token: TOKEN, timelock_manager: TIMELOCK } }] };
  const mirror = new Mirror({ ...config, serve: { listen: '127.0.0.1:0', idle_ms: IDLE, deadline_ms: DEADLINE } });
  const first = server.last - blocks, daemon = mirror.daemon(), samples = [];
  try {
    const base = await daemon.url();
    await daemon.indexed(first, { timeout: 120000 });
    const lines = new Lines(daemon), seen = [];
    daemon.child.stderr.on('data', d => { for (const [, n] of String(d).matchAll(/^block (\d+) 0x/gm)) seen.push(Number(n)); });
    const accounts = (await mirror.json('accounts', 'api3', '--limit', 40)).items.map(i => i.account);
    const paths = accounts.flatMap(a => [`/v1/pools/api3/accounts/${a}`, `/v1/pools/api3/accounts/${a}?at=${first}`])
      .concat('/v1/status', '/v1/pools', '/v1/pools/api3', '/v1/pools/api3/accounts?limit=20', '/v1/events?limit=20', '/v1/findings',
        `/v1/pools/api3/history?limit=20&at=${first}`, `/v1/events?limit=50&at=${first}`);
    const before = look(daemon.child.pid), until = Date.now() + seconds * 1000, counts = { cut: 0, closed: 0, taken: 0 };
    const clients = Array.from({ length: fast }, (_, i) => Object.assign(new Fast(base, paths, until), { offset: i }));
    const all = Promise.all([...clients.map(c => c.run()), ...Array.from({ length: slowly }, (_, i) => slow(new URL(base).port, i, until, counts))]);
    let over = false, last = first;
    all.then(() => { over = true; });
    const longest = { ms: 0 };
    while (!over && last < server.last) {
      const began = Date.now();
      await server.grow();
      await lines.reached(++last);
      longest.ms = Math.max(longest.ms, Date.now() - began);
      if ((last - first) % Math.ceil(seconds * 1000 / BLOCK_MS / 12) === 0) { samples.push(look(daemon.child.pid)); note(JSON.stringify(samples.at(-1))); }
      await sleep(Math.max(0, BLOCK_MS - (Date.now() - began)));
    }
    await all;
    const answers = clients.reduce((n, c) => n + c.count, 0);
    note(`${answers} answers to ${fast} fast clients, ${Math.round(answers / seconds)} a second; ${slowly} slow ones came ${counts.closed} times; ${last - first} blocks, the slowest after ${longest.ms} ms`);
    none('every answer is whole, and of a block', clients.flatMap(c => c.wrong));
    ok('all were answered, also of new blocks', clients.every(c => c.count > 0) && clients.some(c => c.newest > first), String(answers));
    ok('slow clients came and went', slowly === 0 || (counts.closed > 0 && counts.taken > 0), JSON.stringify(counts));
    const wanted = Array.from({ length: last - first }, (_, i) => first + 1 + i);
    equal('no block was missed', seen.filter(n => n > first && n <= last), wanted);
    await sleep(IDLE + 1500);
    const after = look(daemon.child.pid);
    note(JSON.stringify({ before, after }));
    equal('no descriptor is left open', [after.files, after.sockets], [before.files, before.sockets]);
    none('memory stays what it was', samples.slice(3).filter(s => s.kb > samples[2].kb + MORE_KB).map(s => JSON.stringify([samples[2], s])));
    const digest = await mirror.digest(), number = (await mirror.status()).indexed.number;
    const end = await daemon.stop();
    equal('it ends well', [end.status, end.signal], [0, null], daemon.err.slice(-1000));
    const straight = new Mirror(config);
    const r = await straight.sync('--to', number);
    equal('its digest is that of a straight run', [r.status, await straight.digest()], [0, digest], r.err.slice(-500));
  } finally {
    await daemon.stop('SIGKILL');
    server.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = (name, fallback) => { const i = process.argv.indexOf(`--${name}`); return i < 0 ? fallback : Number(process.argv[i + 1]); };
  if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
  await part('load', () => load({ seconds: option('seconds', 60), fast: option('fast', 200), slow: option('slow', 200) }));
  done();
}
