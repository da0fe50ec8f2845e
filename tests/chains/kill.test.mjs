// `run` and `sync` killed at moments that nobody chose, again and again, behind a chain that grows, reorganises and fails:
// what is left is whole every time, and the end is the digest of a straight run, at the last block and at blocks between.
//   KILLS=1000 node tests/chains/kill.test.mjs [NAME]    longer, by hand; SEED=... for other moments
import { PROGRAM, sleep, there } from '../support/program.mjs';
import { listChains, readTruth } from '../support/recorded.mjs';
import { startReplay } from '../support/replay.mjs';
import { compareFindings, inPairs, mirrorOf } from './truth.mjs';
import { done, equal, none, note, ok, part, random } from '../support/tap.mjs';

const seed = Number(process.env.SEED ?? 20261121), KILLS = Number(process.env.KILLS ?? 9), SAMPLES = 20;
const rnd = random(seed), only = process.argv.slice(2);
if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
note(`seed ${seed} (SEED=... for another), ${KILLS} kills a scene (KILLS=...)`);

for (const { name, chain, truth } of listChains()) {
  if (only.length && !only.includes(name)) continue;
  const { meta } = readTruth(truth), birth = meta.deployBlock.pool;
  const straight = mirrorOf(meta, `file:${chain}`);
  await straight.sync();
  const last = (await straight.status()).indexed.number;

  const scene = (what, verb, options) => part(`${name} ${what}`, async () => {
    const node = await startReplay(chain, { seed, ...options });
    const m = mirrorOf(meta, node.url), broken = [];
    let kills = 0, ended = 0, far = 0;
    try {
      for (let i = 0; i < KILLS; i++) {
        await node.head(Math.min(last, birth + Math.ceil((last - birth) * (i + 1) / KILLS)));
        const r = await m.run([verb, '-q'], { kill: 5 + rnd.below(i % 4 === 3 ? 400 : 120) });
        if (r.signal === 'SIGKILL') kills++;
        else ended++;
        if (r.signal !== 'SIGKILL' && r.status !== 0) broken.push(`${verb} ${i} ended with ${r.status}: ${r.err.slice(-300)}`);
        const c = await m.run(['check-store']);
        if (c.status !== 0 && !/there is no mirror in|holds no block yet/.test(c.err)) broken.push(`after kill ${i}: ${c.status ?? c.signal} ${c.err.slice(-300)}`);
        const at = c.status === 0 ? Number(/at block ([0-9,]+)/.exec(c.out)[1].replaceAll(',', '')) : 0;
        if (!options.fork && at < far) broken.push(`after kill ${i}: it stands at block ${at}, and stood at ${far}`);
        far = Math.max(far, at);
      }
      none(`${name}: ${what}: after each of ${kills} kills the mirror is whole, and loses nothing that it had`, broken);
      ok(`${name}: ${what}: some were killed at work`, kills > 0, `${kills} killed, ${ended} ended`);
      await node.head(last);
      for (let i = 0; i < 20; i++) {
        const r = await m.sync();
        if (r.status === 0 && (await m.status()).indexed.number === last) break;
        await sleep(100);
      }
      const samples = [last, ...Array.from({ length: SAMPLES }, () => birth + rnd.below(last - birth))];
      const wrong = await inPairs(samples, async n => {
        const [a, b] = await Promise.all([m, straight].map(x => x.json('status', '--at', n)));
        return a.digest === b.digest && a.indexed.hash === b.indexed.hash ? [] : [`block ${n}: ${a.digest}, straight ${b.digest}`];
      });
      none(`${name}: ${what}: the digest is that of a straight run, at the end and at ${SAMPLES} blocks between`, wrong.flat());
      // The siblings of a fork have hashes that are not their headers': such a block is refused, until the real one comes.
      if (options.fork) none(`${name}: ${what}: no findings but of refused blocks`, (await m.all('findings')).filter(f => !f.check.startsWith('source-') || f.state !== 'resolved').map(f => JSON.stringify(f)));
      else none(`${name}: ${what}: no findings`, await compareFindings(m));
      note(`${kills} killed, ${ended} came to their end`);
    } finally { await node.stop(); }
  });
  await scene('sync, killed', 'sync', { head: birth, latency: 3, 'max-range': 20 });
  await scene('run behind a growing chain, killed', 'run', { head: birth, latency: 1 });
  await scene('run past faults, killed', 'run', { head: birth, 'fault-rate': 0.05 });
  await scene('run through a reorganisation, killed', 'run', { head: birth, fork: `${last >> 1}:8` });
}
done();
