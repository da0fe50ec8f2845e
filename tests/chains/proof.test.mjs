// The program and a node that lies, leaves out, disagrees or lacks something, on recorded chains over HTTP: what fails
// its proof never reaches the books, what was left out is taken in, and an honest node is never accused.
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/anvil.mjs';
import { eventName } from '../support/api3-model.mjs';
import { Mirror, PROGRAM, there } from '../support/program.mjs';
import { listChains, readChain, readTruth } from '../support/recorded.mjs';
import { startReplay } from '../support/replay.mjs';
import { compareCheckpoint, compareFindings, inPairs, mirrorOf } from './truth.mjs';
import { done, equal, none, note, ok, part, random } from '../support/tap.mjs';

const seed = Number(process.env.SEED ?? 20261121);
const rnd = random(seed);
const only = process.argv.slice(2);                        // names of chains, or words of parts
if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
note(`seed ${seed} (SEED=... for another)`);

const LEVELS = {                                           // what may be configured, by a name
  receipts: { proof: { level: 'receipts' } },
  sparse: { proof: { level: 'receipts', walk_headers_below: 0 } },
  headers: { proof: { level: 'headers' } },
};
const VIEWS = { views: { every_blocks: 1, accounts: 'all' } };
const tell = r => [`exit status ${r.status ?? r.signal} after ${r.ms} ms`, r.err.slice(-1500)];
const until = async (what, test, timeout = 20000) => {
  for (const end = Date.now() + timeout; ; await sleep(15)) {
    const last = await test().catch(e => ({ error: e.message }));
    if (last === true) return;
    if (Date.now() > end) throw new Error(`${what}: not within ${timeout} ms; last: ${JSON.stringify(last)}`);
  }
};

for (const { name, chain: file, truth: truthFile } of listChains()) {
  if (only.some(w => listChains().some(c => c.name === w)) && !only.includes(name)) continue;
  const { meta, checkpoints } = readTruth(truthFile);
  const chain = readChain(file);
  const [first, last] = [chain.blocks[0], chain.blocks.at(-1)];
  const birth = meta.deployBlock.pool;
  const at = number => chain.blocks[number - first.number];
  const words = only.filter(w => !listChains().some(c => c.name === w));
  const piece = (what, body) => words.length && !words.some(w => what.includes(w)) ? null : part(`${name} ${what}`, body);
  const mirrorWith = (url, extra = {}, change = () => {}) => {
    const { config } = mirrorOf(meta, url, { extra });
    change(config);
    return new Mirror(config);
  };
  const findings = async m => (await m.json('findings', 'api3', '--limit', 1000)).items;
  const isLie = f => /^source/.test(f.check) && f.severity === 'error';

  // ---- what is true ----

  const digests = new Map();
  const digestAt = async number => {                       // of the file itself, told without a node
    if (!digests.has(number)) digests.set(number, (async () => {
      const m = mirrorOf(meta, `file:${file}`), r = await m.sync('--to', number);
      if (r.status !== 0) throw new Error(`sync --to ${number} of the file: ${tell(r)}`);
      return m.digest();
    })());
    return digests.get(number);
  };
  // The mirror stands at that block and is what the contract was: the digest says so of every block, the figures of
  // `share` of them.
  const stands = async (what, m, number, share = 0.03) => {
    if (number < first.number) {
      const s = await m.status(), pools = await m.run(['pools', '--json']);
      equal(`${name}: ${what}: nothing is in the books`, [s.indexed, s.events, s.digest], [null, 0, `0x${'0'.repeat(64)}`]);
      return ok(`${name}: ${what}: and nothing is to be read`, pools.status === 1 && /holds no block yet/.test(pools.err), ...tell(pools));
    }
    const s = await m.status();
    equal(`${name}: ${what}: it stands at block ${number}`, [s.indexed?.number, s.indexed?.hash], [number, at(number).hash]);
    equal(`${name}: ${what}: its digest is that of the truth`, s.digest, await digestAt(number));
    const below = checkpoints.filter(c => c.block <= number);
    const list = below.filter((c, i) => i >= below.length - 2 || rnd() < share);
    const sparse = m.config.proof?.walk_headers_below === 0;
    const wrong = await inPairs(list, c => compareCheckpoint(m, c, { sparse }).catch(e => [e.message]));
    return none(`${name}: ${what}: every figure at ${list.length} blocks up to ${number}`, wrong.flat());
  };
  const served = async (options, body) => {
    const node = await startReplay(file, { seed, ...options });
    try { return await body(node); }
    finally { await node.stop(); }
  };

  // ---- an honest node ----

  await piece('honest', async () => {
    for (const [level, extra] of Object.entries({ off: { proof: { level: 'off' } }, ...LEVELS }))
      await served({}, async node => {
        const m = mirrorWith(node.url, { ...extra, ...(level === 'headers' ? VIEWS : {}) });
        const r = await m.sync();
        ok(`${name}: level ${level}: sync`, r.status === 0, ...tell(r));
        await stands(`level ${level}`, m, last.number, 0.02);
        none(`${name}: level ${level}: no findings`, await compareFindings(m));
        const s = await m.status();
        equal(`${name}: level ${level}: the node is told of`, s.nodes.map(n => [n.node, n.lies, n.omissions, n.quarantined, s.state]), [[node.url, 0, 0, false, 'ok']]);
        const levels = new Set(s.proved.map(p => p.level)), blocks = s.proved.reduce((n, p) => n + p.blocks, 0);
        if (level === 'off') equal(`${name}: level off: nothing is proved`, s.proved.filter(p => p.level !== 'none'), []);
        else {
          none(`${name}: level ${level}: all that is in the books is proved`, [...levels].filter(l => l !== 'receipts' && l !== 'transactions'));
          equal(`${name}: level ${level}: from the first block to the last`, [s.proved[0].from, s.proved.at(-1).to], [first.number, last.number]);
          if (level !== 'sparse') equal(`${name}: level ${level}: without a gap`, blocks, chain.blocks.length);
        }
      });
  });

  // ---- a node that lies in one word of one log ----

  const pools = new Set([meta.addresses.pool]);
  const kept = b => b.logs.some(l => pools.has(l.address.toLowerCase()));    // blocks that are surely in the books
  const places = [];
  const aim = (b, i = rnd.below(b.logs.length)) => b && places.push({ block: b.number, index: i });
  aim(first, first.logs.length - 1);                        // the very first block: the token's own creation
  chain.blocks.filter(b => b.number > birth && kept(b)).slice(0, 2).forEach(b => aim(b));
  const busy = chain.blocks.filter(b => b.number > birth && kept(b));
  for (let k = 0; k < 3; k++) aim(rnd.pick(busy));
  aim(busy.at(-1));

  await piece('lies', async () => {
    const levels = Object.keys(LEVELS);
    for (const [k, { block, index }] of places.entries()) {
      const level = levels[k % levels.length], what = `a lie in log ${index} of block ${block}, level ${level}`;
      await served({ 'lie-log': `${block}:${index}`, ...(k === 3 ? { 'fault-rate': 0.1, 'max-range': 40 } : {}) }, async node => {
        const m = mirrorWith(node.url, LEVELS[level]);
        const r = await m.sync();
        ok(`${name}: ${what}: sync exits 1 and names the block`, r.status === 1 && r.err.includes(`block ${block}`), ...tell(r));
        const all = await findings(m);
        ok(`${name}: ${what}: one finding of the source names the block`, all.length === 1 && isLie(all[0]) && all[0].block === block && all[0].state === 'open' && all[0].subject.includes(node.url),
          ...all.slice(0, 5).map(f => JSON.stringify(f)));
        const s = await m.status();
        equal(`${name}: ${what}: status tells`, [s.state, s.findings.error, s.nodes.map(n => n.lies > 0)], ['degraded', 1, [true]]);
        equal(`${name}: ${what}: where no block is left, none is named`, [s.head === null, s.indexed === null], [block === first.number, block === first.number]);
        // A sparse backfill holds only blocks with events, and the last of each range.
        const below = s.indexed?.number ?? first.number - 1;
        if (level === 'sparse') none(`${name}: ${what}: no block with events is missing below it`, chain.blocks.filter(b => b.number > below && b.number < block && kept(b)).map(b => `block ${b.number} above ${below}`));
        await stands(what, m, level === 'sparse' && below < block ? below : block - 1, k === 4 ? 0.2 : 0.02);
        const again = await m.sync();
        ok(`${name}: ${what}: a second sync exits 1 too`, again.status === 1, ...tell(again));
        equal(`${name}: ${what}: and finds nothing else`, (await findings(m)).map(f => [f.id, f.state]), all.map(f => [f.id, 'open']));
        await node.stop();
        await served({ port: new URL(node.url).port }, async () => {
          const mended = await m.sync();
          ok(`${name}: ${what}: with an honest node it goes on`, mended.status === 0, ...tell(mended));
          equal(`${name}: ${what}: to the end`, await m.digest(), await digestAt(last.number));
          equal(`${name}: ${what}: and the finding is resolved`, (await findings(m)).map(f => [f.id, f.state]), all.map(f => [f.id, 'resolved']));
          const after = await m.status();
          equal(`${name}: ${what}: and status counts none`, [after.state, after.findings.error], ['ok', 0]);
        });
      });
    }
  });

  await piece('lies while following', async () => {
    for (const [k, { block, index }] of [places.at(-1), places[4], places[0]].entries()) {
      const port = await freePort(), what = `run past a lie in log ${index} of block ${block}`;
      // Once far ahead of the mirror (a backfill meets it), once just above it (found at the head), once block by block.
      const options = [{}, { head: Math.max(birth, block - 3) }, { step: 4, head: first.number }][k];
      let node = await startReplay(file, { port, 'lie-log': `${block}:${index}`, ...options });
      const m = mirrorWith(node.url, Object.values(LEVELS)[k === 0 ? 0 : 2 - k]);
      let daemon;
      try {
        if (k === 2) await sleep(500);                      // until the pool is there
        daemon = m.daemon();
        if (k === 1) { await daemon.indexed(Math.max(birth, block - 3)); await node.head(last.number); }
        await until(`${what}: degraded`, async () => { const r = await m.run(['status', '--json']); return r.status === 1 ? / was refused /.test(r.err) || r.err : JSON.parse(r.out).state === 'degraded' || r.out; });
        await until(`${what}: it says so`, async () => /degraded|source-/.test(daemon.err) || daemon.err.slice(-500));
        ok(`${name}: ${what}: it stays up`, !daemon.result, daemon.err.slice(-1000));
        const all = await findings(m);
        ok(`${name}: ${what}: a finding of the source names the block`, all.length === 1 && isLie(all[0]) && all[0].block === block && all[0].state === 'open', ...all.slice(0, 5).map(f => JSON.stringify(f)));
        await stands(what, m, block - 1);
        await node.stop();
        node = await startReplay(file, { port });
        await daemon.indexed(last.number, { timeout: 45000 });
        await stands(`${what}, then an honest node`, m, last.number);
        equal(`${name}: ${what}: the finding is resolved`, (await findings(m)).filter(f => f.id === all[0].id).map(f => f.state), ['resolved']);
        equal(`${name}: ${what}: the state is well again`, [(await m.status()).state, (await m.status()).findings.error], ['ok', 0]);
        const end = await daemon.stop();
        equal(`${name}: ${what}: it ends well`, [end.status, end.signal], [0, null], daemon.err.slice(-1000));
      } finally { if (daemon && !daemon.result) await daemon.stop('SIGKILL'); await node.stop(); }
    }
  });

  // ---- a node that leaves out logs ----

  await piece('omissions', async () => {
    // What a sparse backfill is sure to miss: events that move money, in blocks of which nothing else is told.
    const moves = b => b.number > birth + 3 && b.logs.some(l => ['Deposited', 'ScheduledUnstake', 'Unstaked'].includes(eventName(l)));
    const omit = chain.blocks.filter(b => moves(b) && rnd() < 0.1).map(b => b.number).join(',');
    // What no view shows, and only a later event needs: who may pay out.
    const has = (b, event) => b.logs.some(l => eventName(l) === event);
    const paid = chain.blocks.find(b => has(b, 'PaidOutClaim')).number;
    const allowed = chain.blocks.filter(b => b.number < paid && has(b, 'SetClaimsManagerStatus')).map(b => b.number).join(',');
    const limits = { 'fault-rate': 0.16, 'max-range': 40, 'max-logs': 60 };
    const cases = [['dense', LEVELS.receipts, {}, 0.2], ['dense, views at every block', { ...LEVELS.receipts, ...VIEWS }, {}],
      ['dense, faults and limits', LEVELS.receipts, limits], ['dense, all', LEVELS.receipts, { 'drop-logs': 1 }],
      ['sparse', LEVELS.sparse, { omit, 'drop-logs': 0 }, 0.2], ['sparse, views at every block', { ...LEVELS.sparse, ...VIEWS }, {}],
      ['sparse, faults and limits', LEVELS.sparse, { omit: omit.split(',').slice(0, 3).join(','), 'drop-logs': 0, ...limits }],
      ['sparse, what no view shows', LEVELS.sparse, { omit: allowed, 'drop-logs': 0 }],
      ['level headers', LEVELS.headers, {}], ['level headers, faults and limits', LEVELS.headers, limits]];
    for (const [what, extra, options, share] of cases.filter(c => name === 'pool-edges' || !c[0].includes('limits')))      // the smaller chain: faults take time
      await served({ 'drop-logs': 0.05, ...options }, async node => {
        const m = mirrorWith(node.url, extra), started = Date.now();
        const r = await m.sync();
        ok(`${name}: logs left out, ${what}: sync`, r.status === 0, ...tell(r));
        await stands(`logs left out, ${what}`, m, last.number, share);
        const all = await findings(m);
        ok(`${name}: logs left out, ${what}: findings say what`, all.length > 0 && all.every(f => f.check === 'source-log-omitted' && f.severity === 'warning' && f.transaction && f.log_index !== null),
          `${all.length} findings`, ...all.filter(f => f.check !== 'source-log-omitted').slice(0, 5).map(f => JSON.stringify(f)));
        none(`${name}: logs left out, ${what}: and each is true`, all.filter(f => !at(f.block).logs.some(l => Number(l.logIndex) === f.log_index && l.transactionHash === f.transaction && [f.expected, undefined].includes(eventName(l)))).map(f => JSON.stringify(f)));
        const s = await m.status();
        note(`${what}: ${r.ms} ms, ${all.length} findings, then ${Date.now() - started - r.ms} ms`);
        equal(`${name}: logs left out, ${what}: the node is told of`, [s.nodes[0].omissions > 0, s.nodes[0].lies, s.state], [true, 0, 'ok']);
      });
  });

  // ---- two nodes, one of which lies ----

  await piece('two nodes', async () => {
    const { block, index } = places[4];
    const lies = { 'a lie': { 'lie-log': `${block}:${index}` }, 'logs left out': { 'drop-logs': 0.05 } };
    for (const [lie, options] of Object.entries(lies)) for (const order of [0, 1]) for (const level of lie === 'a lie' ? name === 'pool-edges' ? Object.keys(LEVELS) : ['sparse'] : ['receipts'])
      await served({}, honest => served(options, async liar => {
        const what = `${lie} by the ${order ? 'second' : 'first'} of two, level ${level}`;
        const m = mirrorWith(order ? [honest.url, liar.url] : [liar.url, honest.url], LEVELS[level]);
        const r = await m.sync();
        ok(`${name}: ${what}: sync`, r.status === 0, ...tell(r));
        await stands(what, m, last.number);
        const all = await findings(m), s = await m.status();
        none(`${name}: ${what}: no error is open`, all.filter(f => f.severity === 'error' && f.state === 'open').map(f => JSON.stringify(f)));
        none(`${name}: ${what}: nobody honest is accused`, all.filter(f => !f.subject.includes(liar.url)).map(f => JSON.stringify(f)));
        const told = s.nodes.find(n => n.node === liar.url), other = s.nodes.find(n => n.node === honest.url);
        equal(`${name}: ${what}: the honest node has no lies`, [other.lies, other.omissions, other.quarantined], [0, 0, false]);
        if (order === 0 && lie === 'a lie') {
          equal(`${name}: ${what}: the lie is told of, and its node left alone`, [told.lies > 0, told.quarantined], [true, true], JSON.stringify(s.nodes));
          equal(`${name}: ${what}: one finding, resolved`, all.map(f => [f.block, isLie(f), f.state]), [[block, true, 'resolved']]);
        }
        if (order === 0 && lie === 'logs left out') ok(`${name}: ${what}: omissions are told of`, told.omissions > 0 && all.length > 0, JSON.stringify(s.nodes));
      }));
    // Both lie, each in another block.
    const other = places[5].block === block ? places[3] : places[5];
    await served({ 'lie-log': `${block}:${index}` }, one => served({ 'lie-log': `${other.block}:${other.index}` }, async two => {
      const m = mirrorWith([one.url, two.url], {});
      const r = await m.sync();
      // Each block has one node that tells the truth of it: whether it is still asked then, its lie decides.
      const s = await m.status();
      ok(`${name}: both lie: sync comes through, or stops before a lie`, r.status === 0 ? s.indexed.number === last.number && s.state === 'ok'
        : r.status === 1 && s.indexed.number < Math.max(block, other.block) && s.state === 'degraded', ...tell(r), JSON.stringify([s.indexed, s.state, s.nodes]));
      equal(`${name}: both lie: it holds nothing of them`, s.digest, await digestAt(s.indexed.number));
    }));
  });

  // ---- a node that lacks something ----

  await piece('a node without eth_getBlockReceipts', async () => {
    for (const [level, extra] of Object.entries(name === 'pool-edges' ? LEVELS : { sparse: LEVELS.sparse })) await served({ 'no-method': 'eth_getBlockReceipts' }, async node => {
      const m = mirrorWith(node.url, extra), r = await m.sync();
      ok(`${name}: single receipts, level ${level}: sync`, r.status === 0, ...tell(r));
      await stands(`single receipts, level ${level}`, m, last.number);
      none(`${name}: single receipts, level ${level}: no findings`, await compareFindings(m));
      const { methods } = await node.ctl();
      ok(`${name}: single receipts, level ${level}: were asked for`, methods.eth_getTransactionReceipt > 0, JSON.stringify(methods));
    });
    const { block, index } = places[4];
    await served({ 'no-method': 'eth_getBlockReceipts', 'lie-log': `${block}:${index}` }, async node => {
      const m = mirrorWith(node.url), r = await m.sync();
      ok(`${name}: single receipts and a lie: sync exits 1`, r.status === 1, ...tell(r));
      await stands('single receipts and a lie', m, block - 1);
    });
    await served({ 'no-method': 'eth_getBlockReceipts,eth_getTransactionReceipt' }, async node => {
      const m = mirrorWith(node.url), r = await m.sync();
      ok(`${name}: no receipts at all: sync exits 1 and says so`, r.status === 1 && /receipt/i.test(r.err), ...tell(r));
      equal(`${name}: no receipts at all: which is no lie`, await m.run(['findings', 'api3', '--json']).then(f => f.status === 0 ? JSON.parse(f.out).items.length : 0), 0);
    });
  });

  // ---- the trust anchor ----

  await piece('checkpoint', async () => {
    const some = chain.blocks[Math.floor(chain.blocks.length / 2)];
    const wrong = '0x' + (some.hash[2] === '0' ? '1' : '0') + some.hash.slice(3);
    await served({}, async node => {
      for (const level of Object.values(LEVELS)) {
        const m = mirrorWith(node.url, { ...level, checkpoint: { number: some.number, hash: some.hash } }), r = await m.sync();
        ok(`${name}: the right checkpoint: sync`, r.status === 0, ...tell(r));
        equal(`${name}: the right checkpoint: the digest`, await m.digest(), await digestAt(last.number));
      }
      const m = mirrorWith(node.url, { checkpoint: { number: some.number, hash: wrong } }), r = await m.sync();
      ok(`${name}: a wrong checkpoint: sync exits 1 and says why`, r.status === 1 && r.err.includes(some.hash) && r.err.includes(wrong) && r.err.includes(`block ${some.number}`) && /checkpoint/.test(r.err), ...tell(r));
      const daemon = await m.run(['run'], { timeout: 15000 });
      ok(`${name}: a wrong checkpoint: run ends, too`, daemon.status === 1 && /checkpoint/.test(daemon.err), ...tell(daemon));
      const above = mirrorWith(node.url, { checkpoint: { number: last.number + 7, hash: some.hash } }), late = await above.sync();
      ok(`${name}: a checkpoint above the head: sync exits 1 and says so`, late.status === 1 && late.err.includes(String(last.number + 7)) && late.err.includes(String(last.number)) && /checkpoint/.test(late.err), ...tell(late));
    });
    const m = mirrorWith(`file:${file}`, { checkpoint: { number: some.number, hash: wrong } }), r = await m.sync();
    ok(`${name}: a wrong checkpoint of a file: sync exits 1`, r.status === 1 && /checkpoint/.test(r.err), ...tell(r));
  });

  // ---- siblings whose hashes are not their headers' ----

  await piece('forged siblings', async () => {
    for (const [level, extra] of Object.entries({ receipts: LEVELS.receipts, sparse: LEVELS.sparse }))
      for (const depth of [1, 6]) await served({ head: last.number - 40, fork: `${last.number - 20}:${depth}` }, async node => {
        const what = `${depth} forged sibling${depth > 1 ? 's' : ''}, level ${level}`;
        const m = mirrorWith(node.url, extra), daemon = m.daemon();
        try {
          await daemon.indexed(last.number - 40);
          await node.head(last.number - 20);
          await daemon.indexed(last.number - 20, { hash: at(last.number - 20).hash, timeout: 30000 });
          await node.head(last.number);
          await daemon.indexed(last.number, { hash: last.hash, timeout: 30000 });
          await stands(what, m, last.number);
          none(`${name}: ${what}: no error is open`, (await findings(m)).filter(f => f.severity === 'error' && f.state === 'open').map(f => JSON.stringify(f)));
        } finally { await daemon.stop(); }
      });
    await served({ fork: `${last.number}:5` }, async node => {
      const m = mirrorWith(node.url, LEVELS.receipts);
      await fetch(node.url, { method: 'POST', body: '{"id":1,"method":"eth_blockNumber","params":[]}' });       // from now on they are there
      const r = await m.sync(), s = await m.status();
      ok(`${name}: forged siblings at the end: refused, or asked for again`, r.status === 0 ? s.digest === await digestAt(last.number) : r.status === 1 && s.digest === await digestAt(s.indexed.number), ...tell(r));
    });
  });
}
done();
