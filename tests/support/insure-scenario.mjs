// People who use an InsureDAO vault at random, from a seed: deposits, sales, incidents, redemptions, resumptions, and the
// owner's levers. Some of what they try reverts, as it does in life.
import { DAY, Tree, UNIT, ZERO } from './insure-scene.mjs';

const target = n => '0x' + n.toString(16).padStart(64, '0');

export class InsureDriver {
  constructor(scene, random) {
    Object.assign(this, { scene, random, done: {}, trees: new Map(), policies: [] });
  }
  user() { return this.random.pick(this.scene.users); }
  market() { return this.random.pick(this.scene.markets); }
  index() { return this.random.pick(this.scene.indices); }
  some(tokens) { return 1n + this.random.big(BigInt(tokens) * UNIT); }
  tx(from, to, name, ...args) { return this.scene.tx(from, to, name, ...args); }
  // What the insurances are now; those that were sold in the last block join here.
  async insurances() {
    const { scene } = this;
    const counts = await scene.views(scene.markets.map(m => [m, 'allInsuranceCount']));
    const all = scene.markets.flatMap((m, i) => Array.from({ length: Number(counts[i][0]) }, (_, id) => [m, id]));
    const rows = await scene.views(all.map(([m, id]) => [m, 'insurances', [id]]));
    this.policies = all.map(([market, id], i) => ({ market, id, start: Number(rows[i][1]), end: Number(rows[i][2]), amount: rows[i][3],
      target: rows[i][4], insured: rows[i][5].toLowerCase(), agent: rows[i][6].toLowerCase(), active: rows[i][7] }));
    return this.policies;
  }
  async state(market) { return Number(await this.scene.view(market, 'marketStatus')); }

  // Mostly those of a list that suit, now and then any.
  async among(list, suits) {
    if (this.random() < 0.12) return this.random.pick(list);
    const good = [];
    for (const x of list) if (await suits(x)) good.push(x);
    return good.length ? this.random.pick(good) : null;
  }
  async trades(market) {
    const [[status], [paused], [open]] = await this.scene.views([[market, 'marketStatus'], [market, 'paused'], [market, 'openDeposit']]);
    return status === 0n && !paused && open;
  }
  async takes(index) {
    const [[locked], [paused]] = await this.scene.views([[index, 'locked'], [index, 'paused']]);
    return !locked && !paused;
  }

  // ---- liquidity ----
  async deposit(pool) {
    pool ??= await this.among(this.scene.markets, m => this.trades(m)) ?? this.market();
    return this.tx(this.user(), pool, 'deposit', this.some(this.random() < 0.1 ? 1 : this.scene.markets.includes(pool) ? 6000 : 1500));
  }
  async depositIndex() { return this.deposit(await this.among(this.scene.indices, i => this.takes(i)) ?? this.index()); }
  depositReserve() { return this.deposit(this.scene.reserves[0]); }
  async holdings() {
    const pairs = this.scene.users.flatMap(u => this.scene.pools().map(p => [u, p]));
    const balances = await this.scene.views(pairs.map(([u, p]) => [p, 'balanceOf', [u]]));
    const requests = await this.scene.views(pairs.map(([u, p]) => [p, 'withdrawalReq', [u]]));
    return pairs.map(([user, pool], i) => ({ user, pool, balance: balances[i][0], unlocks: Number(requests[i][0]), requested: requests[i][1] })).filter(h => h.balance > 0n);
  }
  async request() {
    const held = await this.holdings();
    if (!held.length || this.random() < 0.05) return this.tx(this.user(), this.market(), 'requestWithdraw', this.some(10));
    const h = this.random.pick(held);
    return this.tx(h.user, h.pool, 'requestWithdraw', this.random() < 0.5 ? h.balance : 1n + this.random.big(h.balance));
  }
  async withdraw() {
    const { scene } = this;
    const ready = (await this.holdings()).filter(h => h.requested > 0n && (this.random() < 0.05 || (h.unlocks < scene.now && h.unlocks + 10 * DAY > scene.now)));
    const h = await this.among(ready.length ? ready : [null], async x => x && (scene.reserves.includes(x.pool) ||
      (scene.markets.includes(x.pool) ? await this.trades(x.pool) : await this.takes(x.pool))));
    if (!h) return this.request();
    return this.tx(h.user, h.pool, 'withdraw', this.random() < 0.3 ? h.requested : 1n + this.random.big(h.requested / 2n + 1n));
  }
  async send() {
    const held = await this.holdings();
    if (!held.length) return this.deposit();
    const h = this.random.pick(held);
    return this.tx(h.user, h.pool, 'transfer', this.random() < 0.15 ? h.user : this.user(), this.random() < 0.1 ? 0n : this.random.big(h.balance + 1n));
  }

  // ---- insurance ----
  async insure(market) {
    market ??= await this.among(this.scene.markets, m => this.trades(m)) ?? this.market();
    const free = await this.scene.view(market, 'availableBalance') ?? 0n;
    const amount = this.random() < 0.04 ? 0n : 1n + this.random.big(free * (this.random() < 0.1 ? 12n : 8n) / 10n + 1n);
    const span = DAY + this.random.below((this.random() < 0.1 ? 95 : 30) * DAY);
    const who = this.user();
    return this.tx(this.user(), market, 'insure', amount, 10n ** 30n, span, target(this.random.below(3)), who, this.random() < 0.7 ? who : this.user());
  }
  async unlock() {
    const ended = (await this.insurances()).filter(p => p.active && p.end + (this.random() < 0.1 ? 0 : 2) * DAY < this.scene.now);
    const p = await this.among(ended.length ? ended : [null], async x => x && await this.state(x.market) === 0);
    if (!p) return this.insure();
    const same = ended.filter(q => q.market === p.market);
    return this.random() < 0.5 ? this.tx(this.user(), p.market, 'unlock', p.id) : this.tx(this.user(), p.market, 'unlockBatch', same.map(q => q.id));
  }

  // ---- incidents ----
  async incident() {
    const time = this.scene.now - this.random.below(this.random() < 0.9 ? DAY : 30 * DAY);
    const running = (await this.insurances()).filter(p => p.active && p.start <= time && p.end >= time);
    // One that pays out and owes nothing cannot be resumed while indices lend to it: there is another incident then.
    const p = await this.among(running.length ? running : [null], async x => x && (await this.state(x.market) === 0 ||
      await this.scene.view(this.scene.vault, 'debts', [x.market]) === 0n));
    if (!p) return this.insure();
    const hit = running.filter(q => q.market === p.market);
    const leaves = hit.map(q => ({ ...q, insured: this.random() < 0.15 ? ZERO : q.insured, payee: q.insured, time,
      loss: this.random() < 0.5 ? q.amount * 2n + 1n : 1n + this.random.big(q.amount + 1n) }));
    const tree = new Tree(leaves);
    this.trees.set(p.market, tree);
    const numerator = this.random() < 0.5 ? 100n : 1n + BigInt(this.random.below(100));
    return this.tx(this.scene.governor, p.market, 'applyCover', DAY + this.random.below(5 * DAY), numerator, 100n, time, tree.root, 'list of losses', 'memo');
  }
  async redeem() {
    const market = await this.among(this.scene.markets, async m => this.trees.has(m) && await this.state(m) === 1);
    if (!market || !this.trees.has(market)) return this.incident();
    const tree = this.trees.get(market), now = await this.insurances();
    const open = tree.leaves.map((leaf, i) => ({ ...leaf, i })).filter(l => this.random() < 0.03 || now.some(p => p.market === market && p.id === l.id && p.active));
    if (!open.length) return this.resume();
    for (const leaf of this.random() < 0.6 ? open : [this.random.pick(open)]) {
      const from = this.random() < 0.04 ? this.user() : this.random() < 0.5 ? leaf.agent : leaf.payee;
      await this.tx(from, market, 'redeem', leaf.id, this.random() < 0.03 ? leaf.loss + 1n : leaf.loss, tree.proof(leaf.i));
    }
  }
  // One that can be: where an index that lends has no points any more, or owes next to nothing, it cannot.
  async resume() {
    const u = this.user();
    const market = await this.among(this.scene.markets, async m => await this.state(m) === 1 && this.goes(u, m, 'resume'));
    return market ? this.tx(u, market, 'resume') : this.redeem();
  }
  async goes(from, to, name, ...args) {
    try { await this.scene.anvil.rpc('eth_call', [{ from, to, data: this.scene.iface(to).encodeFunctionData(name, args) }, 'latest']); return true; }
    catch { return false; }
  }
  async resumeIndex() {
    const u = this.user();
    const index = await this.among(this.scene.indices, async i => await this.scene.view(i, 'locked') && this.goes(u, i, 'resume'));
    return index ? this.tx(u, index, 'resume') : this.adjust();
  }
  async bounty() {
    const market = await this.among(this.scene.markets, m => this.trades(m)) ?? this.market();
    const ids = (await this.insurances()).filter(p => p.active && p.market === market && this.random() < 0.3).map(p => p.id);
    return this.tx(this.scene.governor, market, 'applyBounty', this.some(500), this.scene.outsider, ids);
  }

  // ---- indices and the reserve ----
  adjust() { return this.tx(this.user(), this.index(), 'adjustAlloc'); }
  leverage() { return this.tx(this.scene.governor, this.index(), 'setLeverage', UNIT + this.random.big(4n * UNIT)); }
  async points() {
    const index = this.index(), listed = [];
    for (let i = 0; ; i++) { const m = await this.scene.view(index, 'marketList', [i]); if (m === null) break; listed.push(m.toLowerCase()); }
    const absent = this.scene.markets.filter(m => !listed.includes(m)), r = this.random();
    const some = () => BigInt(1 + this.random.below(1000));
    if (absent.length && (r < 0.5 || !listed.length)) return this.tx(this.scene.governor, index, 'set', listed.length, this.random.pick(absent), some());
    const slot = this.random.below(listed.length);
    // Points of 0 where nothing is lent look like a removal, in the logs.
    const [credit] = (await this.scene.views([[listed[slot], 'indices', [index]]]))[0];
    if (r < 0.75 || await this.state(listed[slot]) === 1)
      return this.tx(this.scene.governor, index, 'set', slot, listed[slot], credit > 0n && await this.trades(listed[slot]) && this.random() < 0.3 ? 0n : some());
    if (absent.length && r < 0.9) return this.tx(this.scene.governor, index, 'set', slot, this.random.pick(absent), some());
    return this.tx(this.scene.governor, index, 'set', slot, ZERO, 0n);
  }
  fund() { return this.tx(this.user(), this.scene.reserves[0], 'fund', this.some(1500)); }
  defund() { return this.tx(this.scene.governor, this.scene.reserves[0], 'defund', this.scene.outsider, this.some(200)); }

  // ---- the owner's and strangers' doings at the vault ----
  fees() {
    const owner = this.random() < 0.8 ? this.scene.governor : this.scene.owner;
    const r = this.random();
    if (r < 0.4) return this.tx(owner, this.scene.vault, 'withdrawAllAttribution', this.random() < 0.5 ? owner : this.scene.outsider);
    return r < 0.7 ? this.tx(owner, this.scene.vault, 'withdrawValue', this.some(5), owner) : this.tx(owner, this.scene.vault, 'withdrawAttribution', this.some(5), owner);
  }
  gift() { return this.tx(this.scene.governor, this.scene.vault, 'addBalance', this.some(50)); }
  async repay() {
    const debt = await this.scene.view(this.scene.vault, 'debts', [ZERO]);
    return debt > 0n ? this.tx(this.user(), this.scene.vault, 'repayDebt', this.random() < 0.5 ? debt : 1n + this.random.big(debt), ZERO) : this.gift();
  }
  async stray() {       // while nothing is owed, so that the mirror can tell it from a repayment
    return await this.scene.view(this.scene.vault, 'debts', [ZERO]) === 0n ? this.tx(this.user(), this.scene.token, 'transfer', this.scene.vault, this.some(3)) : this.repay();
  }
  async pause() {
    const pool = this.random.pick(this.scene.pools());
    const on = await this.scene.view(pool, 'paused');
    return this.tx(this.scene.governor, pool, 'setPaused', on ? this.random() < 0.1 : this.random() < 0.5);
  }
  closed() { return this.tx(this.scene.governor, this.market(), 'setOpenDeposit', this.random() < 0.8); }
  parameter() {
    const of = this.random() < 0.5 ? ZERO : this.random.pick(this.scene.pools());
    const [name, value] = this.random.pick([['setFeeRate', this.random.big(400001n)], ['setRequestDuration', BigInt(DAY + this.random.below(5 * DAY))],
      ['setWithdrawableDuration', BigInt(10 * DAY + this.random.below(30 * DAY))], ['setUnlockGracePeriod', BigInt(this.random.below(2 * DAY))],
      ['setMaxInsureSpan', BigInt((60 + this.random.below(60)) * DAY)], ['setUpperSlack', this.random.big(200001n)], ['setLowerSlack', this.random.big(200001n)]]);
    return this.tx(this.scene.governor, this.scene.parameters, name, of, value);
  }
  rate() {
    const market = this.random() < 0.4 ? ZERO : this.market(), small = () => this.random.big(300000n);
    if (this.random() < 0.3) return this.tx(this.scene.governor, this.scene.flat, 'setRate', market, 1n + small());
    return this.tx(this.scene.governor, this.scene.slope, 'setRate', market, [1n + small(), small(), small(), 1n + this.random.big(UNIT)]);
  }
  model() { return this.tx(this.scene.governor, this.scene.parameters, 'setPremiumModel', this.market(), this.random.pick([this.scene.flat, this.scene.slope])); }
  async newOwner() {
    const next = this.scene.governor === this.scene.owner ? this.scene.owner2 : this.scene.owner;
    await this.tx(this.scene.governor, this.scene.ownership, 'commitTransferOwnership', next);
    await this.tx(next, this.scene.ownership, 'acceptTransferOwnership');
    this.scene.governor = next;
  }

  static WEIGHTS = { deposit: 10, depositIndex: 6, depositReserve: 3, request: 12, withdraw: 14, send: 4, insure: 24, unlock: 8, incident: 4, redeem: 16,
    resume: 12, resumeIndex: 6, bounty: 2, adjust: 4, leverage: 2, points: 5, fund: 3, defund: 1, fees: 3, gift: 1, repay: 3, stray: 1, pause: 4, closed: 1,
    parameter: 3, rate: 3, model: 1, newOwner: 1 };

  // One operation, drawn by weight or as named.
  async act(name) {
    const weights = Object.entries(InsureDriver.WEIGHTS);
    let r = this.random() * weights.reduce((sum, [, w]) => sum + w, 0);
    name ??= (weights.find(([, w]) => (r -= w) < 0) ?? weights[0])[0];
    this.done[name] = (this.done[name] ?? 0) + 1;
    await this[name]();
    return name;
  }
  // How long until the next block: mostly hours, at times weeks.
  wait() {
    const r = this.random();
    return r < 0.6 ? 12 + this.random.below(DAY) : r < 0.95 ? this.random.below(4 * DAY) + DAY : 7 * DAY + this.random.below(7 * DAY);
  }
  // Liquidity everywhere and indices that lend, before it begins.
  async prepare() {
    const { scene } = this;
    for (const [k, i] of scene.indices.entries()) {
      await this.tx(scene.governor, i, 'setLeverage', k ? 3n * UNIT : 2n * UNIT);
      for (const [n, m] of scene.markets.entries()) await this.tx(scene.governor, i, 'set', n, m, BigInt(100 + 50 * n));
    }
    await scene.mine(12);
    for (const m of scene.markets) await this.deposit(m);
    for (const i of scene.indices) await this.deposit(i);
    await this.depositReserve();
    await this.fund();
    await scene.mine(12);
    scene.sent = [];
  }
}
