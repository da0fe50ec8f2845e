// Where chain and arithmetic disagree.

import { getAll } from '../api.js';
import { h } from '../dom.js';
import { words } from '../format.js';
import { panel, panels } from '../panel.js';
import { at, link, state } from '../state.js';
import { findingList } from './finding.js';
import { moreButton } from './lists.js';

const PAGE = 50;

const option = (value, text, chosen) => h('option', { value, selected: value === (chosen ?? '') }, text);

function choice(name, label, options, chosen) {
  const id = `filter-${name}`;
  return h('div', { class: 'field' }, h('label', { for: id }, label), h('select', { id, name }, options.map(([value, text]) => option(value, text, chosen))));
}

function checkIds() {
  const ids = new Set();
  for (const protocol of state.protocols.values()) for (const check of protocol.checks) ids.add(check.id);
  return [...ids].sort();
}

function filters(params) {
  const form = h('form', { class: 'fields', 'aria-label': 'Filter findings', onsubmit: event => event.preventDefault() },
    choice('pool', 'Pool', [['', 'All'], ...[...state.pools.keys()].map(name => [name, name])], params.pool),
    choice('severity', 'Severity', [['', 'All'], ['warning', 'Warnings and errors'], ['error', 'Errors']], params.severity),
    choice('state', 'State', [['', 'All'], ...['open', 'resolved', 'withdrawn'].map(s => [s, words(s)])], params.state),
    choice('check', 'Check', [['', 'All'], ...checkIds().map(id => [id, id])], params.check));
  form.addEventListener('change', event => {
    const chosen = Object.fromEntries(new FormData(form));
    location.hash = link(['findings'], chosen);
    requestAnimationFrame(() => document.getElementById(event.target.id)?.focus({ preventScroll: true }));
  });
  return form;
}

async function findOne(id, signal) {
  const { items } = await getAll('/v1/findings', at(), signal);
  return { items: items.filter(f => f.id === id), isWhole: true };
}

export function findingsView(params) {
  let limit = PAGE;
  const list = panel({ name: 'findings', title: params.id ? 'The finding' : 'Findings', isWide: true,
    empty: params.pool || params.severity || params.state || params.check || params.id ? 'None with these filters as of this block.' : 'None: every check passed.',
    load: signal => (params.id ? findOne(params.id, signal)
      : getAll('/v1/findings', { ...at(), pool: params.pool, severity: params.severity, state: params.state, check: params.check }, signal, limit)),
    render: ({ items, isWhole }) => (items.length ? [findingList(items), isWhole ? null : moreButton(() => { limit *= 2; list.refresh(); })] : null) });
  const view = panels([list]);
  const tools = params.id ? h('p', {}, h('a', { href: link(['findings']) }, 'All findings')) : filters(params);
  return { name: 'findings', title: 'Findings', intro: h('p', {}, 'A finding is where the chain and the arithmetic disagree: with what was expected, what is there, and the formula that says so.'),
    ...view, element: h('div', {}, tools, view.element) };
}
