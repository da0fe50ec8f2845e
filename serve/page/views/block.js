// One block: how far it is proved, and what happened in it.

import { get, getAll } from '../api.js';
import { h } from '../dom.js';
import { count, facts, hex, moment } from '../figure.js';
import { group } from '../format.js';
import { emptyBox, panel, panels } from '../panel.js';
import { link } from '../state.js';
import { eventTable } from './events.js';
import { levelOf, proofState } from './proof.js';

export function blockView(number) {
  const about = panel({ name: 'block', title: 'The block', isWide: true,
    load: signal => get('/v1/status', { at: number }, signal),
    render: status => [Number(number) !== status.indexed.number ? emptyBox(`The mirror holds no block ${number}; the newest below it is shown.`) : null,
      facts([['Hash', hex('block.hash', status.indexed.hash, { isWhole: true, hasCopy: true })],
        ['Time', moment('block.timestamp', status.indexed.timestamp)],
        ['Proof', proofState(levelOf(status, status.indexed.number))],
        ['Checks up to it', [count('block.checks.passed', status.checks.passed), ' passed, ', count('block.checks.failed', status.checks.failed), ' failed']],
        ['Digest after it', hex('block.digest', status.digest, { isWhole: true, hasCopy: true })]]),
      h('div', { class: 'more' }, h('a', { class: 'button', href: link([], { at: number }) }, 'See the pools as of this block'),
        status.indexed.number > 0 ? h('a', { class: 'button', href: link(['blocks', String(status.indexed.number - 1)]) }, 'Block before') : null,
        h('a', { class: 'button', href: link(['blocks', String(status.indexed.number + 1)]) }, 'Next block'))] });
  const events = panel({ name: 'block-events', title: 'Events in it', isWide: true, empty: 'No event of a configured pool.',
    load: signal => getAll('/v1/events', { from: number, to: number }, signal),
    render: ({ items }) => (items.length ? eventTable(items, `Events of block ${number}`) : null) });
  const valid = /^\d+$/.test(number);
  return { name: 'block', isFixed: true, title: `Block ${valid ? group(number) : number}`,
    ...(valid ? panels([about, events]) : { element: emptyBox(`“${number}” is no block number.`), refresh: async () => {}, close: () => {} }) };
}
