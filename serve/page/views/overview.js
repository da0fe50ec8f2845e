// All pools at a glance, what is wrong, and how sure that is.

import { get } from '../api.js';
import { sparkline } from '../charts.js';
import { h, icon } from '../dom.js';
import { amount, count, hex, percent, ratio } from '../figure.js';
import { shiftPoint, toPixels } from '../format.js';
import { panel, panels } from '../panel.js';
import { at, link, state } from '../state.js';
import { table } from '../table.js';
import { findingList } from './finding.js';

const SPARK_POINTS = 32;

// How much of it is used, as a bar beside the figure.
function meter(value) {
  if (value === null || value === undefined) return null;
  const SVG = 'http://www.w3.org/2000/svg';
  const picture = document.createElementNS(SVG, 'svg');
  picture.setAttribute('class', 'meter');
  picture.setAttribute('viewBox', '0 0 100 6');
  picture.setAttribute('preserveAspectRatio', 'none');
  picture.setAttribute('aria-hidden', 'true');
  for (const width of [100, Math.min(100, toPixels(shiftPoint(value, 2)))]) {
    const bar = document.createElementNS(SVG, 'rect');
    bar.setAttribute('width', String(width));
    bar.setAttribute('height', '6');
    picture.append(bar);
  }
  return picture;
}

function poolsPanel() {
  return panel({ name: 'pools', title: 'Pools', isWide: true,
    load: async signal => {
      const { items } = await get('/v1/pools', at(), signal);
      const histories = await Promise.all(items.map(pool => get(`/v1/pools/${pool.name}/history`,
        { limit: SPARK_POINTS, to: state.at === null ? null : pool.at?.block }, signal)));
      return items.map((pool, i) => ({ ...pool, history: histories[i].items.map(point => point.share_price) }));
    },
    render: pools => table({ caption: 'Pools', view: 'pools', rows: pools, key: pool => pool.name, columns: [
      { label: 'Pool', cell: pool => [h('a', { href: link(['pools', pool.name]) }, pool.name), ' ',
        h('span', { class: 'muted' }, state.protocols.get(pool.protocol)?.title ?? pool.protocol)] },
      { label: 'Liquidity', isNumber: true, cell: pool => amount('pools.liquidity', pool.liquidity, pool.asset.decimals, pool.asset.symbol) },
      { label: 'Open cover', isNumber: true, cell: pool => amount('pools.cover', pool.cover, pool.asset.decimals, pool.asset.symbol) },
      { label: 'Utilization', isNumber: true, cell: pool => [percent('pools.utilization', pool.utilization), meter(pool.utilization)] },
      { label: 'Share price', isNumber: true, cell: pool => ratio('pools.share_price', pool.share_price) },
      { label: 'Share price over blocks', cell: pool => sparkline(pool.history.map(toPixels)) ?? h('span', { class: 'muted' }, 'too few blocks') },
    ] }), empty: 'No pool is configured.' });
}

function verdictPanel() {
  return panel({ name: 'verdict', title: 'Reconciliation', isWide: true,
    load: signal => get('/v1/status', at(), signal),
    render: status => {
      const { findings, checks } = status;
      const isClean = findings.error + findings.warning === 0;
      return [h('p', { class: `severity ${isClean ? 'ok' : findings.error ? 'error' : 'warning'}` }, icon(isClean ? 'ok' : 'error'),
        isClean ? 'Chain and arithmetic agree' : 'Chain and arithmetic disagree'),
      h('dl', { class: 'tiles' },
        h('div', {}, h('dt', {}, 'Checks passed'), h('dd', {}, count('status.checks.passed', checks.passed))),
        h('div', {}, h('dt', {}, 'Checks failed'), h('dd', {}, count('status.checks.failed', checks.failed))),
        h('div', {}, h('dt', {}, 'Open errors'), h('dd', {}, count('status.findings.error', findings.error))),
        h('div', {}, h('dt', {}, 'Open warnings'), h('dd', {}, count('status.findings.warning', findings.warning)))),
      h('p', { class: 'note' }, 'Each event is recomputed, the books must balance, and the contracts’ own views must say the same, block by block. Digest ',
        hex('status.digest', status.digest, { hasCopy: true }))];
    } });
}

function findingsPanel() {
  return panel({ name: 'open-findings', title: 'Open findings', isWide: true, empty: 'None.',
    load: signal => get('/v1/findings', { ...at(), state: 'open', limit: 6 }, signal),
    render: ({ items, next }) => (items.length ? [findingList(items, { isBrief: true }),
      next ? h('a', { href: link(['findings'], { state: 'open' }) }, 'All open findings') : null] : null) });
}

export function overview() {
  return { name: 'overview', title: 'Pools', intro: h('p', {}, 'An exact copy of each pool’s books, proved and recomputed from the chain.'),
    ...panels([poolsPanel(), verdictPanel(), findingsPanel()]) };
}
