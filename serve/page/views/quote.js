// The premium curve and the calculator: what cover would cost now, by the contract's arithmetic.

import { get, getAll } from '../api.js';
import { dropCharts } from '../charts.js';
import { h, swap } from '../dom.js';
import { amount, facts, percent } from '../figure.js';
import { duration, parseAmount, shortHex } from '../format.js';
import { emptyBox, panel, problemBox } from '../panel.js';
import { at, protocolOf } from '../state.js';
import { drawCurve, loadCurve } from './curve.js';
import { formulas } from './trace.js';

const TYPING_MS = 350;
const FIRST = { amount: '1000', weeks: '4' };

function answer(quote) {
  if (quote.premium === null) return h('p', { class: 'problem', data: { figure: 'quote.premium', value: 'null' } }, `No price: ${quote.reason}.`);
  return [h('p', { class: 'price' }, amount('quote.premium', quote.premium, quote.asset.decimals, quote.asset.symbol)),
    facts([['Cover', amount('quote.amount', quote.amount, quote.amount_decimals, quote.asset.symbol)],
      ['For', duration(quote.seconds)],
      ['Rate a year', percent('quote.rate', quote.rate)],
      ['Utilization before', percent('quote.utilization_before', quote.utilization_before)],
      ['Utilization after', percent('quote.utilization_after', quote.utilization_after)]]),
    h('details', { data: { key: 'quote-trace' } }, h('summary', {}, 'How it is computed'), formulas(quote.trace, 'quote.trace'))];
}

// Two panels that know of each other: a quote marks its place on the curve.
export function quotePanels(name) {
  const protocol = protocolOf(name);
  const takesMarket = protocol.quote.takes_market;
  const ids = { amount: 'quote-amount', weeks: 'quote-weeks', market: 'quote-market' };
  const input = {
    amount: h('input', { id: ids.amount, name: 'amount', inputmode: 'decimal', autocomplete: 'off', value: FIRST.amount, 'aria-describedby': 'quote-error' }),
    weeks: h('input', { id: ids.weeks, name: 'weeks', inputmode: 'numeric', autocomplete: 'off', value: FIRST.weeks, size: 4, 'aria-describedby': 'quote-error' }),
    market: takesMarket ? h('select', { id: ids.market, name: 'market' }) : null,
  };
  const error = h('p', { class: 'field-error', id: 'quote-error', role: 'alert' });
  const result = h('div', { 'aria-live': 'polite', data: { panel: 'quote-result' } });
  const field = (key, label) => h('div', { class: 'field' }, h('label', { for: ids[key] }, label), input[key]);
  const form = h('form', { class: 'fields', 'aria-label': 'Quote', onsubmit: event => { event.preventDefault(); ask(); } },
    takesMarket ? field('market', 'Market') : null, field('amount', 'Cover'), field('weeks', 'Weeks'), h('button', { type: 'submit', class: 'button' }, 'Quote'));
  let pool = null;
  let markets = [];
  let curve = null;
  let last = null;
  let running = null;
  let typing = null;

  const chosenMarket = () => (takesMarket ? markets.find(m => m.market === input.market.value) ?? markets[0] : null);
  const curveBody = h('div', {});

  function paintCurve() {
    dropCharts(curveBody);
    swap(curveBody, curve ? drawCurve(curve, last) : emptyBox('The pricing model has not been asked for its parameters up to this block.'));
  }

  function refuse(words, key) {
    error.textContent = words;
    for (const [name2, element] of Object.entries(input)) element?.[name2 === key ? 'setAttribute' : 'removeAttribute']('aria-invalid', 'true');
  }

  async function ask() {
    clearTimeout(typing);
    if (!pool) return;
    if (takesMarket && !chosenMarket()) {
      refuse('There is no market as of this block.', 'market');
      swap(result);
      return;
    }
    const params = { ...at(), market: chosenMarket()?.market };
    const decimals = protocol.quote.amount_decimals ?? pool.asset.decimals;
    try {
      params.amount = parseAmount(input.amount.value, decimals);
    } catch (e) {
      refuse(`Cover: ${e.message}`, 'amount');
      return;
    }
    if (!/^[1-9]\d{0,8}$/.test(input.weeks.value.trim())) {
      refuse('Weeks: expected a whole number from 1.', 'weeks');
      return;
    }
    params.weeks = input.weeks.value.trim();
    refuse('', null);
    running?.abort();
    const mine = running = new AbortController();
    try {
      const quote = await get(`/v1/pools/${name}/quote`, params, mine.signal);
      if (mine.signal.aborted) return;
      const isSame = JSON.stringify(quote) === JSON.stringify(last);
      last = quote;
      if (isSame && result.hasChildNodes()) return;
      swap(result, answer(quote));
      paintCurve();
    } catch (e) {
      if (e.name !== 'AbortError') swap(result, problemBox(e, ask));
    }
  }

  for (const element of Object.values(input)) element?.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(ask, TYPING_MS);
  });
  input.market?.addEventListener('change', async () => {
    curve = await loadCurve(name, pool, chosenMarket(), new AbortController().signal);
    paintCurve();
  });

  function showMarkets() {
    const chosen = input.market.value;
    swap(input.market, markets.map(m => h('option', { value: m.market, selected: m.market === chosen }, shortHex(m.market))));
  }

  const curvePanel = panel({ name: 'curve', title: 'Premium curve',
    load: async signal => {
      pool = await get(`/v1/pools/${name}`, at(), signal);
      if (takesMarket) markets = (await getAll(`/v1/pools/${name}/items/markets`, at(), signal)).items;
      if (takesMarket) showMarkets();
      curve = takesMarket && !markets.length ? null : await loadCurve(name, pool, chosenMarket(), signal);
      ask();
      return { curve, at: pool.at, markets: markets.length };
    },
    render: () => { paintCurve(); return curveBody; } });
  const quote = h('section', { class: 'panel', 'aria-labelledby': 'quote-title', data: { panel: 'quote' } },
    h('div', { class: 'panel-head' }, h('h2', { id: 'quote-title' }, 'Quote')), h('div', { class: 'panel-body' }, form, error, result));
  return [curvePanel, { element: quote, refresh: async () => {}, close: () => { running?.abort(); clearTimeout(typing); } }];
}
