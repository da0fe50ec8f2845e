// Contracts that break one rule each: every one of them is a finding, with its trace, and nothing else is; and what the
// verbs say of a sound history: policies, payouts, quotes, explanations.
import { Anvil } from '../support/anvil.mjs';
import { DAY, InsureScene, Tree, UNIT } from '../support/insure-scene.mjs';
import { there, PROGRAM } from '../support/program.mjs';
import { done, equal, none, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const TARGET = '0x' + '11'.repeat(32), PRICE = 10n ** 30n;

// Two markets with an index behind them and a reserve, liquidity in all, and one insurance in the first market.
class Stage {
  static async open() {
    const s = new Stage();
    s.anvil = await Anvil.start({ accounts: 14 });
    s.scene = await InsureScene.deploy(s.anvil, { markets: 2, indices: 1 });
    const { owner, users: [a, b], markets: [m, n], indices: [i], reserves: [r] } = s.scene;
    Object.assign(s, { owner, a, b, m, n, i, r });
    await s.does(owner, i, 'setLeverage', 2n * UNIT);
    await s.does(owner, i, 'set', 0, m, 100n);
    await s.does(owner, i, 'set', 1, n, 100n);
    for (const [who, pool, amount] of [[a, m, 1000n], [b, n, 1000n], [a, i, 500n], [b, r, 300n]]) await s.does(who, pool, 'deposit', amount * UNIT);
    s.sale = await s.does(b, m, 'insure', 100n * UNIT, PRICE, 30 * DAY, TARGET, b, b);
    return s;
  }
  async does(from, to, name, ...args) {
    const r = await this.scene.does(from, to, name, ...args);
    if (!r.ok) throw new Error(`${name} reverted`);
    return r;
  }
  async wait(days) { await this.scene.mine(days * DAY); }
  // An incident of a day later, with the losses of insurances.
  async incident(leaves, numerator = 100n) {
    await this.wait(1);
    this.tree = new Tree(leaves);
    return this.does(this.owner, this.m, 'applyCover', 2 * DAY, numerator, 100n, this.scene.now - 60, this.tree.root, '', '');
  }
  redeem(leaf, { id = leaf, who = this.b, loss = this.tree.leaves[leaf].loss } = {}) { return this.does(who, this.m, 'redeem', id, loss, this.tree.proof(leaf)); }
  async mirrored() {
    this.mirror = this.scene.mirror({ extra: { proof: { level: 'headers' }, views: { every_blocks: 1, accounts: 'all' } } });
    const r = await this.mirror.sync();
    if (r.status !== 0 && r.status !== 3) throw new Error(r.err);
    return this.mirror.all('findings');
  }
  close() { return this.anvil.stop(); }
}
const loss = (s, tokens) => [{ target: TARGET, insured: s.b, loss: tokens * UNIT }];

// name, what the fault is, what is done, which checks must tell (the first of them at its event)
const FAULTS = [
  ['a wrong premium', 1, s => s.does(s.b, s.m, 'insure', 50n * UNIT, PRICE, 30 * DAY, TARGET, s.b, s.b), ['premium'], 'premium'],
  ['a payout above the cover', 2, async s => { await s.incident(loss(s, 150n)); return s.redeem(0); }, ['payout-covered', 'payout-loss'], 'payout at most'],
  ['a payout that forgets the ratio', 7, async s => { await s.incident(loss(s, 60n), 20n); return s.redeem(0); }, ['payout-loss'], 'payoutNumerator'],
  ['a loss that nobody proved', 8, async s => { await s.incident(loss(s, 10n)); return s.redeem(0, { loss: 11n * UNIT }); }, ['payout-loss'], 'claim'],
  ['a stranger who redeems', 9, async s => { await s.incident(loss(s, 10n)); return s.redeem(0, { who: s.a }); }, ['payout-loss'], 'claim'],
  ['a payout when no incident is paid', 3, async s => {
    await s.does(s.b, s.m, 'insure', 50n * UNIT, PRICE, 30 * DAY, TARGET, s.b, s.b);
    await s.incident([...loss(s, 10n), ...loss(s, 20n)]);
    await s.redeem(0);
    await s.wait(3);
    await s.does(s.a, s.m, 'resume');
    return s.redeem(1);
  }, ['payout-window', 'debt-settled'], null],
  ['an expired insurance paid', 4, async s => { await s.wait(40); await s.incident(loss(s, 10n)); return s.redeem(0); }, ['payout-incident'], 'incident'],
  ['an insurance paid twice', 4, async s => { await s.incident(loss(s, 10n)); await s.redeem(0); return s.redeem(0); }, ['policy-active'], null],
  ['shares minted wrong', 5, s => s.does(s.a, s.m, 'deposit', 77n * UNIT), ['event-figures'], 'mint'],
  ['a premium divided wrong', 6, s => s.does(s.b, s.m, 'insure', 50n * UNIT, PRICE, 30 * DAY, TARGET, s.b, s.b), ['view-account', 'view-item'], null],
];

for (const [name, fault, act, checks, traced] of FAULTS) await part(name, async () => {
  const s = await Stage.open();
  try {
    await s.does(s.owner, s.m, 'setFault', fault);
    const { hash } = await act(s);
    const findings = await s.mirrored();
    equal(`${name}: the checks that fail`, [...new Set(findings.map(f => f.check))].sort(), [...checks].sort(),
      findings.map(f => `${f.check} block ${f.block} ${JSON.stringify(f.subject)} expected ${f.expected} actual ${f.actual}`));
    const first = findings.find(f => f.check === checks[0]);
    ok(`${name}: an error of this transaction`, first?.severity === 'error' && (first.transaction === hash || checks[0].startsWith('view-')), JSON.stringify(first));
    ok(`${name}: says what was expected`, first?.expected !== undefined && first?.actual !== undefined && first.expected !== first.actual, JSON.stringify(first));
    if (traced) ok(`${name}: with its trace`, JSON.stringify(first?.trace ?? []).includes(traced), JSON.stringify(first?.trace));
  } finally { await s.close(); }
});

await part('a sound history', async () => {
  const s = await Stage.open();
  try {
    const { scene } = s;
    const fee = await scene.view(scene.vault, 'attributions', [s.owner]);
    ok('the owner earned a fee', fee > 0n);
    // Rates change without a log, and in the block of a sale: before it in one, after it in the other.
    const sell = () => scene.tx(s.b, s.n, 'insure', 5n * UNIT, PRICE, 30 * DAY, TARGET, s.b, s.b);
    const rates = base => scene.tx(s.owner, scene.flat, 'setRate', s.n, base);
    scene.sent = [];
    await rates(90000n); await sell();
    const early = await scene.settle(12);
    await sell(); await rates(10000n);
    const late = await scene.settle(12);
    ok('two sales in blocks that change the rates', [...early, ...late].every(r => r.ok));
    await s.incident(loss(s, 60n));
    const paid = await s.redeem(0);
    await s.wait(3);
    await s.does(s.a, s.m, 'resume');
    await s.does(s.a, s.i, 'resume');
    none('no findings', (await s.mirrored()).map(f => `${f.check} block ${f.block} ${JSON.stringify(f.subject)} expected ${f.expected} actual ${f.actual}`));
    const sold = await s.mirror.all('policies', 'insure', '--limit', 10);
    const [policy] = sold.filter(p => p.market === s.m), others = sold.filter(p => p.market === s.n);
    equal('both sales at the rate before the change, or after it', others.map(p => p.premium), [90000n, 90000n].map(r => String(5n * UNIT * r * BigInt(30 * DAY) / 31536000n / 1000000n)));
    equal('the policy', [policy.market, String(policy.id), policy.state, policy.amount, policy.payout, policy.insured], [s.m, '0', 'redeemed', String(100n * UNIT), String(60n * UNIT), s.b]);
    const [payout] = await s.mirror.all('payouts', 'insure');
    equal('the payout', [payout.recipient, payout.amount, payout.market, payout.policy, payout.cover, payout.incident, payout.transaction], [s.b, String(60n * UNIT), s.m, '0', String(100n * UNIT), '1', paid.hash]);
    const [incident] = await s.mirror.all('items', 'insure', 'incidents');
    const borne = BigInt(incident.from_market) + BigInt(incident.from_indices) + BigInt(incident.shortage);
    equal('who bore it adds up', [borne, BigInt(incident.debt), BigInt(incident.paid)].map(String), Array(3).fill(String(60n * UNIT)));
    ok('the index bore its part', BigInt(incident.from_indices) > 0n, JSON.stringify(incident));
    for (const [what, hash, words] of [['the sale', s.sale.hash, ['premium', 'segment', 'owner']], ['a sale before its rate changed', late[0].hash, ['premium', 'rate = 90000']], ['the payout', paid.hash, ['payout at most']]]) {
      const r = await s.mirror.run(['explain', hash]);
      ok(`explain ${what}`, r.status === 0 && words.every(w => r.out.toLowerCase().includes(w)), r.out.slice(0, 3000), r.err.slice(0, 500));
    }
    const amount = 33n * UNIT, weeks = 3;
    const q = await s.mirror.json('quote', 'insure', '--market', s.n, '--amount', String(amount), '--weeks', String(weeks));
    const there_ = await scene.view(s.n, 'getPremium', [amount, weeks * 7 * DAY]);
    equal('a quote is what the market asks', q.premium, String(there_), JSON.stringify(q));
    const [solvent] = (await s.mirror.json('solvency')).items;
    equal('solvency', [solvent.cover, solvent.policies_open], [String(10n * UNIT), 2], JSON.stringify(solvent));
    const { state } = await s.mirror.json('pool', 'insure', '--at', scene.head - 6);
    const markets = await s.mirror.all('items', 'insure', 'markets', '--at', scene.head - 6);
    const rate = m => m.premium_kind === 'flat' ? 10000n : 50000n + 100000n * BigInt(m.utilization_rate) / 800000n;
    equal('the rates of the markets', markets.map(m => m.premium_rate), markets.map(m => String(rate(m))));
    const weight = m => BigInt(m.total_liquidity), sum = f => markets.reduce((n, m) => n + f(m), 0n);
    const mean = sum(m => rate(m) * 10n ** 12n * weight(m)) / sum(weight);
    equal('and their mean', state.premium_rate, `0.${String(mean).padStart(18, '0')}`);
    const audit = await s.mirror.run(['check-store']);
    ok('check-store adds up', audit.status === 0, audit.out.slice(-800), audit.err.slice(-800));
    const at = await s.mirror.all('policies', 'insure', '--at', scene.head - 6);
    ok('before, the policy was active', at.find(p => p.market === s.m)?.is_active === true, JSON.stringify(at));
  } finally { await s.close(); }
});
// What a strategy earns no log tells: what depends on it is null from then on, and nothing else is said to be wrong.
await part('a strategy behind the vault', async () => {
  const s = await Stage.open();
  try {
    const { scene } = s, controller = await scene.create('InsureController', scene.vault);
    await s.does(s.owner, scene.vault, 'setController', controller);
    await s.does(s.a, controller, 'take', 700n * UNIT);
    await s.does(s.owner, scene.token, 'transfer', controller, 31n * UNIT);
    await s.does(s.b, s.n, 'insure', 20n * UNIT, PRICE, 30 * DAY, TARGET, s.b, s.b);
    for (const pool of [s.m, s.i, s.r]) await s.does(s.b, pool, 'deposit', 50n * UNIT);
    await s.does(s.a, s.m, 'requestWithdraw', 100n * UNIT);
    await s.wait(4);
    await s.does(s.a, s.m, 'withdraw', 40n * UNIT);
    await s.incident(loss(s, 60n));
    await s.redeem(0);
    await s.wait(3);
    await s.does(s.a, s.m, 'resume');
    await s.does(s.a, s.i, 'resume');
    await s.does(s.owner, scene.vault, 'withdrawAllAttribution', s.owner);
    equal('the one finding', (await s.mirrored()).map(f => `${f.severity} ${f.check} ${f.state}`), ['warning no-controller open']);
    const { state } = await s.mirror.json('pool', 'insure');
    equal('what the vault is worth is not known', [state.value_all, state.share_price, state.liquidity, state.controller], [null, null, null, controller]);
    const markets = await s.mirror.all('items', 'insure', 'markets');
    equal('what depends on it is not', markets.map(m => [m.total_liquidity, m.rate, m.attribution_debt]), [[null, null, null], [null, null, null]]);
    equal('what does not is', markets.map(m => [m.locked_amount, m.total_credit]).sort(),
      (await Promise.all(markets.map(async m => [String(await scene.view(m.market, 'lockedAmount')), String(await scene.view(m.market, 'totalCredit'))]))).sort());
    const [incident] = await s.mirror.all('items', 'insure', 'incidents');
    equal('nor who bore what', [incident.paid, incident.from_market, incident.shortage], [String(60n * UNIT), null, null]);
    const q = await s.mirror.json('quote', 'insure', '--market', s.n, '--amount', '1000000', '--weeks', '2');
    ok('a quote says why it has no price', q.premium === null && /strategy/.test(q.reason), JSON.stringify(q));
  } finally { await s.close(); }
});
done();
