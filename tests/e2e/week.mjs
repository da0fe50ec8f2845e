// A week of the chain, followed block by block as fast as it goes: the program's memory and its open files must stay
// what they were. The node of the benchmarks, which has true hashes, grows by one block as soon as the last one is in
// the mirror; every third block has events of the pool.
//   node tests/e2e/week.mjs [--blocks 50400]
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Mirror, there, PROGRAM } from '../support/program.mjs';
import { done, equal, none, note, ok, part } from '../support/tap.mjs';
import { call } from '../support/rpc.mjs';

const SERVER = join(dirname(PROGRAM), 'tests', 'bench', 'bench_server');
const WEEK = 7 * 86400 / 12;    // blocks
const EVERY = 3;                // from one block with events to the next
const BLOCK_EVENTS = 8;
const BEFORE = 2000;            // blocks with events that are there before
const SAMPLES = 20;
// What the allocator may come to hold between the first sample and the last, whatever the number of blocks.
const MORE_KB = 1024;
const CONNECTIONS = 4;          // to a node at once, as max_in_flight has it
// SYNTHETIC_* of tests/bench/synthetic.h.
export const START = 1000;
const account = (head, tail) => `0x${head}${'0'.repeat(32)}${tail}`;
export const [POOL, TOKEN, TIMELOCK] = [account('6dd6', '6d76'), account('0b38', 'b88a'), account('faef', '2baa')];

export class Server {
  static async start(blocks) {
    const events = (BEFORE + Math.ceil(blocks / EVERY)) * BLOCK_EVENTS;
    const flags = { events, every: EVERY, 'block-events': BLOCK_EVENTS, behind: blocks, proof: 1, accounts: 2000, seed: 1 };
    const child = spawn(SERVER, Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]), { stdio: ['ignore', 'pipe', 'inherit'] });
    process.on('exit', () => child.kill('SIGKILL'));
    let said = '';
    for await (const data of child.stdout) {
      said += data;
      const url = /at (http:\S+)\n/.exec(said)?.[1];
      if (url) return Object.assign(new Server(), { child, url, last: Number(/to (\d+) with/.exec(said)[1]) });
    }
    throw new Error(`${SERVER} does not serve: ${said}`);
  }
  grow() { return call(this.url, 'bench_grow'); }
  stop() { this.child.kill('SIGTERM'); }
}

// Kilobytes of the process's own, not of files that it has mapped; its sockets, and what else it has open.
export function look(pid) {
  const open = readdirSync(`/proc/${pid}/fd`).map(fd => {
    try { return readlinkSync(`/proc/${pid}/fd/${fd}`); }
    catch { return 'closed meanwhile'; }
  });
  const sockets = open.filter(name => name.startsWith('socket:')).length;
  return { kb: Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]), sockets, files: open.length - sockets };
}

// The block numbers of the log, as it is written.
export class Lines {
  constructor(daemon) {
    this.daemon = daemon;
    this.newest = 0;
    let rest = '';
    daemon.child.stderr.on('data', data => {
      const lines = (rest + data).split('\n');
      rest = lines.pop();
      for (const line of lines) this.newest = Math.max(this.newest, Number(/^block (\d+) 0x/.exec(line)?.[1] ?? 0));
      daemon.err = daemon.err.slice(-4000);
      this.wake?.();
    });
    daemon.ended.then(() => this.wake?.());
  }
  async reached(number) {
    while (this.newest < number) {
      if (this.daemon.result) throw new Error(`run ended with ${JSON.stringify(this.daemon.result)}: ${this.daemon.err}`);
      await new Promise(resolve => { this.wake = resolve; setTimeout(resolve, 1000); });
    }
  }
}

export async function week({ blocks }) {
  const server = await Server.start(blocks);
  const mirror = new Mirror({ chain: { id: 1, rpc: [{ url: server.url }], poll_interval_ms: 1 },
    pools: [{ name: 'api3', protocol: 'api3', start_block: START, contracts: { pool: POOL, token: TOKEN, timelock_manager: TIMELOCK } }] });
  const first = server.last - blocks, daemon = mirror.daemon(), samples = [];
  try {
    await daemon.indexed(first, { timeout: 120000 });
    const lines = new Lines(daemon);
    for (let n = first + 1; n <= server.last; n++) {
      await server.grow();
      await lines.reached(n);
      if ((n - first) % Math.ceil(blocks / SAMPLES) === 0) {
        samples.push({ block: n, ...look(daemon.child.pid) });
        note(JSON.stringify(samples.at(-1)));
      }
    }
    const status = await mirror.status();
    equal('the whole time was followed, and nothing was found', [status.indexed.number, status.checks.failed, status.findings], [server.last, 0, { error: 0, warning: 0, info: 0 }]);
    // The first sample is the measure: what is taken once is taken by then.
    none('memory stays what it was', samples.filter(s => s.kb > samples[0].kb + MORE_KB).map(s => JSON.stringify([samples[0], s])));
    none('open files stay what they were', samples.filter(s => s.files !== samples[0].files).map(s => JSON.stringify([samples[0], s])));
    none('there are no more connections than it may have',
      samples.filter(s => s.sockets > samples[0].sockets + CONNECTIONS - 1).map(s => JSON.stringify([samples[0], s])));
    ok('there were samples', samples.length >= SAMPLES / 2, JSON.stringify(samples));
    const { status: exit, signal } = await daemon.stop();
    equal('SIGTERM ends it', [exit, signal], [0, null]);
  } finally {
    await daemon.stop('SIGKILL');
    server.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const i = process.argv.indexOf('--blocks');
  if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
  await part('a week', () => week({ blocks: i < 0 ? WEEK : Number(process.argv[i + 1]) }));
  done();
}
