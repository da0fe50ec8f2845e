// One pool: where it stands, how it came there, what cover costs, whose money it is, what it paid.

import { get } from '../api.js';
import { lines } from '../charts.js';
import { h } from '../dom.js';
import { amount, blockLink, count, figure, hex, percent, ratio } from '../figure.js';
import { decimalOf, group, shiftPoint, time, toPixels, words } from '../format.js';
import { emptyBox, panel, panels } from '../panel.js';
import { at, link, protocolOf, rulesOf } from '../state.js';
import { table, tableBeside } from '../table.js';
import { findingList } from './finding.js';
import { accountTable, heaviest, itemKey, itemTable, listItems, payoutsPanel, readOf } from './lists.js';
import { tabs, weightOf } from './poolparts.js';
import { quotePanels } from './quote.js';

const POINTS = 120;
const STAKERS = 10;
const LARGEST = 5;
const POLICIES = 10;

const FIRST = ['share_price', 'liquidity', 'cover', 'utilization', 'premium_rate'];
const MOST_TILES = 8;

function tiles(pool, protocol) {
  const rules = rulesOf(protocol.pool);
  const rest = protocol.pool.filter(rule => !FIRST.includes(rule.name) && (rule.unit === 'assets' || rule.unit === 'shares') && pool.state[rule.name] !== null);
  const names = [...FIRST.filter(name => rules.has(name)), ...rest.map(rule => rule.name)].slice(0, MOST_TILES);
  return h('dl', { class: 'tiles' }, names.map(name => h('div', {}, h('dt', { title: rules.get(name).meaning }, words(name)),
    h('dd', {}, figure(`pool.${name}`, pool.state[name], rules.get(name), pool.asset)))));
}

const summary = (name, protocol) => panel({ name: 'pool', title: 'Now', isWide: true,
  load: signal => get(`/v1/pools/${name}`, at(), signal),
  render: pool => [tiles(pool, protocol), h('p', { class: 'note' }, 'Asset ', hex('pool.asset', pool.asset.address, { hasCopy: true }), ' ', pool.asset.symbol, ` with ${pool.asset.decimals} decimals · `,
    count('pool.checks.passed', pool.checks.passed), ' checks of this pool passed, ', count('pool.checks.failed', pool.checks.failed), ' failed')] });

// ---- over blocks ----

function historyChart(title, key, points, lists, unit) {
  const series = lists.map(({ label, name, read, said, isFilled }) => ({ label, isStepped: true, isFilled, points: points.filter(p => p[name] !== null && p[name] !== undefined)
    .map(p => ({ x: p.block, y: toPixels(read(p[name])), title: `block ${group(p.block)}`, text: `${label}: ${said(p[name])}` })) })).filter(s => s.points.length);
  if (!series.length) return h('div', {}, h('h3', {}, title), emptyBox('Not known at these blocks.'));
  const first = series[0].points[0];
  const last = series[0].points.at(-1);
  return h('div', { data: { chart: key } }, h('h3', {}, title, unit ? h('span', { class: 'unit' }, ` ${unit}`) : null),
    lines({ label: `${title} from block ${first.x} to ${last.x}. First ${first.text}, last ${last.text}.`, series, x: { min: first.x, max: last.x, format: value => group(Math.round(value)) } }));
}

const history = (name, protocol) => panel({ name: 'history', title: 'Over blocks', isWide: true, empty: 'No block of the pool yet.',
  load: async signal => {
    const [pool, { items }] = await Promise.all([get(`/v1/pools/${name}`, at(), signal), get(`/v1/pools/${name}/history`, { ...at(), limit: POINTS }, signal)]);
    return { asset: pool.asset, items };
  },
  render: ({ asset, items }) => {
    if (!items.length) return null;
    const units = raw => decimalOf(raw, asset.decimals);
    const money = raw => `${group(units(raw))} ${asset.symbol}`;
    const inPercent = value => `${shiftPoint(value, 2)} %`;
    const share = value => shiftPoint(value, 2);
    const hasRate = protocol.pool.some(rule => rule.name === 'premium_rate');
    return [h('div', { class: 'charts' },
      historyChart('Share price', 'share_price', items, [{ label: 'share price', name: 'share_price', read: v => v, said: v => v }]),
      historyChart('Liquidity and cover', 'liquidity', items, [{ label: 'liquidity', name: 'liquidity', read: units, said: money }, { label: 'cover', name: 'cover', read: units, said: money }], asset.symbol),
      historyChart('Utilization', 'utilization', items, [{ label: 'utilization', name: 'utilization', read: share, said: inPercent },
        ...(hasRate ? [{ label: 'premium rate', name: 'premium_rate', read: share, said: inPercent }] : [])], '%')),
    tableBeside('history-table', table({ caption: `${name} over blocks`, view: 'history', rows: items, key: p => p.block, columns: [
      { label: 'Block', cell: p => blockLink('history.block', p.block) },
      { label: 'Time', cell: p => (p.timestamp === null ? '–' : time(p.timestamp)) },
      { label: 'Share price', isNumber: true, cell: p => ratio('history.share_price', p.share_price) },
      { label: 'Liquidity', isNumber: true, cell: p => amount('history.liquidity', p.liquidity, asset.decimals) },
      { label: 'Cover', isNumber: true, cell: p => amount('history.cover', p.cover, asset.decimals) },
      { label: 'Utilization', isNumber: true, cell: p => percent('history.utilization', p.utilization) },
      ...(hasRate ? [{ label: 'Premium rate', isNumber: true, cell: p => percent('history.premium_rate', p.premium_rate) }] : []),
    ] }))];
  } });

// ---- whose money, and whom it covers ----

// What it has of the asset, and the shares that are worth that.
const stakerFigures = protocol => [weightOf(protocol)?.name, protocol.account.find(rule => rule.unit === 'shares')?.name].filter(Boolean);

const stakers = (name, protocol) => panel({ name: 'stakers', title: 'Largest stakers', empty: 'The pool has no accounts as of this block.',
  head: h('a', { href: link(['pools', name, 'accounts']) }, 'All accounts'),
  load: async signal => {
    const [pool, all] = await Promise.all([get(`/v1/pools/${name}`, { ...at(), fields: 'asset' }, signal), heaviest(name, stakerFigures(protocol), signal)]);
    return { asset: pool.asset, items: all.items.slice(0, STAKERS), read: readOf(all) };
  },
  render: ({ asset, items, read }) => (items.length ? [accountTable(name, protocol, items, asset, `The largest accounts of ${name}`, stakerFigures(protocol)),
    h('p', { class: 'note' }, `Of ${read}.`)] : null) });

const solvency = (name, protocol) => panel({ name: 'solvency', title: 'If the largest covers were claimed at once', empty: 'No policy has any open cover as of this block.',
  load: signal => get(`/v1/pools/${name}/solvency`, { ...at(), limit: LARGEST }, signal),
  render: ({ items: [pool] }) => {
    const policies = protocol.lists.find(l => l.name === 'policies');
    if (!pool.largest?.length) return null;
    const money = (key, raw) => amount(`solvency.${key}`, raw, pool.asset.decimals);
    const rules = rulesOf(policies.key);
    return [table({ caption: 'Largest open covers', view: 'solvency', rows: pool.largest, key: row => itemKey(policies, row), columns: [
      ...policies.key.map(part => ({ label: words(part.name), cell: row => figure(`solvency.${part.name}`, row[part.name], rules.get(part.name), pool.asset, name) })),
      { label: 'Open cover', isNumber: true, cell: row => money('open_cover', row.open_cover) },
      { label: 'Would remain', isNumber: true, cell: row => money('remaining', row.remaining) },
      { label: 'Would be missing', isNumber: true, cell: row => money('missing', row.missing) },
    ] }), h('p', { class: 'note' }, count('solvency.policies_open', pool.policies_open), ' policies with open cover, against ', money('liquidity', pool.liquidity), ` ${pool.asset.symbol}.`)];
  } });

function policies(name, protocol) {
  const list = protocol.lists.find(l => l.name === 'policies');
  if (!list) return null;
  return panel({ name: 'policies', title: 'Policies', isWide: true, empty: 'No policies as of this block.', head: h('a', { href: link(['pools', name, 'lists', 'policies']) }, 'All policies'),
    load: async signal => {
      const [pool, found] = await Promise.all([get(`/v1/pools/${name}`, at(), signal), listItems(name, list, signal, POLICIES)]);
      return { asset: pool.asset, items: found.items };
    },
    render: ({ asset, items }) => (items.length ? itemTable(name, list, items, asset, { caption: `Policies of ${name}` }) : null) });
}

const noFormula = protocol => ({ element: h('section', { class: 'panel wide', 'aria-labelledby': 'no-curve', data: { panel: 'no-curve', ready: 'true' } },
  h('div', { class: 'panel-head' }, h('h2', { id: 'no-curve' }, 'Premium')),
  h('div', { class: 'panel-body' }, h('p', {}, `${protocol.title} sells no cover by a formula: premiums are agreed outside of the contracts, so there is no curve and no quote. `,
    'What the pool shows of its use is the utilization above.'))), refresh: async () => {}, close: () => {} });

const findings = name => panel({ name: 'findings', title: 'Open findings', isWide: true, empty: 'None: every check of this pool holds.', head: h('a', { href: link(['findings'], { pool: name }) }, 'All findings'),
  load: signal => get('/v1/findings', { ...at(), pool: name, state: 'open', limit: 5 }, signal),
  render: ({ items }) => (items.length ? findingList(items, { isBrief: true }) : null) });

export function poolView(name) {
  const protocol = protocolOf(name);
  return { name: 'pool', title: name, intro: h('p', {}, protocol.title), crumbs: [h('a', { href: link([]) }, 'Pools'), ` / ${name}`], tabs: tabs(name, 'pool'),
    ...panels([summary(name, protocol), history(name, protocol), ...(protocol.quote ? quotePanels(name) : [noFormula(protocol)]),
      stakers(name, protocol), solvency(name, protocol), findings(name), policies(name, protocol), protocol.payouts ? payoutsPanel(name, { limit: 20 }) : null]) };
}
