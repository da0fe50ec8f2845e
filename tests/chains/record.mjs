#!/usr/bin/env node
// Records a chain of our own contracts on anvil, with its truth: node tests/chains/record.mjs [NAME]
// The scenario is fixed, so that what it covers can be read here; it takes in what seed1 does not: payouts of
// 99.99 % and the views that revert after them, payouts to the pool itself, amounts of nothing, stakes in a reward's own
// block, a minter switched off and on, skipped epochs, epochs used up in silence, and rewards old enough to unlock.
// Views are recorded of every block from the pool's own on; every checkpoint is checked against the model before it is written.
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { writeFileSync } from 'node:fs';
import { Anvil } from '../support/anvil.mjs';
import { Scene, E18, WEEK } from '../support/scene.mjs';
import { Api3Model, asTruth, eventName } from '../support/api3-model.mjs';
import { CHAINS, writeLines } from '../support/recorded.mjs';

const name = process.argv[2] ?? 'pool-edges';
const DAY = 86400;
const anvil = await Anvil.start({ timestamp: 1650000000, accounts: 14 });
const s = await Scene.deploy(anvil, { users: 6 });
const [ann, bob, cid, dot, eve, fay] = s.users;
const accounts = [...s.users, s.manager, s.manager2, s.recipient, s.pool, s.deployer, s.outsider];
const P = (from, what, ...args) => s.tx(from, 'Pool', what, ...args);
const tokens = n => BigInt(n) * E18;
let failed = 0;
const block = async (seconds = 12, failing = 0) => {
  await s.mine(seconds);
  failed += s.failed();
  if (s.failed() !== failing) throw new Error(`block ${s.head}: ${s.failed()} transactions failed, ${failing} should`);
};
const epoch = (on = 1, seconds = 60, failing = 0) => block((Math.floor(s.now / WEEK) + on) * WEEK + seconds - s.now, failing);
const reward = async (on = 1) => { await P(s.outsider, 'mintReward'); await epoch(on); };
const stakeOf = u => s.model.account(u).stake;

// ---- no minter yet: epochs go by without a reward ----
await P(ann, 'depositAndStake', tokens(100_000)); await block();
await P(bob, 'depositRegular', tokens(50_000)); await block();
await P(bob, 'stake', tokens(20_000)); await epoch();                       // the epoch advances in silence
await P(cid, 'depositAndStake', 0n); await block();                        // amounts of nothing
await P(cid, 'depositRegular', 0n); await P(cid, 'withdrawRegular', 0n); await block();
await P(s.deployer, 'setClaimsManagerStatus', s.manager, true); await P(s.deployer, 'setClaimsManagerStatus', s.manager2, true); await block();
await P(s.outsider, 'payOutClaim', s.recipient, 1n); await block(12, 1);    // not a claims manager
await P(s.deployer, 'setClaimsManagerStatus', s.manager2, false); await block();

// ---- rewards; stakes in the reward's own block, before and after one another ----
await s.tx(s.deployer, 'Token', 'updateMinterStatus', s.pool, true); await block(DAY);
await P(ann, 'depositAndStake', tokens(1)); await block();                  // the epoch is used up: no reward
await P(cid, 'depositAndStake', tokens(30_000)); await P(dot, 'depositAndStake', tokens(10_000));
await P(ann, 'scheduleUnstake', tokens(5_000)); await P(dot, 'stake', 0n); await epoch();
await P(eve, 'depositAndStake', tokens(7_777)); await P(eve, 'depositAndStake', 3n); await block(DAY);
await reward();

// ---- an unstake that a payout overtakes, one that rewards overtake ----
await P(bob, 'scheduleUnstake', stakeOf(bob) / 3n); await block();
await P(bob, 'scheduleUnstake', 1n); await block(12, 1);                    // one is pending
await P(s.manager, 'payOutClaim', s.recipient, s.model.T / 7n); await block(DAY);
await P(fay, 'unstake', bob); await block(DAY, 1);                          // too early
await P(fay, 'unstake', bob); await P(ann, 'unstakeAndWithdraw'); await epoch(1, 3 * DAY);
await P(s.manager, 'payOutClaim', s.recipient, 0n); await block();          // a payout of nothing
await P(s.manager, 'payOutClaim', cid, tokens(123)); await P(cid, 'depositAndStake', tokens(123));
await P(s.manager, 'payOutClaim', s.pool, tokens(77)); await P(dot, 'scheduleUnstake', tokens(100)); await block();  // to a staker, to the pool itself
await s.tx(ann, 'Token', 'transfer', s.pool, 12345n); await block();        // a gift
await P(s.manager, 'payOutClaim', s.recipient, tokens(1000)); await epoch(); // reward and payout in one transaction
await P(dot, 'unstakeAndWithdraw'); await epoch(1, 4 * DAY);
await reward(4);                                                            // three epochs that nobody touched

// ---- delegation ----
await P(bob, 'delegateVotingPower', cid); await block();
await P(bob, 'delegateVotingPower', dot); await block(12, 1);               // a week must pass
await P(bob, 'stake', tokens(1_000)); await P(cid, 'delegateVotingPower', eve); await block();
await P(dot, 'delegateVotingPower', eve); await P(bob, 'delegateVotingPower', dot); await epoch(1, 100, 1);   // dot delegates itself
await P(bob, 'delegateVotingPower', eve); await P(bob, 'scheduleUnstake', tokens(500)); await block(DAY * 2); // cid's loss is silent
await P(bob, 'stake', 0n); await P(cid, 'scheduleUnstake', stakeOf(cid)); await block(DAY);
await P(cid, 'undelegateVotingPower'); await P(fay, 'unstake', cid); await epoch(1, 6 * DAY);
await P(dot, 'undelegateVotingPower'); await P(fay, 'depositAndStake', tokens(1)); await block();
await P(bob, 'unstake', bob); await block();

// ---- vesting ----
const lock = (u, amount, from, to) => s.tx(s.deployer, 'Timelock', 'transferAndLock', s.deployer, u, amount, BigInt(s.now + from), BigInt(s.now + to));
const toPool = (u, to = u) => s.tx(u, 'Timelock', 'withdrawToPool', s.pool, to);
await lock(eve, tokens(4_000), 10 * DAY, 40 * DAY); await lock(fay, tokens(3_000), -10 * DAY, 30 * DAY); await lock(ann, tokens(500), -9 * DAY, -DAY); await block();
await toPool(eve); await toPool(fay); await toPool(ann, dot); await block();
await P(eve, 'stake', tokens(3_500)); await P(ann, 'updateTimelockStatus', eve); await block(12, 1);        // not released yet; vesting is staked
await P(fay, 'withdrawRegular', s.model.account(fay).unstaked); await block(12, 1);                         // it is vesting
await P(ann, 'updateTimelockStatus', fay); await P(ann, 'updateTimelockStatus', fay); await block(5 * DAY);  // the second frees nothing
await P(ann, 'updateTimelockStatus', eve); await epoch(3, 5 * DAY);
await P(ann, 'updateTimelockStatus', fay); await block(12 * DAY);
await lock(fay, tokens(60), 0, 100 * DAY); await block(); await toPool(fay); await block(DAY);              // a second one over the first
await P(eve, 'updateTimelockStatus', eve); await P(ann, 'updateTimelockStatus', fay); await epoch(2, 9 * DAY);

// ---- parameters ----
await P(s.deployer, 'setUnstakeWaitPeriod', BigInt(3 * WEEK)); await P(ann, 'scheduleUnstake', tokens(10)); await P(s.deployer, 'setUnstakeWaitPeriod', BigInt(WEEK)); await block();
await P(s.deployer, 'setStakeTarget', 0n); await P(s.deployer, 'setAprUpdateStep', tokens(1)); await P(s.deployer, 'setMinApr', 0n); await block();
await reward();                                                             // the rate falls to nothing
await reward();                                                             // and a reward of nothing is minted
await P(s.deployer, 'setStakeTarget', E18); await P(s.deployer, 'setMinApr', E18 / 50n); await P(s.deployer, 'setMinApr', E18); await block(12, 1);
await reward();                                                             // up by 100 %, held at the most
await P(s.deployer, 'setMaxApr', E18 / 2n); await P(s.deployer, 'setAprUpdateStep', E18 / 90n + 7n); await P(s.deployer, 'setStakeTarget', E18 / 1000n);
await P(s.deployer, 'setProposalVotingPowerThreshold', E18 / 77n); await P(s.voting, 'updateLastProposalTimestamp', bob); await block();
await P(ann, 'unstake', ann); await reward();                               // only now is the rate cut
await s.tx(s.deployer, 'Token', 'updateBurnerStatus', true); await s.tx(s.deployer, 'Token', 'burn', tokens(5_000_000));
await P(ann, 'mintReward'); await epoch();                                  // burnt earlier in the same block
await s.tx(s.deployer, 'Token', 'updateMinterStatus', s.deployer, true); await s.tx(s.deployer, 'Token', 'mint', s.outsider, tokens(9_000_000));
await P(ann, 'stake', s.model.account(ann).unstaked / 2n); await epoch();    // another minter, earlier in the same block

// ---- minter off, a silent epoch, on again ----
await s.tx(s.deployer, 'Token', 'updateMinterStatus', s.pool, false); await P(bob, 'depositAndStake', tokens(2)); await epoch();
await P(s.outsider, 'mintReward'); await epoch();                            // nothing is logged, and the epoch is gone
await s.tx(s.deployer, 'Token', 'updateMinterStatus', s.pool, true); await block();
await P(bob, 'depositAndStake', tokens(2)); await block();
await s.tx(s.deployer, 'Token', 'updateMinterStatus', s.pool, false); await epoch();
await s.tx(s.deployer, 'Token', 'updateMinterStatus', s.pool, true); await P(bob, 'depositAndStake', tokens(2)); await block();  // on before the step

// ---- a year and more of rewards: the oldest unlock ----
await P(ann, 'delegateVotingPower', fay); await block();
for (let week = 0; week < 54; week++) {
  if (week % 6 === 5) await P([bob, cid, eve, fay][week % 4], 'depositAndStake', tokens(1_000 + week));
  else if (week % 9 === 4) await P(eve, 'scheduleUnstake', stakeOf(eve) / 10n);
  else if (week % 9 === 6) await P(s.outsider, 'unstake', eve);
  else await P(s.outsider, 'mintReward');
  await epoch(1, 60 + 2 * DAY * (week % 3));
}
await P(fay, 'precalculateUserLocked', bob, 20n); await block();
await P(fay, 'precalculateUserLocked', bob, 20n); await epoch();             // a new epoch: from the start again
await P(fay, 'precalculateUserLocked', bob, 20n); await P(fay, 'precalculateUserLocked', bob, 40n); await P(fay, 'precalculateUserLocked', ann, 100n); await block();
await P(bob, 'withdrawPrecalculated', s.model.account(bob).unstaked / 2n); await block();
await P(bob, 'withdrawPrecalculated', 1n); await P(bob, 'withdrawRegular', 1n); await epoch(1, 60, 1);

// ---- near-total payouts: shares explode, views revert ----
await P(cid, 'scheduleUnstake', stakeOf(cid) / 2n); await P(ann, 'undelegateVotingPower'); await block();
await P(s.manager, 'payOutClaim', s.recipient, s.model.T * 9999n / 10000n); await block();
await P(cid, 'unstake', cid); await epoch(1, 5 * DAY);
await P(dot, 'depositAndStake', tokens(1_000)); await block();
await P(s.manager, 'payOutClaim', s.recipient, s.model.T - 1n); await block(); // one wei remains
await P(fay, 'depositAndStake', tokens(200_000)); await block();
const poor = s.users.find(u => { const a = s.model.account(u); return a.unstaked > 0n && a.unstaked + a.stake < a.locked + a.vesting + 1n; });
if (!poor) throw new Error('nobody has more locked than all funds');
await P(poor, 'withdrawRegular', 1n); await block(12, 1);                     // a state, not an error
await reward(); await reward();
await P(ann, 'precalculateUserLocked', fay, 60n); await block();              // in 256 bits it can be told
await P(fay, 'scheduleUnstake', tokens(10)); await P(eve, 'depositAndStake', tokens(5)); await block();
await P(fay, 'unstakeAndWithdraw'); await epoch(1, 6 * DAY, 1);               // userLocked() reverts, so does the withdrawal
await P(fay, 'unstake', fay); await block();
await P(s.manager, 'payOutClaim', s.recipient, s.model.T - 1n); await block();
await P(dot, 'depositAndStake', 10n ** 17n); await block();                   // now userStake() reverts too
await P(dot, 'scheduleUnstake', 1n); await P(dot, 'withdrawRegular', 0n); await block(12, 2);
await P(ann, 'depositAndStake', 1_000_000_000n); await P(ann, 'depositAndStake', 10n ** 14n); await block(12, 1);
await reward();
await block(DAY); await block(WEEK);                                          // empty blocks

// ---- write it down ----
const last = s.head;
const lines = [{ type: 'meta', chainId: '0x7a69', first: 1, last }];
const checkpoints = [];
const reverts = {};
for (const b of s.blocks) {
  const block = { ...b.block };
  const pruned = b.number <= s.deployBlock.pool;                              // creation code is bulky
  if (pruned) block.transactions = block.transactions.map(t => t.hash);
  lines.push({ type: 'block', block, receipts: b.receipts, ...(pruned ? { pruned: true } : {}) });
}
const model = new Api3Model({ pool: s.pool, token: s.token, deployBlock: s.deployBlock.pool });
let wrong = 0;
for (const b of s.blocks) {
  model.block(b);
  if (b.number < s.deployBlock.pool) continue;
  const { pool, users, calls } = await s.everything(b.number, accounts);
  lines.push(...calls);
  for (const [u, figures] of Object.entries(users)) for (const [k, v] of Object.entries(figures)) {
    if (v === null) reverts[k] = (reverts[k] ?? 0) + 1;
    if (JSON.stringify(asTruth(v)) !== JSON.stringify(asTruth(model.account(u)[k]))) { wrong++; console.error(`block ${b.number} ${u} ${k}: view ${v}, model ${model.account(u)[k]}`); }
  }
  for (const [k, v] of Object.entries(pool)) if (v !== model.pool()[k]) { wrong++; console.error(`block ${b.number} ${k}: view ${v}, model ${model.pool()[k]}`); }
  checkpoints.push(asTruth({ block: b.number, hash: b.hash, timestamp: b.timestamp, pool, users }));
}
for (const c of model.complaints) console.error(c);
const eventCounts = {};
for (const b of s.blocks) for (const l of b.logs) { const n = eventName(l); if (n) eventCounts[n] = (eventCounts[n] ?? 0) + 1; }
const meta = { users: s.users, chainId: 31337, lastBlock: last, deployBlock: s.deployBlock,
  addresses: { token: s.token, timelockManager: s.timelock, pool: s.pool, deployer: s.deployer, agents: [s.deployer, s.outsider],
    voting: [s.voting, s.outsider], claimsManagers: [s.manager, s.manager2], recipients: [s.recipient], outsider: s.outsider },
  eventCounts, failedTxs: failed, viewReverts: reverts, contractSource: 'tests/e2e/contracts', recorder: 'tests/chains/record.mjs' };
await anvil.stop();
if (wrong || model.complaints.length) { console.error(`${wrong} figures and ${model.complaints.length} events do not follow from the rules: nothing written`); process.exit(1); }
writeLines(join(CHAINS, `${name}.chain.jsonl.gz`), lines);
writeFileSync(join(CHAINS, `${name}.truth.json.gz`), gzipSync(JSON.stringify({ meta, checkpoints }), { level: 9 }));
console.log(`${last} blocks, ${checkpoints.length} checkpoints, events ${JSON.stringify(eventCounts)}, reverting views ${JSON.stringify(reverts)}, failed transactions ${failed}`);
