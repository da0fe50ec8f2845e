// The program on recorded chains: every figure at every block against the contract's own views, and the same digest
// however the chain came in - from the file, over HTTP, past faults, block by block, interrupted, killed.
import { listChains, readChain, readTruth } from '../support/recorded.mjs';
import { startReplay } from '../support/replay.mjs';
import { freePort } from '../support/anvil.mjs';
import { eventName } from '../support/api3-model.mjs';
import { sleep, there, PROGRAM } from '../support/program.mjs';
import { compareCheckpoint, compareFindings, inPairs, mirrorOf } from './truth.mjs';
import { done, equal, none, note, ok, part, random } from '../support/tap.mjs';

const seed = Number(process.env.SEED ?? 20261121);
const rnd = random(seed);
const only = process.argv.slice(2);                        // names of chains
if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
note(`seed ${seed} (SEED=... for another)`);

const straight = (r, what, status = 0) => ok(what, r.status === status, `exit status ${r.status ?? r.signal} after ${r.ms} ms`, r.err.slice(-1500));

for (const { name, chain: file, truth: truthFile } of listChains()) {
  if (only.length && !only.includes(name)) continue;
  const { meta, checkpoints } = readTruth(truthFile);
  const chain = readChain(file);
  const last = chain.blocks.at(-1);
  let digest = null, ms = 500;

  await part(`${name} truth`, async () => {
    const mirror = mirrorOf(meta, `file:${file}`);
    const r = await mirror.sync();
    straight(r, `${name}: sync from the file`);
    ms = r.ms;
    const status = await mirror.status();
    digest = status.digest;
    equal(`${name}: indexed to the last block`, [status.chain_id, status.indexed], [31337, { number: last.number, hash: last.hash, timestamp: last.timestamp }]);
    ok(`${name}: the digest is one`, /^0x[0-9a-f]{64}$/.test(digest), digest);
    // What is stored of a chain does not change with the program: mirrors of earlier versions go on, and compare.
    if (name === 'api3-seed1') equal(`${name}: the digest of earlier versions`, digest, '0x40d8a231e597dd84237b2bdb90e9eea810d60cff45c78aa1312b482a0c03351e');
    const lists = await inPairs(checkpoints, async c => { try { return await compareCheckpoint(mirror, c); } catch (e) { return [e.message]; } });
    checkpoints.forEach((c, i) => none(`${name}: every figure at block ${c.block}`, lists[i]));
    none(`${name}: no findings`, await compareFindings(mirror));

    const whole = await mirror.json('accounts', 'api3', '--limit', 1000);
    const paged = await mirror.all('accounts', 'api3', '--limit', 3);
    equal(`${name}: accounts in pages of 3 are the same accounts`, paged.map(i => i.account), whole.items.map(i => i.account));
    const wrong = [];
    for (const item of whole.items.slice(0, 5)) {
      const one = await mirror.json('account', 'api3', item.account);
      for (const k of Object.keys(item)) if (JSON.stringify(one[k]) !== JSON.stringify(item[k])) wrong.push(`${item.account} ${k}: ${JSON.stringify(one[k])} alone, ${JSON.stringify(item[k])} in the list`);
      if (one.at?.block !== last.number) wrong.push(`${item.account} at: ${JSON.stringify(one.at)}`);
    }
    none(`${name}: an account alone reads as in the list`, wrong);
    const history = (await mirror.json('history', 'api3', '--limit', 0)).items, drawn = [];
    for (const point of history.filter((_, i) => i % 10 === 0)) {
      const { at, state } = await mirror.json('pool', 'api3', '--at', point.block);
      const { share_price, liquidity, cover, utilization } = state;
      const expected = { ...at, share_price, liquidity, cover, utilization };
      if (JSON.stringify(point) !== JSON.stringify(expected)) drawn.push(`${JSON.stringify(point)}, the pool then: ${JSON.stringify(expected)}`);
    }
    equal(`${name}: the history has every block`, history.map(p => p.block), chain.blocks.map(b => b.number));
    none(`${name}: and of each what the pool had then`, drawn);
    const payouts = await mirror.all('payouts', 'api3', '--limit', 5);
    equal(`${name}: every payout is listed`, payouts.length, chain.blocks.flatMap(b => b.logs).filter(l => eventName(l) === 'PaidOutClaim').length);
    const again = await mirror.sync();
    straight(again, `${name}: a second sync has nothing to do`);
    equal(`${name}: and leaves the digest`, await mirror.digest(), digest);
  });

  // Each way in must end in the digest of the straight run.
  const same = async (what, mirror) => {
    const s = await mirror.status();
    equal(`${name}: ${what}: the same digest`, [s.indexed?.number, s.digest], [last.number, digest]);
  };
  const served = async (what, options, body = async (mirror, node) => straight(await mirror.sync(), `${name}: ${what}: sync`)) =>
    part(`${name} ${what}`, async () => {
      const node = await startReplay(file, { seed, ...options });
      try {
        const mirror = mirrorOf(meta, node.url);
        await body(mirror, node);
        await same(what, mirror);
        none(`${name}: ${what}: no error findings`, (await mirror.json('findings', 'api3')).items.filter(f => f.severity === 'error' && f.state === 'open').map(f => JSON.stringify(f)));
      } finally { await node.stop(); }
    });
  await served('over HTTP', {});
  await served('past faults and limits', { 'fault-rate': 0.16, 'max-range': 40, 'max-logs': 60 });
  await served('node that is slow', { latency: 3, 'max-range': 64 });
  await served('unreachable node before a good one', {}, async (mirror, node) => {
    const both = mirrorOf(meta, [`http://127.0.0.1:${await freePort()}`, node.url], { store: mirror.store });
    straight(await both.sync(), `${name}: an unreachable node before a good one: sync`);
  });
  await served('run behind a growing chain', { step: 8, head: meta.deployBlock.pool }, async mirror => {
    const daemon = mirror.daemon();
    try { await daemon.indexed(last.number, { timeout: 60000 }); }
    finally { const end = await daemon.stop(); equal(`${name}: run ends with status 0 on SIGTERM`, [end.status, end.signal], [0, null], daemon.err.slice(-1000)); }
  });
  await served('sync behind a growing chain', { step: 5, head: meta.deployBlock.pool }, async mirror => {
    let r;
    for (let i = 0; i < 400; i++) {
      r = await mirror.sync();
      if (r.status !== 0) break;
      if ((await mirror.status()).indexed?.number === last.number) break;
      await sleep(20);
    }
    straight(r, `${name}: sync again and again behind a growing chain`);
  });
  await served('a reorg there and back', { head: last.number - 40, fork: `${last.number - 20}:6` }, async (mirror, node) => {
    const daemon = mirror.daemon();
    try {
      await daemon.indexed(last.number - 40);
      await node.head(last.number - 10);
      await daemon.indexed(last.number - 10, { hash: chain.blocks.find(b => b.number === last.number - 10).hash, timeout: 30000 });
      await node.head(last.number);
      await daemon.indexed(last.number, { hash: last.hash, timeout: 30000 });
    } finally { await daemon.stop(); }
  });

  await part(`${name} a node that goes away`, async () => {
    const port = await freePort(), middle = last.number >> 1;
    let node = await startReplay(file, { port, head: middle });
    const mirror = mirrorOf(meta, node.url);
    const daemon = mirror.daemon();
    try {
      await daemon.indexed(middle);
      await node.stop();
      await sleep(400);
      ok(`${name}: run outlives its node`, !daemon.result, daemon.err.slice(-1000));
      node = await startReplay(file, { port });
      await daemon.indexed(last.number, { timeout: 40000 });
      await same('a node that goes away and comes back', mirror);
    } finally { await daemon.stop(); await node.stop(); }
  });

  await part(`${name} interrupted`, async () => {
    const mirror = mirrorOf(meta, `file:${file}`);
    const stops = Array.from({ length: 5 }, () => 1 + rnd.below(last.number)).sort((a, b) => a - b);
    for (const k of stops) {
      const r = await mirror.sync('--to', k);
      const s = await mirror.status();
      ok(`${name}: sync --to ${k} stops there`, r.status === 0 && s.indexed?.number === k, `exit status ${r.status}`, JSON.stringify(s.indexed), r.err.slice(-500));
    }
    straight(await mirror.sync(), `${name}: sync to the end after ${stops.length} stops`);
    await same('stopped at random blocks', mirror);
  });

  await part(`${name} killed`, async () => {
    let kills = 0, unreadable = [];
    for (let round = 1; round <= 4; round++) {
      const mirror = mirrorOf(meta, `file:${file}`);
      for (let i = 0; i < 8; i++) {
        const r = await mirror.run(['sync'], { kill: 5 + rnd.below(Math.max(10, Math.round(ms * 0.6))) });
        if (r.signal !== 'SIGKILL') break;
        kills++;
        const s = await mirror.run(['status', '--json']);         // whatever there is reads as some block's state
        if (s.status !== 0 && !/no mirror|no block yet|not.*yet|empty|does not exist|no such/i.test(s.err)) unreadable.push(`${s.status ?? s.signal}: ${s.err.slice(-300)}`);
      }
      straight(await mirror.sync(), `${name}: sync to the end after kills, round ${round}`);
      await same(`killed at random moments, round ${round}`, mirror);
    }
    none(`${name}: after each of ${kills} kills the mirror can be read`, unreadable);
    const node = await startReplay(file, { latency: 1 });
    try {
      const slow = mirrorOf(meta, node.url);
      for (let i = 0; i < 6; i++) await slow.run(['sync'], { kill: 20 + rnd.below(150) });
      straight(await slow.sync(), `${name}: sync over HTTP to the end after kills`);
      await same('killed over HTTP', slow);
    } finally { await node.stop(); }
  });

  if (name !== 'api3-seed1') continue;
  // A node that lies in one word of one log, and is believed: the checks alone see it (what a proof sees: proof.test.mjs).
  for (const kind of ['Staked', 'Deposited', 'MintedReward', 'PaidOutClaim', 'Unstaked', 'Transfer', 'Delegated', 'ScheduledUnstake', 'Withdrawn'])
    await part(`${name} lie in ${kind}`, async () => {
      const pool = meta.addresses.pool.slice(2);
      const places = chain.blocks.flatMap(b => b.logs.map((log, i) => ({ block: b.number, i, log })))
        .filter(p => eventName(p.log) === kind && p.block > 20 && (kind !== 'Transfer' || p.log.topics.slice(1).some(t => t.endsWith(pool))));
      const { block, i, log } = places[Math.floor(places.length / 2)];
      const node = await startReplay(file, { 'lie-log': `${block}:${i}` });
      try {
        const mirror = mirrorOf(meta, node.url, { extra: { proof: { level: 'off' } } });
        straight(await mirror.sync(), `${name}: a lie in ${kind} of block ${block}: sync exits 3`, 3);
        const list = await mirror.run(['findings', 'api3', '--json']);
        const items = JSON.parse(list.out).items;
        equal(`${name}: a lie in ${kind}: findings exits 3`, list.status, 3);
        ok(`${name}: a lie in ${kind}: a finding names block ${block}`, items.some(f => f.block === block && f.severity === 'error'),
          `${items.length} findings`, ...items.slice(0, 5).map(f => JSON.stringify(f)));
        ok(`${name}: a lie in ${kind}: a finding names the transaction`, items.some(f => f.block === block && f.transaction === log.transactionHash),
          `${items.length} findings`, ...items.slice(0, 5).map(f => JSON.stringify(f)));
        ok(`${name}: a lie in ${kind}: status counts it`, (await mirror.status()).findings.error > 0);
      } finally { await node.stop(); }
    });
}
done();
