// Payouts and what surrounds them (shares, the division of premiums and fees, who bears a loss, withdrawals, votes), the
// program's arithmetic against the EVM's: at least 1,000 seeded points a formula, most of them at an edge, and named boundary
// cases with the answer written beside them. Contracts of our own on a real node judge (contracts/Payouts.sol); reverts
// are answers, too. SEED=N for another series; PAYOUT_TOOL names another build's tool.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Interface } from 'ethers';
import { Anvil, binary } from '../support/anvil.mjs';
import { compile } from '../support/solc.mjs';
import { done, equal, none, note, ok, part, random } from '../support/tap.mjs';

const tool = process.env.PAYOUT_TOOL ?? fileURLToPath(new URL('../../build/tests/protocols/payout_tool', import.meta.url));
if (!existsSync(tool)) { ok(`${tool} is there`, false, 'make test-programs first'); done(); }
if (!binary) { ok('anvil is there', false, 'npm ci --prefix tests'); done(); }

const POINTS = 1000, AT_ONCE = 200;
const WORD = 2n ** 256n, MAX = WORD - 1n, HALF = 2n ** 255n;
const E6 = 10n ** 6n, E18 = 10n ** 18n, E25 = 10n ** 25n, E27 = 10n ** 27n, WEEK = 604800n;
const seed = Number(process.env.SEED ?? 11);
const rnd = random(seed);
const bits = n => { let x = 0n; for (let i = 0; i < n; i += 30) x = x << 30n | BigInt(rnd.below(2 ** 30)); return x & ((1n << BigInt(n)) - 1n); };
const upTo = most => most <= 0n ? 0n : bits(256) % (most + 1n);
const near = base => { const x = base + BigInt(rnd.below(5)) - 2n; return x < 0n ? 0n : x > MAX ? MAX : x; };
const one = (...choices) => choices[rnd.below(choices.length)]();
const often = (usual, seldom) => rnd() < 0.85 ? usual() : seldom();
// Tokens of 18 or 6 decimals, a few units, and what nearly fills a word.
const amount = () => one(() => bits(80), () => bits(80), () => bits(90), () => bits(90), () => bits(60), () => bits(40), () => BigInt(rnd.below(4)));
const size = () => often(amount, () => one(() => 0n, () => bits(130), () => bits(200), () => bits(250), () => near(MAX)));
const decimals = () => BigInt(one(() => 6, () => 6, () => 18, () => 8, () => 0, () => 20, () => 27));
const list = (n, make) => Array.from({ length: n }, make);

const anvil = await Anvil.start({ accounts: 1 });
const compiled = compile();
const judges = {};
for (const name of ['BridgePayouts', 'InsurePayouts']) {
  await anvil.send(anvil.accounts[0], null, compiled[name].bytecode);
  await anvil.mine();
  judges[name] = { abi: new Interface(compiled[name].abi), address: (await anvil.block(await anvil.head())).receipts[0].contractAddress };
}

async function judged(judge, formula, points) {
  const answers = [];
  for (let i = 0; i < points.length; i += AT_ONCE) {
    const data = judge.abi.encodeFunctionData('all', [formula, points.slice(i, i + AT_ONCE)]);
    const result = await anvil.rpc('eth_call', [{ to: judge.address, data, gas: '0x3b9aca00' }, 'latest']);
    answers.push(...judge.abi.decodeFunctionResult('all', result)[0].map(a => a.answered ? [...a.numbers].join(' ') : 'revert'));
  }
  return answers;
}
function ours(name, points) {
  const r = spawnSync(tool, ['-'], { input: points.map(p => `${[name, ...p].join(' ')}\n`).join(''), encoding: 'utf8', maxBuffer: 1 << 28 });
  if (r.status !== 0) throw new Error(`${tool} ended with status ${r.status ?? r.signal}: ${r.stderr}`);
  return r.stdout.trimEnd().split('\n');
}
// A formula: its number with the judge, how to draw a point, and its edges: [name, point, answer].
async function series(name, judge, formula, draw, edges) {
  await part(name, async () => {
    const points = list(POINTS, draw), all = [...points, ...edges.map(e => e[1])];
    const told = ours(name, all), truth = await judged(judges[judge], formula, all);
    const reverts = truth.slice(0, POINTS).filter(a => a === 'revert').length;
    none(`${name}: ${POINTS} seeded points are the EVM's`, points.flatMap((p, i) => told[i] === truth[i] ? [] : [`${p.join(' ')}: ${told[i]}, the EVM: ${truth[i]}`]), `SEED=${seed}`);
    ok(`${name}: points enough that do not revert`, POINTS - reverts >= POINTS / 2, `${reverts} of ${POINTS} revert`);
    for (const [i, [edge, point, answer]] of edges.entries())
      equal(`${name}: ${edge}`, [told[POINTS + i], truth[POINTS + i]], Array(2).fill(answer === null ? 'revert' : [].concat(answer).join(' ')), point.join(' '));
    note(`${reverts} of ${POINTS} revert`);
  });
}
const bridge = (name, formula, draw, edges) => series(`bridge_${name}`, 'BridgePayouts', formula, draw, edges);
const insure = (name, formula, draw, edges) => series(`insure_${name}`, 'InsurePayouts', formula, draw, edges);

// ---- Bridge Mutual: x-tokens, coin and requests ----
await bridge('minted', 0, () => { const l = size(); return [l, one(() => l, () => near(l), size), size()]; }, [
  ['the first liquidity is minted one for one', [77n, 0n, 5n * E18], 5n * E18],
  ['without liquidity nothing can be minted', [0n, 10n, 1n], null],
  ['a rate that is cut to zero mints nothing', [1n, 10n ** 28n, 1n], null],
  ['one wei at a rate above one is nothing', [3n, 2n, 1n], 0n],
  ['one wei at a rate of one is one', [2n, 2n, 1n], 1n],
  ['the rate is cut before the division', [10n, 3n, 10n], 3n],
  ['the largest amount that fits', [1n, 1n, MAX / E27], MAX / E27],
  ['one more does not fit', [1n, 1n, MAX / E27 + 1n], null],
  ['liquidity that does not fit', [MAX / E27 + 1n, 1n, 1n], null],
]);
await bridge('worth', 1, () => { const l = size(), s = one(() => l, () => near(l), size); return [l, s, one(() => upTo(s), size)]; }, [
  ['without supply an x-token is worth one', [77n, 0n, 9n], 9n],
  ['all x-tokens are worth less than all liquidity where the rate is cut', [10n, 3n, 3n], 9n],
  ['of no liquidity nothing', [0n, 10n, 10n], 0n],
  ['one wei more than x-tokens does not show', [10n ** 30n + 1n, 10n ** 30n, 10n ** 30n], 10n ** 30n],
  ['a product beyond 256 bits', [2n, 1n, MAX / E27], null],
]);
await bridge('withdrawn', 2, () => {
  const cover = size(), l = often(() => near(cover + amount()), () => one(() => cover, () => near(cover), size)), s = one(() => l, () => near(l), amount), d = decimals();
  return [l, s, cover, one(() => upTo(s), () => near(l - cover), size), d, one(() => 0n, () => 1n), one(() => bits(60), () => bits(80), () => 0n)];
}, [
  ['what was asked for, where it is free', [100n * E18, 100n * E18, 40n * E18, 60n * E18, 6n, 0n, 0n], [60n * E18, 60n * E18]],
  ['full utilization leaves nothing', [100n * E18, 100n * E18, 100n * E18, 60n * E18, 6n, 0n, 0n], [0n, 0n]],
  ['one wei less than asked for is free', [100n * E18, 100n * E18, 40n * E18 + 1n, 60n * E18, 18n, 0n, 0n], [60n * E18 - 1n, 60n * E18 - 1n]],
  ['cover above liquidity', [99n, 100n, 100n, 1n, 18n, 0n, 0n], null],
  ['zero liquidity', [0n, 10n, 0n, 5n, 6n, 0n, 0n], null],
  ['a capital pool that is short decides by what it paid', [300n * E18, 200n * E18, 0n, 100n * E18, 6n, 1n, 90n * E6], [60n * E18, 90n * E18]],
  ['one that has all pays all, and dust stays in the worth', [100n * E18, 100n * E18, 0n, E18 + 1n, 6n, 1n, E6], [E18 + 1n, E18 + 1n]],
  ['one that has nothing takes nothing', [100n * E18, 100n * E18, 0n, E18, 6n, 1n, 0n], [0n, 0n]],
]);
await bridge('needed', 3, () => [size(), size(), size()], [
  ['nothing', [0n, 0n, 0n], 0n],
  ['the largest sum', [MAX - 2n, 1n, 1n], MAX],
  ['one more', [MAX - 2n, 1n, 2n], null],
]);
await bridge('length', 13, () => { const start = 1600000000n + bits(24); return [start, start + one(() => 0n, () => bits(25), () => WEEK * bits(6), () => near(WEEK * (1n + bits(6)))), 1n + BigInt(rnd.below(53))]; }, [
  ['one week, bought at its first second', [1000n, 1000n, 1n], WEEK],
  ['one week, bought at its last second', [1000n, 1000n + WEEK - 1n, 1n], 1n],
  ['52 weeks', [1000n, 1000n, 52n], 52n * WEEK],
  ['no week', [1000n, 1000n, 0n], null],
  ['before the book', [1000n, 999n, 1n], null],
]);

// ---- Bridge Mutual: who gets a premium ----
const fee = () => often(() => upTo(20n * E25), () => one(() => 0n, () => near(20n * E25), () => near(E27), size));
await bridge('split', 4, () => [size(), fee(), decimals()], [
  ['20 to 80 without a distributor', [100n * E18, 0n, 6n], [0n, 20n * E18, 100n * E18, 0n, 20n * E6, 100n * E6, 80n * E6]],
  ['the fee comes out of the protocol\'s part', [100n * E18, 5n * E25, 6n], [5n * E18, 15n * E18, 95n * E18, 5n * E6, 15n * E6, 95n * E6, 80n * E6]],
  ['a fee of all of it', [100n * E18, 20n * E25, 6n], [20n * E18, 0n, 80n * E18, 20n * E6, 0n, 80n * E6, 80n * E6]],
  ['a fee above it', [100n * E18, 20n * E25 + E25, 6n], null],
  ['one wei', [1n, 0n, 18n], [0n, 0n, 1n, 0n, 0n, 1n, 1n]],
  ['one wei is no coin of six decimals', [1n, 0n, 6n], [0n, 0n, 1n, 0n, 0n, 0n, 0n]],
  ['each part is cut by itself', [12345678901234567n, 0n, 6n], [0n, 2469135780246913n, 12345678901234567n, 0n, 2469n, 12345n, 9876n]],
  ['the largest price', [MAX / (20n * E25), 0n, 18n], (() => { const p = MAX / (20n * E25), r = p * 20n / 100n; return [0n, r, p, 0n, r, p, p - r]; })()],
  ['one more', [MAX / (20n * E25) + 1n, 0n, 18n], null],
]);
await bridge('split_v1', 14, () => [size(), decimals()], [
  ['20 to 80', [100n * E18, 6n], [20n * E18, 80n * E18, 20n * E6, 80n * E6]],
  ['one wei is the book\'s', [1n, 18n], [0n, 1n, 0n, 1n]],
  ['the premium is not cut, its coin is', [12345678901234567n, 6n], [2469135780246913n, 9876543120987654n, 2469n, 9876n]],
  ['the largest price', [MAX / (20n * E25), 18n], (() => { const p = MAX / (20n * E25), r = p / 5n; return [r, p - r, r, p - r]; })()],
  ['one more', [MAX / (20n * E25) + 1n, 18n], null],
]);
await bridge('shared', 5, () => [size(), size(), one(() => 0n, size), one(() => 0n, size)], [
  ['alone, all but what is cut', [100n, 3n, 0n, 0n], [99n, 0n]],
  ['by what each deployed', [1000000n, 2000000n, 700000n, 300000n], [666666n, 233333n]],
  ['nobody has deployed', [5n, 0n, 0n, 0n], null],
  ['nothing to share', [0n, 1n, 1n, 1n], [0n, 0n]],
  ['one unit among many is nobody\'s', [1n, 2n, 2n, 0n], [0n, 0n]],
  ['deployed beyond 256 bits', [1n, MAX, 1n, 0n], null],
]);
await bridge('multiplier', 6, () => { const t = upTo(E27); return [often(() => t, size), one(() => upTo(E27), size), often(() => upTo(E27), () => one(() => 0n, size)), upTo(3n * E27), one(() => upTo(E27), () => near(t), size)]; }, [
  ['at the target it is nothing', [45n * E25, 5n * E25, E27, E27, 45n * E25], 0n],
  ['1 % beside it it is the maximum', [45n * E25, 5n * E25, E27, E27, 44n * E25], E27],
  ['one unit beside it the product does not fit', [45n * E25, 5n * E25, E27, E27, 45n * E25 + 1n], null],
  ['25 % from it', [45n * E25, 5n * E25, E27, E27, 20n * E25], 2n * 10n ** 26n],
  ['25 % above it', [45n * E25, 5n * E25, E27, E27, 70n * E25], 2n * 10n ** 26n],
  ['without a divisor', [45n * E25, 5n * E25, 0n, E27, 20n * E25], null],
  ['a constant beyond 256 bits', [45n * E25, MAX / E27 + 1n, E27, E27, 20n * E25], null],
]);
await bridge('spread', 10, () => [size(), one(() => BigInt(rnd.below(31536000)), () => WEEK * BigInt(rnd.below(53)), () => near(86400n)), BigInt(rnd.below(3)), 18000n + bits(12)], [
  ['a policy of one second is of a day', [100n, 1n, 0n, 19000n], [100n, 19001n, 19002n]],
  ['a second short of two days rounds up to them', [100n, 2n * 86400n - 1n, 0n, 19000n], [50n, 19001n, 19003n]],
  ['two seconds short do not', [100n, 2n * 86400n - 2n, 0n, 19000n], [100n, 19001n, 19002n]],
  ['a week and its virtual one', [140n * E18, WEEK, 1n, 19000n], [10n * E18, 19001n, 19015n]],
  ['52 weeks and the virtual one', [371n, 52n * WEEK, 1n, 19000n], [1n, 19001n, 19372n]],
  ['the remainder is never distributed', [27n, WEEK, 1n, 19000n], [1n, 19001n, 19015n]],
  ['less than a unit a day is nothing', [13n, WEEK, 1n, 19000n], [0n, 19001n, 19015n]],
  ['the largest premium', [MAX, WEEK, 1n, 19000n], [MAX / 14n, 19001n, 19015n]],
]);
const negative = x => (WORD - x) % WORD;
await bridge('flow', 11, () => {
  const first = 18000n + bits(8), days = rnd.below(110), deltas = [];
  let daily = often(amount, () => 0n), flow = daily;
  const today = often(() => first - 1n + BigInt(days), () => first - BigInt(rnd.below(3)));
  for (let i = 0; i < Math.min(days, 100); i++) {
    const change = one(() => 0n, () => 0n, () => bits(70), () => negative(upTo(flow)), () => negative(flow));
    flow = (flow + change) % WORD;
    deltas.push(change);
  }
  if (rnd() < 0.1 && deltas.length) deltas[rnd.below(deltas.length)] = one(() => negative(bits(90)), () => near(HALF), () => MAX);
  return [size(), daily, today, first, ...deltas];
}, [
  ['the day at hand adds nothing', [100n, 7n, 18999n, 19000n], [100n, 7n, 18999n]],
  ['a day adds the daily premium', [100n, 7n, 19000n, 19000n], [107n, 7n, 19000n]],
  ['a sale adds from the day after it on', [100n, 0n, 19001n, 19000n, 0n, 5n], [105n, 5n, 19001n]],
  ['and stops', [100n, 5n, 19001n, 19000n, 0n, negative(5n)], [105n, 0n, 19001n]],
  ['91 days at most', [0n, 1n, 19200n, 19000n], [91n, 1n, 19090n]],
  ['the 91st day', [0n, 1n, 19090n, 19000n], [91n, 1n, 19090n]],
  ['a negative daily premium', [10n ** 30n, 1n, 19000n, 19000n, negative(2n)], null],
  ['a sum beyond 256 bits', [MAX, 1n, 19000n, 19000n], null],
]);
await bridge('ended', 12, () => {
  const from = 1n + BigInt(rnd.below(60)), epochs = rnd.below(58), amounts = list(epochs, () => one(() => 0n, () => bits(80)));
  const sum = amounts.reduce((n, a) => n + a, 0n);
  return [often(() => sum + amount(), () => one(() => sum, () => near(sum), () => bits(60))), one(() => from + BigInt(epochs), () => from + BigInt(rnd.below(120)), () => from), BigInt(rnd.below(2)), from, ...amounts];
}, [
  ['an epoch that runs takes nothing off', [100n, 1n, 0n, 1n, 40n], 100n],
  ['one that has ended does', [100n, 2n, 0n, 1n, 40n], 60n],
  ['an update goes 52 epochs on', [1000n, 100n, 0n, 1n, ...list(60, () => 1n)], 948n],
  ['the view ends with the 52nd epoch of all', [1000n, 100n, 1n, 1n, ...list(60, () => 1n)], 949n],
  ['in a book older than a year the view takes off nothing', [1000n, 100n, 1n, 60n, ...list(9, () => 7n)], 1000n],
  ['all of it', [40n, 2n, 1n, 1n, 40n], 0n],
  ['more than all of it', [39n, 2n, 1n, 1n, 40n], null],
]);

// ---- Bridge Mutual: claims ----
await bridge('loss', 7, () => { const l = size(); return [one(() => upTo(l), size), l, one(() => 0n, size)]; }, [
  ['alone the book bears all', [1000n, 300n, 0n], 1000n],
  ['two thirds, rounded down twice', [1000n, 2n, 1n], 666n],
  ['without liquidity of its own it bears nothing', [1000n, 0n, 1n], 0n],
  ['nobody is there', [1000n, 0n, 0n], null],
  ['one wei is borne by nobody where two share it', [1n, 1n, 1n], 0n],
  ['leverage that hides the book', [10n ** 26n, 1n, E27], 0n],
  ['the largest claim', [MAX / E27, 1n, 0n], MAX / E27],
  ['one more', [MAX / E27 + 1n, 1n, 0n], null],
]);
await bridge('owed', 8, () => { const owed = amount(); return [owed, often(() => upTo(owed), () => near(owed)), decimals()]; }, [
  ['paid whole', [E18, E18, 6n], 0n],
  ['dust below the coin is forgotten', [E18 + 1n, E18, 6n], 0n],
  ['a part', [15n * E18 + 123n, 6n * E18, 6n], 9n * E18],
  ['more than is owed', [E18, 2n * E18, 6n], null],
  ['more by less than the coin can say', [E18, E18 + 1n, 6n], 0n],
]);
await bridge('votes', 9, () => list(rnd.below(9), () => [one(() => 0n, amount, () => upTo(1000n * E18)), one(() => bits(20), () => bits(60), () => bits(100), () => near(0n))]).flat(), [
  ['nobody voted', [], null],
  ['66 % of the power for it', [1000n, 66n, 0n, 34n], [66n * E25, 1000n]],
  ['one less', [1000n, 65n, 0n, 35n], [65n * E25, 0n]],
  ['just below 66 %', [1000n, 659999n, 0n, 340001n], [659999n * 10n ** 21n, 0n]],
  ['all against it', [0n, 5n], [0n, 0n]],
  ['the average by power', [1000n, 70n, 500n, 30n], [E27, 850n]],
  ['each step rounds down', [10n, 1n, 11n, 2n, 13n, 4n], [E27, 11n]],
  ['a vote without power', [10n, 5n, 99n, 0n], [E27, 10n]],
  ['only one without power', [10n, 0n], null],
  ['an amount that does not fit', [MAX, 2n], null],
]);

// ---- InsureDAO: the vault ----
const vault = () => { const v = size(); return [v, often(() => one(() => v, () => upTo(v), () => near(v)), () => one(() => 0n, size))]; };
await insure('added', 10, () => [...vault(), size()], [
  ['the first value makes as many attributions', [0n, 0n, 5n], 5n],
  ['by what is there', [200n, 100n, 5n], 2n],
  ['of no value nothing can be bought', [0n, 100n, 5n], null],
  ['a product beyond 256 bits', [1n, 2n, HALF], null],
  ['the largest that fits', [2n, 2n, HALF - 1n], HALF - 1n],
]);
await insure('fees', 11, () => [...vault(), size(), often(() => upTo(E6), () => one(() => 0n, () => near(E6)))], [
  ['10 % are the owner\'s', [1000n, 1000n, 100n, 100000n], [90n, 10n]],
  ['no fee', [1000n, 1000n, 100n, 0n], [100n, 0n]],
  ['all of it', [1000n, 1000n, 100n, E6], [0n, 100n]],
  ['what is cut off is nobody\'s', [1000n, 1000n, 1n, 500000n], [0n, 0n]],
  ['a fee above all of it', [1000n, 1000n, 100n, E6 + 1n], null],
]);
await insure('cost', 12, () => { const [v, a] = vault(), held = one(() => a, () => upTo(a), size); return [v, a, a ? often(() => upTo(v * held / a), () => one(() => near(v * held / a), size)) % WORD : size(), held]; }, [
  ['rounded up', [300n, 100n, 10n, 100n], 4n],
  ['exact', [300n, 100n, 9n, 100n], 3n],
  ['all that is held', [300n, 100n, 300n, 100n], 100n],
  ['one more', [300n, 100n, 301n, 100n], null],
  ['less than one attribution is worth', [300n, 100n, 2n, 100n], null],
  ['just one', [300n, 100n, 3n, 100n], 1n],
  ['nothing', [300n, 100n, 0n, 100n], null],
  ['of somebody who has none', [300n, 100n, 0n, 0n], null],
  ['a vault without value', [0n, 100n, 0n, 5n], null],
]);
await insure('value', 13, () => { const [v, a] = vault(); return [v, a, one(() => upTo(a), size)]; }, [
  ['rounded down', [100n, 300n, 100n], 33n],
  ['without value', [0n, 300n, 100n], 0n],
  ['without attributions', [100n, 0n, 100n], 0n],
  ['of none', [100n, 300n, 0n], 0n],
  ['a product beyond 256 bits', [HALF, 2n, 2n], null],
]);

// ---- InsureDAO: markets, indices, reserves ----
await insure('minted', 0, () => { const l = size(); return [size(), one(() => 0n, () => l, () => near(l), size), l]; }, [
  ['the first deposit mints its amount', [500n, 0n, 9n], 500n],
  ['by supply and liquidity', [101n, 300n, 400n], 75n],
  ['without liquidity the supply multiplies', [7n, 300n, 0n], 2100n],
  ['and may not fit', [2n ** 200n, 2n ** 56n, 0n], null],
  ['one unit may mint nothing', [1n, 1n, 2n], 0n],
]);
await insure('withdrawn', 1, () => { const s = size(); return [one(() => upTo(s), size), size(), s]; }, [
  ['rounded down', [100n, 1000n, 300n], 333n],
  ['all of it', [300n, 1000n, 300n], 1000n],
  ['of no liquidity', [300n, 0n, 300n], 0n],
  ['without supply', [0n, 1000n, 0n], null],
  ['the quotient would fit, the product does not', [HALF, 2n, HALF], null],
]);
await insure('available', 2, () => { const l = size(); return [l, one(() => upTo(l), () => near(l), () => 0n)]; }, [
  ['full utilization', [1000n, 1000n], 0n],
  ['more is locked', [1000n, 1001n], null],
  ['without liquidity', [0n, 1001n], 0n],
]);
await insure('ratio', 3, () => { const whole = size(); return [one(() => upTo(whole), () => near(whole), size), whole]; }, [
  ['six digits', [2n, 3n], 666666n],
  ['100 %', [3n, 3n], E6],
  ['one unit of many', [1n, E6 + 1n], 0n],
  ['without a whole', [2n, 0n], 0n],
  ['beyond 256 bits', [MAX / E6 + 1n, 1n], null],
]);
await insure('lenders', 4, () => { const l = size(); return [size(), one(() => upTo(l), () => 0n, size), l]; }, [
  ['by their part of the liquidity', [100n, 300n, 700n], [42n, 140000n]],
  ['nobody lends', [100n, 0n, 700n], [0n, 0n]],
  ['they are alone', [100n, 700n, 700n], [100n, 142857n]],
  ['a part that is cut to nothing', [1n, 1n, 2n], [0n, 0n]],
]);
await insure('pending', 5, () => { const c = size(), r = one(() => bits(30), () => bits(60), size); return [c, r, often(() => upTo(c * r / E6 % WORD), size)]; }, [
  ['what was earned since', [300n, 240000n, 42n], [30n, 72n]],
  ['rounding may leave less than the debt', [299n, 140000n, 42n], [0n, 41n]],
  ['nothing yet', [300n, 0n, 0n], [0n, 0n]],
  ['beyond 256 bits', [2n ** 200n, 2n ** 56n, 0n], null],
]);
const market = () => {
  const credit = often(amount, () => 0n), locked = often(amount, () => 0n);
  return [credit, one(() => 10n * credit + amount(), () => upTo(credit), () => near(credit), () => 0n, () => locked), one(() => BigInt(rnd.below(100)), () => bits(20), () => 0n, () => 1n), BigInt(rnd() < 0.1), BigInt(rnd() < 0.15)];
};
const index = () => {
  const markets = list(rnd.below(7), market), credit = markets.reduce((n, m) => n + m[0], 0n), points = markets.reduce((n, m) => n + m[2], 0n);
  const leverage = one(() => E6, () => 2n * E6, () => E6 + upTo(9n * E6)), liquidity = one(amount, () => credit * E6 / leverage, () => near(credit), () => upTo(credit), () => 0n);
  return [often(() => leverage, () => 0n), often(() => liquidity, size), often(() => points, () => upTo(points)), often(() => credit, () => upTo(credit)), ...markets.flat()];
};
await insure('allocated', 14, index, [
  ['without markets nothing is lent', [E6, 1000n, 0n, 0n], [0n]],
  ['by points', [2n * E6, 1000n, 4n, 0n, 0n, 0n, 1n, 0n, 0n, 0n, 0n, 3n, 0n, 0n], [2000n, 1n, 500n, 1n, 1500n]],
  ['what is cut is lent to nobody', [E6, 100n, 3n, 0n, 0n, 0n, 1n, 0n, 0n, 0n, 0n, 1n, 0n, 0n, 0n, 0n, 1n, 0n, 0n], [99n, 1n, 33n, 1n, 33n, 1n, 33n]],
  ['without liquidity all that is free comes back', [E6, 0n, 2n, 300n, 100n, 60n, 1n, 0n, 0n, 200n, 900n, 1n, 0n, 0n], [40n, 1n, 40n, 1n, 0n]],
  ['a paying market keeps its credit', [E6, 1000n, 2n, 100n, 100n, 500n, 1n, 0n, 1n, 0n, 0n, 1n, 0n, 0n], [1000n, 0n, 100n, 1n, 900n]],
  ['a paused one gives back what is free', [E6, 1000n, 2n, 100n, 100n, 70n, 1n, 1n, 0n, 0n, 0n, 1n, 0n, 0n], [1000n, 1n, 30n, 1n, 970n]],
  ['full utilization: nothing is free', [E6, 50n, 1n, 100n, 100n, 0n, 1n, 0n, 0n], [100n, 0n, 100n]],
  ['points that do not add up', [E6, 1000n, 1n, 0n, 0n, 0n, 2n, 1n, 0n], null],
]);
await insure('withdrawable', 15, index, [
  ['nothing is lent', [E6, 1000n, 0n, 0n], 1000n],
  ['locked credit over the leverage', [2n * E6, 1000n, 1n, 300n, 300n, 100n, 1n, 0n, 0n, 300n, 100n, 1n, 0n, 0n], 800n],
  ['the largest one, where that is more', [4n * E6, 1000n, 1n, 300n, 300n, 100n, 1n, 0n, 0n], 800n],
  ['more than there is', [E6, 100n, 1n, 300n, 300n, 100n, 1n, 0n, 0n], 0n],
  ['just all of it', [E6, 200n, 1n, 300n, 300n, 100n, 1n, 0n, 0n], 0n],
  ['without leverage', [0n, 100n, 1n, 300n, 300n, 100n, 1n, 0n, 0n], null],
  ['without liquidity', [0n, 0n, 1n, 300n, 300n, 100n, 1n, 0n, 0n], 0n],
]);

// ---- InsureDAO: incidents ----
await insure('payout', 6, () => { const cover = size(); return [cover, one(() => upTo(cover), () => near(cover), size), one(() => bits(20), () => E6, () => upTo(E6), size), often(() => 1n + bits(20), () => one(() => 0n, () => E6, size))]; }, [
  ['1 M lost of 5 M pays 20 % of the loss', [1000n, 3000n, 1n, 5n], 600n],
  ['at most the cover', [1000n, 5004n, 1n, 5n], 1000n],
  ['one unit below it', [1000n, 4999n, 1n, 5n], 999n],
  ['no loss', [1000n, 0n, 1n, 5n], 0n],
  ['no cover', [0n, 5000n, 1n, 5n], 0n],
  ['a numerator of nothing', [1000n, 5000n, 0n, 5n], 0n],
  ['a denominator of nothing', [1000n, 1n, 1n, 0n], null],
  ['a ratio above one pays the cover all the same', [1000n, 900n, 2n, 1n], 1000n],
  ['one unit that is cut', [1000n, 4n, 1n, 5n], 0n],
  ['the largest loss', [MAX, MAX, 1n, 1n], MAX],
  ['a loss that does not fit with its numerator', [1000n, HALF, 2n, 4n], null],
]);
await insure('liquidated', 7, () => {
  const credits = list(rnd.below(6), () => one(amount, () => BigInt(rnd.below(3)))), total = credits.reduce((n, c) => n + c, 0n), own = one(() => 0n, amount);
  return [one(() => upTo(total + own), amount, size), total, often(() => total + own, () => one(() => 0n, () => upTo(total))), ...credits];
}, [
  ['nobody lends: the market bears all', [100n, 0n, 700n], [100n]],
  ['three sevenths are the index\'s', [100n, 300n, 700n, 300n], [42n, 58n]],
  ['nobody else is there', [100n, 300n, 300n, 300n], [100n, 0n]],
  ['parts are cut twice, and nobody bears the rest', [3000000n, 3n, 3n, 1n, 2n], [999999n, 1999998n, 0n]],
  ['a part that is cut to nothing', [3000000n, 1000001n, 1000001n, 1n, 1000000n], [0n, 2999997n, 0n]],
  ['without liquidity', [100n, 0n, 0n], [100n]],
  ['no debt', [0n, 300n, 700n, 300n], [0n, 0n]],
  ['more credit than liquidity', [1000n, 300n, 299n, 300n], null],
]);
await insure('helped', 8, () => { const asked = size(); return [asked, one(() => upTo(asked), () => near(asked), () => asked > 0n ? asked - 1n : 0n), size()]; }, [
  ['what the index lacks', [100n, 70n, 1000n], 30n],
  ['no more than the reserve has', [100n, 70n, 20n], 20n],
  ['an index that is worth all of it needs none', [100n, 100n, 1000n], null],
  ['an empty reserve', [100n, 70n, 0n], 0n],
  ['an index without anything', [100n, 0n, 1000n], 100n],
  ['one unit is lacking', [100n, 99n, 1000n], 1n],
]);
await insure('crowd', 9, () => { const c = size(), s = one(() => 0n, size); return [often(() => upTo(c + s > MAX ? MAX : c + s), () => near(c)), c, s]; }, [
  ['by their parts', [100n, 200n, 400n], [167n, 333n]],
  ['no surplus', [100n, 200n, 0n], [100n, 0n]],
  ['no crowd', [100n, 0n, 400n], [0n, 300n]],
  ['nobody is there', [0n, 0n, 0n], null],
  ['all is lost', [600n, 200n, 400n], [0n, 0n]],
  ['more than all', [601n, 200n, 400n], null],
]);

await anvil.stop();
done();
