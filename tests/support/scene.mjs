// The stage for tests on a real node: our contracts deployed on anvil, everyone funded, and the views of one block.
import { Interface } from 'ethers';
import { compile } from './solc.mjs';
import { Api3Model, ZERO } from './api3-model.mjs';

export const E18 = 10n ** 18n;
export const WEEK = 604800;
const hex = n => '0x' + BigInt(n).toString(16);

const POOL_FIGURES = ['totalStake', 'totalShares', 'apr', 'minApr', 'maxApr', 'aprUpdateStep', 'stakeTarget', 'unstakeWaitPeriod',
  'proposalVotingPowerThreshold', 'epochIndexOfLastReward', 'genesisEpoch', 'agentAppPrimary', 'agentAppSecondary', 'votingAppPrimary', 'votingAppSecondary'];
const POOL_CONSTANTS = ['api3Token', 'EPOCH_LENGTH', 'REWARD_VESTING_PERIOD'];
const ACCOUNT_VIEWS = ['userShares', 'userStake', 'getUser', 'userLocked', 'delegatedToUser', 'userDelegate', 'userVotingPower', 'userToTimelock'];

export class Scene {
  // users: that many of anvil's accounts after the first (the deployer) hold tokens and approve the pool
  static async deploy(anvil, { users = 8, supply = 100_000_000n * E18, purse = 6_000_000n * E18 } = {}) {
    const s = new Scene();
    const built = compile();
    s.anvil = anvil;
    s.abi = Object.fromEntries(Object.entries(built).map(([k, v]) => [k, new Interface(v.abi)]));
    [s.deployer, s.manager, s.manager2, s.recipient, s.voting, s.outsider, ...s.users] = anvil.accounts;
    s.users = s.users.slice(0, users);
    s.now = Number((await anvil.rpc('eth_getBlockByNumber', ['latest', false])).timestamp);
    s.blocks = [];
    for (let n = 1; n <= await anvil.head(); n++) s.blocks.push(await anvil.block(n));
    const create = async (name, ...args) => {
      const hash = await anvil.send(s.deployer, null, built[name].bytecode + s.abi[name].encodeDeploy(args).slice(2), 20000000);
      const block = await s.mine(12);
      const receipt = await anvil.rpc('eth_getTransactionReceipt', [hash]);
      if (receipt?.status !== '0x1') throw new Error(`${name} was not deployed`);
      return { address: receipt.contractAddress.toLowerCase(), block };
    };
    s.deployed = { token: await create('Token', supply), timelockManager: null, pool: null };
    s.token = s.deployed.token.address;
    s.deployed.timelockManager = await create('Timelock', s.token);
    s.timelock = s.deployed.timelockManager.address;
    s.deployed.pool = await create('Pool', s.token, s.timelock);
    s.pool = s.deployed.pool.address;
    s.model = new Api3Model({ pool: s.pool, token: s.token, deployBlock: s.deployed.pool.block });
    for (const b of s.blocks) s.model.block(b);
    s.deployBlock = Object.fromEntries(Object.entries(s.deployed).map(([k, v]) => [k, v.block]));
    for (const u of s.users) {
      await s.tx(s.deployer, 'Token', 'transfer', u, purse);
      await s.tx(u, 'Token', 'approve', s.pool, 10n ** 40n);
    }
    await s.tx(s.deployer, 'Token', 'approve', s.timelock, 10n ** 40n);
    await s.tx(s.deployer, 'Pool', 'setDaoApps', s.deployer, s.outsider, s.voting, s.outsider);
    await s.mine(12);
    return s;
  }
  addressOf(contract) { return { Pool: this.pool, Token: this.token, Timelock: this.timelock }[contract]; }
  // Queues a transaction; it is in the next mined block.
  tx(from, contract, name, ...args) { return this.anvil.send(from, this.addressOf(contract), this.abi[contract].encodeFunctionData(name, args)); }
  // Mines one block so many seconds after the last; the model follows.
  async mine(seconds = 12) {
    this.now += seconds;
    this.head = await this.anvil.mine(this.now);
    this.blocks.push(await this.anvil.block(this.head));
    if (this.model) this.model.block(this.blocks.at(-1));
    return this.head;
  }
  // After a reorg: forget what the chain forgot, and let the model see the rest again.
  async reread() {
    this.head = await this.anvil.head();
    this.blocks = [];
    this.model = new Api3Model({ pool: this.pool, token: this.token, deployBlock: this.deployBlock.pool });
    for (let n = 1; n <= this.head; n++) {
      this.blocks.push(await this.anvil.block(n));
      this.model.block(this.blocks.at(-1));
    }
    this.now = this.blocks.at(-1).timestamp;
  }
  failed() { return this.blocks.at(-1).receipts.filter(r => r.status !== '0x1').length; }
  // Queues one transaction and mines it: { hash, ok, block }
  async does(from, contract, name, ...args) {
    const hash = await this.tx(from, contract, name, ...args);
    const block = await this.mine();
    return { hash, block, ok: (await this.anvil.rpc('eth_getTransactionReceipt', [hash])).status === '0x1' };
  }
  // To so many seconds after the start of a later epoch.
  async toEpoch(epochsOn = 1, seconds = 60) {
    const start = (Math.floor(this.now / WEEK) + epochsOn) * WEEK + seconds;
    return this.mine(start - this.now);
  }
  get epoch() { return Math.floor(this.now / WEEK); }

  async view(contract, name, args = [], block = 'latest') {
    const data = this.abi[contract].encodeFunctionData(name, args);
    const out = await this.anvil.rpc('eth_call', [{ to: this.addressOf(contract), data }, typeof block === 'number' ? hex(block) : block]);
    return this.abi[contract].decodeFunctionResult(name, out)[0];
  }

  // Everything the views say of one block: { pool, users } in the truth files' shape (bigints; null: the view reverts),
  // and the raw calls as a recorded chain keeps them.
  async everything(block, accounts) {
    const wanted = [], calls = [];
    const ask = (contract, name, ...args) => wanted.push({ contract, name, to: this.addressOf(contract), data: this.abi[contract].encodeFunctionData(name, args) });
    for (const f of [...POOL_FIGURES, ...POOL_CONSTANTS]) ask('Pool', f);
    ask('Token', 'totalSupply'); ask('Token', 'balanceOf', this.pool); ask('Token', 'getMinterStatus', this.pool); ask('Token', 'decimals'); ask('Token', 'symbol');
    for (const m of [this.manager, this.manager2]) ask('Pool', 'claimsManagerStatus', m);
    const fixed = wanted.length;
    for (const a of accounts) for (const v of ACCOUNT_VIEWS) ask('Pool', v, a);
    const answers = await this.anvil.batch(wanted.map(w => ['eth_call', [{ to: w.to, data: w.data }, hex(block)]]));
    const value = answers.map((a, i) => {
      const w = wanted[i];
      calls.push({ type: 'call', to: w.to, data: w.data, block, ...(a.error ? { error: { code: a.error.code, message: a.error.message, ...(a.error.data ? { data: a.error.data } : {}) } } : { result: a.result }) });
      return a.error ? null : this.abi[w.contract].decodeFunctionResult(w.name, a.result);
    });
    const one = v => v === null ? null : typeof v[0] === 'string' ? v[0].toLowerCase() : v[0];
    const pool = {};
    POOL_FIGURES.forEach((f, i) => { pool[f] = one(value[i]); });
    const t = POOL_FIGURES.length + POOL_CONSTANTS.length;
    pool.tokenTotalSupply = one(value[t]); pool.tokenBalance = one(value[t + 1]); pool.isMinter = one(value[t + 2]);
    const users = {};
    accounts.forEach((a, i) => {
      const [shares, stake, user, locked, delegatedTo, delegate, votingPower, lock] = value.slice(fixed + i * ACCOUNT_VIEWS.length, fixed + (i + 1) * ACCOUNT_VIEWS.length);
      users[a] = { shares: one(shares), stake: one(stake), unstaked: user[0], vesting: user[1], unstakeAmount: user[2], unstakeShares: user[3],
        unstakeScheduledFor: user[4], lastDelegationUpdateTimestamp: user[5], lastProposalTimestamp: user[6], delegate: one(delegate) ?? ZERO,
        delegatedTo: one(delegatedTo), votingPower: one(votingPower), locked: one(locked),
        timelock: { total: lock[0], remaining: lock[1], start: lock[2], end: lock[3] } };
    });
    return { pool, users, calls };
  }
}
