// Bridge Mutual V2 behind a real node: `run` follows anvil while people use a coverage book, and at every block every figure
// of the mirror is compared with the contracts' views by eth_call, also between events; the mirror finds nothing wrong.
import { Anvil } from '../support/anvil.mjs';
import { BridgeFollower, differences } from '../support/bridge-follower.mjs';
import { BridgeDriver } from '../support/bridge-scenario.mjs';
import { BridgeScene, DAY, E18, E6, HUNDRED, WEEK } from '../support/bridge-scene.mjs';
import { there, PROGRAM } from '../support/program.mjs';
import { done, equal, none, note, ok, part, random } from '../support/tap.mjs';

const seed = Number(process.env.SEED ?? 5);
const OPERATIONS = Number(process.env.OPERATIONS ?? 320);
if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
note(`seed ${seed} (SEED=... for another)`);

const anvil = await Anvil.start({ timestamp: 1660003000, accounts: 15 });
const scene = await BridgeScene.deploy(anvil, { users: 11 });
const mirror = scene.mirror();
const daemon = mirror.daemon();
const rnd = random(seed);
const driver = new BridgeDriver(scene, rnd);
const follower = new BridgeFollower(scene, mirror, daemon), { seen } = follower;
const step = (what, seconds) => follower.step(what, seconds);

try {
  // What chance seldom brings: appeals that are lost in time, and after the policy's last epoch.
  await part('appeals', async () => {
    const [ann, bob, cid] = scene.users;
    await follower.reached();
    await scene.tx(cid, 'facade', 'addLiquidity', 400_000n * E18);
    await step('liquidity', 12);
    await scene.tx(ann, 'facade', 'buyPolicy', 20, 5000n * E18);
    await scene.tx(bob, 'facade', 'buyPolicy', 1, 7000n * E18);
    await step('two policies', 12);
    for (const u of [ann, bob]) await scene.tx(u, 'book', 'submitClaimAndInitializeVoting', 'x');
    await step('two claims', 6 * DAY);
    for (const i of [1, 2]) await scene.decide(i, 0n);
    await step('both are rejected', 15 * DAY);
    for (const u of [ann, bob]) await scene.tx(u, 'book', 'submitAppealAndInitializeVoting', 'y');
    await step('both appeal', 5 * DAY);
    for (const i of [3, 4]) await scene.decide(i, 0n);
    await step('both have lost', 14 * DAY);
    await step('nothing', 2 * WEEK);
    equal('every call went through', [Number(await scene.view('claims', 'count')), seen.AppealRejected], [4, 2]);
  });

  // Claims and withdrawals that the capital pool cannot pay at once, and losses that others bear a part of.
  await part('a capital pool that is short', async () => {
    const [, , , dan, eva] = scene.users;
    await scene.tx(scene.owner, 'reinsurance', 'lend', 30_000n * E18, 20_000n * E18);
    await scene.tx(scene.owner, 'pool1', 'lend', 0n, 70_000n * E18);
    await scene.tx(eva, 'facade', 'addLiquidity', 90_000n * E18);
    await step('pools lend', 12);
    await scene.tx(dan, 'facade', 'buyPolicy', 30, 20_000n * E18);
    await step('a policy', 12);
    await scene.tx(eva, 'facade', 'requestWithdrawal', 50_000n * E18);
    await step('a request', 12);
    await scene.tx(dan, 'book', 'submitClaimAndInitializeVoting', 'x');
    await step('a claim', 12);
    const drain = async left => scene.tx(scene.owner, 'capital', 'invest', await scene.view('capital', 'hardUsdtAccumulatedBalance') - left);
    await drain(9_000n * E6);
    await step('what is there is invested', 4 * DAY);
    await scene.tx(eva, 'facade', 'withdrawLiquidity');
    await step('a withdrawal in part', DAY);
    await scene.tx(scene.owner, 'capital', 'divest', 200_000n * E6);
    await step('it comes back', 12);
    await scene.tx(eva, 'facade', 'withdrawLiquidity');
    await step('the rest', 4 * DAY + 60);
    const index = Number(await scene.view('claims', 'count'));
    await scene.decide(index, 15_000n * E18 + 123n);
    await step('accepted', 8 * DAY);
    await drain(6_000n * E6);
    await step('what is there is invested', 12);
    await scene.tx(dan, 'claims', 'withdrawClaim', index);
    await step('paid in part', 5 * DAY);
    await scene.tx(scene.owner, 'capital', 'divest', 200_000n * E6);
    await step('it comes back', 12);
    await scene.tx(dan, 'claims', 'withdrawClaim', index);
    await step('the rest', 4 * DAY + 60);
    const claim = (await mirror.json('items', 'book', 'claims', '--limit', 100)).items.at(-1);
    equal('all but what the coin cannot say was paid', [claim.granted, claim.paid, claim.refund], ['15000000000000000000123', '15000000000000000000000', '0']);
    equal('every call went through', [seen.ClaimWithdrawn, seen.LiquidityWithdrawn >= 4], [2, true]);
    const payouts = (await mirror.json('payouts', 'book')).items.slice(-2);
    ok('the book bore its part only', payouts.every(p => BigInt(p.amount) < BigInt(p.paid)), JSON.stringify(payouts));
  });

  await part('following', async () => {
    await follower.reached();
    for (let n = scene.birth; n <= scene.head; n++) none(`block ${n}: after deployment`, await follower.compare(n));
    equal('figures have 18 decimals, whatever the coin has', (await mirror.json('pool', 'book')).asset, { address: scene.at.coin, symbol: 'TUSD', decimals: 18 });
    for (let i = 0; i < 6; i++) await driver.act('add');
    const lived = await follower.live(driver, rnd, { operations: OPERATIONS, idle: 0.15, several: 0.25, most: 5,
      pause: () => scene.head === 140 ? 57 * WEEK : scene.head % 90 === 0 ? 14 * WEEK : driver.pause() });
    const EVENTS = ['LiquidityAdded', 'WithdrawalRequested', 'LiquidityWithdrawn', 'PolicyBought', 'CoverageChanged', 'PolicyAdded', 'PolicyRemoved', 'ClaimPending',
      'AppealPending', 'ClaimAccepted', 'ClaimRejected', 'ClaimExpired', 'AppealRejected', 'ClaimWithdrawn', 'PremiumAdded', 'VirtualStableDeployed',
      'LeverageStableDeployed', 'DistributorWhitelisted', 'VoteExposed'];
    none('every kind of event was there', EVENTS.filter(e => !seen[e]));
    none('no findings', await follower.findings());
    ok('the book is older than a year', lived > 53 * WEEK, `${lived / DAY} days`);
    const s = await mirror.status();
    note(JSON.stringify(s.checks));
  });

  await part('every figure has its reason', async () => {
    const events = await mirror.all('events', 'book', '--limit', 500);
    for (const name of ['PolicyBought', 'LiquidityAdded', 'LiquidityWithdrawn', 'ClaimAccepted', 'ClaimWithdrawn', 'CoverageChanged']) {
      const e = events.filter(x => (x.name ?? x.event) === name).at(-1);
      const r = await mirror.run(['explain', `${e.transaction}:${e.log_index}`, '--json']);
      const said = r.status === 0 ? JSON.parse(r.out) : null;
      ok(`explain ${name}`, r.status === 0 && !/"checks_failed":\s*[1-9]/.test(r.out), r.err.slice(-500), JSON.stringify(said).slice(0, 400));
      if (name === 'PolicyBought') for (const figure of ['newTotalCoverTokens', 'utilization', 'premium to share', 'premium a day'])
        ok(`explain ${name}: ${figure}`, r.out.includes(`"${figure}"`), r.out.slice(0, 3000));
    }
  });

  await part('policies, claims, payouts', async () => {
    const policies = await mirror.all('policies', 'book', '--limit', 100);
    const wrong = [], bases = {};
    const holders = new Map();
    for (const p of policies) {
      bases[p.price_basis] = (bases[p.price_basis] ?? 0) + 1;
      holders.set(p.holder, p);
      if (p.price_recomputed !== p.paid) wrong.push(`policy ${p.policy}: paid ${p.paid}, recomputed ${p.price_recomputed}`);
    }
    none('every price was recomputed', wrong);
    note(JSON.stringify(bases));
    ok('most prices fit the state of the block before', (bases.block_before ?? 0) + (bases.both ?? 0) > policies.length / 2, JSON.stringify(bases));
    const sum = policies.filter(p => p.is_in_cover).reduce((n, p) => n + BigInt(p.cover), 0n);
    equal('the cover of policies in the book is the total', String(sum), String((await scene.pool()).total_cover_tokens));
    const solvency = (await mirror.json('solvency')).items[0], { state } = await mirror.json('pool', 'book');
    equal('solvency: open policies', solvency.policies_open, policies.filter(p => p.open_cover !== '0').length);
    equal('solvency: withdrawals and claims', [solvency.locked_withdrawals, solvency.locked_claims], [String(await scene.view('book', 'pendingWithdrawals')), state.locked_claims]);
    const claims = await mirror.all('items', 'book', 'claims', '--limit', 100);
    const STATES = ['can_claim', 'unclaimable', 'pending', 'awaiting_calculation', 'rejected_can_appeal', 'rejected', 'accepted', 'expired'];
    await follower.claimsAre(claims, STATES, ([, , , , , , , refund]) => ({ refund }));
    const votes = await scene.views(claims.flatMap(c => [['voting', 'yes', c.claim], ['voting', 'no', c.claim], ['voting', 'average', c.claim]]));
    none('every vote was counted', claims.flatMap((c, i) => differences(`claim ${c.claim}`, { voted_yes: votes[3 * i][0], voted_no: votes[3 * i + 1][0], voted_average: votes[3 * i + 2][0] }, c)));
    const payouts = await mirror.all('payouts', 'book', '--limit', 100);
    const paid = claims.reduce((n, c) => n + BigInt(c.paid), 0n), told = payouts.filter(p => p.claim !== '0').reduce((n, p) => n + BigInt(p.paid), 0n);
    equal('payouts are what claims were paid', String(told), String(paid));
    ok('claims were paid', payouts.some(p => p.claim !== '0'), JSON.stringify(payouts.slice(0, 2)));
  });

  await part('a loss explained', async () => {
    const before = (await Promise.all(scene.users.map(u => scene.account(u)))).map(a => a.worth);
    await scene.tx(scene.owner, 'capital', 'loseInvested', HUNDRED / 50n);
    await scene.mine(1);
    await follower.reached();
    const e = (await mirror.all('payouts', 'book', '--limit', 100)).at(-1);
    const r = await mirror.json('explain', `${e.transaction}:${e.log_index}`);
    const slashes = new Map(r.events.find(x => x.payout).payout.slashes.map(s => [s.account, s]));
    const wrong = [];
    for (const [i, u] of scene.users.entries()) {
      const loss = before[i] - (await scene.account(u)).worth, said = slashes.get(u);
      const told = BigInt(said?.stake_loss ?? 0);
      if (told !== loss) wrong.push(`${u} lost ${loss}, told ${told}`);
    }
    none('explain tells what each account lost', wrong, JSON.stringify(r).slice(0, 1500));
  });

  await part('reorganisations', async () => {
    for (const depth of [1, 5]) {
      await anvil.reorg(depth);
      await scene.reread();
      await follower.reached();
      await step('after it', DAY);
      for (let i = 0; i < 4; i++) { const kind = await driver.act(['buy', 'add', 'claim', 'request'][i]); await step(kind, driver.pause()); }
      const wrong = [];
      for (let n = scene.head - 10; n <= scene.head; n++) wrong.push(...await follower.compare(n));
      none(`a reorg of ${depth} blocks: every figure around it`, wrong);
    }
  });

  await part('quotes', async () => {
    await follower.quotes([1, 2, 26, 51, 52], [100n * E18, 12345n * E18 + 678n], (weeks, amount) => ['facade', 'getPolicyPrice', weeks, amount, scene.users[0]]);
    const { state } = await mirror.json('pool', 'book');
    ok('there is a rate', /^0\.\d{18}$/.test(state.premium_rate) && state.pricing_known === true, JSON.stringify(state));
  });

  await part('again from the start', () => follower.again());
  none('no findings to the end', await follower.findings());
} finally {
  if (!daemon.result) await daemon.stop('SIGKILL');
  await anvil.stop();
}
done();
