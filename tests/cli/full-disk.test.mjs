// A disk that fills up under `run` and `sync`: it is told, readers go on, nothing is lost, and with room again the mirror
// goes on to the digest of an undisturbed one. By a limit on the size of files, and on a small file system of its own.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM, sleep, tempFolder, there } from '../support/program.mjs';
import { listChains, readTruth } from '../support/recorded.mjs';
import { startReplay } from '../support/replay.mjs';
import { mirrorOf } from '../chains/truth.mjs';
import { done, equal, note, ok, part, skip } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const { chain, truth } = listChains().find(c => c.name === 'api3-seed1');
const { meta } = readTruth(truth);
const whole = mirrorOf(meta, `file:${chain}`);
await whole.sync();
const digest = await whole.digest(), LAST = 309;
const until = async (what, test, tell = () => '', timeout = 30000) => {
  for (const end = Date.now() + timeout; !await test(); await sleep(30))
    if (Date.now() > end) return ok(`${what}: within ${timeout} ms`, false, tell());
  return ok(what, true);
};
const isDegraded = async m => { const s = await m.status().catch(() => null); return s?.state === 'degraded' && /full/.test(s.reason); };
const count = (text, pattern) => text.match(pattern)?.length ?? 0;

// `shut` leaves no room, `open` gives it back; the daemon follows a chain that grows.
async function survives(name, m, node, { shut, open, from }) {
  const daemon = m.daemon();
  try {
    await daemon.indexed(from);
    await shut(daemon);
    await node.head(LAST);
    await until(`${name}: status says degraded, and why`, () => isDegraded(m), () => daemon.err.slice(-800));
    const s = await m.status();
    ok(`${name}: it stands where it stood, or further`, s.indexed.number >= from && s.indexed.number < LAST, JSON.stringify(s.indexed));
    const check = await m.run(['check-store']);
    ok(`${name}: what is there is whole`, check.status === 0 && check.out.includes('is whole'), check.err.slice(-500));
    ok(`${name}: readers go on`, (await m.run(['pool', 'api3', '--json'])).status === 0);
    await sleep(700);
    ok(`${name}: the daemon is up`, !daemon.result, daemon.err.slice(-800));
    equal(`${name}: it has said so once`, count(daemon.err, /^error: degraded: .*full/mg), 1, daemon.err.slice(-800));
    await open(daemon);
    await daemon.indexed(LAST, { timeout: 60000 });
    await until(`${name}: status says ok again`, async () => (await m.status()).state === 'ok', () => daemon.err.slice(-800));
    ok(`${name}: and the log says so`, /there is room again/.test(daemon.err), daemon.err.slice(-800));
    equal(`${name}: the digest is that of an undisturbed mirror`, await m.digest(), digest);
    const end = await daemon.stop();
    equal(`${name}: it ends well`, [end.status, end.signal], [0, null], daemon.err.slice(-800));
  } finally { if (!daemon.result) await daemon.stop('SIGKILL'); }
}

await part('a limit on files', async () => {
  const prlimit = (daemon, bytes) => spawnSync('prlimit', ['--pid', String(daemon.child.pid), `--fsize=${bytes}:unlimited`]).status === 0;
  if (spawnSync('prlimit', ['--version']).status !== 0) return skip('a limit on files', 'no prlimit');
  const node = await startReplay(chain, { head: 60 });
  try {
    await survives('a limit on files, following', mirrorOf(meta, node.url), node, { from: 60, shut: d => prlimit(d, 200000), open: d => prlimit(d, 'unlimited') });
  } finally { await node.stop(); }
  const m = mirrorOf(meta, `file:${chain}`);
  const r = await m.run(['sync'], { wrap: ['prlimit', '--fsize=200000'] });
  ok('a limit on files: sync ends with 1 and says what to do', r.status === 1 && /full.*make room/.test(r.err), `${r.status ?? r.signal}`, r.err.slice(-500));
  const again = await m.sync();
  equal('a limit on files: with room the next sync ends well', [again.status, await m.digest()], [0, digest], again.err.slice(-500));
});

await part('a full file system', async () => {
  const disk = tempFolder('covermirror-disk');
  if (process.getuid?.() !== 0 || spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]).status !== 0)
    return skip('a full file system', 'mounting is not allowed here');
  const node = await startReplay(chain, { head: 60 });
  const filler = join(disk, 'filler');
  const fill = () => spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4096'], { stdio: 'ignore' });
  try {
    const m = mirrorOf(meta, node.url, { store: join(disk, 'mirror') });
    await survives('a full file system, following', m, node, { from: 60, shut: fill, open: () => rmSync(filler) });
    await node.head(60);
    rmSync(m.store, { recursive: true });
    fill();
    // Started on the full disk: nothing can be kept, so it says so and ends; room for the first blocks: it starts.
    const r = await m.run(['run'], { timeout: 20000 });
    ok('a full file system: a new mirror cannot begin on it', r.status === 1 && /full/.test(r.err), `${r.status ?? r.signal}`, r.err.slice(-500));
    rmSync(filler);
    equal('a full file system: with room it can', (await m.sync('--to', 60)).status, 0);
    fill();
    await node.head(LAST);
    const daemon = m.daemon();
    try {
      await until('a full file system: a mirror that is there is opened on it', () => isDegraded(m), () => daemon.err.slice(-800));
      const shot = await m.run(['snapshot', join(disk, 'snap')]);
      ok('a full file system: a snapshot on it is refused and leaves nothing', shot.status === 1 && /full/.test(shot.err) && spawnSync('ls', [disk]).stdout.toString().split('\n').filter(f => f.startsWith('snap')).length === 0, `${shot.status}`, shot.err);
      rmSync(filler);
      await daemon.indexed(LAST, { timeout: 60000 });
      equal('a full file system: and ends in the same digest', await m.digest(), digest);
      fill();
      const end = await daemon.stop();
      equal('a full file system: a stop on it ends well', [end.status, end.signal], [0, null], daemon.err.slice(-800));
      note(`${count(daemon.err, /\n/g)} lines`);
    } finally { if (!daemon.result) await daemon.stop('SIGKILL'); }
  } finally { await node.stop(); spawnSync('umount', [disk]); }
});
done();
