// What people do with a V1 coverage book, beyond what they do with any.
import { BridgePeople } from './bridge-people.mjs';

const WEIGHTS = { add: 14, request: 10, withdraw: 10, unlock: 2, buy: 30, transfer: 3, donate: 2, update: 3, whitelist: 2, claim: 10, appeal: 4, decide: 14 };

export class BridgeV1Driver extends BridgePeople {
  pauses = [0.5, 0.8, 0.96, 0.995];
  slices = 5n;

  constructor(scene, random, weights = WEIGHTS) { super(scene, random, weights); }
  async urgent() {
    if (this.random() < 0.6) return null;
    if (await this.ripe()) return 'withdraw';
    return (await this.claims(3)).length ? 'decide' : (await this.claims(4)).length ? 'appeal' : null;
  }
  async claims(...status) {
    const all = Array.from({ length: Number(await this.s.view('claims', 'count')) }, (_, i) => i + 1);
    const v = await this.s.views(all.flatMap(i => [['claims', 'claimStatus', i], ['claims', 'claims', i]]));
    return all.map(i => ({ index: i, status: Number(v[2 * i - 2][0]), claimer: v[2 * i - 1][0], submitted: v[2 * i - 1][2], ended: v[2 * i - 1][3], amount: v[2 * i - 1][6] }))
      .filter(c => status.includes(c.status));
  }

  weeks() { const r = this.random(); return r < 0.45 ? 1 + this.random.below(4) : r < 0.9 ? 1 + this.random.below(52) : r < 0.98 ? 52 : this.random.pick([0, 53]); }
  async buy() {
    const active = await this.s.views(this.s.users.map(u => ['registry', 'isPolicyActive', u, this.s.at.book]));
    const able = this.s.users.filter((u, i) => !active[i][0]);
    if (!able.length && this.random() < 0.9) return this.add();
    return this.s.tx(able.length && this.random() < 0.95 ? this.random.pick(able) : this.user(), 'book', 'buyPolicy', this.weeks(), await this.cover());
  }
  async donate() {
    if (this.random() < 0.5) return this.s.tx(this.user(), 'coin', 'transfer', this.s.at.book, this.random.big(10n ** 9n));
    return this.gift();
  }
  update() { return this.s.tx(this.user(), 'book', 'updateEpochsInfo'); }
  whitelist() { return this.s.tx(this.s.owner, 'admin', 'whitelist', this.s.at.book, this.random() < 0.5); }
  async claim() { return this.s.tx(await this.among(x => ['registry', 'isPolicyActive', x, this.s.at.book], v => v[0]), 'book', 'submitClaimAndInitializeVoting', 'evidence'); }
  async decide() {
    const due = await this.claims(3);
    if (!due.length) return this.add();
    const c = this.random.pick(due), r = this.random(), votes = [];
    if (r > 0.8) votes.push([c.amount, 1n]);
    for (let k = r < 0.15 || r > 0.8 ? 0 : 1 + this.random.below(4); k > 0; k--)
      votes.push(this.vote(c));
    await this.s.vote(c.index, votes);
    return this.s.tx(this.s.owner, 'claims', 'calculate', c.index);
  }
}
