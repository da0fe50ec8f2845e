// Bridge Mutual V1 behind a real node: people use a coverage book at random, from a seed, over more than a year, and at every
// block every figure of the mirror is compared with the contracts' views by eth_call, also between events; nothing is found.
import { Anvil } from '../support/anvil.mjs';
import { faultsOf } from '../support/api.mjs';
import { BridgeFollower } from '../support/bridge-follower.mjs';
import { DAY, E18, WEEK } from '../support/bridge-scene.mjs';
import { BridgeV1Driver } from '../support/bridge-v1-scenario.mjs';
import { BridgeV1Scene } from '../support/bridge-v1-scene.mjs';
import { there, PROGRAM } from '../support/program.mjs';
import { done, equal, none, note, ok, part, random } from '../support/tap.mjs';

const seed = Number(process.env.SEED ?? 3);
const OPERATIONS = Number(process.env.OPERATIONS ?? 320);
if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
note(`seed ${seed} (SEED=... for another)`);

const anvil = await Anvil.start({ timestamp: 1630003000, accounts: 10 });
const scene = await BridgeV1Scene.deploy(anvil, { users: 8 });
const mirror = scene.mirror();
const daemon = mirror.daemon();
const rnd = random(seed);
const driver = new BridgeV1Driver(scene, rnd);
const follower = new BridgeFollower(scene, mirror, daemon), { seen } = follower;
const step = (what, seconds) => follower.step(what, seconds);

try {
  const state = async () => (await mirror.json('pool', 'book')).state;

  // What chance seldom brings: appeals lost in time and after the policy's last epoch, a claim paid in part.
  await part('appeals and a claim paid in part', async () => {
    const [ann, bob, cid, dan] = scene.users;
    await follower.reached();
    await scene.tx(cid, 'book', 'addLiquidity', 400_000n * E18);
    await step('liquidity', 12);
    await scene.tx(ann, 'book', 'buyPolicy', 20, 5000n * E18);
    await scene.tx(bob, 'book', 'buyPolicy', 1, 7000n * E18);
    await scene.tx(dan, 'book', 'buyPolicy', 30, 9000n * E18);
    await step('three policies', 12);
    for (const u of [ann, bob, dan]) await scene.tx(u, 'book', 'submitClaimAndInitializeVoting', 'x');
    await step('three claims', 6 * DAY);
    await scene.decide(1, 0n);
    await scene.decide(2, 0n);
    await scene.decide(3, 4000n * E18 + 123n);
    await step('two are rejected, one is paid', 15 * DAY);
    equal('the rest of its cover is stranded', (await state()).stranded_cover, String(5000n * E18 - 123n));
    for (const u of [ann, bob]) await scene.tx(u, 'book', 'submitAppealAndInitializeVoting', 'y');
    await step('both appeal', 5 * DAY);
    await scene.decide(4, 0n);
    await scene.vote(5, [[3000n * E18, 65n], [0n, 35n]]); // 65 % for 3000: lost, and 3000 leave the total
    await scene.tx(scene.owner, 'claims', 'calculate', 5);
    await step('both have lost', 14 * DAY);
    equal('what voters would have granted leaves the total, the rest is stranded', (await state()).stranded_cover, String(9000n * E18 - 123n));
    await step('nothing', 2 * WEEK);
    equal('every call went through', [Number(await scene.view('claims', 'count')), seen.AppealRejected, seen.ClaimAccepted, seen.PolicyRemoved], [5, 2, 1, 1]);
  });

  await part('following', async () => {
    await follower.reached();
    for (let n = scene.birth; n <= scene.birth + 2; n++) none(`block ${n}: after deployment`, await follower.compare(n));
    const lived = await follower.live(driver, rnd, { operations: OPERATIONS, idle: 0.12, several: 0.35, most: 6,
      pause: () => scene.head === 140 ? 55 * WEEK : driver.pause() });
    const EVENTS = ['LiquidityAdded', 'WithdrawalRequested', 'LiquidityWithdrawn', 'PolicyBought', 'CoverageChanged', 'PolicyAdded', 'PolicyRemoved', 'ClaimPending',
      'AppealPending', 'ClaimAccepted', 'ClaimRejected', 'AppealRejected', 'PolicyBookWhitelisted'];
    none('every kind of event was there', EVENTS.filter(e => !seen[e]));
    none('no findings', await follower.findings());
    ok('the book is older than a year', lived > 53 * WEEK, `${lived / DAY} days`);
  });

  await part('policies, claims, payouts', async () => {
    const policies = await mirror.all('policies', 'book', '--limit', 100), claims = await mirror.all('items', 'book', 'claims', '--limit', 100);
    none('every price was recomputed', policies.filter(p => p.price_recomputed !== p.paid).map(p => JSON.stringify(p)));
    none('every price is parted 20 to 80', policies.filter(p => BigInt(p.protocol_part) !== BigInt(p.paid) / 5n || BigInt(p.premium) !== BigInt(p.paid) - BigInt(p.paid) / 5n));
    const { state: book } = await mirror.json('pool', 'book');
    const sum = policies.filter(p => p.is_in_cover).reduce((n, p) => n + BigInt(p.cover), 0n);
    equal('the total cover is that of policies in the book and what is stranded', String(sum + BigInt(book.stranded_cover)), book.total_cover_tokens);
    const STATES = ['can_claim', 'unclaimable', 'pending', 'awaiting_calculation', 'rejected_can_appeal', 'rejected', 'accepted'];
    await follower.claimsAre(claims, STATES, ([, , , , , kept, , average]) => ({ paid: kept === 6n ? average : 0n }));
    const payouts = await mirror.all('payouts', 'book', '--limit', 100);
    equal('payouts are the accepted claims', payouts.map(p => [p.claim, p.amount]).sort(), claims.filter(c => c.status === 'accepted').map(c => [c.claim, c.paid]).sort());
    ok('claims were paid whole and in part', claims.some(c => c.status === 'accepted' && c.paid === c.amount) && claims.some(c => c.status === 'accepted' && c.paid !== c.amount));
    const solvency = (await mirror.json('solvency')).items[0];
    equal('solvency: open policies', solvency.policies_open, policies.filter(p => p.open_cover !== '0').length);
    equal('solvency: claims', solvency.locked_claims, book.locked_claims);
  });

  await part('every figure has its reason', async () => {
    const events = await mirror.all('events', 'book', '--limit', 500);
    for (const [name, ...figures] of [['PolicyBought', 'utilization', 'protocol\'s part', 'premium a day'], ['LiquidityAdded', 'minted'], ['LiquidityWithdrawn', 'withdrawn'],
      ['ClaimAccepted', 'open for'], ['CoverageChanged', 'newTotalCoverTokens'], ['WithdrawalRequested', 'needed']]) {
      const e = events.filter(x => (x.name ?? x.event) === name).at(-1), r = await mirror.run(['explain', `${e.transaction}:${e.log_index}`, '--json']);
      ok(`explain ${name}`, r.status === 0 && figures.every(f => r.out.includes(`"${f}"`)), r.err.slice(-500), r.out.slice(0, 1500));
    }
    // The call of the last payout, and what each account lost by it.
    const payout = (await mirror.all('payouts', 'book', '--limit', 100)).at(-1), r = await mirror.json('explain', `${payout.transaction}:${payout.log_index}`);
    const said = new Map(r.events.find(x => x.payout).payout.slashes.map(s => [s.account, s]));
    const supply = BigInt(payout.total_shares ?? (await mirror.json('pool', 'book', '--at', payout.block)).state.total_supply);
    const rate = l => BigInt(l) * 10n ** 27n / supply, worth = (x, l) => x * rate(l) / 10n ** 27n, wrong = [];
    for (const u of scene.users) {
      const before = (await scene.account(u, payout.block - 1)).x_tokens, after = (await scene.account(u, payout.block)).x_tokens;
      if (before !== after) continue; // another call of the block moved them
      const loss = worth(before, payout.liquidity_before) - worth(before, payout.liquidity_after), told = BigInt(said.get(u)?.stake_loss ?? 0);
      if (told !== loss) wrong.push(`${u} lost ${loss}, told ${told}`);
    }
    none('explain tells what each account lost', wrong, JSON.stringify(r).slice(0, 1500));
  });

  await part('quotes', () => follower.quotes([1, 2, 26, 51, 52, 53], [99n * E18, 100n * E18, 1234n * E18 + 678n],
    (weeks, amount) => ['book', 'getPolicyPrice', weeks, amount]));

  await part('a reorganisation', async () => {
    await anvil.reorg(4);
    await scene.reread();
    await follower.reached();
    await step('after it', DAY);
    for (const kind of ['buy', 'add', 'claim', 'request']) { await driver.act(kind); await step(kind, driver.pause()); }
    const wrong = [];
    for (let n = scene.head - 8; n <= scene.head; n++) wrong.push(...await follower.compare(n));
    none('every figure around it', wrong);
  });

  await part('again from the start', async () => {
    const fresh = await follower.again();
    const audit = await fresh.run(['check-store']);
    ok('what is kept is what its rows say', audit.status === 0, audit.err.slice(-1000));
    none('over HTTP it is what /openapi.json says', await faultsOf(fresh));
  });
  none('no findings to the end', await follower.findings());
} finally {
  if (!daemon.result) await daemon.stop('SIGKILL');
  await anvil.stop();
}
done();
