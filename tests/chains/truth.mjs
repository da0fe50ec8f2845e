// Compares the mirror with the contract's own views: the figures of a truth file (or of live eth_calls in the same shape)
// against what `pool` and `accounts` print.
import { Mirror } from '../support/program.mjs';
import { ZERO } from '../support/api3-model.mjs';

const snake = name => name.replace(/[A-Z]/g, c => '_' + c.toLowerCase());

export const POOL_FIELDS = ['totalStake', 'totalShares', 'apr', 'minApr', 'maxApr', 'aprUpdateStep', 'stakeTarget', 'unstakeWaitPeriod',
  'proposalVotingPowerThreshold', 'epochIndexOfLastReward', 'genesisEpoch', 'tokenTotalSupply', 'tokenBalance'];
export const ACCOUNT_FIELDS = ['shares', 'stake', 'unstaked', 'vesting', 'unstakeAmount', 'unstakeShares', 'unstakeScheduledFor',
  'lastDelegationUpdateTimestamp', 'delegate', 'delegatedTo', 'votingPower', 'locked'];

// Compared where the mirror shows them.
const POOL_EXTRAS = ['agentAppPrimary', 'agentAppSecondary', 'votingAppPrimary', 'votingAppSecondary', 'isMinter'];
const ACCOUNT_EXTRAS = ['lastProposalTimestamp', 'timelockTotal', 'timelockRemaining', 'timelockStart', 'timelockEnd'];

export const mirrorOf = (meta, url, options = {}) => Mirror.api3({ url, pool: meta.addresses.pool, token: meta.addresses.token,
  managers: meta.addresses.claimsManagers, ...options });

// One pool or account: expected in camelCase, actual in snake_case; anything but the very same JSON value is a difference.
export function compareFields(where, fields, expected, actual) {
  const wrong = [];
  for (const f of fields) {
    const [want, have] = [expected[f], actual?.[snake(f)]];
    const same = typeof want === 'string' && want.startsWith('0x') ? String(have).toLowerCase() === want : have === want;
    if (!same) wrong.push(`${where} ${snake(f)}: truth ${JSON.stringify(want)}, mirror ${JSON.stringify(have)}`);
  }
  return wrong;
}

const shownOf = (fields, actual) => fields.filter(f => actual && snake(f) in actual);
const flat = ({ timelock: t, ...a }) => t ? { ...a, timelockTotal: t.total, timelockRemaining: t.remaining, timelockStart: t.start, timelockEnd: t.end } : a;
const nothing = a => ACCOUNT_FIELDS.every(f => a[f] === undefined || a[f] === '0' || a[f] === ZERO);

export function compareAccounts(where, truth, items) {
  const wrong = [], left = new Map();
  for (const item of items) {
    const who = String(item.account).toLowerCase();
    if (left.has(who)) wrong.push(`${where} ${who} is listed twice`);
    left.set(who, item);
  }
  for (const [who, expected] of Object.entries(truth)) {
    const item = left.get(who);
    left.delete(who);
    if (item) wrong.push(...compareFields(`${where} ${who}`, [...ACCOUNT_FIELDS.filter(f => f in expected), ...shownOf(ACCOUNT_EXTRAS, item)], flat(expected), item));
    else if (!nothing(expected)) wrong.push(`${where} ${who} is not in the list, truth ${JSON.stringify(expected)}`);
  }
  for (const [who, item] of left)
    if (['shares', 'unstaked', 'vesting', 'unstake_shares', 'delegated_to'].some(f => item[f] !== '0'))
      wrong.push(`${where} ${who} has figures and is not in the truth: ${JSON.stringify(item)}`);
  return wrong;
}

// Everything at one checkpoint { block, hash, timestamp, pool, users }; answers the list of differences. Where `sparse`, the
// mirror need not hold a block without events: it knows all but that block's hash and time and what follows from its time,
// and of a reward step without an event it learns later.
export async function compareCheckpoint(mirror, checkpoint, { pool = 'api3', sparse = false } = {}) {
  const at = ['--at', checkpoint.block];
  const [shown, page] = await Promise.all([mirror.json('pool', pool, ...at), mirror.json('accounts', pool, ...at, '--limit', 1000)]);
  const where = `block ${checkpoint.block}`;
  const wrong = [];
  const poolFields = POOL_FIELDS.filter(f => !sparse || f !== 'epochIndexOfLastReward');
  if (sparse && shown.at?.block === checkpoint.block && shown.at.hash === null) {
    const users = Object.fromEntries(Object.entries(checkpoint.users).map(([who, { locked, votingPower, ...rest }]) => [who, rest]));
    return [...compareFields(where, [...poolFields, ...shownOf(POOL_EXTRAS, shown.state)], checkpoint.pool, shown.state), ...compareAccounts(where, users, page.items)];
  }
  if (shown.at?.block !== checkpoint.block || shown.at?.hash !== checkpoint.hash || shown.at?.timestamp !== checkpoint.timestamp)
    wrong.push(`${where} at: truth ${JSON.stringify({ block: checkpoint.block, hash: checkpoint.hash, timestamp: checkpoint.timestamp })}, mirror ${JSON.stringify(shown.at)}`);
  wrong.push(...compareFields(where, [...poolFields, ...shownOf(POOL_EXTRAS, shown.state)], checkpoint.pool, shown.state));
  if (page.next !== null) wrong.push(`${where} accounts: next is ${JSON.stringify(page.next)} on a page that holds all`);
  wrong.push(...compareAccounts(where, checkpoint.users, page.items));
  return wrong;
}

// Findings must be none at all, in both places that tell of them. With `passing`, a view's finding may be there that was
// resolved by itself: the node answered wrongly for a moment.
export async function compareFindings(mirror, { pool = 'api3', passing = false } = {}) {
  const wrong = [];
  const r = await mirror.run(['findings', pool, '--json']);
  if (r.status !== 0) wrong.push(`findings: exit status ${r.status ?? r.signal}: ${r.err.slice(-300)}`);
  try {
    const { items } = JSON.parse(r.out);
    for (const f of items) if (!passing || f.state === 'open' || !/^view/.test(f.check)) wrong.push(`finding ${JSON.stringify(f)}`);
  } catch (e) { wrong.push(`findings: ${e.message}: ${r.out.slice(0, 200)}`); }
  const s = await mirror.status();
  for (const k of ['error', 'warning', 'info']) if (s.findings?.[k] !== 0) wrong.push(`status.findings.${k} is ${s.findings?.[k]}`);
  if ((!passing && s.checks?.failed !== 0) || !(s.checks?.passed > 0)) wrong.push(`status.checks is ${JSON.stringify(s.checks)}`);
  return wrong;
}

// Runs body over the items, two at a time.
export async function inPairs(items, body) {
  const results = new Array(items.length);
  let next = 0;
  const worker = async () => { while (next < items.length) { const i = next++; results[i] = await body(items[i], i); } };
  await Promise.all([worker(), worker()]);
  return results;
}
