// The stage for InsureDAO on a real node: our contracts deployed on anvil, everyone funded, and what the views of one
// block say, in the shape of the program's JSON.
import { Interface, keccak256, solidityPackedKeccak256 } from 'ethers';
import { compile } from './solc.mjs';
import { Mirror } from './program.mjs';

export const DAY = 86400;
export const UNIT = 10n ** 6n;          // a token
export const ZERO = '0x' + '00'.repeat(20);
const hex = n => '0x' + BigInt(n).toString(16);

// What each list's figures are called, by the view that tells them: [contract, view, which argument, figures by word].
const MARKET = ['totalLiquidity', 'originalLiquidity', 'totalCredit', 'lockedAmount', 'availableBalance', 'utilizationRate', 'rate',
  'totalSupply', 'attributionDebt', 'rewardPerCredit', 'paused', 'openDeposit', 'allInsuranceCount', 'pendingEnd', 'marketStatus'];
const INDEX = ['totalLiquidity', 'accruedPremiums', 'totalSupply', 'rate', 'totalAllocatedCredit', 'leverage', 'targetLev', 'totalAllocPoint',
  'withdrawable', 'locked', 'paused'];
const RESERVE = ['totalLiquidity', 'crowdPool', 'surplusPool', 'totalSupply', 'rate', 'paused'];
const VAULT = ['valueAll', 'balance', 'totalDebt', 'available', 'totalAttributions', 'controller'];
const SETTINGS = ['FeeRate', 'RequestDuration', 'WithdrawableDuration', 'UnlockGracePeriod', 'MaxInsureSpan', 'MinInsureSpan', 'PremiumModel'];
const SLACKS = ['UpperSlack', 'LowerSlack'];
const snake = name => name.replace(/^[A-Z]/, c => c.toLowerCase()).replace(/[A-Z]/g, c => '_' + c.toLowerCase());
const STATES = ['trading', 'payingout'];

// The tree behind an incident's root; proofs by leaf.
export class Tree {
  constructor(leaves) {
    this.leaves = leaves;
    this.levels = [leaves.map(l => solidityPackedKeccak256(['bytes32', 'address', 'uint256'], [l.target, l.insured, l.loss]))];
    while (this.levels.at(-1).length > 1) {
      const below = this.levels.at(-1), level = [];
      for (let i = 0; i < below.length; i += 2) level.push(i + 1 < below.length ? Tree.pair(below[i], below[i + 1]) : below[i]);
      this.levels.push(level);
    }
  }
  static pair(a, b) { return keccak256(BigInt(a) < BigInt(b) ? a + b.slice(2) : b + a.slice(2)); }
  get root() { return this.levels.at(-1)[0]; }
  proof(i) {
    const out = [];
    for (const level of this.levels.slice(0, -1)) {
      if ((i ^ 1) < level.length) out.push(level[i ^ 1]);
      i >>= 1;
    }
    return out;
  }
}

export class InsureScene {
  static async deploy(anvil, { users = 6, markets = 3, indices = 2, reserves = 1, called } = {}) {
    const s = new InsureScene(), built = compile();
    s.anvil = anvil;
    s.abi = Object.fromEntries(Object.entries(built).map(([k, v]) => [k, new Interface(v.abi)]));
    [s.owner, s.owner2, s.outsider, ...s.users] = anvil.accounts;
    s.users = s.users.slice(0, users);
    s.now = Number((await anvil.rpc('eth_getBlockByNumber', ['latest', false])).timestamp);
    s.head = await anvil.head();
    s.kinds = new Map();
    s.sent = [];
    const create = s.create = async (name, ...args) => {
      const hash = await anvil.send(s.owner, null, built[name].bytecode + s.abi[name].encodeDeploy(args).slice(2), 20000000);
      await s.mine(12);
      const receipt = await anvil.rpc('eth_getTransactionReceipt', [hash]);
      if (receipt?.status !== '0x1') throw new Error(`${name} was not deployed`);
      const address = receipt.contractAddress.toLowerCase();
      s.kinds.set(address, name);
      return address;
    };
    s.token = await create('Token', 10n ** 30n);
    if (called) await s.tx(s.owner, s.token, 'rename', ...called);
    s.ownership = await create('InsureOwnership');
    s.factory = await create('InsureFactory', s.ownership);
    s.parameters = await create('InsureParameters', s.ownership);
    s.vault = await create('InsureVault', s.token, s.factory, s.ownership);
    s.slope = await create('InsureSlopePremium', [50000n, 100000n, 400000n, 800000n]);
    s.flat = await create('InsureFlatPremium', 70000n);
    s.markets = []; s.indices = []; s.reserves = [];
    for (let i = 0; i < markets; i++) s.markets.push(await create('InsureMarket', s.vault, s.parameters));
    for (let i = 0; i < indices; i++) s.indices.push(await create('InsureIndex', s.vault, s.parameters));
    for (let i = 0; i < reserves; i++) s.reserves.push(await create('InsureReserve', s.vault, s.parameters));
    for (const [name, value] of [['setFeeRate', 100000n], ['setRequestDuration', BigInt(3 * DAY)], ['setWithdrawableDuration', BigInt(20 * DAY)],
      ['setUnlockGracePeriod', BigInt(2 * DAY)], ['setMaxInsureSpan', BigInt(90 * DAY)], ['setMinInsureSpan', BigInt(DAY)],
      ['setUpperSlack', 100000n], ['setLowerSlack', 100000n], ['setPremiumModel', s.slope]])
      await s.tx(s.owner, s.parameters, name, ZERO, value);
    if (s.markets.length > 1) await s.tx(s.owner, s.parameters, 'setPremiumModel', s.markets[1], s.flat);
    for (const pool of s.pools()) await s.tx(s.owner, s.factory, 'enlist', pool, ZERO, [s.token, s.factory, s.parameters]);
    if (reserves) await s.tx(s.owner, s.factory, 'setReserve', s.reserves[0]);
    for (const u of [...s.users, s.owner2]) {
      await s.tx(s.owner, s.token, 'transfer', u, 10n ** 20n);
      await s.tx(u, s.token, 'approve', s.vault, 10n ** 40n);
    }
    await s.tx(s.owner, s.token, 'approve', s.vault, 10n ** 40n);
    await s.mine(12);
    s.governor = s.owner;
    return s;
  }
  pools() { return [...this.markets, ...this.indices, ...this.reserves]; }
  contracts() {
    return { vault: this.vault, token: this.token, parameters: this.parameters, ownership: this.ownership, markets: this.markets,
      indices: this.indices, reserves: this.reserves, factory: this.factory };
  }
  mirror({ url = this.anvil.url, extra = {}, poll = 50 } = {}) {
    return new Mirror({ chain: { id: 31337, rpc: [{ url }], poll_interval_ms: poll },
      pools: [{ name: 'insure', protocol: 'insuredao', start_block: 1, contracts: this.contracts() }], ...extra });
  }
  iface(address) { return this.abi[this.kinds.get(address)]; }
  // Queues a transaction; it is in the next mined block.
  async tx(from, to, name, ...args) {
    const hash = await this.anvil.send(from, to, this.iface(to).encodeFunctionData(name, args));
    this.sent.push({ hash, name });
    return hash;
  }
  async mine(seconds = 12) {
    this.now += seconds;
    this.head = await this.anvil.mine(this.now);
    return this.head;
  }
  // Mines what was queued; the names of what reverted.
  async settle(seconds) {
    const sent = this.sent;
    this.sent = [];
    await this.mine(seconds);
    const receipts = await this.anvil.batch(sent.map(x => ['eth_getTransactionReceipt', [x.hash]]));
    return sent.map((x, i) => ({ ...x, ok: receipts[i].result?.status === '0x1' }));
  }
  async does(from, to, name, ...args) {
    this.sent = [];
    await this.tx(from, to, name, ...args);
    return (await this.settle(12))[0];
  }

  // [[to, name, args], ...] -> decoded answers (null: the view reverts)
  async views(wanted, block = 'latest') {
    const calls = wanted.map(([to, name, args = []]) => ({ to, data: this.iface(to).encodeFunctionData(name, args) }));
    const answers = await this.anvil.batch(calls.map(c => ['eth_call', [c, typeof block === 'number' ? hex(block) : block]]));
    return answers.map((a, i) => {
      if (a.error || a.result === '0x') return null;
      return [...this.iface(wanted[i][0]).decodeFunctionResult(wanted[i][1], a.result)];
    });
  }
  async view(to, name, args = [], block = 'latest') {
    const [answer] = await this.views([[to, name, args]], block);
    return answer === null ? null : answer[0];
  }

  // Everything that the views say at the end of a block: { pool, accounts, lists: { markets: { key: figures } } }.
  async truth(block, { accounts, holders, policies }) {
    const wanted = [], put = [];
    const ask = (to, name, args, into) => { wanted.push([to, name, args]); put.push(into); };
    const out = { pool: {}, accounts: {}, lists: { markets: {}, indices: {}, reserves: {}, policies: {}, credits: {}, holdings: {} } };
    const one = (where, name) => v => { where[name] = plain(v); };
    const plain = v => v === null ? null : typeof v[0] === 'bigint' ? v[0].toString() : typeof v[0] === 'string' ? v[0].toLowerCase() : v[0];
    for (const v of VAULT) ask(this.vault, v, [], one(out.pool, snake(v)));
    ask(this.vault, 'debts', [ZERO], one(out.pool, 'system_debt'));
    ask(this.ownership, 'owner', [], one(out.pool, 'owner'));
    ask(this.token, 'balanceOf', [this.vault], one(out.pool, 'token_balance'));
    for (const v of [...SETTINGS, ...SLACKS]) ask(this.parameters, `get${v}`, [ZERO], one(out.pool, snake(v)));
    for (const a of accounts) {
      const figures = out.accounts[a] = {};
      ask(this.vault, 'attributions', [a], one(figures, 'attributions'));
      ask(this.vault, 'underlyingValue', [a], one(figures, 'underlying_value'));
      ask(this.vault, 'debts', [a], one(figures, 'debts'));
    }
    for (const m of this.markets) {
      const figures = out.lists.markets[m] = {};
      for (const v of MARKET) ask(m, v, [], one(figures, snake(v)));
      ask(m, 'marketStatus', [], v => { figures.market_status = STATES[Number(v[0])]; });
      ask(m, 'incident', [], v => {
        [figures.payout_numerator, figures.payout_denominator, figures.incident_timestamp] = v.slice(0, 3).map(String);
        figures.merkle_root = v[3];
      });
      for (const v of SETTINGS) ask(this.parameters, `get${v}`, [m], one(figures, snake(v)));
      for (const i of this.indices) {
        const c = out.lists.credits[`${m}:${i}`] = {};
        ask(m, 'indices', [i], v => { [c.credit, c.reward_debt, c.slot] = v.map(String); });
        ask(m, 'pendingPremium', [i], one(c, 'pending_premium'));
        ask(i, 'allocPoints', [m], one(c, 'alloc_points'));
      }
    }
    for (const i of this.indices) {
      const figures = out.lists.indices[i] = {};
      for (const v of INDEX) ask(i, v, [], one(figures, snake(v)));
      for (const v of SLACKS) ask(this.parameters, `get${v}`, [i], one(figures, snake(v)));
    }
    for (const r of this.reserves) {
      const figures = out.lists.reserves[r] = {};
      for (const v of RESERVE) ask(r, v, [], one(figures, snake(v)));
    }
    for (const [market, id] of policies) {
      const p = out.lists.policies[`${market}:${id}`] = {};
      ask(market, 'insurances', [id], v => {
        Object.assign(p, { start_time: v[1].toString(), end_time: v[2].toString(), amount: v[3].toString(), target: v[4],
          insured: v[5].toLowerCase(), agent: v[6].toLowerCase(), is_active: v[7] });
      });
    }
    for (const account of holders) for (const pool of this.pools()) {
      const h = out.lists.holdings[`${account}:${pool}`] = {};
      ask(pool, 'balanceOf', [account], one(h, 'balance'));
      ask(pool, 'valueOfUnderlying', [account], one(h, 'value'));
      ask(pool, 'withdrawalReq', [account], v => { [h.unlocks_at, h.requested] = v.map(String); });
    }
    (await this.views(wanted, block)).forEach((v, i) => put[i](v));
    return out;
  }
}
