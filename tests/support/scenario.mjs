// What people do with a pool: one random act at a time, amounts chosen from what they have (the model knows).
// Some acts fail on purpose or by chance, as they do in life.
import { E18, WEEK } from './scene.mjs';

const DAY = 86400;

export class Driver {
  constructor(scene, random) {
    this.scene = scene;
    this.random = random;
    this.done = {};
    this.grants = new Set();
  }
  user() { return this.random.pick(this.scene.users); }
  // Some part of an amount: seldom nothing, often all of it.
  part(amount) {
    const r = this.random();
    return r < 0.06 ? 0n : r < 0.3 ? amount : r < 0.34 ? amount + 1n : this.random.big(amount + 1n);
  }
  // Queues one act (one or two transactions) and says which.
  async act(kind = this.choose()) {
    this.done[kind] = (this.done[kind] ?? 0) + 1;
    await this[kind]();
    return kind;
  }
  choose() {
    const weights = { depositAndStake: 14, deposit: 10, stake: 12, schedule: 12, unstake: 9, unstakeAndWithdraw: 3, withdraw: 8, delegate: 7,
      undelegate: 3, grant: 4, toPool: 4, vest: 5, donate: 2, claim: 5, parameter: 5, precalculate: 4, withdrawPrecalculated: 2, reward: 3, burn: 2,
      dust: 3, proposal: 1, managers: 1, minter: 2 };
    let r = this.random() * Object.values(weights).reduce((a, b) => a + b);
    for (const [kind, w] of Object.entries(weights)) { r -= w; if (r < 0) return kind; }
    return 'reward';
  }
  pool(from, name, ...args) { return this.scene.tx(from, 'Pool', name, ...args); }
  account(u) { return this.scene.model.account(u); }

  depositAndStake() { return this.pool(this.user(), 'depositAndStake', this.random.big(400_000n * E18)); }
  deposit() { return this.pool(this.user(), 'depositRegular', this.part(200_000n * E18)); }
  stake() { const u = this.among(a => a.unstaked > 0n); return this.pool(u, 'stake', this.part(this.account(u).unstaked)); }
  dust() { return this.pool(this.user(), 'depositAndStake', this.random.big(5n)); }
  // Mostly somebody who can: the others' tries revert.
  among(test) {
    const able = this.scene.users.filter(u => test(this.account(u), u));
    return able.length && this.random() < 0.9 ? this.random.pick(able) : this.user();
  }
  schedule() { const u = this.among(a => a.shares && !a.unstakeScheduledFor); return this.pool(u, 'scheduleUnstake', this.part(this.account(u).stake ?? 1n)); }
  ripe(a) { return a.unstakeScheduledFor && Number(a.unstakeScheduledFor) < this.scene.now; }
  unstake() {
    return this.pool(this.user(), 'unstake', this.among(a => this.ripe(a)));
  }
  unstakeAndWithdraw() {
    return this.pool(this.among(a => this.ripe(a)), 'unstakeAndWithdraw');
  }
  withdraw() { const u = this.among(a => a.unstaked > 0n); return this.pool(u, 'withdrawRegular', this.part(this.account(u).unstaked)); }
  withdrawPrecalculated() { const u = this.user(); return this.pool(u, 'withdrawPrecalculated', this.part(this.account(u).unstaked)); }
  precalculate() { return this.pool(this.user(), 'precalculateUserLocked', this.user(), BigInt(1 + this.random.below(40))); }
  delegate() {
    const free = a => Number(a.lastDelegationUpdateTimestamp) + WEEK < this.scene.now;
    return this.pool(this.among(a => a.shares && free(a)), 'delegateVotingPower', this.among(a => !BigInt(a.delegate)));
  }
  undelegate() {
    return this.pool(this.among(a => BigInt(a.delegate) && Number(a.lastDelegationUpdateTimestamp) + WEEK < this.scene.now), 'undelegateVotingPower');
  }
  grant() {
    const u = this.user(), start = this.scene.now + this.random.below(60 * DAY) - 30 * DAY;
    this.grants.add(u);
    return this.scene.tx(this.scene.deployer, 'Timelock', 'transferAndLock', this.scene.deployer, u, 1n + this.random.big(100_000n * E18),
      BigInt(start), BigInt(start + DAY + this.random.below(200 * DAY)));
  }
  toPool() {
    const u = this.grants.size ? this.random.pick([...this.grants]) : this.user();
    return this.scene.tx(u, 'Timelock', 'withdrawToPool', this.scene.pool, this.random() < 0.8 ? u : this.user());
  }
  vest() {
    return this.pool(this.user(), 'updateTimelockStatus', this.among(({ timelock }) => timelock.remaining && Number(timelock.start) < this.scene.now));
  }
  donate() { return this.scene.tx(this.user(), 'Token', 'transfer', this.scene.pool, this.random.big(1000n * E18)); }
  claim() {
    const { totalStake } = this.scene.model.pool();
    const to = this.random.pick([this.scene.recipient, this.scene.recipient, this.user(), this.scene.pool]);
    const amount = this.random() < 0.1 ? 0n : totalStake * BigInt(1 + this.random.below(this.random() < 0.2 ? 9000 : 900)) / 10000n;
    return this.pool(this.random() < 0.95 ? this.scene.manager : this.scene.outsider, 'payOutClaim', to, amount);
  }
  parameter() {
    const [name, value] = this.random.pick([
      ['setStakeTarget', this.random.big(E18 + 1n)], ['setMinApr', this.random.big(E18 / 5n)], ['setMaxApr', E18 / 5n + this.random.big(E18)],
      ['setAprUpdateStep', this.random.big(E18 / 20n)], ['setUnstakeWaitPeriod', BigInt(WEEK + this.random.below(2 * WEEK))],
      ['setProposalVotingPowerThreshold', E18 / 1000n + this.random.big(E18 / 11n)]]);
    return this.pool(this.random() < 0.95 ? this.scene.deployer : this.user(), name, value);
  }
  reward() { return this.pool(this.user(), 'mintReward'); }
  async burn() {
    if (!this.burner) { this.burner = true; await this.scene.tx(this.scene.deployer, 'Token', 'updateBurnerStatus', true); }
    return this.scene.tx(this.scene.deployer, 'Token', 'burn', this.random.big(100_000n * E18));
  }
  proposal() { return this.pool(this.scene.voting, 'updateLastProposalTimestamp', this.user()); }
  // Off for a while: an epoch may then be used up with nothing logged.
  minter() { return this.scene.tx(this.scene.deployer, 'Token', 'updateMinterStatus', this.scene.pool, !this.scene.model.minter); }
  managers() { return this.pool(this.scene.deployer, 'setClaimsManagerStatus', this.scene.manager2, this.random() < 0.5); }

  // How long until the next block: mostly hours, at times weeks.
  pause() {
    const r = this.random();
    return r < 0.55 ? 12 + this.random.below(DAY) : r < 0.9 ? this.random.below(5 * DAY) + DAY : WEEK + this.random.below(2 * WEEK);
  }
}
