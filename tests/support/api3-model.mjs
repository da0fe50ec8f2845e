// The rules of the API3 pool once more, in JavaScript: an oracle that shares no line with the C program.
// It sees logs in their order and the timestamps of blocks. One thing no log tells: mintReward() uses an epoch up in silence
// while the pool is no minter; where transactions are at hand the model knows it from them.
//
//   const model = new Api3Model({ pool, token, deployBlock });
//   model.block({ number, timestamp, logs });     // every block in order, with or without logs
//   model.pool(), model.account(address)          // the contract's views at that block's end
//   model.complaints                              // what the logs said that the rules do not allow
//
// A figure that the contract could not give (its view would revert) is null.
import { id } from 'ethers';

export const WEEK = 604800n;
const YEAR = 31536000n;
export const ONE = 10n ** 18n;
const U32 = 1n << 32n;
const U224 = 1n << 224n;
const U256 = 1n << 256n;
export const ZERO = '0x' + '0'.repeat(40);

const SIGNATURES = [
  'Deposited(address,uint256,uint256)', 'Withdrawn(address,uint256,uint256)',
  'Staked(address,uint256,uint256,uint256,uint256,uint256,uint256)',
  'ScheduledUnstake(address,uint256,uint256,uint256,uint256)',
  'Unstaked(address,uint256,uint256,uint256,uint256)', 'MintedReward(uint256,uint256,uint256,uint256)',
  'PaidOutClaim(address,uint256,uint256)', 'Delegated(address,address,uint256,uint256)',
  'Undelegated(address,address,uint256,uint256)', 'UpdatedDelegation(address,address,bool,uint256,uint256)',
  'CalculatingUserLocked(address,uint256,uint256)', 'CalculatedUserLocked(address,uint256)',
  'DepositedByTimelockManager(address,uint256,uint256)',
  'DepositedVesting(address,uint256,uint256,uint256,uint256,uint256)', 'VestedTimelock(address,uint256,uint256)',
  'SetDaoApps(address,address,address,address)', 'SetClaimsManagerStatus(address,bool)', 'SetStakeTarget(uint256)',
  'SetMaxApr(uint256)', 'SetMinApr(uint256)', 'SetUnstakeWaitPeriod(uint256)', 'SetAprUpdateStep(uint256)',
  'SetProposalVotingPowerThreshold(uint256)', 'UpdatedLastProposalTimestamp(address,uint256,address)',
  'Transfer(address,address,uint256)', 'MinterStatusUpdated(address,bool)',
];
const EVENTS = new Map(SIGNATURES.map(s => [id(s), s.slice(0, s.indexOf('('))]));
export const TOPICS = Object.fromEntries(SIGNATURES.map(s => [s.slice(0, s.indexOf('(')), id(s)]));
export const eventName = log => EVENTS.get(log.topics[0]);

// Only these can be emitted without the reward step having run in the same call.
const WITHOUT_REWARD_STEP = new Set(['DepositedByTimelockManager', 'DepositedVesting', 'VestedTimelock', 'SetDaoApps',
  'SetClaimsManagerStatus', 'SetStakeTarget', 'SetMaxApr', 'SetMinApr', 'SetUnstakeWaitPeriod', 'SetAprUpdateStep',
  'SetProposalVotingPowerThreshold', 'UpdatedLastProposalTimestamp']);

const MINT_REWARD = id('mintReward()').slice(0, 10);

const words = hex => hex.length < 66 ? [] : hex.slice(2).match(/.{64}/g).map(w => BigInt('0x' + w));
const address = word => '0x' + word.toString(16).padStart(40, '0');
const min = (a, b) => a < b ? a : b;
const within = (n, limit) => n < limit ? n : null;

export class Api3Model {
  constructor({ pool, token, deployBlock }) {
    this.address = pool.toLowerCase();
    this.token = token.toLowerCase();
    this.deployBlock = deployBlock;
    this.supply = 0n;
    this.balance = 0n;
    this.minter = false;
    this.minterSince = -1n;
    this.accounts = new Map();
    this.rewards = new Map();
    this.managers = new Map();
    this.apps = [ZERO, ZERO, ZERO, ZERO];
    this.complaints = [];
    this.moved = [];
    this.transaction = null;
    this.events = 0;
    this.stray = 0n;
    this.born = false;
  }

  birth() {
    this.born = true;
    Object.assign(this, { T: 1n, S: 1n, target: ONE / 2n, minApr: ONE / 40n, maxApr: ONE * 3n / 4n, step: ONE / 100n,
      wait: WEEK, threshold: ONE / 1000n, genesis: this.epoch, lastReward: this.epoch });
    this.apr = (this.minApr + this.maxApr) / 2n;
  }

  get epoch() { return this.timestamp / WEEK; }

  user(a) {
    let u = this.accounts.get(a);
    if (!u) {
      u = { shares: 0n, unstaked: 0n, vesting: 0n, unstakeAmount: 0n, unstakeShares: 0n, unstakeScheduledFor: 0n,
        lastDelegation: 0n, lastProposal: 0n, delegate: ZERO, delegatedTo: 0n, history: [],
        timelock: { total: 0n, remaining: 0n, start: 0n, end: 0n }, scratch: null };
      this.accounts.set(a, u);
    }
    return u;
  }

  setShares(u, shares) {
    u.shares = shares;
    u.history.push([this.number, shares]);
  }

  block({ number, timestamp, logs, block, receipts }) {
    this.number = BigInt(number);
    this.timestamp = BigInt(timestamp);
    if (Number(number) === this.deployBlock) this.birth();
    const silent = new Set(!block ? [] : block.transactions.map((t, i) => t.input === MINT_REWARD && t.to?.toLowerCase() === this.address
      && receipts[i].status === '0x1' ? i : -1).filter(i => i >= 0));
    let transaction = 0;
    const upTo = next => { for (; transaction < next; transaction++) if (silent.has(transaction) && !this.minter && this.lastReward < this.epoch) this.lastReward = this.epoch; };
    for (const log of logs) {
      upTo(Number(log.transactionIndex));
      if (log.transactionIndex !== this.transaction) this.settle(log.transactionIndex);
      const from = log.address.toLowerCase();
      const name = EVENTS.get(log.topics[0]);
      if (!name || (from !== this.address && from !== this.token)) continue;
      if ((from === this.token) !== (name === 'Transfer' || name === 'MinterStatusUpdated')) continue;
      this.log = log;
      this.events++;
      const topics = log.topics.slice(1).map(t => BigInt(t));
      if (from === this.address && !WITHOUT_REWARD_STEP.has(name) && name !== 'MintedReward') this.rewardStepRan(name);
      this[name](topics, words(log.data));
    }
    upTo(block ? block.transactions.length : 0);
    this.settle(null);
    this.log = null;
    if (this.born) this.invariants();
    return this;
  }

  complain(what, expected, actual) {
    const where = this.log ? `${eventName(this.log)} tx ${this.log.transactionHash} log ${Number(this.log.logIndex)}` : 'books';
    this.complaints.push(`block ${this.number} ${where}: ${what}: expected ${expected}, actual ${actual}`);
  }
  same(what, expected, actual) { if (expected !== actual) this.complain(what, expected, actual); }
  allowed(what, yes) { if (!yes) this.complain(what, 'allowed', 'not allowed'); }

  // Tokens that moved in this transaction and the events that account for them. What comes in unaccounted is a gift.
  settle(next) {
    for (const t of this.moved) if (t.kind === 'out') this.complain('tokens left the pool without an event', 0n, t.amount);
    this.moved = [];
    this.transaction = next;
  }
  moves(kind, amount) {
    const i = this.moved.findIndex(t => t.kind === kind && t.amount === amount);
    if (i < 0) this.complain(`a transfer (${kind}) of the same amount`, amount, this.moved.map(t => `${t.kind} ${t.amount}`).join(', ') || 'none');
    else this.moved.splice(i, 1);
  }

  rewardStepRan(name) {
    if (this.lastReward >= this.epoch) return;
    if (this.minter && this.minterSince < this.epoch) this.complain(`${name} in a new epoch without MintedReward`, this.epoch, this.lastReward);
    this.lastReward = this.epoch;
  }

  // ---- token ----
  Transfer([from, to], [amount]) {
    if (from === 0n) this.supply += amount;
    if (to === 0n) this.supply -= amount;
    if (address(to) === this.address) this.balance += amount;
    if (address(from) === this.address) this.balance -= amount;
    if (address(from) === this.address) this.moved.push({ kind: 'out', amount });
    else if (address(to) === this.address) this.moved.push({ kind: from === 0n ? 'mint' : 'in', amount });
  }
  MinterStatusUpdated([who], [status]) {
    if (address(who) !== this.address) return;
    if (status && !this.minter) this.minterSince = this.timestamp / WEEK;
    this.minter = status !== 0n;
  }

  // ---- rewards, payouts ----
  MintedReward([epoch], [amount, newApr, totalStake]) {
    this.same('epoch', this.epoch, epoch);
    this.allowed('one reward an epoch', this.lastReward < epoch);
    this.allowed('reward while no minter', this.minter);
    this.moves('mint', amount);
    this.same('amount', this.T * this.apr * WEEK / YEAR / ONE, amount);
    this.rewards.set(epoch, { block: this.number, amount, sharesThen: this.S, stakeThen: this.T });
    this.T += amount;
    this.same('totalStake', this.T, totalStake);
    const share = this.T * ONE / this.supply;
    if (share > this.target) this.apr = this.apr > this.step ? this.apr - this.step : 0n;
    else this.apr += this.step;
    if (this.apr > this.maxApr) this.apr = this.maxApr;
    else if (this.apr < this.minApr) this.apr = this.minApr;
    this.same('newApr', this.apr, newApr);
    this.lastReward = epoch;
  }
  PaidOutClaim(_, [amount, totalStake]) {
    this.allowed('payout below the stake', this.T > amount);
    this.allowed('a claims manager is active', [...this.managers.values()].includes(true));
    this.moves('out', amount);
    this.T -= amount;
    this.same('totalStake', this.T, totalStake);
  }

  // ---- deposits, withdrawals ----
  Deposited([who], [amount, unstaked]) {
    const u = this.user(address(who));
    this.moves('in', amount);
    u.unstaked += amount;
    this.same('userUnstaked', u.unstaked, unstaked);
  }
  DepositedByTimelockManager(topics, data) { this.Deposited(topics, data); }
  DepositedVesting([who], [amount, start, end, unstaked, vesting]) {
    const u = this.user(address(who));
    this.moves('in', amount);
    this.allowed('no timelock remains', u.timelock.remaining === 0n && amount > 0n && end > start);
    u.unstaked += amount;
    u.vesting += amount;
    u.timelock = { total: amount, remaining: amount, start, end };
    this.same('userUnstaked', u.unstaked, unstaked);
    this.same('userVesting', u.vesting, vesting);
  }
  VestedTimelock([who], [amount, vesting]) {
    const u = this.user(address(who)), lock = u.timelock;
    this.allowed('timelock runs', this.timestamp > lock.start && lock.remaining > 0n);
    const unlocked = this.timestamp >= lock.end ? lock.total
      : lock.total * (this.timestamp - lock.start) / (lock.end - lock.start);
    const newly = unlocked - (lock.total - lock.remaining);
    this.same('amount', newly, amount);
    u.vesting -= newly;
    lock.remaining -= newly;
    this.same('userVesting', u.vesting, vesting);
  }
  Withdrawn([who], [amount, unstaked]) {
    const u = this.user(address(who));
    this.moves('out', amount);
    this.allowed('withdrawn from unstaked', u.unstaked >= amount);
    const locked = u.scratch?.current === this.epoch && u.scratch.done ? u.scratch.locked : this.locked(address(who));
    if (locked !== null) this.allowed('funds cover locked and vesting', u.unstaked + u.shares * this.T / this.S >= locked + u.vesting + amount);
    u.unstaked -= amount;
    this.same('userUnstaked', u.unstaked, unstaked);
  }

  // ---- staking ----
  Staked([who], [amount, minted, unstaked, shares, totalShares, totalStake]) {
    const u = this.user(address(who));
    this.same('mintedShares', amount * this.S / this.T, minted);
    u.unstaked -= amount;
    this.setShares(u, u.shares + minted);
    this.S += minted;
    this.T += amount;
    this.same('userUnstaked', u.unstaked, unstaked);
    this.same('userShares', u.shares, shares);
    this.same('totalShares', this.S, totalShares);
    this.same('totalStake', this.T, totalStake);
  }
  ScheduledUnstake([who], [amount, shares, scheduledFor, userShares]) {
    const u = this.user(address(who));
    this.allowed('none pending', u.unstakeScheduledFor === 0n);
    this.allowed('enough stake', u.shares * this.T / this.S >= amount);
    this.same('shares', amount * this.S / this.T, shares);
    this.allowed('some shares', shares > 0n);
    this.same('scheduledFor', this.timestamp + this.wait, scheduledFor);
    u.unstakeAmount = amount;
    u.unstakeShares = shares;
    u.unstakeScheduledFor = scheduledFor;
    this.setShares(u, u.shares - shares);
    this.same('userShares', u.shares, userShares);
  }
  Unstaked([who], [amount, unstaked, totalShares, totalStake]) {
    const u = this.user(address(who));
    this.allowed('ripe', u.unstakeScheduledFor !== 0n && u.unstakeScheduledFor < this.timestamp);
    const paid = min(u.unstakeAmount, u.unstakeShares * this.T / this.S);
    this.same('amount', paid, amount);
    u.unstaked += paid;
    this.S -= u.unstakeShares;
    this.T -= paid;
    u.unstakeAmount = u.unstakeShares = u.unstakeScheduledFor = 0n;
    this.same('userUnstaked', u.unstaked, unstaked);
    this.same('totalShares', this.S, totalShares);
    this.same('totalStake', this.T, totalStake);
  }

  // ---- delegation ----
  Delegated([who, to], [shares, total]) {
    const u = this.user(address(who)), d = this.user(address(to));
    this.same('shares', u.shares, shares);
    this.allowed('shares, spacing, delegate', shares > 0n && u.lastDelegation + WEEK < this.timestamp && d.delegate === ZERO
      && to !== 0n && to !== who && u.delegate !== address(to));
    if (u.delegate !== ZERO) this.user(u.delegate).delegatedTo -= shares;
    d.delegatedTo += shares;
    this.same('totalDelegatedTo', d.delegatedTo, total);
    u.delegate = address(to);
    u.lastDelegation = this.timestamp;
  }
  Undelegated([who, to], [shares, total]) {
    const u = this.user(address(who)), d = this.user(address(to));
    this.same('delegate', u.delegate, address(to));
    this.same('shares', u.shares, shares);
    this.allowed('spacing', u.lastDelegation + WEEK < this.timestamp);
    d.delegatedTo -= shares;
    this.same('totalDelegatedTo', d.delegatedTo, total);
    u.delegate = ZERO;
    u.lastDelegation = this.timestamp;
  }
  UpdatedDelegation([who, to], [delta, shares, total]) {
    const u = this.user(address(who)), d = this.user(address(to));
    this.same('delegate', u.delegate, address(to));
    d.delegatedTo += delta ? shares : -shares;
    this.same('totalDelegatedTo', d.delegatedTo, total);
  }

  // ---- locked rewards, stepwise ----
  CalculatingUserLocked([who], [next, oldest]) {
    const u = this.user(address(who));
    this.same('oldest', this.oldestLocked, oldest);
    u.scratch = { current: this.epoch, next, done: false };
  }
  CalculatedUserLocked([who], [amount]) {
    const u = this.user(address(who));
    if (!(u.scratch?.current === this.epoch)) this.same('amount', this.locked(address(who), U256) ?? amount, amount);
    u.scratch = { current: this.epoch, done: true, locked: amount };
  }

  // ---- parameters ----
  SetDaoApps(_, apps) { this.apps = apps.map(address); }
  SetClaimsManagerStatus([who, status]) { this.managers.set(address(who), status !== 0n); }
  SetStakeTarget(_, [v]) { this.allowed('limit', v <= ONE); this.target = v; }
  SetMaxApr(_, [v]) { this.allowed('limit', v >= this.minApr); this.maxApr = v; }
  SetMinApr(_, [v]) { this.allowed('limit', v <= this.maxApr); this.minApr = v; }
  SetUnstakeWaitPeriod(_, [v]) { this.allowed('limit', v >= WEEK); this.wait = v; }
  SetAprUpdateStep(_, [v]) { this.step = v; }
  SetProposalVotingPowerThreshold(_, [v]) { this.allowed('limit', v >= ONE / 1000n && v <= ONE / 10n); this.threshold = v; }
  UpdatedLastProposalTimestamp([who], [at]) {
    this.same('lastProposalTimestamp', this.timestamp, at);
    this.user(address(who)).lastProposal = at;
  }

  // ---- views ----
  get oldestLocked() {
    const a = this.epoch - 51n, b = this.genesis + 1n;
    return a > b ? a : b;
  }
  sharesAt(u, block) {
    for (let i = u.history.length - 1; i >= 0; i--) if (u.history[i][0] <= block) return u.history[i][1];
    return 0n;
  }
  locked(who, limit = U224) {
    const u = this.user(who);
    let sum = 0n;
    for (let e = this.epoch; e >= this.oldestLocked; e--) {
      const r = this.rewards.get(e);
      if (!r) continue;
      const product = r.amount * this.sharesAt(u, r.block);
      if (product >= limit) return null;
      sum += product / r.sharesThen;
    }
    return within(sum, U256);
  }
  stakeOf(u) {
    const product = u.shares * this.T;
    return product < U256 ? product / this.S : null;
  }
  pool() {
    return { totalStake: this.T, totalShares: this.S, apr: this.apr, minApr: this.minApr, maxApr: this.maxApr,
      aprUpdateStep: this.step, stakeTarget: this.target, unstakeWaitPeriod: this.wait,
      proposalVotingPowerThreshold: this.threshold, epochIndexOfLastReward: this.lastReward, genesisEpoch: this.genesis,
      agentAppPrimary: this.apps[0], agentAppSecondary: this.apps[1], votingAppPrimary: this.apps[2],
      votingAppSecondary: this.apps[3], tokenTotalSupply: this.supply, tokenBalance: this.balance, isMinter: this.minter };
  }
  account(who) {
    const u = this.user(who.toLowerCase());
    return { shares: u.shares, stake: this.stakeOf(u), unstaked: u.unstaked, vesting: u.vesting, unstakeAmount: u.unstakeAmount,
      unstakeShares: u.unstakeShares, unstakeScheduledFor: u.unstakeScheduledFor,
      lastDelegationUpdateTimestamp: u.lastDelegation, lastProposalTimestamp: u.lastProposal, delegate: u.delegate,
      delegatedTo: u.delegatedTo, votingPower: u.delegate === ZERO ? u.shares + u.delegatedTo : 0n,
      locked: this.locked(who.toLowerCase()), timelock: { ...u.timelock } };
  }

  // ---- books ----
  invariants() {
    let shares = 1n, unstaked = 0n, vesting = 0n, remaining = 0n;
    const delegated = new Map();
    for (const u of this.accounts.values()) {
      shares += u.shares + u.unstakeShares;
      unstaked += u.unstaked;
      vesting += u.vesting;
      remaining += u.timelock.remaining;
      if (u.delegate !== ZERO) delegated.set(u.delegate, (delegated.get(u.delegate) ?? 0n) + u.shares);
    }
    this.same('sum of shares', shares, this.S);
    this.same('vesting', remaining, vesting);
    for (const [a, u] of this.accounts) this.same(`delegated to ${a}`, delegated.get(a) ?? 0n, u.delegatedTo);
    const stray = this.balance - (this.T - 1n + unstaked);
    if (stray < this.stray) this.complain('stray tokens never shrink', this.stray, stray);
    this.stray = stray;
    this.allowed('T and S are at least 1', this.T >= 1n && this.S >= 1n);
    this.allowed('block number fits', this.number < U32);
  }
}

// The truth file writes bigints as decimal strings, null where the view reverts.
export const asTruth = value => JSON.parse(JSON.stringify(value, (_, v) => typeof v === 'bigint' ? v.toString() : v));
