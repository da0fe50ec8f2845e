// Findings: what was expected, what is there, and the way to it.

import { h, icon } from '../dom.js';
import { blockLink, hex } from '../figure.js';
import { group, isInteger, shortHex, words } from '../format.js';
import { checkSentence, link } from '../state.js';
import { formulas } from './trace.js';

const ADDRESS = /^0x[0-9a-f]{40}$/i;

const pretty = text => (isInteger(text) ? group(text) : text);

// The text, with what differs from the other one marked, from the first difference on.
function differing(name, text, other) {
  const mine = pretty(text);
  const theirs = pretty(other);
  let same = 0;
  while (same < mine.length && mine[same] === theirs[same]) same++;
  if (!isInteger(text) || !isInteger(other)) same = mine.length; // words: there are no digits to compare
  else if (mine.length !== theirs.length) same = 0; // another magnitude: digits do not line up
  return h('data', { class: 'figure mono', value: text, data: { figure: name, value: text } },
    mine.slice(0, same), same < mine.length ? h('mark', {}, mine.slice(same)) : null);
}

// A part of an item's key, short unless figures are exact.
const keyPart = text => h('span', { class: 'hex', title: text }, h('span', { class: 'short' }, shortHex(text)), h('span', { class: 'exact' }, text));

// "0x… mintedShares" with the account as a link.
function subject(finding) {
  if (finding.subject === '') return 'the pool';
  return finding.subject.split(' ').map((part, i) => [i ? ' ' : '',
    ADDRESS.test(part) ? hex('finding.account', part, { href: link(['pools', finding.pool, 'accounts', part], { at: finding.block }) })
      : part.split(':').map((key, j) => [j ? ':' : '', key.startsWith('0x') ? keyPart(key) : key])]);
}

function placeOf(finding) {
  if (!finding.transaction) return null;
  const path = ['tx', finding.transaction, ...(finding.log_index === null ? [] : [String(finding.log_index)])];
  return h('span', {}, 'transaction ', hex('finding.transaction', finding.transaction, { href: link(path, { at: null }) }),
    finding.log_index === null ? null : `, log ${finding.log_index}`);
}

function stateOf(finding) {
  if (finding.state === 'resolved') return `resolved at block ${group(finding.resolved_at)}`;
  if (finding.state === 'withdrawn') {
    const { reorg, fork } = finding.withdrawn ?? {};
    return `withdrawn by reorganisation ${reorg ?? ''}${fork === undefined || fork === null ? '' : `, which kept block ${group(fork)}`}`;
  }
  return 'open';
}

function findingCard(finding, { isBrief = false } = {}) {
  const key = `finding-${finding.id}-${finding.state}`;
  return h('article', { class: `finding ${finding.severity}`, data: { row: finding.id, state: finding.state, severity: finding.severity },
    'aria-label': `${finding.severity}: ${finding.check}, pool ${finding.pool}, block ${finding.block}` },
  h('div', { class: 'finding-head' }, h('span', { class: `severity ${finding.severity}` }, icon(finding.severity), words(finding.severity)),
    h('strong', { data: { figure: 'finding.check', value: finding.check } }, finding.check),
    h('a', { href: link(['pools', finding.pool]) }, finding.pool), h('span', {}, 'block ', blockLink('finding.block', finding.block)),
    h('span', { class: 'tag', data: { figure: 'finding.state', value: finding.state } }, stateOf(finding))),
  h('div', { class: 'finding-body' },
    checkSentence(finding.check) ? h('p', { class: 'muted' }, `Should hold: ${checkSentence(finding.check)}.`) : null,
    h('p', {}, 'About ', subject(finding), placeOf(finding) ? [' · ', placeOf(finding)] : null),
    h('dl', { class: 'versus' },
      h('dt', {}, 'Expected'), h('dd', {}, differing('finding.expected', finding.expected, finding.actual)),
      h('dt', {}, 'Actual'), h('dd', {}, differing('finding.actual', finding.actual, finding.expected)),
      finding.difference === null ? null : [h('dt', {}, 'Difference'), h('dd', {}, h('data', { class: 'figure mono', value: finding.difference,
        data: { figure: 'finding.difference', value: finding.difference } }, pretty(finding.difference)))]),
    isBrief ? h('a', { href: link(['findings'], { id: finding.id }) }, 'Trace and details')
      : [finding.trace?.length ? h('details', { data: { key }, open: finding.state === 'open' }, h('summary', {}, 'Trace'), formulas(finding.trace, 'finding.trace')) : null,
        h('p', { class: 'note' }, `First seen at block ${group(finding.first_seen)}. Id `, h('span', { class: 'hex' }, finding.id))]));
}

export const findingList = (items, options) => h('div', { class: options?.isBrief ? 'cards' : null, data: { table: 'findings' } }, items.map(f => findingCard(f, options)));
