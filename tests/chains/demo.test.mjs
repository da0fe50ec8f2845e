// The demo's chain: what it begins with is the recording of the real contracts, with all its figures and checks; what comes
// behind it has something for every view, and what is wrong in it is found.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listChains, readChain, readTruth, CHAINS } from '../support/recorded.mjs';
import { Mirror, ROOT, there, PROGRAM } from '../support/program.mjs';
import { done, equal, none, ok, part } from '../support/tap.mjs';
import { compareCheckpoint } from './truth.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const config = JSON.parse(readFileSync(join(ROOT, 'configs', 'demo.json')));
const url = `file:${join(CHAINS, 'demo.chain.jsonl.gz')}`;
delete config.$schema;
delete config.store;
delete config.serve;
const m = new Mirror({ ...config, chain: { ...config.chain, rpc: [{ url }] } });
const real = listChains().find(c => c.name === 'api3-seed1'), LAST = 309;

await part('what is in the file', async () => {
  const chain = readChain(join(CHAINS, 'demo.chain.jsonl.gz')), first = readChain(real.chain);
  equal('it begins with api3-seed1, line by line', chain.lines.slice(1, first.lines.length).map(l => JSON.stringify(l)), first.lines.slice(1).map(l => JSON.stringify(l)));
  none('each block is behind the one before it', chain.blocks.filter((b, i) => i && (b.block.parentHash !== chain.blocks[i - 1].hash || b.timestamp <= chain.blocks[i - 1].timestamp)).map(b => b.number));
  const old = new Set(first.blocks.flatMap(b => b.receipts.flatMap(r => [r.contractAddress, r.to])).filter(Boolean));
  none('no contract of the second part has an address of the first', chain.blocks.slice(LAST).flatMap(b => b.receipts.map(r => r.contractAddress)).filter(a => old.has(a)));
});

await part('followed', async () => {
  const r = await m.sync();
  equal('sync tells of findings', r.status, 3, r.err.slice(-1500));
  const [now, then] = [await m.status(), await m.json('status', '--at', LAST)];
  equal('the recorded chain’s digest and checks, as of its last block', [then.digest, then.checks, then.findings],
    ['0x40d8a231e597dd84237b2bdb90e9eea810d60cff45c78aa1312b482a0c03351e', { passed: 94145, failed: 0 }, { error: 0, warning: 0, info: 0 }]);
  const truth = readTruth(real.truth), wrong = [];
  for (let i = 0; i < truth.checkpoints.length; i += 17) wrong.push(...await compareCheckpoint(m, truth.checkpoints[i]));
  wrong.push(...await compareCheckpoint(m, truth.checkpoints.at(-1)));
  none('and every figure of its truth', wrong);
  ok('the chain goes on behind it', now.indexed.number > 600, JSON.stringify(now.indexed));
  equal('the real pool has no finding', (await m.all('findings', 'api3')).length, 0);
  const whole = await m.run(['check-store']);
  equal('check-store adds up', whole.status, 0, whole.err);
});

await part('something for every view', async () => {
  const pools = Object.fromEntries(config.pools.map(p => [p.name, p.protocol]));
  equal('each protocol', [...new Set(Object.values(pools))].sort(), ['api3', 'bridge-mutual-v2', 'insuredao']);
  const count = async (...args) => (await m.all(...args)).length;
  for (const name of Object.keys(pools)) {
    const payouts = await m.all('payouts', name);
    ok(`${name}: payouts`, payouts.length > 0);
    ok(`${name}: explain of its last payout`, (await m.json('explain', payouts.at(-1).transaction)).events.some(e => e.payout));
    ok(`${name}: accounts`, await count('accounts', name) >= 8);
    if (name === 'api3') continue;
    ok(`${name}: policies`, await count('policies', name) >= 10);
    const points = (await m.json('history', name, '--limit', 12)).items.filter(p => p.utilization !== null).map(p => Number(p.utilization));
    ok(`${name}: a utilization that grows`, points.length > 9 && Math.max(...points) > 0.25 && points.at(-1) > points.find(u => u > 0), JSON.stringify(points));
  }
  const states = async (name, list, field) => [...new Set((await m.all('items', name, list)).map(i => i[field]))].length;
  ok('feeds: claims of several outcomes', await states('feeds', 'claims', 'status') >= 4);
  ok('book: claims of several outcomes', await states('book', 'claims', 'status') >= 3);
  equal('vault: markets, indices, a reserve, two incidents', await Promise.all(['markets', 'indices', 'reserves', 'incidents'].map(l => count('items', 'vault', l))), [3, 2, 1, 2]);
  const [{ market }] = await m.all('items', 'vault', 'markets');
  const quotes = [await m.json('quote', 'book', '--amount', 10n ** 22n, '--weeks', 8), await m.json('quote', 'vault', '--market', market, '--amount', 10n ** 9n, '--weeks', 4)];
  ok('quotes', quotes.every(q => BigInt(q.premium ?? 0) > 0n), JSON.stringify(quotes).slice(0, 600));
});

await part('what is wrong in it', async () => {
  const found = (await Promise.all(config.pools.map(p => m.all('findings', p.name)))).flat();
  equal('the findings', found.map(f => `${f.pool} ${f.check} ${f.state}`).sort(), ['book policy-price open', 'feeds claim-payout open', 'feeds claims-manager-empowered open',
    'feeds policy-covered open', 'vault debt-settled resolved', 'vault payout-window open']);
  const traced = found.filter(f => f.trace.length > 0).map(f => f.check);
  ok('with traces', ['policy-price', 'claim-payout', 'policy-covered'].every(c => traced.includes(c)), JSON.stringify(traced));
});
done();
