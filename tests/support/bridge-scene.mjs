// The stage for Bridge Mutual V2 on a real node: our book with its contracts deployed on anvil, everyone funded, and what the
// views of one block say, in the mirror's own names.
import { getCreateAddress, Interface } from 'ethers';
import { compile } from './solc.mjs';
import { Mirror } from './program.mjs';

export const E18 = 10n ** 18n, E6 = 10n ** 6n, P = 10n ** 25n, HUNDRED = 10n ** 27n;
export const DAY = 86400, WEEK = 604800;
export const STATES = ['none', 'pending', 'ready', 'expired'];
const hex = n => '0x' + BigInt(n).toString(16);
const DOCUMENTED = [85n * P, 70n * P, 18n * P / 10n, 12n * P / 10n, 10n * E18, 75n * P / 10n, 20n * P, 10n * P, 30n * P];

export class BridgeScene {
  // Deployed in the last block: the book, its facade and what binds them; the others before it.
  static async deploy(anvil, { users = 8, purse = 50_000_000n * E6 } = {}) {
    const s = new BridgeScene();
    await s.enter(anvil, ['owner', 'distributor', 'distributor2'], users);
    const create = (...args) => s.create(...args);
    await create('coin', 'BridgeCoin', 6);
    await create('reinsurance', 'BridgeLeverage', false, 3_000_000n * E18);
    await create('capital', 'BridgeCapital', s.at.coin, s.at.reinsurance);
    await create('registry', 'BridgeRegistry');
    await create('claims', 'BridgeClaims', s.at.registry, s.at.capital, 6);
    await create('voting', 'BridgeVoting', s.at.claims);
    await s.tx(s.owner, 'claims', 'setVoting', s.at.voting);
    await create('quote', 'BridgeQuote');
    await create('admin', 'BridgeAdmin');
    await create('pool1', 'BridgeLeverage', true, 1_000_000n * E18);
    await create('pool2', 'BridgeLeverage', true, 500_000n * E18);
    await s.tx(s.owner, 'quote', 'setupPricingModel', DOCUMENTED);
    await s.mine(12);
    s.start = s.head;
    const nonce = Number(await anvil.rpc('eth_getTransactionCount', [s.owner, 'latest']));
    [s.at.book, s.at.facade] = [0, 1].map(i => getCreateAddress({ from: s.owner, nonce: nonce + i }).toLowerCase());
    await s.queue('BridgeBook');
    await s.queue('BridgeFacade', s.at.book, s.at.quote, s.at.admin, s.at.claims, s.at.reinsurance);
    await s.tx(s.owner, 'book', 'setup', s.at.coin, s.at.capital, s.at.registry, s.at.claims, s.at.facade);
    await s.mine(12);
    s.birth = s.head;
    if (s.failed()) throw new Error('the book was not deployed');
    await s.tx(s.owner, 'capital', 'setup', s.at.book, s.at.claims);
    for (const p of ['reinsurance', 'pool1', 'pool2']) await s.tx(s.owner, p, 'setup', s.at.capital, s.at.facade, s.at.book);
    for (const p of ['pool1', 'pool2']) await s.tx(s.owner, 'facade', 'addPool', s.at[p]);
    for (const u of [s.owner, ...s.users]) {
      await s.tx(s.owner, 'coin', 'mint', u, purse);
      for (const to of ['book', 'capital']) await s.tx(u, 'coin', 'approve', s.at[to], 10n ** 60n);
    }
    await s.mine(12);
    for (const p of ['reinsurance', 'pool1', 'pool2']) await s.tx(s.owner, 'capital', 'endow', s.at[p], 2_000_000n * E6);
    await s.mine(12);
    if (s.failed()) throw new Error('the stage was not set');
    return s;
  }
  // An empty stage: the first accounts by those names, then the users.
  async enter(anvil, names, users) {
    this.built = compile();
    this.anvil = anvil;
    this.abi = Object.fromEntries(Object.entries(this.built).filter(([k]) => k.startsWith('Bridge')).map(([k, v]) => [k, new Interface(v.abi)]));
    for (const [i, name] of names.entries()) this[name] = anvil.accounts[i];
    this.users = anvil.accounts.slice(names.length, names.length + users);
    this.now = Number((await anvil.rpc('eth_getBlockByNumber', ['latest', false])).timestamp);
    this.at = {};
    this.blocks = [];
  }
  // Queues a contract's creation.
  queue(name, ...args) { return this.anvil.send(this.owner, null, this.built[name].bytecode + this.abi[name].encodeDeploy(args).slice(2), 20000000); }
  // A contract in a block of its own.
  async create(key, name, ...args) {
    const hash = await this.queue(name, ...args);
    await this.mine(12);
    this.at[key] = (await this.receipt(hash)).contractAddress.toLowerCase();
  }
  interfaceOf(key) {
    const names = { pool1: 'BridgeLeverage', pool2: 'BridgeLeverage', reinsurance: 'BridgeLeverage' };
    return this.abi[names[key] ?? `Bridge${key[0].toUpperCase()}${key.slice(1)}`];
  }
  // Queues a transaction; it is in the next mined block.
  tx(from, key, name, ...args) { return this.anvil.send(from, this.at[key], this.interfaceOf(key).encodeFunctionData(name, args)); }
  async mine(seconds = 12) {
    this.now += seconds;
    this.head = await this.anvil.mine(this.now);
    this.blocks[this.head] = await this.anvil.block(this.head);
    return this.head;
  }
  // After a reorg: forget what the chain forgot.
  async reread() {
    this.head = await this.anvil.head();
    this.blocks.length = this.birth;
    for (let n = this.birth; n <= this.head; n++) this.blocks[n] = await this.anvil.block(n);
    this.now = this.blocks[this.head].timestamp;
  }
  failed() { return this.blocks[this.head].receipts.filter(r => r.status !== '0x1').length; }
  // Names of the block's events, in order.
  events(block) {
    const keys = Object.entries(this.at);
    return this.blocks[block].logs.map(l => this.interfaceOf(keys.find(([, a]) => a === l.address.toLowerCase())[0]).parseLog(l).name);
  }
  // Votes on a claim, and their result: [amount, power, is confirmed] each.
  async vote(index, votes) {
    for (const [i, [amount, power, isConfirmed]] of votes.entries()) await this.tx(this.owner, 'voting', 'expose', index, this.anvil.accounts[i], amount, power, isConfirmed);
  }
  async decide(index, amount) {
    if (amount > 0n) await this.vote(index, [[amount, 10n ** 20n, true]]);
    return this.tx(this.owner, 'voting', 'calculateResult', index);
  }
  receipt(hash) { return this.anvil.rpc('eth_getTransactionReceipt', [hash]); }
  async does(from, key, name, ...args) {
    const hash = await this.tx(from, key, name, ...args);
    await this.mine();
    return { hash, block: this.head, ok: (await this.receipt(hash)).status === '0x1' };
  }
  // Answers of views at a block: arrays of words as bigints or lower-case strings; null where one reverts.
  async views(wanted, block = this.head) {
    const answers = await this.anvil.batch(wanted.map(([key, name, ...args]) =>
      ['eth_call', [{ to: this.at[key], data: this.interfaceOf(key).encodeFunctionData(name, args) }, hex(block)]]));
    return answers.map((a, i) => a.error ? null
      : [...this.interfaceOf(wanted[i][0]).decodeFunctionResult(wanted[i][1], a.result)].map(v => typeof v === 'string' ? v.toLowerCase() : v));
  }
  async view(key, name, ...args) { return (await this.views([[key, name, ...args]]))[0]?.[0] ?? null; }

  // What the mirror's pool should show at a block, by the contracts' views.
  async pool(block = this.head) {
    const v = await this.views([['book', 'totalLiquidity'], ['book', 'totalCoverTokens'], ['book', 'getNewCoverAndLiquidity'], ['book', 'totalSupply'],
      ['book', 'epochStartTime'], ['book', 'lastDistributionEpoch'], ['book', 'lastPremiumDistributionEpoch'], ['book', 'lastPremiumDistributionAmount'],
      ['book', 'stblDecimals'], ['book', 'convertBMIXToSTBL', E18], ['facade', 'totalLeveragedLiquidity'], ['facade', 'VUreinsurnacePool'],
      ['facade', 'LUreinsurnacePool'], ['facade', 'countUserLeveragePools'], ['capital', 'regularCoverageBalance', this.at.book],
      ['reinsurance', 'totalLiquidity']], block);
    const [cover, liquidity] = v[2] ?? [null, null];
    const lev = v[10][0], place = x => x === null ? null : `${x / E18}.${(x % E18).toString().padStart(18, '0')}`;
    return { total_liquidity: v[0][0], total_cover_tokens: v[1][0], cover, liquidity, total_supply: v[3][0], epoch_start_time: v[4][0],
      last_distribution_epoch: v[5][0], last_premium_distribution_epoch: v[6][0], last_premium_distribution_amount: v[7][0], stbl_decimals: v[8][0],
      share_price: place(v[9]?.[0] ?? null), total_leveraged_liquidity: lev, virtual_reinsurance: v[11][0], leveraged_reinsurance: v[12][0],
      user_leverage_pools: v[13][0], coverage_balance: v[14][0], reinsurance_liquidity: v[15][0],
      utilization: cover === null || liquidity === null || liquidity + lev === 0n ? null : place(cover * E18 / (liquidity + lev)) };
  }
  async account(who, block = this.head) { return (await this.accounts([who], block))[0]; }
  async accounts(all, block = this.head) {
    const views = await this.views(all.flatMap(who => [['book', 'balanceOf', who], ['book', 'withdrawalsInfo', who], ['book', 'policyHolders', who],
      ['registry', 'policyInfos', who, this.at.book], ['book', 'getWithdrawalStatus', who]]), block);
    const worths = await this.views(all.map((_, i) => ['book', 'convertBMIXToSTBL', views[5 * i][0]]), block);
    return all.map((_, i) => this.accountOf(...views.slice(5 * i, 5 * i + 5), worths[i]?.[0] ?? null));
  }
  accountOf([x], [amount, ready], [cover, start, end, paid, part], [, premium, began, ends], [status], worth) {
    return { x_tokens: x, worth, withdrawal_amount: amount, ready_to_withdraw_date: ready, withdrawal_status: STATES[Number(status)], policy_cover: cover,
      policy_start_epoch: start, policy_end_epoch: end, policy_paid: paid, policy_protocol_part: part, policy_premium: premium, policy_start_time: began, policy_end_time: ends };
  }
  mirror(extra = {}) {
    const { book, facade, capital, quote, registry, claims, coin, reinsurance, pool1, pool2, admin, voting } = this.at;
    return new Mirror({ chain: { id: 31337, rpc: [{ url: this.anvil.url }], poll_interval_ms: 20 }, views: { every_blocks: 1, accounts: 'touched' },
      pools: [{ name: 'book', protocol: 'bridge-mutual-v2', start_block: this.start, contracts: { book, facade, capital_pool: capital, quote,
        policy_registry: registry, claiming_registry: claims, token: coin, reinsurance_pool: reinsurance, leverage_pools: [pool1, pool2], admin,
        distributors: [this.distributor], claim_voting: voting } }], ...extra });
  }
}
