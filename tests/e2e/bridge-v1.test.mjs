// Bridge Mutual V1 behind a real node: people use a coverage book at random, from a seed, over more than a year, and at every
// block every figure of the mirror is compared with the contracts' views by eth_call, also between events; nothing is found.
import { Anvil } from '../support/anvil.mjs';
import { faultsOf } from '../support/api.mjs';
import { DAY, E18, E6, WEEK } from '../support/bridge-scene.mjs';
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
const reached = () => daemon.indexed(scene.head, { hash: scene.blocks[scene.head].hash });
const text = v => v === null || typeof v === 'boolean' ? v : String(v);
const differences = (where, truth, shown) => Object.entries(truth).filter(([k, v]) => text(v) !== text(shown?.[k] ?? null))
  .map(([k, v]) => `${where} ${k}: view ${text(v)}, mirror ${text(shown?.[k] ?? null)}`);

async function compare(block = scene.head) {
  const everyone = [...scene.users, scene.at.book];
  const [truth, accounts, shown, page] = await Promise.all([scene.pool(block), scene.accounts(everyone, block), mirror.json('pool', 'book', '--at', block),
    mirror.json('accounts', 'book', '--at', block, '--limit', 1000)]);
  const wrong = differences(`block ${block}`, truth, shown.state);
  for (const [i, who] of everyone.entries()) {
    const item = page.items.find(a => a.account.toLowerCase() === who), account = accounts[i];
    if (item) wrong.push(...differences(`block ${block} ${who}`, account, item));
    else if (account.x_tokens || account.policy_cover) wrong.push(`block ${block} ${who} is not in the list`);
  }
  return wrong;
}
const findings = async () => (await mirror.json('findings')).items.filter(f => f.state !== 'withdrawn')
  .map(f => `${f.check} block ${f.block} ${JSON.stringify(f.subject)}: expected ${f.expected}, actual ${f.actual}\n${JSON.stringify(f.trace)}`);

try {
  const seen = {};
  const step = async (what, seconds) => {
    await scene.mine(seconds);
    await reached();
    for (const name of scene.events(scene.head)) seen[name] = (seen[name] ?? 0) + 1;
    const wrong = await compare();
    none(`block ${scene.head}: ${what}`, wrong);
    return wrong.length === 0;
  };
  const state = async () => (await mirror.json('pool', 'book')).state;

  // What chance seldom brings: appeals lost in time and after the policy's last epoch, a claim paid in part.
  await part('appeals and a claim paid in part', async () => {
    const [ann, bob, cid, dan] = scene.users;
    await reached();
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
    await reached();
    for (let n = scene.birth; n <= scene.birth + 2; n++) none(`block ${n}: after deployment`, await compare(n));
    const began = scene.now;
    let operations = 0, reverted = 0, idle = 0;
    while (operations - reverted < OPERATIONS) {
      const kinds = [];
      if (rnd() < 0.12) idle++;
      else for (let k = rnd() < 0.35 ? 2 + rnd.below(5) : 1; k > 0; k--) kinds.push(await driver.act());
      operations += kinds.length;
      const right = await step(kinds.join(', ') || 'nothing', scene.head === 140 ? 55 * WEEK : driver.pause());
      reverted += scene.failed();
      if (!right) break;
    }
    note(`${operations} operations in ${scene.head} blocks, ${reverted} reverted, ${idle} idle blocks, ${((scene.now - began) / DAY).toFixed(0)} days: ${JSON.stringify(driver.done)}`);
    note(JSON.stringify(seen));
    const EVENTS = ['LiquidityAdded', 'WithdrawalRequested', 'LiquidityWithdrawn', 'PolicyBought', 'CoverageChanged', 'PolicyAdded', 'PolicyRemoved', 'ClaimPending',
      'AppealPending', 'ClaimAccepted', 'ClaimRejected', 'AppealRejected', 'PolicyBookWhitelisted'];
    none('every kind of event was there', EVENTS.filter(e => !seen[e]));
    none('no findings', await findings());
    ok('the book is older than a year', scene.now - began > 53 * WEEK, `${(scene.now - began) / DAY} days`);
  });

  await part('policies, claims, payouts', async () => {
    const policies = await mirror.all('policies', 'book', '--limit', 100), claims = await mirror.all('items', 'book', 'claims', '--limit', 100);
    none('every price was recomputed', policies.filter(p => p.price_recomputed !== p.paid).map(p => JSON.stringify(p)));
    none('every price is parted 20 to 80', policies.filter(p => BigInt(p.protocol_part) !== BigInt(p.paid) / 5n || BigInt(p.premium) !== BigInt(p.paid) - BigInt(p.paid) / 5n));
    const { state: book } = await mirror.json('pool', 'book');
    const sum = policies.filter(p => p.is_in_cover).reduce((n, p) => n + BigInt(p.cover), 0n);
    equal('the total cover is that of policies in the book and what is stranded', String(sum + BigInt(book.stranded_cover)), book.total_cover_tokens);
    const STATES = ['can_claim', 'unclaimable', 'pending', 'awaiting_calculation', 'rejected_can_appeal', 'rejected', 'accepted'];
    const views = await scene.views(claims.flatMap(c => [['claims', 'claimStatus', c.claim], ['claims', 'claims', c.claim]]));
    none('every claim is what the registry says', claims.flatMap((c, i) => {
      const [status] = views[2 * i], [claimer, , submitted, ended, appeal, kept, amount, average] = views[2 * i + 1];
      return differences(`claim ${c.claim}`, { status: STATES[Number(status)], claimer, submitted, ended, is_appeal: appeal, amount, paid: kept === 6n ? average : 0n }, c);
    }));
    equal('and there are no others', claims.length, Number(await scene.view('claims', 'count')));
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

  await part('quotes', async () => {
    const wrong = [];
    for (const weeks of [1, 2, 26, 51, 52, 53]) for (const amount of [99n * E18, 100n * E18, 1234n * E18 + 678n]) {
      const view = await scene.views([['book', 'getPolicyPrice', weeks, amount]]);
      const q = await mirror.json('quote', 'book', '--amount', amount, '--weeks', weeks);
      if (String(view[0]?.[1] ?? null) !== String(q.premium ?? null)) wrong.push(`${amount} for ${weeks} weeks: view ${view[0]?.[1]}, mirror ${JSON.stringify(q).slice(0, 300)}`);
    }
    none('quotes are the contract\'s', wrong);
  });

  await part('a reorganisation', async () => {
    await anvil.reorg(4);
    await scene.reread();
    await reached();
    await step('after it', DAY);
    for (const kind of ['buy', 'add', 'claim', 'request']) { await driver.act(kind); await step(kind, driver.pause()); }
    const wrong = [];
    for (let n = scene.head - 8; n <= scene.head; n++) wrong.push(...await compare(n));
    none('every figure around it', wrong);
  });

  await part('again from the start', async () => {
    const fresh = scene.mirror(), r = await fresh.sync();
    ok('a fresh sync', r.status === 0, `exit status ${r.status ?? r.signal}`, r.err.slice(-1000));
    const [a, b] = [await mirror.status(), await fresh.status()];
    equal('the digest of a fresh sync', [a.indexed.hash, a.digest], [b.indexed.hash, b.digest]);
    const audit = await fresh.run(['check-store']);
    ok('what is kept is what its rows say', audit.status === 0, audit.err.slice(-1000));
    none('over HTTP it is what /openapi.json says', await faultsOf(fresh));
  });
  none('no findings to the end', await findings());
} finally {
  if (!daemon.result) await daemon.stop('SIGKILL');
  await anvil.stop();
}
done();
