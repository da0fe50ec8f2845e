// What people do with a V2 coverage book, beyond what they do with any.
import { BridgePeople } from './bridge-people.mjs';
import { DAY, E18, E6, HUNDRED, P } from './bridge-scene.mjs';

const WEIGHTS = { add: 14, request: 10, withdraw: 8, unlock: 2, buy: 26, buyMany: 4, distributed: 6, transfer: 3, donate: 1, update: 3, pricing: 3, safe: 1,
  lend: 3, rebalance: 2, fee: 2, claim: 7, appeal: 4, decide: 14, payClaim: 12, askAgain: 2, giveUp: 2, invest: 2, divest: 3, loss: 1, wait: 1 };

export class BridgeDriver extends BridgePeople {
  entry = 'facade';

  constructor(scene, random, weights = WEIGHTS) { super(scene, random, weights); }
  // What has its time: claims to be decided, paid or appealed.
  async urgent() {
    if (this.random() < 0.6) return null;
    if ((await this.claims(3)).length) return 'decide';
    if ((await this.claims(6)).some(c => c.wait === 2)) return 'payClaim';
    return (await this.claims(4)).length ? 'appeal' : null;
  }
  async claims(...status) {
    const count = Number(await this.s.view('claims', 'count'));
    const all = Array.from({ length: count }, (_, i) => i + 1);
    const v = await this.s.views(all.flatMap(i => [['claims', 'claimStatus', i], ['claims', 'claims', i], ['claims', 'getClaimWithdrawalStatus', i]]));
    return all.map(i => ({ index: i, status: Number(v[3 * i - 3][0]), claimer: v[3 * i - 2][0], amount: v[3 * i - 2][6], isPending: v[3 * i - 2][5] === 2n, wait: Number(v[3 * i - 1][0]) }))
      .filter(c => status.includes(c.status));
  }

  weeks() { const r = this.random(); return r < 0.3 ? 1 + this.random.below(3) : r < 0.9 ? 1 + this.random.below(52) : r < 0.98 ? 52 : this.random.pick([0, 53]); }
  // Who may buy: no valid policy, no claim in hand. Never one with an accepted claim that is not withdrawn: such a purchase
  // spoils the contracts' own books (see the docs page).
  async buyers() {
    const claims = await this.claims(2, 3, 4, 6, 7);
    const never = new Set(claims.filter(c => c.status === 6 && c.wait).map(c => c.claimer)), busy = new Set(claims.filter(c => c.isPending || c.status === 4).map(c => c.claimer));
    const valid = await this.s.views(this.s.users.map(u => ['registry', 'isPolicyValid', u, this.s.at.book]));
    const able = this.s.users.filter((u, i) => !valid[i][0] && !busy.has(u) && !never.has(u));
    return able.length && this.random() < 0.97 ? able : this.random() < 0.1 ? this.s.users.filter(u => !never.has(u)) : [];
  }
  async buy() {
    const buyers = await this.buyers();
    if (!buyers.length) return this.add();
    const holder = this.random.pick(buyers);
    if (this.random() < 0.2) return this.s.tx(this.user(), 'facade', 'buyPolicyFor', holder, this.weeks(), await this.cover());
    return this.s.tx(holder, 'facade', 'buyPolicy', this.weeks(), await this.cover());
  }
  async buyMany() {
    for (const u of (await this.buyers()).slice(0, 4)) await this.s.tx(u, 'facade', 'buyPolicy', 1 + this.random.below(4), await this.cover() / 8n + 100n * E18);
  }
  async distributed() {
    const buyers = await this.buyers();
    if (!buyers.length) return this.add();
    return this.s.tx(this.random.pick(buyers), 'facade', 'buyPolicyFromDistributor', this.weeks(), await this.cover(), this.random.pick([this.s.distributor, this.s.distributor2]));
  }
  donate() { return this.gift(); }
  update() { return this.s.tx(this.user(), 'book', 'updateEpochsInfo', true); }
  pricing() {
    if (this.priced === this.s.head) return this.safe(); // a model that stood within one block only is in nobody's state
    this.priced = this.s.head;
    const r = (low, high) => BigInt(low) * P / 10n + this.random.big(BigInt(high - low) * P / 10n);
    return this.s.tx(this.s.owner, 'quote', 'setupPricingModel', [r(400, 950), r(400, 950), r(5, 30), r(5, 30), this.random.big(20n * E18),
      r(40, 100), r(100, 250), r(80, 250), r(250, 1000)]);
  }
  safe() {
    if (this.flagged === this.s.head) return this.add();
    this.flagged = this.s.head;
    return this.s.tx(this.s.owner, 'facade', 'setSafePricingModel', this.random() < 0.5);
  }
  lend() {
    const amount = max => this.random() < 0.4 ? 0n : this.random.big(max * E18);
    const key = this.random.pick(['reinsurance', 'pool1', 'pool2']);
    return this.s.tx(this.s.owner, key, 'lend', key === 'reinsurance' ? amount(100_000n) : 0n, amount(100_000n));
  }
  rebalance() { return this.s.tx(this.s.owner, this.random.pick(['reinsurance', 'pool1', 'pool2']), 'rebalance'); }
  fee() {
    const who = this.random.pick([this.s.distributor, this.s.distributor2]);
    return this.random() < 0.8 ? this.s.tx(this.s.owner, 'admin', 'whitelistDistributor', who, 1n + this.random.big(20n * P)) : this.s.tx(this.s.owner, 'admin', 'blacklistDistributor', who);
  }
  async claim() {
    if (this.s.head % 100 > 55) return this.request(); // withdrawals may be asked for while there is no claim
    // Nobody with a claim that waits for its expiry: another one would take others' cover (see the docs page).
    const not = new Set((await this.claims(2, 3, 7)).filter(c => c.isPending).map(c => c.claimer));
    const u = await this.among(x => ['registry', 'isPolicyActive', x, this.s.at.book], v => v[0]);
    return not.has(u) ? this.add() : this.s.tx(u, 'book', 'submitClaimAndInitializeVoting', 'evidence');
  }
  async decide() {
    const waiting = (await this.claims(3, 7)).filter(c => c.isPending), awaiting = waiting.filter(c => c.status === 3);
    const due = awaiting.length ? awaiting : waiting;
    if (!due.length) return this.add();
    const c = this.random.pick(due), r = this.random(), votes = [];
    for (let k = r < 0.15 ? 0 : 1 + this.random.below(4); k > 0; k--)
      votes.push([...this.vote(c), this.random() < 0.85]);
    await this.s.vote(c.index, votes);
    return this.s.tx(this.s.owner, 'voting', 'calculateResult', c.index);
  }
  async payClaim() {
    const due = (await this.claims(6)).filter(c => c.wait === 2);
    if (!due.length) return this.buy();
    const c = this.random.pick(due);
    return this.s.tx(c.claimer, 'claims', 'withdrawClaim', c.index);
  }
  async askAgain() { for (const c of (await this.claims(6)).filter(c => c.wait === 3).slice(0, 2)) await this.s.tx(c.claimer, 'claims', 'requestClaimWithdrawal', c.index); }
  async giveUp() { for (const c of (await this.claims(6)).filter(c => c.wait === 3).slice(0, 2)) await this.s.tx(c.claimer, 'claims', 'withdrawLockedBMI', c.index); }
  async invest() { return this.s.tx(this.s.owner, 'capital', 'invest', this.part(await this.s.view('capital', 'hardUsdtAccumulatedBalance'))); }
  divest() { return this.s.tx(this.s.owner, 'capital', 'divest', this.random.big(2_000_000n * E6)); }
  loss() { return this.s.tx(this.s.owner, 'capital', 'loseInvested', this.random.big(HUNDRED / 30n)); }
  wait() { return this.s.tx(this.s.owner, 'capital', 'setRebalanceDuration', this.random.below(8 * DAY)); }
}
