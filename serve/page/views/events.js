// The decoded events of a pool, or those that mention an account.

import { getAll } from '../api.js';
import { h } from '../dom.js';
import { blockLink, hex } from '../figure.js';
import { group, isInteger } from '../format.js';
import { panel, panels } from '../panel.js';
import { at, link } from '../state.js';
import { table } from '../table.js';
import { crumbs, tabs } from './poolparts.js';

const STEP = 50;

const ADDRESS = /^0x[0-9a-f]{40}$/;

function argument(pool, name, value) {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const shown = ADDRESS.test(text) ? hex(`event.${name}`, text, { href: link(['pools', pool, 'accounts', text]) })
    : text.startsWith('0x') && text.length === 66 ? hex(`event.${name}`, text)
      : h('bdi', { class: 'figure', data: { figure: `event.${name}`, value: text } }, isInteger(text) ? group(text) : text);
  return h('span', { class: 'argument' }, h('span', { class: 'muted' }, `${name} `), shown, ' ');
}

export const eventTable = (events, caption) => table({ caption, view: 'events', rows: events, key: e => `${e.block}:${e.log_index}`, columns: [
  { label: 'Block', cell: e => blockLink('event.block', e.block) },
  { label: 'Event', cell: e => h('a', { href: link(['tx', e.transaction, String(e.log_index)]), data: { figure: 'event.event', value: e.event } }, e.event) },
  { label: 'Pool', cell: e => h('a', { href: link(['pools', e.pool]) }, e.pool) },
  { label: 'Arguments', cell: e => h('div', { class: 'prose' }, Object.entries(e.arguments).map(([name, value]) => argument(e.pool, name, value))) },
] });

export function eventsPanel(params, { title = 'Events', empty = 'None up to this block.' } = {}) {
  let wanted = STEP;
  const part = panel({ name: 'events', title, isWide: true, empty, load: signal => getAll('/v1/events', { ...params, ...at(), order: 'newest' }, signal, wanted),
    render: ({ items, isWhole }) => (items.length ? [eventTable(items, title), isWhole ? null : h('div', { class: 'more' },
      h('button', { type: 'button', class: 'button', data: { key: 'more-events' }, onclick: () => { wanted *= 2; part.refresh(); } }, 'Older events'))] : null) });
  return part;
}

export const eventsView = name => ({ name: 'events', title: `Events of ${name}`, crumbs: crumbs(name, 'Events'), tabs: tabs(name, 'events'),
  ...panels([eventsPanel({ pool: name }, { title: 'Events, newest first' })]) });
