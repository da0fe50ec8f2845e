// The life that the demo chain shows after its first part: a pool with claims managers, a coverage book and an insurance
// vault on one anvil, used by the same ten people for four months. What is decided has its day in the lists below; what
// people do by the way is drawn from the seed.
import { BridgeScene, E18, E6, P } from './bridge-scene.mjs';
import { ClaimsStage, FAULT } from './claims-stage.mjs';
import { InsureScene, Tree } from './insure-scene.mjs';

const HOUR = 3600, DAY = 86400, WEEK = 7 * DAY;
const PRICE = 10n ** 30n; // no limit to what a buyer pays
const target = text => '0x' + Buffer.from(text).toString('hex').padEnd(64, '0');
export const DAYS = 120;

// What each policy of the claims managers covers: [day, manager, person, USD, days, what]
const COVERS = [
  [1, 0, 0, 400_000n, 180, 'ETH/USD feed on Polygon, service coverage'],
  [4, 0, 1, 250_000n, 90, 'BTC/USD feed on Arbitrum, service coverage'],
  [7, 1, 2, 600_000n, 120, 'dAPI gateway uptime, first quarter'],
  [12, 0, 3, 850_000n, 365, 'liquidation feeds of a lending market'],
  [18, 0, 4, 500_000n, 60, 'FX feeds of a synthetic dollar'],
  [23, 1, 5, 700_000n, 180, 'dAPI gateway uptime, second quarter'],
  [30, 0, 6, 1_200_000n, 180, 'perpetuals exchange, index feeds'],
  [38, 0, 7, 300_000n, 120, 'weather index of a parametric insurer'],
  [47, 1, 8, 900_000n, 150, 'gas price feed of a relayer network'],
  [58, 0, 9, 1_500_000n, 200, 'stablecoin redemption feeds'],
  [70, 0, 2, 650_000n, 90, 'options vault, volatility feeds'],
  [84, 1, 0, 1_100_000n, 120, 'bridge validator feeds'],
  [99, 0, 1, 250_000n, 60, 'BTC/USD feed on Arbitrum, renewed'],
];

export class DemoStory {
  static async begin(anvil, random) {
    const s = new DemoStory();
    s.anvil = anvil;
    s.random = random;
    const at = anvil.accounts, people = at.slice(11, 21);
    s.people = people;
    const staff = (from, to) => Object.create(anvil, { accounts: { value: [...at.slice(from, to), ...people] }, send: { value: (...args) => s.send(...args) } });
    s.claims = await ClaimsStage.deploy(staff(0, 5), { stake: 900_000n * E18, called: ['Demo coverage token', 'DCT', 18] });
    for (const p of people) await s.claims.tx(s.claims.admin, 'Token', s.claims.token, 'transfer', p, 2_000_000n * E18);
    for (const p of people) await s.claims.tx(p, 'Token', s.claims.token, 'approve', s.claims.pool, 10n ** 40n);
    await s.claims.mine();
    s.bridge = await BridgeScene.deploy(staff(5, 8), { users: people.length });
    s.insure = await InsureScene.deploy(staff(8, 11), { users: people.length, called: ['Demo dollar', 'DUSD', 6] });
    s.now = s.insure.now;
    s.start = s.now;
    s.head = await anvil.head();
    s.careful = true;
    s.sent = new Map();
    return s;
  }

  // ---- sending and mining ----

  // What would revert is an error here, and not sent.
  async send(from, to, data, gas) {
    if (this.careful) await this.anvil.rpc('eth_call', [{ from, to, data }, 'latest']);
    const hash = await this.anvil.send(from, to, data, gas);
    this.sent?.set(hash, this.maybe);
    return hash;
  }
  // Something by the way: it may not go.
  async try(act) {
    this.maybe = true;
    try { return await act(); }
    catch (e) { if (!/revert/i.test(e.message)) throw e; this.refused = (this.refused ?? 0) + 1; return null; }
    finally { this.maybe = false; }
  }
  async mine(seconds) {
    this.now += seconds;
    this.head = await this.anvil.mine(this.now);
    const block = await this.anvil.block(this.head);
    for (const scene of [this.claims, this.bridge, this.insure]) Object.assign(scene, { now: this.now, head: this.head });
    this.claims.times.set(this.head, this.now);
    this.claims.learn(block.receipts);
    this.bridge.blocks[this.head] = block;
    for (const r of block.receipts) {
      if (r.status === '0x1') continue;
      if (!this.sent.get(r.transactionHash)) throw new Error(`block ${this.head}, day ${this.day.toFixed(1)}: a transaction that must go through reverted: ${r.transactionHash}`);
      this.reverted = (this.reverted ?? 0) + 1;
    }
    this.sent.clear();
  }
  get day() { return (this.now - this.start) / DAY; }
  between(low, high) { return low + this.random.big(high - low + 1n); }
  person() { return this.random.pick(this.people); }

  async live() {
    const plan = [...this.claimsPlan(), ...this.bridgePlan(), ...this.insurePlan()].map(([day, act, chain], i) => ({ day, act, i, chain: chain ?? i })).sort((a, b) => a.day - b.day || a.i - b.i);
    while (plan.length || this.day < DAYS) {
      const begun = new Set();                                                 // what follows from something else is a block later
      for (const due of plan.filter(p => p.day <= this.day)) {
        if (begun.has(due.chain)) continue;
        begun.add(due.chain);
        plan.splice(plan.indexOf(due), 1);
        await this.as(due);
      }
      await this.byTheWay();
      await this.mine(5 * HOUR + this.random.below(10 * HOUR));
    }
  }
  async as({ day, act }) {
    try { await act(); }
    catch (e) { throw new Error(`what was planned for day ${day}: ${e.message}\n${act}`); }
  }
  async byTheWay() {
    const { random } = this;
    for (const [chance, act] of [[0.3, 'price'], [0.16, 'stake'], [0.05, 'unstake'], [0.1, 'lend'], [0.28, 'buy'], [0.05, 'leave'], [0.1, 'deposit'], [0.34, 'insured'], [0.25, 'unlock'], [0.05, 'withdraw']])
      if (random() < chance) await this.try(() => this[act]());
    const week = Math.floor(this.now / WEEK);
    if (week !== this.week) { this.week = week; await this.try(() => this.claims.tx(this.person(), 'OpenPool', this.claims.pool, 'mintReward')); }
  }

  // ---- the pool with claims managers ----

  claimsPlan() {
    const c = this.claims, plan = [], policies = [], claims = {};
    const pool = (who, name, ...args) => c.tx(who, 'OpenPool', c.pool, name, ...args);
    this.people.forEach((p, i) => plan.push([0.2 + i / 3, () => pool(p, 'depositAndStake', BigInt(180_000 + 95_000 * ((i * 7) % 10)) * E18)]));
    plan.push([2, () => c.manager(c.admin, 0, 'setQuota', c.mediator, WEEK, 400_000n * E18)]);
    plan.push([6, () => pool(this.people[3], 'delegateVotingPower', this.people[0])], [9, () => pool(this.people[5], 'delegateVotingPower', this.people[0])]);
    COVERS.forEach(([day, m, person, usd, days, text], i) => plan.push([day, () => {
      const from = this.now - HOUR;
      policies[i] = { m, claimant: this.people[person], cover: usd * E18, from, until: from + days * DAY, text };
      c.policies.push(policies[i]);
      return c.manager(c.admin, m, 'createPolicy', policies[i].claimant, policies[i].cover, from, policies[i].until, text);
    }]));
    const upgrade = (day, i, usd) => plan.push([day, () => { const p = policies[i]; return c.manager(c.admin, p.m, 'upgradePolicy', p.claimant, usd * E18, p.from, p.until, p.text); }]);
    upgrade(33, 0, 520_000n);
    upgrade(65, 3, 1_000_000n);
    const claim = (day, i, usd, evidence) => plan.push([day, () => {
      claims[evidence] = { policy: policies[i], amount: usd * E18, evidence };
      c.claims.push(claims[evidence]);
      return c.manager(policies[i].claimant, policies[i].m, 'createClaim', policies[i].from, policies[i].text, usd * E18, evidence);
    }, evidence]);
    const then = (day, evidence, act) => plan.push([day, () => act(claims[evidence]), evidence]);
    claim(26, 0, 85_000n, 'stale for 41 minutes, a liquidation at a wrong price');
    then(27.2, 'stale for 41 minutes, a liquidation at a wrong price', x => c.accept(x));
    claim(41, 2, 240_000n, 'gateway down on 10 March, 6 hours');
    then(41.2, 'gateway down on 10 March, 6 hours', x => c.propose(x, 150_000n * E18));
    then(41.4, 'gateway down on 10 March, 6 hours', x => c.acceptSettlement(x));
    claim(54, 6, 310_000n, 'index feed off by 2.3 %, funding paid wrongly');
    then(55.5, 'index feed off by 2.3 %, funding paid wrongly', x => c.propose(x, 60_000n * E18, c.mediator2));
    then(56.4, 'index feed off by 2.3 %, funding paid wrongly', x => c.dispute(x, true));
    then(58.5, 'index feed off by 2.3 %, funding paid wrongly', () => c.decide(c.disputes[0], 1));
    claim(72, 7, 120_000n, 'rain gauge reported nothing for two days');
    then(73, 'rain gauge reported nothing for two days', x => c.propose(x, 10_000n * E18));
    then(73.9, 'rain gauge reported nothing for two days', x => c.dispute(x, false));
    then(75.2, 'rain gauge reported nothing for two days', x => c.resolve(x, 0));
    claim(79, 3, 60_000n, 'late update while gas was dear');
    claim(90, 9, 420_000n, 'redemption rate frozen at par');
    then(91.4, 'redemption rate frozen at par', x => c.accept(x));
    // What is wrong, and must be found: a payout above what is left of its cover …
    claim(103, 12, 90_000n, 'feed halted during an upgrade');
    plan.push([103.5, () => c.manager(c.admin, 0, 'misbehave', FAULT.PaysAboveCover)]);
    then(104, 'feed halted during an upgrade', x => c.accept(x));
    plan.push([104.6, () => c.manager(c.admin, 0, 'misbehave', FAULT.None)]);
    // … and one by a manager that may no longer make the pool pay.
    claim(111, 8, 70_000n, 'relayers paid three times the price of gas');
    plan.push([110, () => pool(c.admin, 'setClaimsManagerStatus', c.managers[1], false)], [110.1, () => pool(c.admin, 'leaveOpen', true)]);
    then(111.2, 'relayers paid three times the price of gas', x => c.accept(x, c.mediator2));
    plan.push([113, () => pool(c.admin, 'leaveOpen', false)]);
    claim(118.5, 10, 200_000n, 'volatility feed stuck before expiry'); // still open at the end
    return plan;
  }
  price() {
    const c = this.claims, i = this.random.below(2), one = 10n ** BigInt(c.decimals[i]);
    const next = c.prices[i] * this.between(960n, 1043n) / 1000n;
    return c.tell(i, next < one ? one : next > 3n * one ? 3n * one : next);
  }
  stake() { return this.claims.tx(this.person(), 'OpenPool', this.claims.pool, 'depositAndStake', this.between(2_000n, 60_000n) * E18); }
  async unstake() {
    const c = this.claims, who = this.person(), [[staked], user] = await c.views(this.head, ['userStake', 'getUser'].map(name => ({ contract: 'OpenPool', to: c.pool, name, args: [who] })));
    if (user[4] > 0n) return c.tx(who, 'OpenPool', c.pool, 'unstake', who);
    return c.tx(who, 'OpenPool', c.pool, 'scheduleUnstake', staked / this.between(8n, 20n));
  }

  // ---- the coverage book ----

  bridgePlan() {
    const b = this.bridge, plan = [], claim = {};
    this.people.forEach((p, i) => plan.push([0.3 + i / 4, () => b.tx(p, 'facade', 'addLiquidity', BigInt(20_000 + 7_500 * ((i * 3) % 10)) * E18)]));
    plan.push([3, () => b.tx(b.owner, 'reinsurance', 'lend', 40_000n * E18, 25_000n * E18)], [3.5, () => b.tx(b.owner, 'pool1', 'lend', 0n, 60_000n * E18)],
      [5, () => b.tx(b.owner, 'admin', 'whitelistDistributor', b.distributor, 5n * P)]);
    const buy = (day, i, weeks, cover) => plan.push([day, () => b.tx(this.people[i], 'facade', 'buyPolicy', weeks, cover * E18)]);
    buy(6, 0, 26, 24_000n); buy(8, 1, 40, 31_000n); buy(9, 4, 52, 18_500n);
    const submit = (day, i) => plan.push([day, async () => { claim[i] = Number(await b.view('claims', 'count')) + 1; return b.tx(this.people[i], 'book', 'submitClaimAndInitializeVoting', 'what happened'); }]);
    const vote = (day, i, votes) => plan.push([day, () => b.vote(claim[i], votes.map(([amount, power]) => [amount * E18, power * E18, true]))],
      [day + 0.6, () => b.tx(b.owner, 'voting', 'calculateResult', claim[i])]);
    submit(22, 0);
    vote(36.5, 0, [[20_000n, 900n], [22_000n, 400n], [0n, 250n]]);
    plan.push([43, () => b.tx(this.people[0], 'claims', 'withdrawClaim', claim[0])]);
    submit(50, 1);
    vote(64.5, 1, [[31_000n, 300n], [0n, 700n]]);
    plan.push([67, async () => { claim.appeal = Number(await b.view('claims', 'count')) + 1; return b.tx(this.people[1], 'book', 'submitAppealAndInitializeVoting', 'what was overlooked'); }]);
    plan.push([81.5, () => b.vote(claim.appeal, [[0n, 800n * E18, true], [31_000n * E18, 500n * E18, true]])], [82.2, () => b.tx(b.owner, 'voting', 'calculateResult', claim.appeal)]);
    // What is wrong, and must be found: a policy sold for more than its price.
    plan.push([94, () => b.tx(b.owner, 'facade', 'misbehave', 1)], [94.6, () => b.tx(this.buyer ?? this.people[8], 'facade', 'buyPolicy', 12, 15_000n * E18)], [95.2, () => b.tx(b.owner, 'facade', 'misbehave', 0)]);
    submit(110, 4);                                                            // still voted on at the end
    return plan;
  }
  lend() { return this.bridge.tx(this.person(), 'facade', 'addLiquidity', this.between(1_500n, 14_000n) * E18); }
  async buy() {
    const b = this.bridge, who = this.random.pick(this.people.filter((p, i) => ![0, 1, 4, 8].includes(i)));
    const [cover, liquidity] = (await b.views([['book', 'getNewCoverAndLiquidity']]))[0];
    return b.tx(who, 'facade', 'buyPolicy', 3 + this.random.below(30), (liquidity - cover) / E18 * this.between(9n, 20n) / 100n * E18);
  }
  async leave() {
    const b = this.bridge, who = this.person(), [[held], [status]] = await b.views([['book', 'balanceOf', who], ['book', 'getWithdrawalStatus', who]]);
    return status === 2n ? b.tx(who, 'facade', 'withdrawLiquidity') : b.tx(who, 'facade', 'requestWithdrawal', held / 6n);
  }

  // ---- the insurance vault ----

  insurePlan() {
    const v = this.insure, plan = [], { markets: [m], indices, reserves: [reserve] } = v;
    v.markets.forEach((to, k) => [0, 3, 6].forEach((n, j) => plan.push([0.4 + k / 2 + j, () => v.tx(this.people[(n + k) % 10], to, 'deposit', BigInt(60_000 - 9_000 * k + 5_500 * j) * E6)])));
    indices.forEach((to, k) => {
      plan.push([2 + k, () => v.tx(v.owner, to, 'setLeverage', k ? 3_000_000n : 2_000_000n)]);
      v.markets.forEach((market, n) => plan.push([2.5 + k + n / 2, () => v.tx(v.owner, to, 'set', n, market, BigInt(100 + 50 * n))]));
      [1, 8].forEach((n, j) => plan.push([4 + k + j, () => v.tx(this.people[n + k], to, 'deposit', BigInt(42_000 + 8_000 * k - 6_000 * j) * E6)]));
    });
    plan.push([6, () => v.tx(this.people[4], reserve, 'deposit', 25_000n * E6)], [7, () => v.tx(v.owner, reserve, 'fund', 10_000n * E6)]);
    const sell = (day, i, amount, days, what) => plan.push([day, () => v.tx(this.people[i], m, 'insure', amount * E6, PRICE, days * DAY, target(what), this.people[i], this.people[i])]);
    sell(31, 2, 12_000n, 85, 'exploit'); sell(36, 5, 8_500n, 88, 'exploit'); sell(40, 7, 15_000n, 80, 'exploit'); sell(44, 9, 6_000n, 80, 'custody');
    // An incident of which three of four are paid in time; a tenth of each loss stays with the insured.
    let tree, ids;
    const incident = (day, losses) => plan.push([day, async () => {
      const count = Number(await v.view(m, 'allInsuranceCount')), all = await v.views(Array.from({ length: count }, (_, id) => [m, 'insurances', [id]]));
      ids = losses.map(([i]) => all.findLastIndex(x => x[5].toLowerCase() === this.people[i] && x[7] && Number(x[1]) < this.now - 3 * HOUR && Number(x[2]) > this.now));
      if (ids.includes(-1)) throw new Error(`day ${this.day}: who is to be paid is not insured`);
      tree = new Tree(losses.map(([i, loss], k) => ({ target: all[ids[k]][4], insured: this.people[i], loss: loss * E6 })));
      return v.tx(v.owner, m, 'applyCover', 5 * DAY, 90n, 100n, this.now - 2 * HOUR, tree.root, 'the list of losses', 'the report');
    }]);
    const redeem = (day, i, k) => plan.push([day, () => v.tx(this.people[i], m, 'redeem', ids[k], tree.leaves[k].loss, tree.proof(k))]);
    const resume = day => plan.push([day, () => v.tx(v.outsider, m, 'resume')], ...indices.map((to, k) => [day + 0.7 + k / 2, () => v.tx(v.outsider, to, 'resume')]));
    incident(62, [[2, 9_000n], [5, 20_000n], [7, 11_250n], [9, 4_000n]]);
    redeem(63, 2, 0); redeem(63.8, 5, 1); redeem(65.5, 7, 2);
    resume(67.8);
    // What is wrong, and must be found: the fourth is paid after the market went on. Its debt is settled with the next incident.
    plan.push([70, () => v.tx(v.owner, m, 'setFault', 3)]);
    redeem(70.6, 9, 3);
    plan.push([71.2, () => v.tx(v.owner, m, 'setFault', 0)]);
    sell(75, 3, 7_000n, 60, 'exploit'); sell(77, 6, 9_500n, 70, 'oracle');
    incident(98, [[3, 2_500n], [6, 9_500n]]);
    redeem(99, 3, 0); redeem(100, 6, 1);
    resume(103.8);
    return plan;
  }
  deposit() { const v = this.insure; return v.tx(this.person(), this.random.pick([...v.markets, ...v.indices]), 'deposit', this.between(800n, 9_000n) * E6); }
  async insured() {
    const v = this.insure, market = this.random.pick(v.markets), free = await v.view(market, 'availableBalance'), who = this.person();
    return v.tx(who, market, 'insure', free / 10n ** 8n * this.between(2n, 6n) * E6, PRICE, (20 + this.random.below(65)) * DAY, target(this.random.pick(['exploit', 'oracle', 'custody'])), who, who);
  }
  async unlock() {
    const v = this.insure, market = this.random.pick(v.markets), count = Number(await v.view(market, 'allInsuranceCount'));
    const all = await v.views(Array.from({ length: count }, (_, id) => [market, 'insurances', [id]]));
    const over = all.findIndex(x => x[7] && Number(x[2]) + 2 * DAY < this.now);
    return over < 0 ? null : v.tx(this.person(), market, 'unlock', over);
  }
  async withdraw() {
    const v = this.insure, who = this.person(), market = this.random.pick(v.markets);
    const [[held], [unlocks, requested]] = await v.views([[market, 'balanceOf', [who]], [market, 'withdrawalReq', [who]]]);
    if (requested > 0n && Number(unlocks) < this.now && Number(unlocks) + 15 * DAY > this.now) return v.tx(who, market, 'withdraw', requested);
    return held > 0n ? v.tx(who, market, 'requestWithdraw', held / 5n) : null;
  }

  // ---- as a configuration ----

  // births: address -> block in which it was created.
  pools(births) {
    const { book, facade, capital, quote, registry, claims, coin, reinsurance, pool1, pool2, admin, voting } = this.bridge.at, c = this.claims;
    return [
      { name: 'feeds', protocol: 'api3', start_block: births.get(c.token), contracts: { pool: c.pool, token: c.token, timelock_manager: c.timelock, claims_managers: c.managers, kleros_proxies: [c.proxy] },
        views: { every_blocks: 1 } }, // what a USD is worth is told by no event
      { name: 'book', protocol: 'bridge-mutual-v2', start_block: births.get(book), contracts: { book, facade, capital_pool: capital, quote, policy_registry: registry,
        claiming_registry: claims, token: coin, reinsurance_pool: reinsurance, leverage_pools: [pool1, pool2], admin, distributors: [this.bridge.distributor], claim_voting: voting } },
      { name: 'vault', protocol: 'insuredao', start_block: births.get(this.insure.ownership), contracts: this.insure.contracts() },
    ];
  }
}
