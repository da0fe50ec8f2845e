// The stage for Bridge Mutual V1 on a real node: our book with its contracts deployed on anvil, everyone funded, and what the
// views of one block say, in the mirror's own names.
import { BridgeScene, E18, E6, STATES } from './bridge-scene.mjs';
import { Mirror } from './program.mjs';

const NAMES = { coin: 'BridgeCoin', registry: 'BridgeRegistry', reinsurance: 'BridgeCoin' };

export class BridgeV1Scene extends BridgeScene {
  // Deployed in the last block: the book; the others before it. `type` 3 is an exchange.
  static async deploy(anvil, { users = 8, purse = 50_000_000n * E6, type = 0 } = {}) {
    const s = new BridgeV1Scene();
    await s.enter(anvil, ['owner'], users);
    const create = (...args) => s.create(...args);
    await create('coin', 'BridgeCoin', 6);
    await create('reinsurance', 'BridgeCoin', 6); // any address that coin can be sent to
    await create('registry', 'BridgeRegistry');
    await create('claims', 'BridgeV1Claims', s.at.registry);
    await create('quote', 'BridgeV1Quote');
    await create('admin', 'BridgeV1Admin');
    s.start = s.head;
    await create('book', 'BridgeV1Book', s.at.coin, s.at.registry, s.at.claims, s.at.quote, s.at.reinsurance, s.at.admin, type);
    s.birth = s.head;
    for (const u of [s.owner, ...s.users]) {
      await s.tx(s.owner, 'coin', 'mint', u, purse);
      await s.tx(u, 'coin', 'approve', s.at.book, 10n ** 60n);
    }
    await s.mine(12);
    if (s.failed()) throw new Error('the stage was not set');
    return s;
  }
  interfaceOf(key) { return this.abi[NAMES[key] ?? `BridgeV1${key[0].toUpperCase()}${key.slice(1)}`]; }
  // Votes on a claim, [amount, power] each, and their result.
  async vote(index, votes) { for (const [amount, power] of votes) await this.tx(this.owner, 'claims', 'vote', index, amount, power); }
  async decide(index, amount) {
    if (amount > 0n) await this.vote(index, [[amount, 10n ** 20n]]);
    return this.tx(this.owner, 'claims', 'calculate', index);
  }

  async pool(block = this.head) {
    const v = await this.views([['book', 'totalLiquidity'], ['book', 'totalCoverTokens'], ['book', 'getNewCoverAndLiquidity'], ['book', 'totalSupply'],
      ['book', 'epochStartTime'], ['book', 'lastDistributionEpoch'], ['book', 'lastPremiumDistributionEpoch'], ['book', 'lastPremiumDistributionAmount'],
      ['book', 'stblDecimals'], ['book', 'convertBMIXToSTBL', E18], ['book', 'whitelisted'], ['coin', 'balanceOf', this.at.book]], block);
    const [cover, liquidity] = v[2] ?? [null, null], place = x => x === null ? null : `${x / E18}.${(x % E18).toString().padStart(18, '0')}`;
    return { total_liquidity: v[0][0], total_cover_tokens: v[1][0], cover, liquidity, total_supply: v[3][0], epoch_start_time: v[4][0],
      last_distribution_epoch: v[5][0], last_premium_distribution_epoch: v[6][0], last_premium_distribution_amount: v[7][0], stbl_decimals: v[8][0],
      share_price: place(v[9]?.[0] ?? null), whitelisted: v[10][0], coin_balance: v[11][0],
      utilization: cover === null || liquidity === null || liquidity === 0n ? null : place(cover * E18 / liquidity) };
  }
  accountOf([x], [amount, ready, allowed], [cover, start, end, paid], [, , began, ends], [status], worth) {
    return { x_tokens: x, worth, withdrawal_amount: amount, ready_to_withdraw_date: ready, withdrawal_allowed: allowed, withdrawal_status: STATES[Number(status)],
      policy_cover: cover, policy_start_epoch: start, policy_end_epoch: end, policy_paid: paid, policy_start_time: began, policy_end_time: ends };
  }
  mirror(extra = {}) {
    const { book, registry, claims, coin, reinsurance, admin } = this.at;
    return new Mirror({ chain: { id: 31337, rpc: [{ url: this.anvil.url }], poll_interval_ms: 20 }, views: { every_blocks: 1, accounts: 'touched' },
      pools: [{ name: 'book', protocol: 'bridge-mutual-v1', start_block: this.start, contracts: { book, policy_registry: registry,
        claiming_registry: claims, token: coin, reinsurance_pool: reinsurance, admin } }], ...extra });
  }
}
