// snapshot and restore on the command line, beside a daemon too; and what check-store says of damaged files.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Mirror, PROGRAM, tempFolder, there } from '../support/program.mjs';
import { listChains, readChain, readTruth } from '../support/recorded.mjs';
import { startReplay } from '../support/replay.mjs';
import { mirrorOf } from '../chains/truth.mjs';
import { done, equal, none, note, ok, part, random } from '../support/tap.mjs';

const seed = Number(process.env.SEED ?? 20261121), rnd = random(seed), FLIPS = Number(process.env.FLIPS ?? 60);
if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
note(`seed ${seed} (SEED=... for another), FLIPS=${FLIPS}`);
const { chain, truth } = listChains().find(c => c.name === 'api3-seed1');
const { meta } = readTruth(truth);
const LAST = 309, folder = tempFolder('snapshot'), file = join(folder, 'mirror.snap');
const whole = mirrorOf(meta, `file:${chain}`);
await whole.sync();
const digest = await whole.digest();
const fine = (name, r, ...patterns) => ok(name, r.status === 0 && patterns.every(p => p.test(r.out)), `exit status ${r.status ?? r.signal}`, r.out, r.err.slice(-800));
const refused = (name, r, status, ...patterns) => ok(name, r.status === status && r.err.trim().split('\n').length === 1 && patterns.every(p => p.test(r.err)), `exit status ${r.status ?? r.signal}`, r.err.slice(-800));
const elsewhere = (m = whole, change = {}) => { const f = tempFolder('restored'); return new Mirror({ ...m.config, store: { path: join(f, 'mirror') }, ...change }, { folder: f }); };

await part('a snapshot and back', async () => {
  fine('a snapshot is taken', await whole.run(['snapshot', file]), /block 309, 2023-/, new RegExp(`digest ${digest}`), /[0-9,]+ bytes/);
  equal('and only it', readdirSync(folder), ['mirror.snap']);
  refused('it is not overwritten', await whole.run(['snapshot', file]), 1, /is there already/);
  refused('nor written where there is no folder', await whole.run(['snapshot', join(folder, 'none', 'x')]), 1, /cannot write .*none/);
  refused('a verb without a file is wrong use', await whole.run(['snapshot']), 2, /FILE/);
  const other = elsewhere();
  refused('there is no snapshot of no mirror', await other.run(['snapshot', join(folder, 'y')]), 1, /no mirror in/);
  fine('it is restored', await other.run(['restore', file]), /block 309/, new RegExp(digest));
  equal('to the same digest', await other.digest(), digest);
  fine('which is whole', await other.run(['check-store']), /is whole/);
  refused('a mirror is not restored over', await other.run(['restore', file]), 1, /holds a mirror already, as of block 309: move it away/);
  equal('the figures are the same', await other.json('accounts', 'api3', '--limit', 50), await whole.json('accounts', 'api3', '--limit', 50));
});

await part('beside a daemon', async () => {
  const node = await startReplay(chain, { step: 4, head: meta.deployBlock.pool }), m = mirrorOf(meta, node.url), d = m.daemon();
  try {
    await d.indexed(20);
    for (const k of [1, 2, 3, 4]) {
      const shot = join(folder, `hot${k}`), copy = elsewhere(m);
      fine(`hot copy ${k}`, await m.run(['snapshot', shot]), /digest 0x/);
      fine(`hot copy ${k} is restored`, await copy.run(['restore', shot]), /digest 0x/);
      fine(`hot copy ${k} is whole`, await copy.run(['check-store']), /is whole/);
      const s = await copy.status(), straight = mirrorOf(meta, `file:${chain}`);
      await straight.sync('--to', s.indexed.number);
      equal(`hot copy ${k}, of block ${s.indexed.number}: the digest is that of a straight run`, s.digest, await straight.digest());
      await d.indexed(Math.min(LAST, s.indexed.number + 30));
    }
    refused('nothing is restored under a daemon', await m.run(['restore', join(folder, 'hot1')]), 1, /another covermirror \(process [0-9]+\)/);
    await d.indexed(LAST, { timeout: 60000 });
    const copy = elsewhere(m);
    fine('an early copy', await copy.run(['restore', join(folder, 'hot1')]), /digest/);
    equal('is continued', (await copy.sync()).status, 0);
    equal('to the same digest', await copy.digest(), digest);
  } finally { await d.stop(); await node.stop(); }
});

await part('files that do not fit', async () => {
  const left = [], tries = [];
  const attempt = async (name, path, change, status, ...patterns) => {
    const m = elsewhere(whole, change);
    refused(name, await m.run(['restore', path]), status, ...patterns);
    if (existsSync(m.store)) left.push(`${name}: ${readdirSync(m.store)}`);
    tries.push(m);
  };
  const prose = join(folder, 'prose'), cut = join(folder, 'cut'), empty = join(folder, 'empty');
  writeFileSync(prose, 'this is no database, it is prose\n'.repeat(400));
  writeFileSync(empty, '');
  copyFileSync(file, cut);
  truncateSync(cut, statSync(cut).size - 8192);
  await attempt('no such file', join(folder, 'nothing'), {}, 1, /cannot read .*nothing/);
  await attempt('prose', prose, {}, 1, /prose is no snapshot/);
  await attempt('an empty file', empty, {}, 1, /empty is no snapshot/);
  await attempt('a folder', folder, {}, 1, /no snapshot/);
  await attempt('a file that is cut off', cut, {}, 1, /cut is cut off: it has [0-9]+ of [0-9]+ bytes/);
  await attempt('another chain', file, { chain: { ...whole.config.chain, id: 5 } }, 1, /of chain 31337, the configuration says chain.id 5/);
  await attempt('other pools', file, { pools: [{ ...whole.config.pools[0], start_block: 2 }] }, 1, /of other pools than those in/);
  none('store.path stays as it was', left);
  const m = elsewhere();
  mkdirSync(m.store);
  writeFileSync(join(m.store, 'mine'), 'mine');
  refused('a damaged file leaves what was there', await m.run(['restore', cut]), 1, /cut off/);
  equal('as it was', readdirSync(m.store), ['mine']);
});

// Bytes that are sure to matter, and bytes anywhere: found or harmless, never a crash, never another mirror.
await part('damage', async () => {
  const bytes = readFileSync(file), blocks = readChain(chain).blocks;
  const damaged = join(folder, 'damaged');
  const broken = async (name, change, check = true) => {
    const copy = Buffer.from(bytes);
    change(copy);
    writeFileSync(damaged, copy);
    const m = elsewhere();
    mkdirSync(m.store);
    copyFileSync(damaged, join(m.store, 'data.mdb'));
    const r = await m.run(['check-store']);
    const b = elsewhere(), back = await b.run(['restore', damaged]);
    if (check) {
      refused(`${name}: check-store finds it`, r, 1, /./);
      ok(`${name}: and it is not restored`, back.status === 1 && !existsSync(b.store), back.err.slice(-300));
    }
    rmSync(m.folder, { recursive: true });
    return { r, back, b };
  };
  const at = needle => { const i = bytes.indexOf(needle); if (i < 0) throw new Error('not in the file'); return i; };
  const hash = n => Buffer.from(blocks.find(b => b.number === n).hash.slice(2), 'hex');
  await broken('a block\'s hash', c => { c[at(hash(200)) + 5] ^= 1; });
  await broken('a block\'s digest', c => { c[at(hash(200)) + 32 + 32 + 8] ^= 0x80; });
  await broken('the last digest', c => { c[at(Buffer.from(digest.slice(2), 'hex')) + 31] ^= 1; });
  await broken('a page of zeros', c => { c.fill(0, 4096 * 20, 4096 * 21); });
  await broken('the meta pages', c => { c.fill(0xff, 24, 150); c.fill(0xff, 4096 + 24, 4096 + 150); });
  await broken('two pages exchanged', c => { const a = Buffer.from(c.subarray(4096 * 30, 4096 * 31)); c.copy(c, 4096 * 30, 4096 * 60, 4096 * 61); a.copy(c, 4096 * 60); });
  const odd = [];
  let found = 0;
  for (let i = 0; i < FLIPS; i++) {
    const place = 8192 + rnd.below(bytes.length - 8192), bit = 1 << rnd.below(8);
    const { r, back, b } = await broken('', c => { c[place] ^= bit; }, false);
    const same = r.status === back.status;
    if (r.status === 1) found++;
    else if (r.status !== 0 || r.signal) odd.push(`byte ${place} bit ${bit}: check-store ended with ${r.status ?? r.signal} ${r.err.slice(-200)}`);
    if (!same) odd.push(`byte ${place} bit ${bit}: restore ended with ${back.status ?? back.signal}, check-store with ${r.status}`);
    if (back.status === 0 && await b.digest() !== digest) odd.push(`byte ${place} bit ${bit}: another digest was restored`);
    if (back.status !== 0 && existsSync(b.store)) odd.push(`byte ${place} bit ${bit}: something is left behind`);
    rmSync(b.folder, { recursive: true });
  }
  note(`${found} of ${FLIPS} flipped bits found; the rest stands in unused space, logs, or under no hash`);
  none('a flipped bit is found, or changes no figure under a digest', odd);
  ok('flipped bits are found', found > FLIPS / 10, `${found} of ${FLIPS}`);
});
done();
