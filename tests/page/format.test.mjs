// What the page makes of figures, without a browser: exact to the last digit, cut and never rounded; and of the stream's text.
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, tempFolder } from '../support/program.mjs';
import { done, equal, none, ok, part, random } from '../support/tap.mjs';

// As modules: the files are those of the page.
const folder = tempFolder('page');
cpSync(join(ROOT, 'serve', 'page'), folder, { recursive: true });
writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
const load = name => import(pathToFileURL(join(folder, name)));
const { decimalOf, duration, fillIn, group, parseAmount, shiftPoint, shorten, time, words } = await load('format.js');
const { parser } = await load('live.js');
const MAX = (1n << 256n) - 1n;
const refusal = call => { try { call(); return null; } catch (e) { return e.message; } };

await part('amounts', async () => {
  const cases = [['0', 18, '0'], ['1', 18, '0.000000000000000001'], ['10', 0, '10'], ['1000000', 6, '1'], ['1234567', 6, '1.234567'], ['-5', 1, '-0.5'],
    ['1234500', 4, '123.45'], [MAX.toString(), 18, `${MAX / 10n ** 18n}.${String(MAX % 10n ** 18n).padStart(18, '0')}`], [MAX.toString(), 77, `1.${MAX.toString().slice(1)}`]];
  for (const [raw, decimals, said] of cases) equal(`${raw.slice(0, 20)} with ${decimals} decimals`, decimalOf(raw, decimals), said);
  equal('digits in groups', ['1', '999', '1000', '-1234567', '1234.5678', '0.0001'].map(group), ['1', '999', '1,000', '-1,234,567', '1,234.5678', '0.0001']);
  const draw = random(7);
  const wrong = [];
  for (let i = 0; i < 3000; i++) {
    const raw = (draw.big(1n << 256n) >> BigInt(draw.below(256))).toString(), decimals = draw.below(41), exact = decimalOf(raw, decimals);
    if (parseAmount(exact, decimals) !== raw) wrong.push(`${raw} with ${decimals}: read back as ${parseAmount(exact, decimals)}`);
    if (parseAmount(group(exact), decimals) !== raw) wrong.push(`${group(exact)} is not read back`);
    const short = shorten(exact), shown = short.text.replaceAll(',', '');
    if (!(exact === shown || (short.isCut && exact.startsWith(shown)))) wrong.push(`${exact} is shown as ${short.text}, ${short.isCut ? 'cut' : 'whole'}`);
    if (!short.isCut && parseAmount(shown, decimals) !== raw) wrong.push(`${exact} is shown as ${shown}, and not marked as cut`);
    if (raw !== '0' && !/[1-9]/.test(shown)) wrong.push(`${exact} is shown as nothing`);
    const moved = shiftPoint(exact, 2);
    if (decimalOf((BigInt(raw) * 100n).toString(), decimals) !== moved) wrong.push(`${exact} in percent is ${moved}`);
  }
  none('3,000 amounts: read back, cut and not rounded, in percent', wrong);
});

await part('what somebody types', async () => {
  equal('blanks and commas', [parseAmount(' 1,000.5 ', 6), parseAmount('1 000', 0), parseAmount('7.', 2)], ['1000500000', '1000', '700']);
  for (const [text, decimals, why] of [['', 18, /number/], ['1e18', 18, /number/], ['-1', 18, /number/], ['1.2.3', 18, /number/], ['0x10', 18, /number/], ['1.1234567', 6, /6 digits/],
    [`${MAX + 1n}`, 0, /256 bits/]]) ok(`"${text.slice(0, 20)}" is refused, and why`, why.test(refusal(() => parseAmount(text, decimals)) ?? ''), refusal(() => parseAmount(text, decimals)));
});

await part('times, words, formulas', async () => {
  equal('a time', time(1674983112), '2023-01-29 09:05:12 UTC');
  equal('a time as the contracts have it', time('1674983112'), '2023-01-29 09:05:12 UTC');
  equal('a time that no calendar has', time(MAX.toString()), `${group(MAX.toString())} s`);
  equal('durations', ['0', '59', '3600', '2419200', '90061'].map(duration), ['0 s', '59 s', '1 h', '28 d', '1 d 1 h 1 min 1 s']);
  equal('names', ['total_stake', 'apr', 'cover_usd', 'id'].map(words), ['Total stake', 'APR', 'Cover USD', 'ID']);
  equal('numbers in a formula', fillIn('amount * totalShares // totalStake', { amount: '1000', totalShares: '2', totalStake: '30000' }), '1,000 * 2 // 30,000');
  equal('a name within another', fillIn('totalStake - stake', { stake: '1', totalStake: '20' }), '20 - 1');
  equal('names with blanks', fillIn('min(claimed, remaining cover)', { claimed: '5', 'remaining cover': '4' }), 'min(5, 4)');
  equal('signs that mean something elsewhere', fillIn('a.b + $x', { 'a.b': '1' }), '1 + $x');
  equal('what is not known', fillIn('a + b', { a: null, b: '2' }), 'not computable + 2');
});

await part('the stream’s text', async () => {
  const text = 'retry: 1500\nevent: status\nid: 1-a\ndata: {"a":1}\n\n: heartbeat\n\nid: 2-b\r\nevent: block\r\ndata: {"n":\r\ndata: 2}\r\n\r\ndata\n\nid: 3\n\nevent: x\ndata:y\n\n';
  const all = pieces => {
    const seen = [], retries = [];
    const feed = parser(m => seen.push(m), ms => retries.push(ms));
    pieces.forEach(feed);
    return { seen, retries };
  };
  const whole = all([text]);
  equal('messages', whole.seen.map(m => [m.event, m.id, m.data]), [['status', '1-a', '{"a":1}'], ['block', '2-b', '{"n":\n2}'], ['message', null, ''], ['x', null, 'y']]);
  equal('how long to wait', whole.retries, [1500]);
  const wrong = [];
  for (let size = 1; size <= text.length; size++) {
    const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g'));
    if (JSON.stringify(all(pieces)) !== JSON.stringify(whole)) wrong.push(`pieces of ${size}`);
  }
  none('in pieces of any size', wrong);
  ok('a line without end is refused', /too long/.test(refusal(() => { const feed = parser(() => {}, () => {}); for (let i = 0; i < 40; i++) feed('x'.repeat(65536)); }) ?? ''));
});
done();
