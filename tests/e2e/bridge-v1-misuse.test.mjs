// V1 coverage books that break one of their rules, on a real node: each is a finding with its trace, of the check that it should
// be and no other, and the mirror follows the contracts' views all the same.
import { Anvil } from '../support/anvil.mjs';
import { DAY, E18, E6, WEEK } from '../support/bridge-scene.mjs';
import { BridgeV1Scene } from '../support/bridge-v1-scene.mjs';
import { there, PROGRAM } from '../support/program.mjs';
import { done, equal, none, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const text = v => v === null ? null : String(v);

// A book with liquidity and one honest policy of 10 weeks.
async function stage(body, options = {}) {
  const anvil = await Anvil.start({ timestamp: 1630003000, accounts: 8 });
  try {
    const scene = await BridgeV1Scene.deploy(anvil, { users: 4, ...options });
    const [alice, bob, carol] = scene.users;
    for (const u of scene.users) await scene.tx(u, 'book', 'addLiquidity', 50_000n * E18);
    await scene.mine();
    const does = async (...args) => { const r = await scene.does(...args); if (!r.ok) throw new Error(`${args.slice(1, 3).join('.')} reverted`); return r; };
    await does(alice, 'book', 'buyPolicy', 10, 2000n * E18);
    await body({ scene, alice, bob, carol, does, mirror: scene.mirror() });
  } finally { await anvil.stop(); }
}
// What is found must be of exactly these checks; the figures are the views' whatever was wrong.
async function judge(what, scene, mirror, checks, { subject, status = 3 } = {}) {
  const r = await mirror.sync();
  equal(`${what}: sync says so`, r.status, status, r.err.slice(-800));
  const { items } = await mirror.json('findings');
  equal(`${what}: findings`, [...new Set(items.map(f => f.check))].sort(), [...checks].sort(), ...items.map(f => `${f.check} ${f.block} ${JSON.stringify(f.subject)}: ${f.expected} / ${f.actual}`));
  const first = items.find(f => f.check === checks[0]);
  if (first) {
    ok(`${what}: the finding has a trace`, Array.isArray(first.trace) && first.trace.length > 0, JSON.stringify(first));
    if (subject) ok(`${what}: it says whose`, JSON.stringify(first.subject).toLowerCase().includes(subject), JSON.stringify(first.subject));
  }
  const { state } = await mirror.json('pool', 'book'), truth = await scene.pool();
  none(`${what}: every figure is the view's`, Object.entries(truth).filter(([k, v]) => text(v) !== text(state[k])).map(([k, v]) => `${k}: view ${v}, mirror ${state[k]}`));
  const accounts = await scene.accounts(scene.users), page = (await mirror.json('accounts', 'book', '--limit', 100)).items;
  none(`${what}: every account is the views'`, scene.users.flatMap((u, i) => Object.entries(accounts[i])
    .filter(([k, v]) => text(v) !== text(page.find(p => p.account.toLowerCase() === u)?.[k])).map(([k, v]) => `${u} ${k}: view ${v}, mirror ${page.find(p => p.account.toLowerCase() === u)?.[k]}`)));
}
// A claim decided after its votes.
async function decided({ scene }, amount, days = 14) {
  const index = Number(await scene.view('claims', 'count'));
  await scene.mine(days * DAY);
  await scene.decide(index, amount);
  await scene.mine();
  if (scene.failed()) throw new Error('the result reverted');
  return index;
}

await part('nothing wrong', () => stage(async ({ scene, alice, bob, does, mirror }) => {
  await does(bob, 'book', 'buyPolicy', 52, 5000n * E18);
  await does(alice, 'book', 'submitClaimAndInitializeVoting', 'x');
  await decided({ scene }, 1999n * E18);
  await judge('nothing wrong', scene, mirror, [], { status: 0 });
}));

await part('a wrong premium', () => stage(async ({ scene, bob, does, mirror }) => {
  await scene.tx(scene.owner, 'book', 'misbehave', 1);
  await does(bob, 'book', 'buyPolicy', 26, 5000n * E18);
  await judge('a wrong premium', scene, mirror, ['policy-price'], { subject: bob });
  const [f] = (await mirror.json('findings')).items;
  equal('a wrong premium: by how much', f.difference, '1', JSON.stringify(f));
  ok('a wrong premium: the trace has the formula', ['price', 'utilization'].every(n => f.trace.some(t => t.name === n)), JSON.stringify(f.trace.map(t => t.name)));
}));

await part('less for the reinsurance pool', () => stage(async ({ scene, bob, does, mirror }) => {
  await scene.tx(scene.owner, 'book', 'misbehave', 7);
  await does(bob, 'book', 'buyPolicy', 26, 5000n * E18);
  await judge('less for the reinsurance pool', scene, mirror, ['price-split'], { subject: bob });
}));

await part('an over-long policy', () => stage(async ({ scene, bob, does, mirror }) => {
  await scene.tx(scene.owner, 'book', 'misbehave', 2);
  await does(bob, 'book', 'buyPolicy', 54, 5000n * E18);
  await judge('an over-long policy', scene, mirror, ['policy-epochs', 'policy-price'], { subject: bob });
}));

await part('a second active cover', () => stage(async ({ scene, alice, does, mirror }) => {
  await scene.tx(scene.owner, 'book', 'misbehave', 3);
  await scene.tx(scene.owner, 'registry', 'misbehave', 3);
  await does(alice, 'book', 'buyPolicy', 4, 700n * E18);
  await scene.mine(14 * WEEK);
  await does(alice, 'book', 'updateEpochsInfo');
  await judge('a second active cover', scene, mirror, ['policy-single'], { subject: alice });
}));

await part('a second cover in the claimable week', () => stage(async ({ scene, alice, does, mirror }) => {
  await scene.mine(10 * WEEK);
  await scene.tx(scene.owner, 'book', 'misbehave', 3);
  await scene.tx(scene.owner, 'registry', 'misbehave', 3);
  await does(alice, 'book', 'buyPolicy', 4, 700n * E18);
  await judge('a second cover in the claimable week', scene, mirror, ['policy-single'], { subject: alice });
}));

await part('a payout above the cover', () => stage(async ({ scene, alice, bob, does, mirror }) => {
  await does(bob, 'book', 'buyPolicy', 30, 5000n * E18);
  await does(alice, 'book', 'submitClaimAndInitializeVoting', 'x');
  await scene.tx(scene.owner, 'claims', 'misbehave', 4);
  await decided({ scene }, 2500n * E18);
  // More than its own cover left the total, so the total no longer says what is covered.
  await judge('a payout above the cover', scene, mirror, ['claim-covered', 'cover-sum', 'policies-sum']);
}));

await part('a claim paid twice', () => stage(async ({ scene, alice, does, mirror }) => {
  await does(alice, 'book', 'submitClaimAndInitializeVoting', 'x');
  await scene.tx(scene.owner, 'book', 'misbehave', 8);
  await decided({ scene }, 1000n * E18);
  await judge('a claim paid twice', scene, mirror, ['coin-transfer'], { subject: alice });
}));

await part('coin that leaves without a reason', () => stage(async ({ scene, does, mirror }) => {
  await does(scene.owner, 'book', 'drain', 5n * E6);
  await judge('coin that leaves without a reason', scene, mirror, ['coin-transfer'], { subject: scene.owner });
}));

await part('a result before the votes are over', () => stage(async ({ scene, alice, does, mirror }) => {
  await does(alice, 'book', 'submitClaimAndInitializeVoting', 'x');
  await scene.tx(scene.owner, 'claims', 'misbehave', 6);
  await decided({ scene }, 1000n * E18, 13);
  await judge('a result before the votes are over', scene, mirror, ['claim-timing']);
}));

await part('an exchange has longer votes', () => stage(async ({ scene, alice, does, mirror }) => {
  await does(alice, 'book', 'submitClaimAndInitializeVoting', 'x');
  await decided({ scene }, 1000n * E18, 97);
  await judge('an exchange has longer votes', scene, mirror, [], { status: 0 });
  equal('an exchange has longer votes: how long', (await mirror.json('pool', 'book')).state.voting_seconds, String(97 * DAY));
}, { type: 3 }));

await part('a withdrawal before its time', () => stage(async ({ scene, carol, does, mirror }) => {
  await does(carol, 'book', 'requestWithdrawal', 1000n * E18);
  await scene.mine(7 * DAY);
  await scene.tx(scene.owner, 'book', 'misbehave', 9);
  await does(carol, 'book', 'withdrawLiquidity');
  await scene.tx(scene.owner, 'book', 'misbehave', 0);
  await scene.mine();
  await judge('a withdrawal before its time', scene, mirror, ['withdrawal-ready'], { subject: carol });
}));

await part('the rest of a withdrawal never lapses', () => stage(async ({ scene, bob, carol, does, mirror }) => {
  await does(carol, 'book', 'requestWithdrawal', 50_000n * E18);
  await does(bob, 'book', 'buyPolicy', 52, 180_000n * E18);
  await scene.mine(9 * DAY);
  await does(carol, 'book', 'withdrawLiquidity');
  const rest = (await scene.account(carol)).withdrawal_amount;
  await scene.mine(60 * DAY);
  await does(bob, 'book', 'addLiquidity', 50_000n * E18);
  await does(carol, 'book', 'withdrawLiquidity');
  ok('the rest of a withdrawal never lapses: there was one', rest > 0n, String(rest));
  await judge('the rest of a withdrawal never lapses', scene, mirror, [], { status: 0 });
}));

await part('an expired policy paid', () => stage(async ({ scene, alice, bob, does, mirror }) => {
  await does(bob, 'book', 'buyPolicy', 30, 5000n * E18); // whose cover is left in the book
  await scene.mine(14 * WEEK);
  await scene.tx(scene.owner, 'book', 'misbehave', 5);
  await scene.tx(scene.owner, 'claims', 'misbehave', 5);
  await does(alice, 'book', 'updateEpochsInfo');
  await does(alice, 'book', 'submitClaimAndInitializeVoting', 'x');
  await decided({ scene }, 1000n * E18);
  await judge('an expired policy paid', scene, mirror, ['claim-allowed', 'cover-sum', 'policies-sum']);
}));

await part('claims again and again', () => stage(async ({ scene, bob, does, mirror }) => {
  await does(bob, 'book', 'buyPolicy', 30, 9000n * E18);
  await does(bob, 'book', 'submitClaimAndInitializeVoting', 'x');
  await decided({ scene }, 0n);
  await scene.mine(8 * DAY); // too late for an appeal, so it may be claimed anew
  await does(bob, 'book', 'submitClaimAndInitializeVoting', 'y');
  await decided({ scene }, 0n);
  await does(bob, 'book', 'submitAppealAndInitializeVoting', 'z');
  await decided({ scene }, 0n);
  await does(bob, 'book', 'submitClaimAndInitializeVoting', 'once more');
  await decided({ scene }, 9000n * E18);
  await does(bob, 'book', 'buyPolicy', 3, 500n * E18); // its claim was paid, so another policy may be bought at once
  await judge('claims again and again', scene, mirror, [], { status: 0 });
  equal('claims again and again: their states', (await mirror.json('items', 'book', 'claims')).items.map(c => c.status), ['rejected', 'rejected', 'rejected', 'accepted']);
}));
done();
