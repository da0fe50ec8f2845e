// An account: in one pool at any block, with a slider over blocks; and in all pools.

import { get } from '../api.js';
import { lines } from '../charts.js';
import { h } from '../dom.js';
import { blockLink, facts, figure, hex } from '../figure.js';
import { decimalOf, group, shortHex, toPixels, words } from '../format.js';
import { panel, panels } from '../panel.js';
import { at, link, protocolOf, replaceAt, state } from '../state.js';
import { table, tableBeside } from '../table.js';
import { eventsPanel } from './events.js';
import { itemTable, listItems } from './lists.js';
import { crumbs, tabs, weightOf } from './poolparts.js';

const POINTS = 120;
const SLIDE_MS = 60;
const ITEMS = 1000;

const isAddress = text => /^0x[0-9a-f]{40}$/i.test(text);

// The slider moves the page's moment without a new place in history for every block it passes.
function slider(name, onSlide, onRest) {
  const input = h('input', { type: 'range', id: 'slider', min: '0', max: '0', step: '1', data: { key: 'slider' } });
  const label = h('output', { for: 'slider', id: 'slider-block', data: { figure: 'slider.block', value: '' } });
  const ends = h('div', { class: 'slider-ends' });
  const element = h('div', { class: 'panel wide slider', data: { panel: 'slider' } }, h('div', { class: 'panel-body' },
    h('label', { for: 'slider' }, 'Look at block '), label, input, ends));
  let timer = null;

  function show() {
    const value = state.at ?? input.max;
    if (/^\d+$/.test(value) && document.activeElement !== input) input.value = value;
    label.value = state.at === null ? `${group(input.max)}, the latest` : group(input.value);
    label.dataset.value = input.value;
    input.setAttribute('aria-valuetext', `block ${label.value}`);
  }
  const move = () => {
    state.at = input.value === input.max ? null : input.value;
    replaceAt(state.at);
    show();
    dispatchEvent(new Event('momentmove'));
  };
  input.addEventListener('input', () => {
    move();
    clearTimeout(timer);
    timer = setTimeout(onSlide, SLIDE_MS);
  });
  input.addEventListener('change', () => { clearTimeout(timer); onRest(); });
  return { element,
    refresh: async () => {
      const status = await get('/v1/status', {});
      const first = state.pools.get(name).start_block;
      input.min = String(first);
      input.max = String(status.indexed?.number ?? first);
      ends.replaceChildren(h('span', {}, group(input.min)), h('span', {}, group(input.max)));
      show();
    },
    close: () => clearTimeout(timer) };
}

function figuresPanel(name, address) {
  const protocol = protocolOf(name);
  return panel({ name: 'account', title: 'What it has',
    load: async signal => {
      const [pool, account] = await Promise.all([get(`/v1/pools/${name}`, { ...at(), fields: 'asset' }, signal), get(`/v1/pools/${name}/accounts/${address}`, at(), signal)]);
      return { asset: pool.asset, account };
    },
    render: ({ asset, account }) => facts([...protocol.account.map(rule => [words(rule.name), figure(`account.${rule.name}`, account[rule.name], rule, asset, name), rule.meaning]),
      ['As of block', blockLink('account.at', account.at.block)]]) });
}

// Its weight in the pool over blocks.
function historyPanel(name, address) {
  const weight = weightOf(protocolOf(name));
  if (!weight) return null;
  return panel({ name: 'account-history', title: `${words(weight.name)} over blocks`, empty: 'The pool has no history yet.',
    load: async signal => {
      const [pool, { items }] = await Promise.all([get(`/v1/pools/${name}`, { fields: 'asset' }, signal),
        get(`/v1/pools/${name}/accounts/${address}/history`, { limit: POINTS, fields: `block,${weight.name}` }, signal)]);
      return { asset: pool.asset, points: items.map(item => ({ block: item.block, value: item[weight.name] })), here: state.at };
    },
    render: ({ asset, points, here }) => {
      if (!points.length) return null;
      const text = value => `${group(decimalOf(value, asset.decimals))} ${asset.symbol}`;
      const place = p => ({ x: p.block, y: toPixels(decimalOf(p.value, asset.decimals)), title: `block ${group(p.block)}`, text: text(p.value) });
      const shown = points.filter(p => p.value !== null);
      if (!shown.length) return null;
      const series = [{ label: words(weight.name).toLowerCase(), isStepped: true, isFilled: true, points: shown.map(place) }];
      const before = here !== null && /^\d+$/.test(here) ? shown.filter(p => p.block <= Number(here)).at(-1) : null;
      if (before) series.push({ label: 'around the block shown', isMarks: true, colourName: '--here', points: [place(before)] });
      return [lines({ label: `${words(weight.name)} of ${address} over ${shown.length} blocks, last ${text(shown.at(-1).value)}`, series,
        x: { min: points[0].block, max: points.at(-1).block, format: value => group(Math.round(value)) }, y: { title: asset.symbol, min: 0 } }),
      tableBeside('account-history-table', table({ caption: `${words(weight.name)} over blocks`, view: 'account-history', rows: points, key: p => p.block, columns: [
        { label: 'Block', cell: p => blockLink('account-history.block', p.block) },
        { label: words(weight.name), isNumber: true, cell: p => figure(`account-history.${weight.name}`, p.value, weight, asset) }] }))];
    } });
}

const mentions = (item, address) => Object.values(item).includes(address);

// Policies, claims, holdings … that name the account.
function listsPanel(name, address) {
  const protocol = protocolOf(name);
  const lists = protocol.lists.filter(list => [...list.key, ...list.figures].some(rule => rule.kind === 'address'));
  if (!lists.length) return null;
  return panel({ name: 'account-lists', title: 'Policies and the like that name it', isWide: true, empty: 'None as of this block.',
    load: async signal => {
      const [pool, ...pages] = await Promise.all([get(`/v1/pools/${name}`, { ...at(), fields: 'asset' }, signal),
        ...lists.map(list => listItems(name, list, signal, ITEMS))]);
      return { asset: pool.asset, isWhole: pages.every(page => page.isWhole), found: pages.map(page => page.items.filter(item => mentions(item, address))) };
    },
    render: ({ asset, isWhole, found }) => {
      const tables = lists.map((list, i) => (found[i].length ? h('div', {}, h('h3', {}, words(list.name)), itemTable(name, list, found[i], asset)) : null)).filter(Boolean);
      return tables.length ? [tables, isWhole ? null : h('p', { class: 'note' }, `Among the first ${group(ITEMS)} items of each list.`)] : null;
    } });
}

export function accountView(name, given) {
  if (!isAddress(given)) return invalid(given);
  const address = given.toLowerCase();
  const figures = figuresPanel(name, address);
  const parts = [];
  const slide = slider(name, figures.refresh, () => Promise.all(parts.map(p => p.refresh())));
  parts.push(...[figures, historyPanel(name, address), listsPanel(name, address), eventsPanel({ pool: name, account: address }, { title: 'Events that name it, newest first' })].filter(Boolean));
  const view = panels([slide, ...parts]);
  return { name: 'account', title: `Account ${shortHex(address)} of ${name}`, heading: ['Account ', hex('account', address, { isWhole: true, hasCopy: true })],
    intro: h('p', {}, h('a', { href: link(['accounts', address]) }, 'The same account in all pools')),
    crumbs: [...crumbs(name), ' / ', h('a', { href: link(['pools', name, 'accounts']) }, 'Accounts')], tabs: tabs(name, 'accounts'), ...view };
}

function invalid(text) {
  return { name: 'account', title: 'No address', element: h('p', { class: 'empty' }, `“${text}” is no address: expected 0x and 40 hexadecimal digits.`), refresh: async () => {}, close: () => {} };
}

// ---- in all pools ----

export function holderView(given) {
  if (!isAddress(given)) return invalid(given);
  const address = given.toLowerCase();
  const where = panel({ name: 'holder', title: 'In the pools', isWide: true, empty: 'No pool knows this address as of this block.',
    load: signal => get(`/v1/accounts/${address}`, at(), signal),
    render: ({ items }) => (items.length ? table({ caption: 'The account in each pool', view: 'holder', rows: items, key: row => row.pool, columns: [
      { label: 'Pool', cell: row => [h('a', { href: link(['pools', row.pool, 'accounts', address]) }, row.pool), ' ', h('span', { class: 'muted' }, protocolOf(row.pool).title)] },
      { label: 'Has', isNumber: true, cell: row => {
        const weight = weightOf(protocolOf(row.pool));
        return weight ? figure(`account.${weight.name}`, row[weight.name], weight, row.asset) : '–';
      } }] }) : null) });
  return { name: 'holder', title: `Account ${shortHex(address)}`, heading: ['Account ', hex('account', address, { isWhole: true, hasCopy: true })],
    ...panels([where, eventsPanel({ account: address }, { title: 'Events that name it, newest first' })]) };
}
