// A recorded coverage book: every figure at every block against what the contracts' views said, the same digest however the
// blocks came in, and a node that lies in one word of one log: the checks alone see it.
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { Mirror, tempFolder, there, PROGRAM } from '../support/program.mjs';
import { CHAINS, readChain } from '../support/recorded.mjs';
import { done, equal, none, note, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const file = join(CHAINS, 'bridge-mutual.chain.jsonl.gz');
const { meta, checkpoints } = JSON.parse(gunzipSync(readFileSync(join(CHAINS, 'bridge-mutual.figures.json.gz'))));
const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n').map(l => JSON.parse(l));
const chain = readChain(file);
const { book, facade, capital, quote, registry, claims, coin, reinsurance, pool1, pool2, admin, voting } = meta.addresses;
const contracts = { book, facade, capital_pool: capital, quote, policy_registry: registry, claiming_registry: claims, token: coin, reinsurance_pool: reinsurance,
  leverage_pools: [pool1, pool2], admin, distributors: [meta.distributor], claim_voting: voting };
const mirrorOf = (url, extra = {}) => new Mirror({ chain: { id: meta.chainId, rpc: [{ url }] }, views: { every_blocks: 1, accounts: 'touched' },
  pools: [{ name: 'book', protocol: 'bridge-mutual-v2', start_block: meta.start, contracts }], ...extra });
const text = v => v === null || v === undefined ? null : String(v);
const differences = (where, truth, shown) => Object.entries(truth).filter(([k, v]) => text(v) !== text(shown?.[k]))
  .map(([k, v]) => `${where} ${k}: view ${text(v)}, mirror ${text(shown?.[k])}`);
const straight = (r, what, status = 0) => ok(what, r.status === status, `exit status ${r.status ?? r.signal}`, r.err.slice(-1000));

let digest = null;
await part('figures', async () => {
  const mirror = mirrorOf(`file:${file}`);
  straight(await mirror.sync(), 'sync from the file');
  digest = await mirror.digest();
  none('no findings', (await mirror.json('findings')).items.map(f => JSON.stringify(f)));
  for (const c of checkpoints) {
    const { state } = await mirror.json('pool', 'book', '--at', c.block), wrong = differences(`block ${c.block}`, c.pool, state);
    const { items } = await mirror.json('accounts', 'book', '--at', c.block, '--limit', 1000);
    for (const [who, account] of Object.entries(c.accounts)) {
      const item = items.find(a => a.account.toLowerCase() === who);
      if (item) wrong.push(...differences(`block ${c.block} ${who}`, account, item));
      else if (account.x_tokens !== '0' || account.policy_cover !== '0') wrong.push(`block ${c.block} ${who} is not in the list`);
    }
    none(`every figure at block ${c.block}`, wrong);
  }
  const added = (await mirror.json('events', 'book', '--event', 'LiquidityAdded', '--limit', 1)).items[0], log = `${added.transaction}:${added.log_index}`;
  const [explained] = (await mirror.json('explain', log)).events, [posting] = explained.postings;
  const coin = (await mirror.json('explain', added.transaction)).events.find(e => e.event === 'Transfer' && e.contract === contracts.token);
  equal('a posting is in the coin’s units, whose decimals it tells', [posting.amount, posting.decimals], [coin.arguments.value, 6]);
  const whole = BigInt(posting.amount) / 1000000n, shown = (await mirror.run(['explain', log])).out.match(/ledger: .* -> .*? ([\d,.]+) TUSD/)?.[1];
  equal('and so it is shown', shown?.split('.')[0].replaceAll(',', ''), String(whole));
  const store = await mirror.run(['check-store']);
  straight(store, 'what is kept is what its rows say');
});

await part('in pieces', async () => {
  const mirror = mirrorOf(`file:${file}`, { views: { at_head: false } });
  for (const to of [meta.birth, meta.birth + 1, 60, 61, 99, meta.last - 3]) straight(await mirror.sync('--to', to), `sync to block ${to}`);
  straight(await mirror.sync(), 'sync to the end');
  equal('the digest in one go', await mirror.digest(), digest);
});

await part('a node that cannot tell', async () => {
  const folder = tempFolder(), without = join(folder, 'without.chain.jsonl.gz'), holders = '0x70b68a2a';
  const sale = chain.blocks.find(b => b.logs.some(l => l.topics[0] === '0xbb4b923847007ebef9b2c356ae43d3ca5458ff311fdf4893c65231f4021e87d0')).number;
  writeFileSync(without, gzipSync(lines.filter(l => !(l.type === 'call' && l.block === sale && l.data.startsWith(holders))).map(l => JSON.stringify(l)).join('\n') + '\n'));
  const r = await mirrorOf(`file:${without}`).sync();
  straight(r, 'the terms of a policy are missing: sync exits 1', 1);
  ok('and says which block, and what to do', new RegExp(`policy sold in block ${sale}`).test(r.err) && /archive/.test(r.err), r.err.slice(-500));
});

// What no other event tells is left to the views.
const BY_VIEW = ['VirtualStableDeployed', 'LeverageStableDeployed'];
// Words of a log: its topics behind the first, then its data.
const LIES = {
  [book]: { LiquidityAdded: [0, 1, 2], WithdrawalRequested: [0, 1, 2], LiquidityWithdrawn: [0, 1, 2], PolicyBought: [1, 2, 3], CoverageChanged: [0], Transfer: [0, 1, 2] },
  [registry]: { PolicyAdded: [0, 2], PolicyRemoved: [0] },
  [claims]: { ClaimPending: [0, 2], AppealPending: [0, 2], ClaimAccepted: [0, 2, 3], ClaimRejected: [0, 2], WithdrawalRequested: [1], ClaimWithdrawn: [0, 1] },
  [reinsurance]: { PremiumAdded: [0], LiquidityWithdrawn: [1, 2], VirtualStableDeployed: [1], LeverageStableDeployed: [1] },
  [pool1]: { LeverageStableDeployed: [1] },
  [coin]: { Transfer: [1, 2] },
};
const TOPICS = { LiquidityAdded: '0xac1d7674', WithdrawalRequested: '0x24b91f4f', LiquidityWithdrawn: '0xb195a67e', PolicyBought: '0xbb4b9238', CoverageChanged: '0x377cc25f',
  Transfer: '0xddf252ad', PolicyAdded: '0xb4c46a06', PolicyRemoved: '0xe0df14cb', ClaimPending: '0x93eaeb00', AppealPending: '0x89ffc7e7', ClaimAccepted: '0x837499bc',
  ClaimRejected: '0xd65c51f0', ClaimWithdrawn: '0x8e6c87ae', PremiumAdded: '', VirtualStableDeployed: '', LeverageStableDeployed: '' };
await part('lies', async () => {
  const { id } = await import('ethers');
  TOPICS.PremiumAdded = id('PremiumAdded(uint256)');
  TOPICS.VirtualStableDeployed = id('VirtualStableDeployed(address,uint256)');
  TOPICS.LeverageStableDeployed = id('LeverageStableDeployed(address,uint256)');
  const folder = tempFolder(), capitals = capital.slice(2).toLowerCase();
  for (const [address, kinds] of Object.entries(LIES)) for (const [kind, words] of Object.entries(kinds)) {
    const places = [];
    lines.forEach((l, i) => l.type === 'block' && l.receipts.forEach((r, k) => r.logs.forEach((log, n) => {
      if (log.address.toLowerCase() !== address || !log.topics[0].startsWith(TOPICS[kind]) || Number(l.block.number) <= meta.birth + 2) return;
      if (address === coin && (!log.topics[2].endsWith(capitals) || !r.logs.some(x => x.address.toLowerCase() === book))) return;
      if (BY_VIEW.includes(kind) && places.at(-1)?.[0] === i) places.pop(); // the block's last one counts
      places.push([i, k, n]);
    })));
    if (!ok(`${kind}: there is one to spoil`, places.length > 0)) continue;
    for (const word of words) {
      const [i, k, n] = places[Math.floor(places.length / 2)], changed = structuredClone(lines[i]), log = changed.receipts[k].logs[n];
      const raise = hex => '0x' + (BigInt(hex) + 1n).toString(16).padStart(64, '0'), topics = log.topics.length - 1;
      if (word < topics) log.topics[word + 1] = raise(log.topics[word + 1]);
      else { const at = 2 + 64 * (word - topics); log.data = log.data.slice(0, at) + raise('0x' + log.data.slice(at, at + 64)).slice(2) + log.data.slice(at + 64); }
      const lying = join(folder, 'lying.chain.jsonl.gz');
      writeFileSync(lying, gzipSync(lines.with(i, changed).map(l => JSON.stringify(l)).join('\n') + '\n', { level: 1 }));
      const mirror = mirrorOf(`file:${lying}`, { proof: { level: 'off' }, views: BY_VIEW.includes(kind) ? { every_blocks: 1 } : { at_head: false } });
      const r = await mirror.sync(), block = Number(changed.block.number);
      const found = [0, 3].includes(r.status) ? (await mirror.json('findings')).items : []; // a resolved one, too
      ok(`${kind}, word ${word}, one more: found in its block`, found.some(f => f.block === block), `exit status ${r.status}`, r.err.slice(-400), ...found.map(f => `${f.check} ${f.block}`));
    }
  }
});
note('done');
done();
