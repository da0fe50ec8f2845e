// One figure of the API as an element: the short text and the exact one (the header's switch chooses,
// a printout and a narrow column need no hovering), and the API's own string in data-value.

import { copyButton, h, hidden } from './dom.js';
import { decimalOf, duration, group, isInteger, shiftPoint, shorten, shortHex, time, words } from './format.js';
import { link } from './state.js';

const SHARE_OF_ONE = new Set(['utilization', 'utilization_before', 'utilization_after', 'premium_rate', 'rate']);

function shown(name, value, short, exact, { unit = '', title } = {}) {
  const same = short.text === exact && !short.isCut;
  const tail = unit ? h('span', { class: 'unit' }, ` ${unit}`) : null;
  return h('data', { class: 'figure', value, title: title ?? `${exact}${unit ? ` ${unit}` : ''}`, data: { figure: name, value } },
    same ? exact : [h('span', { class: 'short' }, short.text, short.isCut ? h('span', { class: 'cut' }, '…') : null),
      h('span', { class: 'exact' }, exact)], tail);
}

// A dash for what is not there, with why in words; `value` where the API says it with a zero.
export const nothing = (name, why = 'not known', value = 'null') =>
  h('data', { class: 'figure none', value, title: why, data: { figure: name, value } }, h('span', { 'aria-hidden': 'true' }, '–'), hidden(why));

export function amount(name, raw, decimals, unit) {
  if (raw === null || raw === undefined) return nothing(name, 'not computable');
  const exact = decimalOf(raw, decimals);
  return shown(name, raw, shorten(exact), group(exact), { unit });
}

export function ratio(name, value) {
  if (value === null || value === undefined) return nothing(name, 'not known');
  return shown(name, value, shorten(value), group(value));
}

export function percent(name, value, title) {
  if (value === null || value === undefined) return nothing(name, 'not known');
  const exact = shiftPoint(value, 2);
  return shown(name, value, shorten(exact), group(exact), { unit: '%', title });
}

export function count(name, value) {
  if (value === null || value === undefined) return nothing(name);
  return h('data', { class: 'figure', value, data: { figure: name, value } }, group(value));
}

export function hex(name, value, { href, isWhole, hasCopy } = {}) {
  if (value === null || value === undefined) return nothing(name);
  const text = isWhole ? value : [h('span', { class: 'short' }, shortHex(value)), h('span', { class: 'exact' }, value)];
  const props = { class: 'figure hex', title: value, data: { figure: name, value } };
  const element = href ? h('a', { ...props, href }, text) : h('span', props, text);
  return hasCopy ? h('span', { class: 'with-copy' }, element, copyButton(value, shortHex(value))) : element;
}

export function moment(name, seconds) {
  if (seconds === null || seconds === undefined) return nothing(name);
  const element = h('time', { class: 'figure', data: { figure: name, value: seconds } }, time(seconds));
  return element;
}

export const blockLink = (name, number) => (number === null || number === undefined ? nothing(name)
  : h('a', { class: 'figure', href: link(['blocks', String(number)]), data: { figure: name, value: number } }, group(number)));

const ZERO_ADDRESS = /^0x0+$/;

function number(name, value, rule, asset) {
  switch (rule.unit) {
  case 'assets': return amount(name, value, asset.decimals, asset.symbol);
  case 'shares': return amount(name, value, asset.decimals);
  case 'fixed_18': return amount(name, value, 18, /_usd$|usd_/.test(rule.name) ? 'USD' : '');
  case 'percent_18': return percent(name, decimalOf(value, 18));
  case 'seconds': return h('data', { class: 'figure', value, title: `${group(value)} s`, data: { figure: name, value } }, duration(value));
  case 'time': return value === '0' ? nothing(name, 'none', value) : moment(name, value);
  default: return shown(name, value, { text: group(value), isCut: false }, group(value));
  }
}

// A figure by its record description. `pool` is whose accounts an address links to.
export function figure(name, value, rule, asset, pool, options = {}) {
  if (value === null || value === undefined) return nothing(name, 'not computable or not known');
  switch (rule.kind) {
  case 'number': {
    const element = number(name, value, rule, asset);
    element.dataset.value = value; // percentages: as the API gave it
    return element;
  }
  case 'ratio': return SHARE_OF_ONE.has(rule.name) ? percent(name, value) : ratio(name, value);
  case 'address':
    if (ZERO_ADDRESS.test(value)) return nothing(name, 'none', value);
    return hex(name, value, { href: link(pool ? ['pools', pool, 'accounts', value] : ['accounts', value]), ...options });
  case 'hash': return hex(name, value, options);
  case 'flag': return h('span', { class: `figure flag-${value}`, data: { figure: name, value } }, value ? 'yes' : 'no');
  case 'choice': return h('span', { class: 'figure tag', data: { figure: name, value } }, isInteger(value) ? value : words(value));
  default: return h('bdi', { class: 'figure text', data: { figure: name, value } }, value);
  }
}

// Whether figures of that kind stand to the right in a table.
export const isNumeric = rule => rule.kind === 'ratio' || (rule.kind === 'number' && rule.unit !== 'time');

// A definition list of figures: [label, element, meaning].
export const facts = (entries, props = {}) => h('dl', { class: 'facts', ...props }, entries.filter(Boolean).map(([label, value, meaning]) =>
  h('div', {}, h('dt', { title: meaning }, label), h('dd', {}, value))));
