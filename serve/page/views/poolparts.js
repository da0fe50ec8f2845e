// What all views of one pool have in common: its tabs, and where they lead from.

import { h } from '../dom.js';
import { words } from '../format.js';
import { link, protocolOf } from '../state.js';

export const crumbs = (name, ...more) => [h('a', { href: link([]) }, 'Pools'), ' / ', h('a', { href: link(['pools', name]) }, name),
  more.map(text => [' / ', text])];

export function tabs(name, current) {
  const protocol = protocolOf(name);
  const tab = (key, text, path) => h('a', { href: link(['pools', name, ...path]), 'aria-current': key === current ? 'page' : null, data: { tab: key } }, text);
  return h('nav', { class: 'tabs', 'aria-label': `Pool ${name}` },
    tab('pool', 'Overview', []), tab('accounts', 'Accounts', ['accounts']),
    protocol.lists.map(list => tab(`lists/${list.name}`, words(list.name), ['lists', list.name])),
    protocol.payouts ? tab('payouts', 'Payouts', ['payouts']) : null,
    tab('figures', 'All figures', ['figures']), tab('events', 'Events', ['events']));
}

// The account figure that says how much of the pool an account has: the first amount of the asset.
export const weightOf = protocol => protocol.account.find(rule => rule.unit === 'assets') ?? null;
