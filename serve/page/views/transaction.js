// A transaction, event by event: the formulas with their numbers; of a payout who lost what, and
// what to hand to somebody who trusts nobody.

import { get, headers, Problem } from '../api.js';
import { copy, copyButton, h, icon, swap } from '../dom.js';
import { amount, blockLink, count, facts, figure, hex, moment, nothing, ratio } from '../figure.js';
import { decimalOf, group, shorten, shortHex, words } from '../format.js';
import { panel, panels, problemBox } from '../panel.js';
import { link, protocolOf } from '../state.js';
import { table } from '../table.js';
import { eventTable } from './events.js';
import { levelOf, proofState } from './proof.js';
import { formulas } from './trace.js';

const SHOWN = 200;

const isHash = text => /^0x[0-9a-f]{64}$/i.test(text);

// ---- a payout ----

function payoutFacts(payout, protocol, asset) {
  const money = (name, unit) => amount(`payout.${name}`, payout[name], asset.decimals, unit ? asset.symbol : '');
  const { before, after } = protocol.payouts;
  return facts([['Amount', money('amount', true)],
    ['Recipient', hex('payout.recipient', payout.recipient, { href: link(['pools', payout.pool, 'accounts', payout.recipient], { at: payout.block }), hasCopy: true })],
    [words(before), money(before)], [words(after), money(after)],
    payout.share_price_before === undefined ? null : ['Share price before', ratio('payout.share_price_before', payout.share_price_before)],
    payout.share_price_after === undefined ? null : ['Share price after', ratio('payout.share_price_after', payout.share_price_after)],
    payout.accounts_slashed === undefined ? null : ['Accounts that lost', count('payout.accounts_slashed', payout.accounts_slashed)],
    ...protocol.payouts.figures.filter(rule => payout[rule.name] !== undefined).map(rule => [words(rule.name), figure(`payout.${rule.name}`, payout[rule.name], rule, asset, payout.pool), rule.meaning])]);
}

// amount = what accounts lost + what nobody could have claimed + rounding, to the unit
function equation(payout, asset, why) {
  if (payout.slash_sum === undefined) return null;
  if (payout.slash_sum === null) return h('p', { class: 'equation' }, 'What the accounts lost is not computable: a view of the contract would revert.');
  const part = (name, label) => h('span', {}, h('data', { class: 'figure mono', value: payout[name], data: { figure: `payout.${name}`, value: payout[name] } },
    group(decimalOf(payout[name], asset.decimals))), h('span', { class: 'muted' }, ` (${label})`));
  return [h('p', { class: 'equation' }, part('amount', 'paid'), ' = ', part('slash_sum', 'lost by accounts'), ' + ', part('unclaimed_loss', 'claimed by nobody'), ' + ', part('rounding', 'rounding')),
    why ? h('p', { class: 'note' }, `Rounding: ${why}`) : null];
}

// A part of the whole in percent, cut to four places.
function partOf(loss, sum) {
  if (loss === null || sum === null || BigInt(sum) === 0n) return '–';
  return `${shorten(decimalOf((BigInt(loss) * 1000000n / BigInt(sum)).toString(), 4)).text} %`;
}

function slashTable(payout, asset) {
  const money = (name, row) => amount(`slash.${name}`, row[name], asset.decimals);
  const rows = payout.slashes.slice(0, SHOWN);
  return [table({ caption: `Who lost what by the payout of block ${payout.block}, in ${asset.symbol}`, isCaptionHidden: false, view: 'slashes', rows, key: row => row.account, columns: [
    { label: 'Account', cell: row => hex('slash.account', row.account, { href: link(['pools', payout.pool, 'accounts', row.account], { at: payout.block }) }) },
    { label: 'Stake before', isNumber: true, cell: row => money('stake_before', row) },
    { label: 'Stake after', isNumber: true, cell: row => money('stake_after', row) },
    { label: 'Of its stake', isNumber: true, cell: row => money('stake_loss', row) },
    { label: 'Of its pending unstake', isNumber: true, cell: row => money('pending_unstake_loss', row) },
    { label: 'Lost', isNumber: true, cell: row => h('strong', {}, money('loss', row)) },
    { label: 'Part of all losses', isNumber: true, cell: row => partOf(row.loss, payout.slash_sum) },
  ], foot: h('tr', {}, h('th', { scope: 'row' }, 'All accounts'), h('td', { colspan: '4' }), h('td', { class: 'number' }, amount('slash.sum', payout.slash_sum, asset.decimals)), h('td', {})) }),
  payout.slashes.length > SHOWN ? h('p', { class: 'note' }, `The ${SHOWN} largest of ${group(payout.slashes.length)}; the evidence has all.`) : null];
}

// ---- evidence ----

let evidenceRoute = null;

// Whether the program hands out evidence files by HTTP.
async function hasEvidenceRoute(signal) {
  evidenceRoute ??= get('/openapi.json', {}, signal).then(api => Boolean(api.paths?.['/v1/evidence/{tx}/{log}']), () => false);
  return evidenceRoute;
}

// The evidence file, byte by byte as the program made it: its text is what is checked.
async function evidenceFile(path) {
  const response = await fetch(path, { headers: headers(), credentials: 'omit' });
  if (response.ok) return response.text();
  const problem = await response.json().catch(() => ({}));
  throw new Problem(response.status, problem.title ?? `HTTP ${response.status}`, problem.detail ?? response.statusText);
}

// A button that gets the evidence file and does something with it; what went wrong is said in `box`.
function evidenceButton(path, caption, action, use, box) {
  const button = h('button', { type: 'button', class: 'button', data: { action, key: action }, onclick: async () => {
    button.disabled = true;
    try {
      await use(await evidenceFile(path));
      swap(box, h('p', { class: 'note', role: 'status' }, `Done: ${caption.toLowerCase()}.`));
    } catch (e) {
      swap(box, problemBox(e));
    } finally {
      button.disabled = false;
    }
  } }, caption);
  return button;
}

function save(blob, name) {
  const url = URL.createObjectURL(blob);
  const a = h('a', { href: url, download: name });
  document.body.append(a);
  a.click();
  a.remove();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function command(text, label) {
  return h('div', { class: 'command' }, h('pre', { class: 'code', tabindex: '0' }, text), copyButton(text, label));
}

function evidencePanel(tx, log) {
  const which = log === undefined ? tx : `${tx}:${log}`;
  const path = `/v1/evidence/${tx}${log === undefined ? '' : `/${log}`}`;
  const file = `evidence-${tx.slice(2, 10)}${log === undefined ? '' : `-${log}`}.json`;
  return panel({ name: 'evidence', title: 'Evidence', isWide: true,
    load: async signal => {
      const explanation = await get(`/v1/explain/${tx}${log === undefined ? '' : `/${log}`}`, {}, signal);
      const [status, hasRoute] = await Promise.all([get('/v1/status', { at: explanation.block }, signal), hasEvidenceRoute(signal)]);
      return { hasRoute, document: { chain_id: status.chain_id, block: status.indexed, proof: levelOf(status, explanation.block), digest: status.digest, explanation } };
    },
    render: ({ hasRoute, document }) => {
      const text = JSON.stringify(document, null, 1);
      const trouble = h('div', {});
      return h('div', { class: 'evidence' },
        h('p', {}, 'The explanation with its block’s hash, how far the block is proved, and the mirror’s digest after it. Whoever mirrors the pool up to that block has the same digest, or other figures.'),
        h('div', { class: 'more' }, copyButton(text, 'the evidence as JSON', 'Copy JSON'),
          h('button', { type: 'button', class: 'button', data: { action: 'save' }, onclick: () => save(new Blob([text], { type: 'application/json' }), `explanation-${tx.slice(2, 10)}.json`) }, 'Save JSON'),
          hasRoute ? [evidenceButton(path, 'Copy evidence file', 'copy-evidence', copy, trouble),
            evidenceButton(path, 'Save evidence file', 'save-evidence', evidence => save(new Blob([evidence], { type: 'application/json' }), file), trouble)] : null),
        trouble,
        h('p', { class: 'note' }, 'A file that proves the event by its block’s hash, to check without a node and without trust:'),
        command(`covermirror evidence ${which} -o ${file}`, 'the command'), command(`covermirror verify ${file}`, 'the command'),
        h('details', { data: { key: 'evidence-json' } }, h('summary', {}, 'Show the JSON'), h('pre', { class: 'code', tabindex: '0', data: { evidence: 'json' } }, text)));
    } });
}

// ---- the events ----

function eventParts(event, asset, protocol) {
  const { payout } = event;
  return h('div', { data: { event: `${event.block}:${event.log_index}` } },
    payout ? [h('h3', {}, 'The payout'), payoutFacts(payout, protocol, asset), equation(payout, asset, event.rounding_is),
      payout.slashes ? [h('h3', {}, 'Who lost what'), slashTable(payout, asset)] : null] : null,
    h('h3', {}, 'How each figure follows from the state before'),
    event.figures.length ? formulas(event.figures, 'explain') : h('p', { class: 'muted' }, 'This event has no figure to recompute.'),
    event.postings.length ? [h('h3', {}, 'What moved in the books'), table({ caption: `Postings of ${event.event}`, view: 'postings', rows: event.postings, key: p => `${p.from}-${p.to}`, columns: [
      { label: 'From', cell: p => p.from }, { label: 'To', cell: p => p.to },
      { label: 'Amount', isNumber: true, cell: p => amount('posting.amount', p.amount, p.decimals, asset.symbol) },
      { label: 'Whose', cell: p => (p.subject === null ? nothing('posting.subject', 'nobody’s') : hex('posting.subject', p.subject, { href: link(['pools', event.pool, 'accounts', p.subject], { at: event.block }) })) },
    ] })] : null,
    h('p', { class: event.checks.failed ? 'severity error' : 'severity ok' }, icon(event.checks.failed ? 'error' : 'ok'),
      count('explain.checks.passed', event.checks.passed), ' checks passed, ', count('explain.checks.failed', event.checks.failed), ' failed'));
}

const senderOf = document => document.events.find(event => event.sender !== null)?.sender ?? null;

function title(event) {
  return `${event.payout ? 'Payout: ' : ''}${event.event} in ${event.pool}, log ${event.log_index}`;
}

export function transactionView(given, log) {
  if (!isHash(given)) {
    return { name: 'transaction', title: 'No transaction', element: h('p', { class: 'empty' }, `“${given}” is no transaction: expected 0x and 64 hexadecimal digits.`), refresh: async () => {}, close: () => {} };
  }
  const tx = given.toLowerCase();
  const path = `/v1/explain/${tx}${log === undefined ? '' : `/${encodeURIComponent(log)}`}`;
  // It is as of its own block, whatever the page's moment: so it is asked for without one.
  const place = panel({ name: 'transaction', title: 'Where it stands', isWide: true,
    load: async signal => {
      const document = await get(path, {}, signal);
      const status = await get('/v1/status', { at: document.block }, signal);
      return { document, block: status.indexed, level: levelOf(status, document.block) };
    },
    render: ({ document, block, level }) => facts([['Transaction', hex('transaction', document.transaction, { isWhole: true, hasCopy: true })],
      ['Block', [blockLink('transaction.block', document.block), ' ', moment('transaction.timestamp', block.timestamp)]],
      ['Block’s hash', hex('transaction.block_hash', block.hash, { isWhole: true, hasCopy: true })],
      ['Proof', proofState(level)],
      ['Sender', senderOf(document) ? hex('transaction.sender', senderOf(document), { hasCopy: true }) : nothing('transaction.sender', 'not recovered: known of payouts only')],
      log === undefined ? null : ['Event', h('a', { href: link(['tx', tx]) }, 'all events of this transaction')]]) });
  const events = panel({ name: 'explain', title: log === undefined ? 'Its events' : 'The event', isWide: true, empty: 'No event of a configured pool.',
    load: async signal => {
      const document = await get(path, {}, signal);
      const pools = [...new Set(document.events.map(e => e.pool))];
      const assets = await Promise.all(pools.map(name => get(`/v1/pools/${name}`, { at: document.block, fields: 'asset' }, signal)));
      return { events: document.events, assets: Object.fromEntries(pools.map((name, i) => [name, assets[i].asset])) };
    },
    render: ({ events: all, assets }) => (all.length ? [eventTable(all, 'Events of the transaction'),
      all.map(event => h('section', { class: 'event', 'aria-label': title(event) }, h('h2', {}, title(event)), eventParts(event, assets[event.pool], protocolOf(event.pool))))] : null) });
  return { name: 'transaction', isFixed: true, title: `Transaction ${shortHex(tx)}`, heading: ['Transaction ', hex('transaction', tx, {})],
    ...panels([place, events, evidencePanel(tx, log)]) };
}
