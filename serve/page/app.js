/*
 * The page: which view a place shows, the moment that all views obey, and what changes live.
 *
 * Places are hashes: #/ · #/pools/NAME[/accounts|payouts|figures|events|lists/LIST] ·
 * #/pools/NAME/accounts/ADDRESS · #/accounts/ADDRESS · #/tx/HASH[/LOG] · #/blocks/NUMBER ·
 * #/findings · #/mirror · #/search?q=…, each with ?at=BLOCK.
 *
 * Hooks for tests, kept stable:
 *   main[data-view]            overview, pool, accounts, account, holder, payouts, figures, events, list,
 *                              transaction, block, findings, mirror, search, missing; main[data-at]: the
 *                              block asked for, or "latest"; main[data-ready="true"] once every panel is there
 *   [data-panel=NAME]          a panel; its data-ready is "true", or "failed"
 *   [data-state]               loading, empty, error, within a panel
 *   [data-figure=NAME]         one figure; data-value is its string in the API ("null" where it has none). NAME is
 *                              SCOPE.MEMBER, with the row of its table (data-row) where it stands in one:
 *     status.…                 /v1/status?at=: status.indexed is indexed.number, status.timestamp indexed.timestamp,
 *                              others by their path (status.checks.passed); node.…, reorg.…, proved.… its lists
 *     pools.MEMBER             an item of /v1/pools; row: name
 *     pool.MEMBER              state of /v1/pools/NAME; pool.asset (its address), pool.checks.passed and .failed,
 *                              pool.contracts.ROLE
 *     account.MEMBER           /v1/pools/NAME/accounts/ADDRESS, or an item of …/accounts; row: account, in the view
 *                              "holder" the pool; account.at the block; account alone: the address itself
 *     account-history.MEMBER   …/accounts/ADDRESS/history; row: block
 *     LIST.MEMBER              an item of …/policies or …/items/LIST; row: its key, parts joined by ":"
 *     history.MEMBER           a point of …/history; row: block
 *     solvency.MEMBER          …/solvency: in a row of "largest", else of the pool
 *     quote.MEMBER             …/quote; quote.trace.NAME a value of its trace
 *     curve.utilization, .rate the bends of the premium curve, computed from the model's parameters; row: its name
 *     payout.MEMBER            an item of …/payouts, row block:log; in the view "transaction" the event's payout
 *     slash.MEMBER             payout.slashes; row: account; slash.sum is payout.slash_sum
 *     explain.NAME             a value of the event's figures; explain.checks.passed and .failed
 *     posting.MEMBER           a posting of the event
 *     event.MEMBER             an item of /v1/events, or one of its arguments; row: block:log
 *     transaction.MEMBER       /v1/explain/TX; transaction.block_hash and .timestamp: indexed of /v1/status?at=block
 *     block.MEMBER             /v1/status?at=NUMBER; proof.level the level of its block's range in "proved", or "none"
 *     finding.MEMBER           an item of /v1/findings, row id; finding.account an address in its subject;
 *                              finding.trace.NAME a value of its trace
 *     slider.block             the block that the slider stands at
 *   [data-table=NAME] [data-row=KEY]  tables and their rows
 *   [data-action=…]            copy, copy-evidence, save, save-evidence, explain
 *   #live[data-state]          live, polling, lost, denied; #live[data-blocks] blocks that came while the page is open
 *   #banners [data-banner]     degraded, reorg, token, lost
 *   #at, #at-latest, #search-text, #theme-switch, #figures-switch
 */
import { get, token, whenDenied } from './api.js';
import { h, hidden, icon, swap } from './dom.js';
import { count, hex, moment } from './figure.js';
import { group } from './format.js';
import { follow } from './live.js';
import { problemBox } from './panel.js';
import { link, loadRecords, parsePlace, state } from './state.js';
import { accountView, holderView } from './views/account.js';
import { blockView } from './views/block.js';
import { eventsView } from './views/events.js';
import { findingsView } from './views/findings.js';
import { accountsView, figuresView, listView, payoutsView } from './views/lists.js';
import { mirrorView } from './views/mirror.js';
import { overview } from './views/overview.js';
import { poolView } from './views/pool.js';
import { searchView } from './views/search.js';
import { transactionView } from './views/transaction.js';

const $ = id => document.getElementById(id);
const main = $('main');

// ---- which view ----

function missing(path) {
  return { name: 'missing', title: 'Nothing here', element: h('p', { class: 'empty' }, `There is no view at “/${path.join('/')}”. `,
    h('a', { href: link([]) }, 'Back to the pools'), '.'), refresh: async () => {}, close: () => {} };
}

function poolPlace(path) {
  const [, name, part, item] = path;
  if (!state.pools.has(name)) return missing(path);
  if (!part) return poolView(name);
  if (part === 'accounts') return item ? accountView(name, item) : accountsView(name);
  if (part === 'payouts') return payoutsView(name);
  if (part === 'figures') return figuresView(name);
  if (part === 'events') return eventsView(name);
  if (part === 'lists' && item) return listView(name, item) ?? missing(path);
  return missing(path);
}

function viewOf({ path, params }) {
  switch (path[0]) {
  case undefined: return overview();
  case 'pools': return path[1] ? poolPlace(path) : overview();
  case 'accounts': return path[1] ? holderView(path[1]) : missing(path);
  case 'tx': return path[1] ? transactionView(path[1], path[2]) : missing(path);
  case 'blocks': return path[1] ? blockView(path[1]) : missing(path);
  case 'findings': return findingsView(params);
  case 'mirror': return mirrorView();
  case 'search': return searchView(params.q ?? '');
  default: return missing(path);
  }
}

let view = null;
let viewKey = null;
let navigation = 0;

const START_AGAIN_MS = 2000;

// What tells two places apart but for the moment.
const keyOf = ({ path, params }) => JSON.stringify([path, Object.entries(params).filter(([name]) => name !== 'at').sort()]);

async function refreshView() {
  const mine = view;
  await Promise.all([mine.refresh(), refreshStatus()]);
  if (mine === view) main.dataset.ready = 'true';
}

function showMoment() {
  const fixed = state.at !== null;
  $('at').value = state.at ?? '';
  $('moment').classList.toggle('fixed', fixed);
  $('at-latest').hidden = !fixed;
  main.dataset.at = state.at ?? 'latest';
}

function showNav(place) {
  const part = { findings: 'findings', mirror: 'mirror', blocks: 'mirror' }[place.path[0]] ?? (['search', 'tx', 'accounts'].includes(place.path[0]) ? '' : 'pools');
  for (const a of document.querySelectorAll('[data-nav]')) {
    a.href = link(a.dataset.nav === 'pools' ? [] : [a.dataset.nav]);
    if (a.dataset.nav === part) a.setAttribute('aria-current', 'page');
    else a.removeAttribute('aria-current');
  }
  document.querySelector('.brand').href = link([]);
}

async function navigate({ isFirst = false, takesFocus = true } = {}) {
  const mine = ++navigation;
  const place = parsePlace(location.hash);
  state.at = place.params.at ?? null;
  main.dataset.ready = 'false';
  showMoment();
  showNav(place);
  try {
    await loadRecords();
  } catch (e) {
    if (mine !== navigation) return;
    viewKey = null;
    swap(main, h('h1', {}, 'covermirror'), problemBox(e, () => navigate({ isFirst: true })));
    main.dataset.ready = 'failed';
    // it begins, or comes again: a mirror without a block yet answers 503
    if (e.status === 0 || e.status === 503) setTimeout(() => { if (mine === navigation) navigate({ isFirst: true }); }, START_AGAIN_MS);
    return;
  }
  if (mine !== navigation) return;
  const key = keyOf(place);
  if (key !== viewKey) {
    view?.close();
    viewKey = key;
    view = viewOf(place);
    const title = h('h1', { tabindex: '-1' }, view.heading ?? view.title);
    main.dataset.view = view.name;
    swap(main, h('div', { class: 'head' }, view.crumbs ? h('nav', { class: 'crumbs', 'aria-label': 'Where this is' }, view.crumbs) : null, title, view.intro),
      view.tabs, view.element);
    document.title = `${view.title} · covermirror`;
    if (!isFirst) {
      scrollTo(0, 0);
      if (takesFocus) title.focus({ preventScroll: true });
    }
  }
  await refreshView();
}

addEventListener('hashchange', () => {
  if (location.hash === '#main') return; // the skip link
  navigate();
});

$('skip').addEventListener('click', event => {
  event.preventDefault();
  main.focus();
  main.scrollIntoView();
});

// ---- the moment ----

function goTo(at) {
  const { path, params } = parsePlace(location.hash);
  location.hash = link(path, { ...params, at });
}

$('as-of').addEventListener('submit', event => {
  event.preventDefault();
  const text = $('at').value.trim().replaceAll(',', '').toLowerCase();
  goTo(text === '' || text === 'latest' ? null : text);
});
$('at-latest').addEventListener('click', () => { goTo(null); $('at').focus(); });
const shift = by => {
  const now = state.status?.indexed?.number;
  if (now !== undefined && now + by >= 0) goTo(String(now + by));
};
$('at-back').addEventListener('click', () => shift(-1));
$('at-on').addEventListener('click', () => shift(1));

// A slider moved it.
addEventListener('momentmove', () => {
  showMoment();
  showNav(parsePlace(location.hash));
  refreshStatus();
});

// ---- the strip: what the mirror is, as of that moment ----

function findingsChip(findings) {
  const kinds = ['error', 'warning', 'info'].filter(kind => findings[kind] > 0);
  if (!kinds.length) return h('a', { class: 'chip ok', href: link(['findings']) }, icon('ok'), count('status.findings.error', 0), ' open findings');
  return kinds.map(kind => h('a', { class: `chip ${kind}`, href: link(['findings'], { state: 'open' }) }, icon(kind),
    count(`status.findings.${kind}`, findings[kind]), ` open ${kind}${kind !== 'info' && findings[kind] > 1 ? 's' : ''}`));
}

function showStrip(status) {
  const { indexed } = status;
  swap($('strip'),
    indexed ? h('span', { class: 'strip-block' }, hidden('Shown: '), 'block ', h('a', { href: link(['blocks', String(indexed.number)]), class: 'figure',
      data: { figure: 'status.indexed', value: indexed.number } }, group(indexed.number)), ' ', moment('status.timestamp', indexed.timestamp))
      : h('span', {}, 'no block yet'),
    h('span', {}, count('status.checks.passed', status.checks.passed), ' checks passed, ', count('status.checks.failed', status.checks.failed), ' failed'),
    findingsChip(status.findings),
    h('span', { class: 'strip-digest' }, 'digest ', hex('status.digest', status.digest)));
  banner('degraded', status.state === 'degraded' && state.at === null ? `The mirror is degraded: ${status.reason}` : null, 'error');
}

let statusRun = 0;

async function refreshStatus() {
  const mine = ++statusRun;
  try {
    const status = await get('/v1/status', { at: state.at });
    if (mine !== statusRun) return;
    state.status = status;
    showStrip(status);
  } catch (e) {
    if (mine === statusRun) swap($('strip'), h('span', { class: 'chip error' }, icon('error'), e.detail ?? e.message));
  }
}

// ---- banners ----

const banners = new Map();

function banner(name, content, severity = 'info', hasClose = false) {
  if (content === null) banners.delete(name);
  else if (banners.get(name)?.content === content) return;
  else banners.set(name, { content, severity, hasClose });
  swap($('banners'), [...banners].map(([key, b]) => h('div', { class: `banner ${b.severity}`, data: { banner: key } }, icon(b.severity),
    h('div', {}, b.content),
    b.hasClose ? h('button', { type: 'button', class: 'button', 'aria-label': 'Close this notice', onclick: () => banner(key, null) }, 'Close') : null)));
}

function askToken() {
  if (banners.has('token')) return;
  const input = h('input', { id: 'token', type: 'password', autocomplete: 'off', required: true });
  const form = h('form', { class: 'token', onsubmit: event => {
    event.preventDefault();
    token.set(input.value.trim());
    banner('token', null);
    live.restart();
    navigate({ isFirst: true });
  } }, h('label', { for: 'token' }, token.get() ? 'The token was refused. Another one:' : 'This server wants a token (serve.token):'), input,
  h('button', { type: 'submit', class: 'button' }, 'Use it'));
  banner('token', form, 'warning');
  input.focus();
}
whenDenied(askToken);

// ---- switches ----

function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // storage may be refused; the switch works for this page then
  }
}

const root = document.documentElement;
const THEMES = [null, 'light', 'dark'];

function showTheme() {
  const now = root.dataset.theme ?? null;
  const text = { null: 'System', light: 'Light', dark: 'Dark' }[now];
  swap($('theme-switch'), icon('theme'), h('span', { class: 'switch-text' }, text));
  $('theme-switch').setAttribute('aria-label', `Colours: ${text.toLowerCase()}. Change`);
  dispatchEvent(new Event('themechange'));
}

$('theme-switch').addEventListener('click', () => {
  const next = THEMES[(THEMES.indexOf(root.dataset.theme ?? null) + 1) % THEMES.length];
  if (next) root.dataset.theme = next;
  else delete root.dataset.theme;
  keep('theme', next);
  showTheme();
});

function showFigures() {
  $('figures-switch').setAttribute('aria-pressed', String(root.dataset.figures === 'exact'));
}

$('figures-switch').addEventListener('click', () => {
  root.dataset.figures = root.dataset.figures === 'exact' ? 'short' : 'exact';
  keep('figures', root.dataset.figures);
  showFigures();
});

// ---- search ----

$('search').addEventListener('submit', event => {
  event.preventDefault();
  const q = $('search-text').value.trim();
  if (q) location.hash = link(['search'], { q });
});

addEventListener('keydown', event => {
  const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? '');
  if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    $('search-text').focus();
  }
});

// ---- live ----

const SPEAK_EVERY_MS = 15000;
const REFRESH_EVERY_MS = 800;
let spokenAt = 0;
let due = null;
let refreshedAt = 0;
let blocks = 0;

function speak(text) {
  if (Date.now() - spokenAt < SPEAK_EVERY_MS) return; // a chain in a hurry is no reason to talk all the time
  spokenAt = Date.now();
  $('news').textContent = text;
}

// The view shows the latest block, so it is read anew; at most so often.
function refreshSoon() {
  if (due || !view) return;
  due = setTimeout(() => {
    due = null;
    refreshedAt = Date.now();
    refreshView();
  }, Math.max(0, REFRESH_EVERY_MS - (Date.now() - refreshedAt)));
}

function showLive(text) {
  const words = { live: 'Live', polling: 'Live, by asking', lost: 'Not connected', denied: 'Token needed', undefined: 'Connecting' };
  $('live').dataset.state = text;
  swap($('live'), h('span', { class: 'dot', 'aria-hidden': 'true' }), words[text]);
  banner('lost', text === 'lost' ? 'The connection to the program is lost; what is shown may be old. Trying again…' : null, 'warning');
}

function onRewound({ to }) {
  const text = `The chain was reorganised: ${to ? `blocks above ${group(to.number)}` : 'all blocks'} were taken back and read anew.`;
  banner('reorg', text, 'warning', true);
  $('alarm').textContent = text;
  refreshSoon();
}

function onFinding(finding) {
  if (finding.state === 'open') $('alarm').textContent = `New finding: ${finding.severity}, ${finding.check}, pool ${finding.pool}, block ${group(finding.block)}.`;
  refreshSoon();
}

function onNews(kind, data) {
  switch (kind) {
  case 'state':
    showLive(data);
    if (data === 'live' || data === 'polling') refreshSoon(); // whatever came while nobody listened
    break;
  case 'block':
    $('live').dataset.blocks = ++blocks;
    speak(`Block ${group(data.number)} arrived.`);
    if (state.at === null && view?.isFixed) refreshStatus(); // what it shows is of one block
    else if (state.at === null) refreshSoon();
    break;
  case 'rewound':
    onRewound(data);
    break;
  case 'finding':
    onFinding(data);
    break;
  case 'status':
    if (data.state !== state.status?.state) refreshSoon();
    break;
  default: // the stream may tell more than this page needs
  }
}

showTheme();
showFigures();
showLive(undefined);
const live = follow(onNews);
addEventListener('pagehide', () => live.stop());
addEventListener('pageshow', event => { if (event.persisted) location.reload(); });
navigate({ isFirst: true });
