// How far a block is proved, in words.

import { h, icon } from '../dom.js';

const LEVELS = {
  header: ['warning', 'Header proved', 'the block’s header makes its hash'],
  receipts: ['ok', 'Receipts proved', 'the block’s hash proves its logs, so nothing was altered, invented or left out'],
  transactions: ['ok', 'Transactions proved', 'the block’s hash proves its logs, its transactions and who signed those with a payout'],
};
const NONE = ['warning', 'Not proved', 'what the node said of this block was believed'];

// The level of a block out of a status as of it; null: nothing is proved of it.
export const levelOf = (status, block) => status.proved.find(range => range.from <= block && block <= range.to)?.level ?? null;

export function proofState(level) {
  const [kind, title, text] = LEVELS[level] ?? NONE;
  return h('span', { class: 'proof', data: { figure: 'proof.level', value: level ?? 'none' } },
    h('span', { class: `severity ${kind}` }, icon(kind === 'ok' ? 'ok' : 'warning'), title), h('span', { class: 'muted' }, text));
}
