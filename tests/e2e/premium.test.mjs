// `quote --csv` and the EVM: thousands of points, most of them at an edge, are priced by the program and by a contract of our
// own on a real node. Every answer must be the same, reverts included. SEED=N for another series.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Interface } from 'ethers';
import { Anvil, binary } from '../support/anvil.mjs';
import { PROGRAM, run, tempFolder, there } from '../support/program.mjs';
import { compile } from '../support/solc.mjs';
import { done, equal, none, note, ok, part, random } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
if (!binary) { ok('anvil is there', false, 'npm ci --prefix tests'); done(); }

const MAX = 2n ** 256n - 1n, YEAR = 31536000n, PERCENT = 10n ** 25n, FULL = 10n ** 27n, MILLION = 10n ** 6n;
const POINTS = 3000, AT_ONCE = 250;
const rnd = random(Number(process.env.SEED ?? 7));
const bits = n => { let x = 0n; for (let i = 0; i < n; i += 30) x = x << 30n | BigInt(rnd.below(2 ** 30)); return x & ((1n << BigInt(n)) - 1n); };
const upTo = most => most < 0n ? 0n : bits(256) % (most + 1n);
const near = base => { const x = base + BigInt(rnd.below(5)) - 2n; return x < 0n ? 0n : x > MAX ? MAX : x; };
const one = (...choices) => choices[rnd.below(choices.length)]();
// Of any size: a few units, tokens, what nearly fills a word.
const size = () => one(() => BigInt(rnd.below(4)), () => bits(40), () => bits(90), () => bits(90), () => bits(90), () => bits(160), () => bits(236), () => near(MAX));

const compiled = compile().PremiumJudge;
const judge = new Interface(compiled.abi);
const anvil = await Anvil.start({ accounts: 1 });
await anvil.send(anvil.accounts[0], null, compiled.bytecode);
await anvil.mine();
const { contractAddress: address } = (await anvil.block(await anvil.head())).receipts[0];

async function judged(method, rows, ...more) {
  const answers = [];
  for (let i = 0; i < rows.length; i += AT_ONCE) {
    const data = judge.encodeFunctionData(method, [rows.slice(i, i + AT_ONCE), ...more]);
    const result = await anvil.rpc('eth_call', [{ to: address, data, gas: '0x17d78400' }, 'latest']);
    answers.push(...judge.decodeFunctionResult(method, result)[0]);
  }
  return answers;
}
async function priced(args, lines) {
  const r = await run(['quote', '--csv', ...args], { input: `${lines.join('\n')}\n` });
  if (r.status !== 0) throw new Error(`quote: status ${r.status}: ${r.err}`);
  return r.out.trimEnd().split('\n').slice(1);
}
// Both kinds must come in numbers, or little was compared.
function told(name, ours, wrong) {
  const reverts = ours.filter(l => l.includes('revert')).length;
  note(`${name}: ${ours.length} points, ${reverts} reverts`);
  none(`${name}: every answer is the EVM's`, wrong);
  ok(`${name}: points enough of both kinds`, ours.length - reverts >= 1000 && reverts >= 200, `${reverts} of ${ours.length} revert`);
}

// Edges by name, with the answer written beside them; the program and the EVM must both give it.
const named = (name, points, ours, truth) => points.forEach(([edge, , answer], i) => equal(`${name}: ${edge}`, [ours[i], truth[i]], Array(2).fill(answer)));

await part('bridge-mutual-v2, edges', async () => {
  // The documentation's model, and a liquidity at which a unit of cover is a unit of utilization.
  const curve = { threshold: 85n * PERCENT, minimum: 18n * PERCENT / 10n, maximum: 10n * PERCENT, full: 30n * PERCENT };
  const file = join(tempFolder(), 'documented.json'), p = { risky: curve, safe: curve, leastPrice: 0n }, WEEK = 604800n;
  writeFileSync(file, JSON.stringify(Object.fromEntries([['minimum_cost', '0'], ...['risky', 'safe'].flatMap(k => [[`${k}_threshold`, String(curve.threshold)],
    [`${k}_minimum`, String(curve.minimum)], [`${k}_maximum`, String(curve.maximum)], [`${k}_maximum_full`, String(curve.full)]])])));
  const sale = (duration, cover, sold = 0n, liquidity = FULL, leverage = 0n) => ({ duration, cover, sold, liquidity, leverage, safe: false });
  const points = [
    ['just below the kink', sale(YEAR, 85n * PERCENT - 1n), '84999999999999999999999999,99999999999999999999999999'],
    ['at the kink', sale(YEAR, 85n * PERCENT), '85000000000000000000000000,100000000000000000000000000'],
    ['just above it the second slope has not begun', sale(YEAR, 85n * PERCENT + 1n), '85000000000000000000000000,100000000000000000000000000'],
    ['its first step', sale(YEAR, 85n * PERCENT + 15n), '85000000000000000000000018,100000000000000000000000020'],
    ['100 %', sale(YEAR, FULL), '300000000000000000000000000,300000000000000000000000000'],
    ['the last unit, for a week', sale(WEEK, 1n, FULL - 1n), '0,5753424657534246575342465'],
    ['one unit more than there is', sale(WEEK, 2n, FULL - 1n), 'revert,'],
    ['zero liquidity', sale(WEEK, 1n, 0n, 0n), 'revert,'],
    ['the minimum', sale(YEAR, PERCENT), '180000000000000000000000,18000000000000000000000000'],
    ['one second', sale(1n, 50n * PERCENT), '932640940698958426,1865281881397916853'],
    ['one week', sale(WEEK, 50n * PERCENT), '564061240934730056406124,1128122481869460112812248'],
    ['52 weeks', sale(52n * WEEK, 50n * PERCENT), '29331184528605962933118452,58662369057211925866236905'],
    ['a year', sale(YEAR, 50n * PERCENT), '29411764705882352941176470,58823529411764705882352941'],
    ['a second more', sale(YEAR + 1n, 50n * PERCENT), 'revert,'],
    ['the largest amounts', sale(YEAR, MAX / FULL, 0n, MAX / FULL), '34737626771194858627071295502606372355980995399692,300000000000000000000000000'],
    ['one more', sale(YEAR, MAX / FULL + 1n, 0n, MAX / FULL + 1n), 'revert,'],
  ];
  const ours = await priced(['--model', 'bridge-mutual-v2', '--params', file], ['duration_seconds,cover_tokens,total_cover,total_liquidity,leveraged,safe',
    ...points.map(([, x]) => [x.duration, x.cover, x.sold, x.liquidity, x.leverage, x.safe].join(','))]);
  const truth = await judged('bridgeAll', points.map(x => x[1]), p);
  named('bridge-mutual-v2', points, ours.map(l => l.split(',').slice(6).join(',')), truth.map(a => a.priced ? `${a.price},${a.share}` : 'revert,'));
});

await part('insuredao, edges', async () => {
  const M = 10n ** 6n, L = 10n ** 12n, WEEK = 604800n, rates = { base: 10000n, below: 50000n, above: 300000n, kink: 800000n };
  const cover = (amount, term, locked = 0n, liquidity = L, flat = false) => ({ flat, rate: 10000n, rates, amount, term, liquidity, locked });
  const points = [
    ['just below the kink', cover(799999n * M, YEAR), '27999165001'],
    ['at the kink', cover(800000n * M, YEAR), '28000000000'],
    ['just above it', cover(800001n * M, YEAR), '28000060000'],
    ['from the kink on', cover(100000n * M, YEAR, 800000n * M), '13500000000'],
    ['100 %', cover(L, YEAR), '70000000000'],
    ['the last millionth', cover(M, YEAR, L - M), '359999'],
    ['one unit more than there is', cover(M + 1n, YEAR, L - M), 'revert'],
    ['zero liquidity', cover(0n, YEAR, 0n, 0n), 'revert'],
    ['less than a millionth is free', cover(M - 1n, YEAR), '0'],
    ['a millionth', cover(M, YEAR), '10000'],
    ['one second', cover(100000n * M, 1n), '41'],
    ['one week', cover(100000n * M, WEEK), '25171232'],
    ['52 weeks', cover(100000n * M, 52n * WEEK), '1308904109'],
    ['no time', cover(100000n * M, 0n), '0'],
    ['the largest amounts', cover(MAX / M, 1n, 0n, MAX / M), '257022014415656192277079177784378283540363360178679587860287635'],
    ['one more', cover(MAX / M + 1n, 1n, 0n, MAX / M + 1n), 'revert'],
    ['flat: one week', cover(100000n * M, WEEK, 0n, L, true), '19178082'],
    ['flat: 100 %', cover(L, YEAR, 0n, L, true), '10000000000'],
    ['flat: one unit more than there is', cover(L + 1n, YEAR, 0n, L, true), 'revert'],
    ['flat: zero liquidity', cover(0n, YEAR, 0n, 0n, true), '0'],
  ];
  const ours = await priced(['--model', 'insuredao'], ['model,base_rate,slope1,slope2,optimal_utilization,amount,term_seconds,total_liquidity,locked_amount',
    ...points.map(([, c]) => [...c.flat ? ['flat', c.rate, '', '', ''] : ['slope', c.rates.base, c.rates.below, c.rates.above, c.rates.kink], c.amount, c.term, c.liquidity, c.locked].join(','))]);
  const truth = await judged('insureAll', points.map(x => x[1]));
  named('insuredao', points, ours.map(l => l.split(',').at(-1)), truth.map(a => a.priced ? String(a.price) : 'revert'));
});

await part('bridge-mutual-v2', async () => {
  const folder = tempFolder(), wrong = [], all = [];
  // One set of parameters a series: the documented one, and random ones with a wild number in some of them.
  for (let series = 0; series < 6; series++) {
    const curve = () => { const maximum = upTo(FULL); return { threshold: upTo(FULL), minimum: upTo(5n * PERCENT), maximum, full: maximum + upTo(FULL) }; };
    const documented = { threshold: 85n * PERCENT, minimum: 18n * PERCENT / 10n, maximum: 10n * PERCENT, full: 30n * PERCENT };
    const p = series === 0 ? { risky: documented, safe: documented, leastPrice: 0n } : { risky: curve(), safe: curve(), leastPrice: upTo(20n * 10n ** 18n) };
    if (series > 3) p.safe[one(() => 'threshold', () => 'minimum', () => 'maximum', () => 'full')] = size();
    const file = join(folder, `${series}.json`);
    writeFileSync(file, JSON.stringify(Object.fromEntries([['minimum_cost', p.leastPrice], ...['risky', 'safe'].flatMap(k => [[`${k}_threshold`, p[k].threshold],
      [`${k}_minimum`, p[k].minimum], [`${k}_maximum`, p[k].maximum], [`${k}_maximum_full`, p[k].full]])].map(([k, v]) => [k, String(v)]))));
    const sales = Array.from({ length: POINTS / 6 }, () => {
      const safe = rnd() < 0.5, liquidity = size(), leverage = one(() => 0n, () => 0n, size), sold = one(() => 0n, () => upTo(liquidity)), threshold = (safe ? p.safe : p.risky).threshold;
      const cover = one(() => upTo(liquidity - sold), () => upTo(liquidity - sold), () => near(liquidity - sold), () => near(liquidity * threshold / FULL - sold), () => BigInt(rnd.below(3)), size);
      const duration = one(() => upTo(YEAR), () => upTo(YEAR), () => upTo(YEAR), () => 1n, () => 604800n * BigInt(1 + rnd.below(52)), () => near(YEAR), () => BigInt(rnd.below(2)));
      return { duration, cover: cover > MAX ? MAX : cover, sold, liquidity, leverage, safe };
    });
    const ours = await priced(['--model', 'bridge-mutual-v2', '--params', file], ['duration_seconds,cover_tokens,total_cover,total_liquidity,leveraged,safe',
      ...sales.map(s => [s.duration, s.cover, s.sold, s.liquidity, s.leverage, s.safe].join(','))]);
    (await judged('bridgeAll', sales, p)).forEach((a, i) => {
      const expected = a.priced ? `${a.price},${a.share}` : 'revert,';
      if (!ours[i].endsWith(`,${sales[i].safe},${expected}`)) wrong.push(`series ${series}: ${ours[i]}, the EVM: ${expected}`);
    });
    all.push(...ours);
  }
  told('bridge-mutual-v2', all, wrong);
});

for (const flat of [true, false]) await part(`insuredao, ${flat ? 'flat' : 'slope'}`, async () => {
  const rate = () => one(() => upTo(2n * MILLION), () => upTo(2n * MILLION), () => upTo(2n * MILLION), () => bits(64), () => near(2n ** 64n - 3n), () => 0n);
  const covers = Array.from({ length: POINTS }, () => {
    const rates = { base: rate(), below: rate(), above: rate(), kink: one(() => upTo(MILLION), () => upTo(MILLION), () => upTo(MILLION), () => near(MILLION), () => BigInt(rnd.below(3))) };
    for (const k of ['base', 'below', 'above']) if (rates[k] >= 2n ** 64n) rates[k] = 2n ** 64n - 1n;
    const liquidity = size(), kink = liquidity * rates.kink / MILLION;
    const locked = one(() => 0n, () => upTo(liquidity), () => upTo(liquidity), () => near(kink), () => near(liquidity));
    const amount = one(() => upTo(liquidity - locked), () => upTo(liquidity - locked), () => upTo(liquidity - locked), () => near(liquidity - locked), () => near(kink - locked), () => BigInt(rnd.below(3)), size);
    const term = one(() => upTo(YEAR), () => upTo(YEAR), () => 1n, () => 604800n * BigInt(1 + rnd.below(52)), () => near(YEAR), () => bits(60), size);
    return { flat, rate: one(() => rates.base, () => rates.base, size), rates, amount, term, liquidity, locked };
  });
  const ours = await priced(['--model', 'insuredao'], ['model,base_rate,slope1,slope2,optimal_utilization,amount,term_seconds,total_liquidity,locked_amount',
    ...covers.map(c => [...flat ? ['flat', c.rate, '', '', ''] : ['slope', c.rates.base, c.rates.below, c.rates.above, c.rates.kink], c.amount, c.term, c.liquidity, c.locked].join(','))]);
  const wrong = [];
  (await judged('insureAll', covers)).forEach((a, i) => {
    const expected = a.priced ? String(a.price) : 'revert';
    if (!ours[i].endsWith(`,${covers[i].locked},${expected}`)) wrong.push(`${ours[i]}, the EVM: ${expected}`);
  });
  told(`insuredao, ${flat ? 'flat' : 'slope'}`, ours, wrong);
});

await anvil.stop();
done();
