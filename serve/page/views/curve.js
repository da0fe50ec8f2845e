// What cover costs a year over utilization, with "you are here".
//
// The shape is drawn through the points where the pricing models bend, which the mirror knows as
// figures; between them the models are straight lines. Where a protocol has no such figures but has
// quotes, quotes of several amounts are drawn instead.

import { get } from '../api.js';
import { lines } from '../charts.js';
import { h } from '../dom.js';
import { percent } from '../figure.js';
import { decimalOf, shiftPoint, toPixels } from '../format.js';
import { at } from '../state.js';
import { table, tableBeside } from '../table.js';

const QUOTES = 8;
const WEEKS = 26;

const ONE_27 = 27; // Bridge Mutual's 100 %
const ONE_6 = 6; // InsureDAO's

const point = (name, utilization, rate) => ({ name, utilization, rate });

// Bridge Mutual: a minimum, a line to the threshold, a steeper one to 100 %.
function kneesOfBook(state) {
  if (state.pricing_known !== true || state.safe_pricing_model === null) return null;
  const kind = state.safe_pricing_model ? 'safe' : 'risky';
  const [threshold, minimum, maximum, full] = ['threshold', 'minimum', 'maximum', 'maximum_full'].map(part => state[`${kind}_${part}`]);
  if ([threshold, minimum, maximum, full].includes(null)) return null;
  const ratio = value => decimalOf(value, ONE_27);
  const bend = BigInt(maximum) === 0n ? 0n : BigInt(minimum) * BigInt(threshold) / BigInt(maximum);
  const knees = [point('nothing sold', '0', ratio(minimum))];
  if (bend > 0n && bend < BigInt(threshold)) knees.push(point('the yearly minimum ends', ratio(bend.toString()), ratio(minimum)));
  knees.push(point('threshold', ratio(threshold), ratio(maximum)), point('all is sold', '1', ratio(full)));
  return knees;
}

// InsureDAO: base rate, a slope to the optimal utilization, another one behind it; or one rate.
function kneesOfMarket(market) {
  const { base_rate: base, rate_slope1: first, rate_slope2: second, optimal_utilize_ratio: optimal } = market;
  const ratio = value => decimalOf(value.toString(), ONE_6);
  if (market.premium_kind === 'flat' && base !== null) return [point('nothing sold', '0', ratio(base)), point('all is sold', '1', ratio(base))];
  if ([base, first, second, optimal].some(v => v === null || v === undefined)) return null;
  const [b, s1, s2] = [base, first, second].map(BigInt);
  return [point('nothing sold', '0', ratio(b)), point('optimal utilization', ratio(optimal), ratio(b + s1)), point('all is sold', '1', ratio(b + s1 + s2))];
}

async function kneesByQuotes(name, free, market, signal) {
  if (free <= 0n) return null;
  const amounts = Array.from({ length: QUOTES }, (_, i) => free * BigInt(i + 1) / BigInt(QUOTES)).filter(a => a > 0n);
  const quotes = await Promise.all(amounts.map(amount => get(`/v1/pools/${name}/quote`, { ...at(), amount, weeks: WEEKS, market }, signal)));
  const knees = quotes.filter(q => q.rate !== null && q.utilization_after !== null).map((q, i) => point(`quote ${i + 1}`, q.utilization_after, q.rate));
  return knees.length > 1 ? knees : null;
}

// { knees, here: { utilization, rate }, isQuoted } of a pool, or of one of its markets.
export async function loadCurve(name, pool, market, signal) {
  if (market) {
    const knees = kneesOfMarket(market);
    const here = { utilization: decimalOf(market.utilization_rate ?? '0', ONE_6), rate: market.premium_rate === null ? null : decimalOf(market.premium_rate, ONE_6) };
    if (knees) return { knees, here };
    const quoted = await kneesByQuotes(name, BigInt(market.available_balance ?? '0'), market.market, signal);
    return quoted && { knees: quoted, here, isQuoted: true };
  }
  const here = { utilization: pool.state.utilization, rate: pool.state.premium_rate ?? null };
  const knees = kneesOfBook(pool.state);
  if (knees) return { knees, here };
  const quoted = await kneesByQuotes(name, BigInt(pool.state.liquidity ?? '0') - BigInt(pool.state.cover ?? '0'), null, signal);
  return quoted && { knees: quoted, here, isQuoted: true };
}

const toPercent = value => toPixels(shiftPoint(value, 2));
const said = value => `${shiftPoint(value, 2)} %`;

export function drawCurve({ knees, here, isQuoted }, quote) {
  const series = [{ label: isQuoted ? 'quoted cost a year' : 'cost a year', points: knees.map(k => ({ x: toPercent(k.utilization), y: toPercent(k.rate),
    title: k.name, text: `${said(k.utilization)} used: ${said(k.rate)} a year` })) }];
  const isHere = here.utilization !== null && here.rate !== null;
  if (isHere) series.push({ label: 'you are here', isMarks: true, colourName: '--here', points: [{ x: toPercent(here.utilization), y: toPercent(here.rate),
    title: 'you are here', text: `${said(here.utilization)} used: ${said(here.rate)} a year` }] });
  if (quote?.rate && quote.utilization_after) series.push({ label: 'with your cover', isMarks: true, pointStyle: 'rectRot', colourName: '--series-2',
    points: [{ x: toPercent(quote.utilization_after), y: toPercent(quote.rate), title: 'with your cover', text: `${said(quote.utilization_after)} used: ${said(quote.rate)} a year` }] });
  const label = `What cover costs a year over utilization, from ${said(knees[0].rate)} to ${said(knees.at(-1).rate)}.${
    isHere ? ` Now ${said(here.utilization)} is used, at ${said(here.rate)}.` : ''}`;
  const rows = [...knees, ...(isHere ? [{ name: 'you are here', ...here }] : [])];
  return [lines({ label, series, x: { title: 'utilization, %', min: 0, max: Math.max(100, isHere ? toPercent(here.utilization) : 0) }, y: { title: '% a year', min: 0 } }),
    tableBeside('curve-table', table({ caption: 'Premium curve', view: 'curve', rows, key: row => row.name, columns: [
      { label: 'Point', cell: row => row.name },
      { label: 'Utilization', isNumber: true, cell: row => percent('curve.utilization', row.utilization) },
      { label: 'Cost a year', isNumber: true, cell: row => percent('curve.rate', row.rate) },
    ] })),
    h('p', { class: 'note' }, isQuoted ? `Quotes of ${QUOTES} amounts for ${WEEKS} weeks.` : 'The model’s own parameters, with straight lines between its bends.')];
}
