// Runs build/covermirror: short verbs to their end, `run` as a daemon.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const PROGRAM = process.env.COVERMIRROR ?? join(ROOT, 'build', 'covermirror');
export const there = () => existsSync(PROGRAM);

const children = new Set();
const folders = new Set();
process.on('exit', () => {
  for (const c of children) c.kill('SIGKILL');
  if (!process.env.KEEP) for (const f of folders) rmSync(f, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

export function tempFolder(name = 'covermirror') {
  const f = mkdtempSync(join(tmpdir(), `${name}-`));
  folders.add(f);
  return f;
}

export const sleep = ms => new Promise(r => setTimeout(r, ms));

// { status, signal, out, err, ms }; kill: SIGKILL after that many ms; wrap: a command to start it with (setpriv ...)
export function run(args, { env, cwd, timeout = 120000, kill, wrap = [], input } = {}) {
  return new Promise((resolve, reject) => {
    const [command, ...rest] = [...wrap, PROGRAM, ...args.map(String)];
    const started = Date.now();
    const child = spawn(command, rest, { cwd, env: { ...process.env, ...env }, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
    children.add(child);
    const out = [], err = [];
    child.stdout.on('data', d => out.push(d));
    child.stderr.on('data', d => err.push(d));
    if (input !== undefined) child.stdin.end(input);
    let late = false;
    const timer = setTimeout(() => { late = true; child.kill('SIGKILL'); }, kill ?? timeout);
    child.on('error', e => { clearTimeout(timer); children.delete(child); reject(e); });
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      children.delete(child);
      const result = { status, signal, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString(), ms: Date.now() - started,
        late: late && kill === undefined };
      if (result.late) result.err += `\n(killed after ${timeout} ms)`;
      resolve(result);
    });
  });
}

// A configuration in a folder of its own, and the verbs on it.
export class Mirror {
  constructor(config, { folder = tempFolder(), name = 'config.json' } = {}) {
    this.folder = folder;
    this.store = config.store?.path ?? join(folder, 'mirror');
    // Several daemons at once: each on a port of its own.
    this.config = { serve: { listen: '127.0.0.1:0' }, ...config, store: { path: this.store } };
    this.file = join(folder, name);
    writeFileSync(this.file, JSON.stringify(this.config, null, 2));
  }
  static api3({ url, pool, token, managers = [], name = 'api3', start = 1, poll = 50, folder, store, chainId = 31337, extra = {} }) {
    return new Mirror({ chain: { id: chainId, rpc: [].concat(url).map(u => ({ url: u })), poll_interval_ms: poll },
      ...(store ? { store: { path: store } } : {}),
      pools: [{ name, protocol: 'api3', start_block: start, contracts: { pool, token, claims_managers: managers } }], ...extra }, { folder });
  }
  run(args, options) { return run(['-c', this.file, ...args], options); }
  sync(...args) { return this.run(['sync', ...args]); }
  // The JSON answer of a reading verb; its exit status may be 3 (open error findings).
  async json(...args) {
    const r = await this.run([...args, '--json']);
    if (r.status !== 0 && r.status !== 3) throw new Error(`covermirror ${args.join(' ')} --json: status ${r.status ?? r.signal}\n${r.err.slice(-1500)}`);
    try { return JSON.parse(r.out); }
    catch { throw new Error(`covermirror ${args.join(' ')} --json: not JSON: ${r.out.slice(0, 300)}`); }
  }
  status() { return this.json('status'); }
  async digest() { return (await this.status()).digest; }
  // Every page of a list.
  async all(...args) {
    const items = [];
    for (let after = null, pages = 0; ; pages++) {
      const page = await this.json(...args, ...(after === null ? [] : ['--after', after]));
      items.push(...page.items);
      if (page.next === null || page.next === undefined) return Object.assign(items, { pages: pages + 1 });
      if (pages > 10000 || page.next === after) throw new Error(`${args.join(' ')}: next does not move: ${page.next}`);
      after = page.next;
    }
  }
  daemon(options) { return new Daemon(this, options); }
}

export class Daemon {
  constructor(mirror, { env, wrap = [] } = {}) {
    this.mirror = mirror;
    const [command, ...rest] = [...wrap, PROGRAM, '-c', mirror.file, 'run'];
    this.child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    children.add(this.child);
    this.err = '';
    this.out = '';
    this.child.stdout.on('data', d => { this.out += d; });
    this.child.stderr.on('data', d => { this.err += d; });
    this.ended = new Promise(resolve => this.child.on('close', (status, signal) => { children.delete(this.child); this.result = { status, signal }; resolve(this.result); }));
  }
  // Where it serves, as "http://127.0.0.1:40123".
  async url(timeout = 20000) {
    for (const until = Date.now() + timeout; ; await sleep(10)) {
      const found = this.err.match(/serving on (http:\/\/\S+?)\/?["\s]/);
      if (found) return found[1];
      if (this.result || Date.now() > until) throw new Error(`run does not serve: ${this.err.slice(-1500)}`);
    }
  }
  // Waits until the mirror has that block (of that hash).
  async indexed(number, { hash, timeout = 20000 } = {}) {
    const until = Date.now() + timeout;
    for (let last = null; ;) {
      if (this.result) throw new Error(`run ended with ${JSON.stringify(this.result)}: ${this.err.slice(-1500)}`);
      try {
        last = (await this.mirror.status()).indexed;
        if (last && last.number >= number && (!hash || last.hash === hash)) return last;
      } catch (e) { last = e.message; }
      if (Date.now() > until) throw new Error(`block ${number} was not indexed within ${timeout} ms; last: ${JSON.stringify(last)}; ${this.err.slice(-1500)}`);
      await sleep(10);
    }
  }
  // SIGTERM; { status, signal, ms }
  async stop(signal = 'SIGTERM', timeout = 15000) {
    const t = Date.now();
    this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), timeout);
    const result = await this.ended;
    clearTimeout(timer);
    return { ...result, ms: Date.now() - t };
  }
}
