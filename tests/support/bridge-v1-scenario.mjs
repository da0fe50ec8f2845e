// What people do with a V1 coverage book: one random act at a time. Who could do it is asked of the contracts' views; some acts
// fail on purpose or by chance, as they do in life.
import { DAY, E18, WEEK } from './bridge-scene.mjs';

const WEIGHTS = { add: 14, request: 10, withdraw: 10, unlock: 2, buy: 30, transfer: 3, donate: 2, update: 3, whitelist: 2, claim: 10, appeal: 4, decide: 14 };

export class BridgeV1Driver {
  constructor(scene, random, weights = WEIGHTS) { Object.assign(this, { s: scene, random, weights, done: {} }); }
  user() { return this.random.pick(this.s.users); }
  part(amount) { const r = this.random(); return r < 0.25 ? amount : this.random.big(amount + 1n); }
  async act(kind) {
    kind ??= await this.urgent() ?? this.choose();
    this.done[kind] = (this.done[kind] ?? 0) + 1;
    await this[kind]();
    return kind;
  }
  async urgent() {
    if (this.random() < 0.6) return null;
    const ready = await this.s.views(this.s.users.map(u => ['book', 'getWithdrawalStatus', u]));
    if (ready.some(v => v[0] === 2n)) return 'withdraw';
    return (await this.claims(3)).length ? 'decide' : (await this.claims(4)).length ? 'appeal' : null;
  }
  choose() {
    let r = this.random() * Object.values(this.weights).reduce((a, b) => a + b);
    for (const [kind, w] of Object.entries(this.weights)) { r -= w; if (r < 0) return kind; }
    return 'add';
  }
  pause() {
    const r = this.random();
    return 1 + this.random.below(r < 0.5 ? 3600 : r < 0.8 ? DAY : r < 0.96 ? 4 * DAY : r < 0.995 ? 3 * WEEK : 16 * WEEK);
  }
  // Mostly somebody of whom a view says so.
  async among(wanted, test) {
    const v = await this.s.views(this.s.users.map(wanted));
    const able = this.s.users.filter((u, i) => v[i] && test(v[i]));
    return able.length && this.random() < 0.97 ? this.random.pick(able) : this.user();
  }
  holder() { return this.among(u => ['book', 'balanceOf', u], v => v[0] > 0n); }
  async claims(...status) {
    const all = Array.from({ length: Number(await this.s.view('claims', 'count')) }, (_, i) => i + 1);
    const v = await this.s.views(all.flatMap(i => [['claims', 'claimStatus', i], ['claims', 'claims', i]]));
    return all.map(i => ({ index: i, status: Number(v[2 * i - 2][0]), claimer: v[2 * i - 1][0], submitted: v[2 * i - 1][2], ended: v[2 * i - 1][3], amount: v[2 * i - 1][6] }))
      .filter(c => status.includes(c.status));
  }

  add() { return this.s.tx(this.user(), 'book', 'addLiquidity', this.random() < 0.1 ? this.random.big(10n ** 14n) : this.random.big(60_000n * E18)); }
  async request() {
    const u = await this.holder(), [w, b] = (await this.s.views([['book', 'withdrawalsInfo', u], ['book', 'balanceOf', u]])).map(v => v[0]);
    return this.s.tx(u, 'book', 'requestWithdrawal', this.part((w + b) / (this.random() < 0.6 ? 3n : 1n)) + (this.random() < 0.05 ? E18 : 0n));
  }
  async withdraw() {
    const ready = await this.s.views(this.s.users.map(u => ['book', 'getWithdrawalStatus', u]));
    if (!ready.some(v => v[0] === 2n)) return this.request();
    return this.s.tx(await this.among(u => ['book', 'getWithdrawalStatus', u], v => v[0] === 2n), 'book', 'withdrawLiquidity');
  }
  async unlock() { return this.s.tx(await this.among(u => ['book', 'withdrawalsInfo', u], v => v[0] > 0n), 'book', 'unlockTokens'); }
  async cover() {
    const [sold, liquidity] = (await this.s.views([['book', 'getNewCoverAndLiquidity']]))[0] ?? [0n, 0n];
    const free = liquidity > sold ? liquidity - sold : 0n;
    return this.random() < 0.05 ? 99n * E18 : 100n * E18 + this.random.big(free / (this.random() < 0.9 ? 5n : 1n) + 1n);
  }
  weeks() { const r = this.random(); return r < 0.45 ? 1 + this.random.below(4) : r < 0.9 ? 1 + this.random.below(52) : r < 0.98 ? 52 : this.random.pick([0, 53]); }
  async buy() {
    const active = await this.s.views(this.s.users.map(u => ['registry', 'isPolicyActive', u, this.s.at.book]));
    const able = this.s.users.filter((u, i) => !active[i][0]);
    if (!able.length && this.random() < 0.9) return this.add();
    return this.s.tx(able.length && this.random() < 0.95 ? this.random.pick(able) : this.user(), 'book', 'buyPolicy', this.weeks(), await this.cover());
  }
  async transfer() { const u = await this.holder(); return this.s.tx(u, 'book', 'transfer', this.user(), this.part(await this.s.view('book', 'balanceOf', u))); }
  async donate() {
    if (this.random() < 0.5) return this.s.tx(this.user(), 'coin', 'transfer', this.s.at.book, this.random.big(10n ** 9n));
    const u = await this.holder();
    return this.s.tx(u, 'book', 'transfer', this.s.at.book, this.random.big(E18));
  }
  update() { return this.s.tx(this.user(), 'book', 'updateEpochsInfo'); }
  whitelist() { return this.s.tx(this.s.owner, 'admin', 'whitelist', this.s.at.book, this.random() < 0.5); }
  async claim() { return this.s.tx(await this.among(x => ['registry', 'isPolicyActive', x, this.s.at.book], v => v[0]), 'book', 'submitClaimAndInitializeVoting', 'evidence'); }
  async appeal() {
    const able = await this.claims(4);
    if (!able.length) return this.claim();
    return this.s.tx(this.random.pick(able).claimer, 'book', 'submitAppealAndInitializeVoting', 'more');
  }
  async decide() {
    const due = await this.claims(3);
    if (!due.length) return this.add();
    const c = this.random.pick(due), r = this.random(), votes = [];
    if (r > 0.8) votes.push([c.amount, 1n]);
    for (let k = r < 0.15 || r > 0.8 ? 0 : 1 + this.random.below(4); k > 0; k--)
      votes.push([this.random() < 0.3 ? 0n : this.random() < 0.3 ? c.amount : 1n + this.random.big(c.amount), 1n + this.random.big(10n ** 40n)]);
    await this.s.vote(c.index, votes);
    return this.s.tx(this.s.owner, 'claims', 'calculate', c.index);
  }
}
