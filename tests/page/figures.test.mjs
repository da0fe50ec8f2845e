// Every figure on the page is the one that the command line has as of the same block; and those of the real pool are what its
// contracts' views said, as the truth beside the recording has them.
import { Browser, serveDemo } from '../support/browser.mjs';
import { listChains, readTruth } from '../support/recorded.mjs';
import { Judge } from '../support/page-figures.mjs';
import { there, PROGRAM } from '../support/program.mjs';
import { done, none, note, ok, part } from '../support/tap.mjs';
import { POOL_FIELDS, compareAccounts, compareFields } from '../chains/truth.mjs';
import { everyPlace } from './places.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const [browser, demo] = await Promise.all([Browser.start(), serveDemo()]);
const { items: protocols } = await (await fetch(`${demo.url}/v1/protocols`)).json();
const read = new Map();
try {
  const tab = await browser.open(demo.url);
  const judge = async (what, place, at) => {
    const j = new Judge(demo.mirror, protocols, { ...place, ...await chosen(place) }, at);
    const figures = await tab.figures();
    for (const f of figures) f.pool = place.pool ?? f.row?.match(/^(api3|feeds|book|vault)$/)?.[0];
    none(`${what}: ${figures.length} figures`, await j.differences(figures));
    for (const [name, n] of j.judged) read.set(name, (read.get(name) ?? 0) + n);
  };
  // What the quote's form holds, in base units.
  const chosen = async place => place.view !== 'pool' || !await tab.page.locator('#quote-amount').count() ? {} : {
    amount: `${await tab.page.inputValue('#quote-amount')}${'0'.repeat(Number(place.protocol === 'insuredao' ? 6 : 18))}`, weeks: await tab.page.inputValue('#quote-weeks'),
    market: await tab.page.locator('#quote-market').count() ? await tab.page.inputValue('#quote-market') : null };
  const quoted = async () => { if (await tab.page.locator('#quote-amount').count()) await tab.page.waitForSelector('[data-figure="quote.premium"]', { state: 'attached' }); };

  const places = await everyPlace(demo.mirror);
  for (const place of places) await part(place.name, async () => {
    await tab.go(place.place, place.view);
    if (place.view === 'pool') await quoted();
    await judge(place.name, place, null);
  });
  for (const [pool, blocks] of Object.entries({ feeds: [402, 500], book: [402, 560], vault: [402, 503] })) for (const at of blocks) await part(`${pool} as of ${at}`, async () => {
    for (const place of places.filter(p => p.pool === pool && ['pool', 'figures', 'accounts', 'payouts', 'list', 'account'].includes(p.view))) {
      await tab.go(`${place.place}?at=${at}`, place.view);
      if (place.view === 'pool') await quoted();
      await judge(`${place.name} as of ${at}`, place, at);
    }
  });

  const truth = readTruth(listChains().find(c => c.name === 'api3-seed1').truth);
  // As the page has it: strings; numbers where the truth has numbers.
  const plain = o => Object.fromEntries(Object.entries(o).map(([k, v]) => [k, v === null ? 'null' : typeof v === 'object' ? v : String(v)]));
  for (const block of [40, 110, 157, 200, 251, 309]) await part(`the real pool at block ${block}`, async () => {
    const checkpoint = truth.checkpoints.find(c => c.block === block);
    await tab.go(`#/pools/api3/figures?at=${block}`, 'figures');
    const pool = Object.fromEntries((await tab.figures('main')).filter(f => f.name.startsWith('pool.')).map(f => [f.name.slice(5), f.value]));
    none(`block ${block}: the pool's figures are the views'`, compareFields(`block ${block}`, POOL_FIELDS, plain(checkpoint.pool), pool));
    await tab.go(`#/pools/api3/accounts?at=${block}`, 'accounts');
    const rows = new Map();
    for (const f of await tab.figures('main')) if (f.row !== null && f.name.startsWith('account.')) rows.set(f.row, { ...rows.get(f.row), account: f.row, [f.name.slice(8)]: f.value });
    ok(`block ${block}: there are accounts`, rows.size > 5, String(rows.size));
    none(`block ${block}: so are each account's`, compareAccounts(`block ${block}`, Object.fromEntries(Object.entries(checkpoint.users).map(([who, u]) => [who, plain(u)])), [...rows.values()]));
  });
  note(`figures judged: ${JSON.stringify([...read].sort())}`);
  ok('enough of them', [...read.values()].reduce((a, b) => a + b, 0) > 5000);
  none('nothing on the console', tab.troubles);
} finally {
  await browser.stop();
  await demo.daemon.stop();
}
done();
