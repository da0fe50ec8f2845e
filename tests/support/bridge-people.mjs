// What people do with a coverage book of either version: one random act at a time. Who could do it is asked of the contracts'
// views; some acts fail on purpose or by chance, as they do in life. A version's driver says what else there is to do, and what
// is urgent.
import { DAY, E18, WEEK } from './bridge-scene.mjs';

export class BridgePeople {
  entry = 'book';                      // the contract that liquidity comes to and goes from
  pauses = [0.5, 0.85, 0.975, 0.995];  // up to an hour, a day, four days, three weeks; else months
  slices = 6n;                         // a usual cover is at most that part of what is free

  constructor(scene, random, weights) { Object.assign(this, { s: scene, random, weights, done: {} }); }
  user() { return this.random.pick(this.s.users); }
  part(amount) { const r = this.random(); return r < 0.25 ? amount : this.random.big(amount + 1n); }
  async act(kind) {
    kind ??= await this.urgent() ?? this.choose();
    this.done[kind] = (this.done[kind] ?? 0) + 1;
    await this[kind]();
    return kind;
  }
  choose() {
    let r = this.random() * Object.values(this.weights).reduce((a, b) => a + b);
    for (const [kind, w] of Object.entries(this.weights)) { r -= w; if (r < 0) return kind; }
    return 'add';
  }
  // Seconds to the next block: mostly hours, sometimes weeks, seldom months.
  pause() {
    const r = this.random();
    return 1 + this.random.below([3600, DAY, 4 * DAY, 3 * WEEK][this.pauses.findIndex(p => r < p)] ?? 16 * WEEK);
  }
  // Mostly somebody of whom a view says so.
  async among(wanted, test) {
    const v = await this.s.views(this.s.users.map(wanted));
    const able = this.s.users.filter((u, i) => v[i] && test(v[i]));
    return able.length && this.random() < 0.97 ? this.random.pick(able) : this.user();
  }
  holder() { return this.among(u => ['book', 'balanceOf', u], v => v[0] > 0n); }
  // Whether anybody's withdrawal may be done.
  async ripe() { return (await this.s.views(this.s.users.map(u => ['book', 'getWithdrawalStatus', u]))).some(v => v[0] === 2n); }

  add() { return this.s.tx(this.user(), this.entry, 'addLiquidity', this.random() < 0.1 ? this.random.big(10n ** 14n) : this.random.big(60_000n * E18)); }
  async request() {
    const u = await this.holder(), [w, b] = (await this.s.views([['book', 'withdrawalsInfo', u], ['book', 'balanceOf', u]])).map(v => v[0]);
    return this.s.tx(u, this.entry, 'requestWithdrawal', this.part((w + b) / (this.random() < 0.6 ? 3n : 1n)) + (this.random() < 0.05 ? E18 : 0n));
  }
  async withdraw() {
    if (!await this.ripe()) return this.request();
    return this.s.tx(await this.among(u => ['book', 'getWithdrawalStatus', u], v => v[0] === 2n), this.entry, 'withdrawLiquidity');
  }
  async unlock() { return this.s.tx(await this.among(u => ['book', 'withdrawalsInfo', u], v => v[0] > 0n), 'book', 'unlockTokens'); }
  async cover() {
    const [sold, liquidity] = (await this.s.views([['book', 'getNewCoverAndLiquidity']]))[0] ?? [0n, 0n];
    const free = liquidity > sold ? liquidity - sold : 0n;
    return this.random() < 0.05 ? 99n * E18 : 100n * E18 + this.random.big(free / (this.random() < 0.9 ? this.slices : 1n) + 1n);
  }
  async transfer() { const u = await this.holder(); return this.s.tx(u, 'book', 'transfer', this.user(), this.part(await this.s.view('book', 'balanceOf', u))); }
  async gift() { const u = await this.holder(); return this.s.tx(u, 'book', 'transfer', this.s.at.book, this.random.big(E18)); }
  async appeal() {
    const able = await this.claims(4);
    if (!able.length) return this.claim();
    return this.s.tx(this.random.pick(able).claimer, 'book', 'submitAppealAndInitializeVoting', 'more');
  }
  // What somebody votes for a claim, and with how much power.
  vote(claim) {
    return [this.random() < 0.3 ? 0n : this.random() < 0.3 ? claim.amount : 1n + this.random.big(claim.amount), 1n + this.random.big(10n ** 40n)];
  }
}
