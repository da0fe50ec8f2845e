// A pool's accounts, lists, payouts and all its figures, as tables driven by the record descriptions.

import { get, getAll } from '../api.js';
import { h, hidden } from '../dom.js';
import { amount, blockLink, count, facts, figure, hex, isNumeric } from '../figure.js';
import { group, words } from '../format.js';
import { panel, panels } from '../panel.js';
import { at, link, protocolOf, rulesOf, state } from '../state.js';
import { table } from '../table.js';
import { crumbs, tabs, weightOf } from './poolparts.js';

const STEP = 100;

const descending = (x, y) => (x === y ? 0 : x > y ? -1 : 1);
const weigh = (item, rule) => (item[rule.name] === null ? -1n : BigInt(item[rule.name]));

// Columns of figures; `scope` is the first part of their data-figure.
function figureColumns(rules, scope, asset, pool) {
  return rules.map(rule => ({ label: words(rule.name), title: rule.meaning, isNumber: isNumeric(rule),
    cell: item => figure(`${scope}.${rule.name}`, item[rule.name], rule, asset, pool) }));
}

export function accountTable(name, protocol, accounts, asset, caption, columns) {
  const rules = rulesOf(protocol.account);
  const names = columns ?? protocol.account_columns ?? protocol.account.map(rule => rule.name);
  return table({ caption, view: 'accounts', rows: accounts, key: item => item.account, columns: [
    { label: 'Account', cell: item => hex('account', item.account, { href: link(['pools', name, 'accounts', item.account]) }) },
    ...figureColumns(names.map(n => rules.get(n)).filter(Boolean), 'account', asset, name)] });
}

const MANY = 1000; // accounts; reading so many at every block would be too much
const KEPT_MS = 60000;
const kept = new Map(); // what was read of pools with many accounts

// Accounts of a pool, the heaviest first; the API gives them by address. `figures`: names, or null for all.
export async function heaviest(name, figures, signal) {
  const key = `${name} ${figures}`;
  const before = kept.get(key);
  if (state.at === null && before && Date.now() - before.time < KEPT_MS) return before;
  const weight = weightOf(protocolOf(name));
  const { items, isWhole, at: moment } = await getAll(`/v1/pools/${name}/accounts`, { ...at(), fields: figures && ['account', ...figures].join(',') }, signal);
  if (weight) items.sort((a, b) => descending(weigh(a, weight), weigh(b, weight)));
  const all = { items, isWhole, block: moment.block, weight, time: Date.now() };
  if (state.at === null && items.length > MANY) kept.set(key, all);
  return all;
}

// What was read, where that is not just everything as of the moment shown.
export const readOf = ({ items, isWhole, block }) => `${group(items.length)} accounts${isWhole ? '' : ', the first by address'}${items.length > MANY ? `, as of block ${group(block)}` : ''}`;

export const moreButton = (onMore, beside) => h('div', { class: 'more' }, h('button', { type: 'button', class: 'button', data: { key: 'more' }, onclick: onMore }, 'More'), beside);

export function accountsView(name) {
  const protocol = protocolOf(name);
  let limit = STEP;
  const list = panel({ name: 'accounts', title: 'Accounts', isWide: true, empty: 'The pool has no accounts as of this block.',
    load: async signal => {
      const [pool, accounts] = await Promise.all([get(`/v1/pools/${name}`, at(), signal), heaviest(name, null, signal)]);
      return { asset: pool.asset, accounts: { ...accounts, time: null }, limit };
    },
    render: ({ asset, accounts: { items, isWhole, block, weight } }) => (items.length ? [
      h('p', { class: 'note' }, `${readOf({ items, isWhole, block })}${weight ? `, by ${words(weight.name).toLowerCase()}` : ''}.`),
      accountTable(name, protocol, items.slice(0, limit), asset, `Accounts of ${name}`, protocol.account.map(rule => rule.name)),
      limit < items.length ? moreButton(() => { limit *= 2; list.refresh(); }, h('span', { class: 'muted' }, `${group(limit)} of ${group(items.length)}`)) : null] : null) });
  return { name: 'accounts', title: `Accounts of ${name}`, crumbs: crumbs(name, 'Accounts'), tabs: tabs(name, 'accounts'), ...panels([list]) };
}

// ---- lists: policies, claims, markets … ----

export const itemKey = (list, item) => list.key.map(part => item[part.name]).join(':');

export function itemTable(name, list, items, asset, { caption, isAll } = {}) {
  const rules = rulesOf(list.figures);
  const names = (isAll ? null : list.columns) ?? list.figures.map(rule => rule.name);
  return table({ caption: caption ?? list.title, view: list.name, rows: items, key: item => itemKey(list, item), columns: [
    ...figureColumns(list.key, list.name, asset, name).map(column => ({ ...column, isNumber: false })),
    ...figureColumns(names.map(n => rules.get(n)).filter(Boolean), list.name, asset, name)] });
}

const listPath = (name, list) => (list.name === 'policies' ? `/v1/pools/${name}/policies` : `/v1/pools/${name}/items/${list.name}`);

// Its items, `most` at most; all where nothing is said.
export const listItems = (name, list, signal, most) => getAll(listPath(name, list), at(), signal, most);

export function listView(name, listName) {
  const protocol = protocolOf(name);
  const list = protocol.lists.find(l => l.name === listName);
  if (!list) return null;
  let limit = STEP;
  let isAll = false;
  const toggle = h('button', { type: 'button', class: 'button', 'aria-pressed': 'false', onclick: () => {
    isAll = !isAll;
    toggle.setAttribute('aria-pressed', String(isAll));
    part.refresh();
  } }, 'All columns');
  const part = panel({ name: 'list', title: words(list.title), isWide: true, head: list.columns ? toggle : null, empty: `No ${words(list.name).toLowerCase()} as of this block.`,
    load: async signal => {
      const [pool, found] = await Promise.all([get(`/v1/pools/${name}`, at(), signal), listItems(name, list, signal, limit)]);
      return { asset: pool.asset, found, isAll };
    },
    render: ({ asset, found }) => (found.items.length ? [itemTable(name, list, found.items, asset, { isAll }),
      found.isWhole ? null : moreButton(() => { limit *= 2; part.refresh(); })] : null) });
  return { name: 'list', title: `${words(list.name)} of ${name}`, crumbs: crumbs(name, words(list.name)), tabs: tabs(name, `lists/${list.name}`), ...panels([part]) };
}

// ---- payouts ----

function payoutTable(name, protocol, payouts, asset) {
  const hasSlashes = payouts.some(p => p.slash_sum !== undefined);
  return table({ caption: `Payouts of ${name}`, view: 'payouts', rows: payouts, key: p => `${p.block}:${p.log_index}`, columns: [
    { label: 'Block', cell: p => blockLink('payout.block', p.block) },
    { label: 'Payout', cell: p => h('a', { href: link(['tx', p.transaction, String(p.log_index)]), data: { action: 'explain' } }, hasSlashes ? 'who lost what' : 'explanation', hidden(`, payout of block ${p.block}`)) },
    { label: 'Amount', isNumber: true, cell: p => amount('payout.amount', p.amount, asset.decimals, asset.symbol) },
    { label: 'Recipient', cell: p => hex('payout.recipient', p.recipient, { href: link(['pools', name, 'accounts', p.recipient]) }) },
    ...(hasSlashes ? [{ label: 'Accounts that lost', isNumber: true, cell: p => count('payout.accounts_slashed', p.accounts_slashed ?? null) },
      { label: 'They lost', isNumber: true, cell: p => amount('payout.slash_sum', p.slash_sum, asset.decimals) }] : []),
    { label: words(protocol.payouts.before), isNumber: true, cell: p => amount(`payout.${protocol.payouts.before}`, p[protocol.payouts.before], asset.decimals) },
    { label: words(protocol.payouts.after), isNumber: true, cell: p => amount(`payout.${protocol.payouts.after}`, p[protocol.payouts.after], asset.decimals) },
  ] });
}

export function payoutsPanel(name, { limit = 100, title = 'Payouts' } = {}) {
  const protocol = protocolOf(name);
  const part = panel({ name: 'payouts', title, isWide: true, empty: 'Nothing was paid out up to this block.',
    load: async signal => {
      const [pool, found] = await Promise.all([get(`/v1/pools/${name}`, at(), signal), getAll(`/v1/pools/${name}/payouts`, at(), signal, limit)]);
      return { asset: pool.asset, found };
    },
    render: ({ asset, found }) => (found.items.length ? [payoutTable(name, protocol, found.items, asset),
      found.isWhole ? null : moreButton(() => { limit *= 2; part.refresh(); })] : null) });
  return part;
}

export const payoutsView = name => ({ name: 'payouts', title: `Payouts of ${name}`, crumbs: crumbs(name, 'Payouts'), tabs: tabs(name, 'payouts'), ...panels([payoutsPanel(name)]) });

// ---- everything the pool shows ----

export function figuresView(name) {
  const protocol = protocolOf(name);
  const load = signal => get(`/v1/pools/${name}`, at(), signal);
  const known = panel({ name: 'figures', title: 'Figures', isWide: true, load,
    render: pool => table({ caption: `All figures of ${name}`, view: 'figures', rows: protocol.pool, key: rule => rule.name, columns: [
      { label: 'Figure', cell: rule => h('code', {}, rule.name) },
      { label: 'Value', isNumber: true, cell: rule => figure(`pool.${rule.name}`, pool.state[rule.name], rule, pool.asset) },
      { label: 'Meaning', cell: rule => h('span', { class: 'prose' }, rule.meaning) },
    ] }) });
  const contracts = panel({ name: 'contracts', title: 'Contracts', load,
    render: pool => facts([['asset', hex('pool.asset', pool.asset.address, { hasCopy: true })],
      ...Object.entries(pool.contracts).flatMap(([role, value]) => [value].flat().map(address => [words(role), hex(`pool.contracts.${role}`, address, { hasCopy: true })]))]) });
  const sources = panel({ name: 'provenance', title: 'Where first figures come from', load, empty: 'Every figure follows from events.',
    render: pool => (pool.provenance?.length ? h('ul', {}, pool.provenance.map(line => h('li', {}, line))) : null) });
  return { name: 'figures', title: `Figures of ${name}`, crumbs: crumbs(name, 'All figures'), tabs: tabs(name, 'figures'), ...panels([known, contracts, sources]) };
}
