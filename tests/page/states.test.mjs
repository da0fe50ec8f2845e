// What the page says while something is not as it should be: a mirror that only begins, one that is degraded, a server that wants a
// token, one that does not answer, a block that is not there. The trouble is made in the browser; all else is the program's.
import { Browser, serveDemo } from '../support/browser.mjs';
import { there, PROGRAM } from '../support/program.mjs';
import { done, equal, none, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const [browser, demo] = await Promise.all([Browser.start(), serveDemo()]);
const problem = (status, title, detail) => ({ status, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title, status, detail }) });
const statused = status => new RegExp(`status of ${status}|ERR_FAILED`);

try {
  await part('a mirror that begins', async () => {
    const tab = await browser.open(demo.url, { expected: [statused(503)] }), { page } = tab;
    let asked = 0;
    await page.route('**/v1/pools', r => (asked++ ? r.continue() : r.fulfill(problem(503, 'Service Unavailable', 'the mirror holds no block yet: it is catching up; try again soon'))));
    await page.goto(`${demo.url}/#/`);
    await page.waitForSelector('main[data-ready="failed"]', { state: 'attached' });
    ok('it says why', /holds no block yet/.test(await tab.text('main')), await tab.text('main'));
    await tab.ready('overview');
    equal('and comes by itself', await page.locator('main [data-table="pools"] [data-row]').count(), 4);
    none('nothing else went wrong', tab.troubles);
    await tab.close();
  });

  await part('a degraded mirror', async () => {
    const tab = await browser.open(demo.url), { page } = tab;
    await page.route('**/v1/status*', async r => {
      const answer = await r.fetch();
      await r.fulfill({ response: answer, json: { ...await answer.json(), state: 'degraded', reason: 'block 637 was refused: <b>its receipts</b>' } });
    });
    await tab.go('#/mirror', 'mirror');
    ok('a banner says so, in the program’s words', (await tab.text('[data-banner="degraded"]')).includes('block 637 was refused: <b>its receipts</b>'), await tab.text('#banners'));
    equal('so does the view', await tab.figure('status.state'), 'degraded');
    await page.unroute('**/v1/status*');
    await tab.go('#/', 'overview');
    await page.waitForSelector('[data-banner="degraded"]', { state: 'detached' });
    ok('and it goes when that is over', true);
    none('nothing else went wrong', tab.troubles);
    await tab.close();
  });

  await part('a server that does not answer, for one panel', async () => {
    const tab = await browser.open(demo.url, { expected: [statused(0)] }), { page } = tab;
    await page.route('**/v1/pools/book/payouts*', r => r.abort());
    await tab.go('#/pools/book', 'pool');
    equal('that panel says so, and no other', (await tab.failedPanels()).map(p => p.split(':')[0]).filter(Boolean), ['payouts']);
    await page.unroute('**/v1/pools/book/payouts*');
    await page.click('[data-panel="payouts"] [data-key="retry"]');
    await page.waitForSelector('[data-panel="payouts"] [data-row]');
    ok('and can be tried again', true);
    none('nothing else went wrong', tab.troubles);
    await tab.close();
  });

  await part('words of a problem are words', async () => {
    const tab = await browser.open(demo.url, { expected: [statused(500)] }), { page } = tab;
    await page.route('**/v1/pools/book/history*', r => r.fulfill(problem(500, '<img src=x onerror=alert(1)>', 'y'.repeat(3000))));
    await tab.go('#/pools/book', 'pool');
    ok('its title stands there as it is', (await tab.text('[data-panel="history"] .problem-title')) === '<img src=x onerror=alert(1)>');
    equal('nothing of it became markup', await page.locator('main img').count(), 0);
    ok('however long it is', await tab.overflow() <= 0, await tab.overflow());
    none('nothing else went wrong', tab.troubles);
    await tab.close();
  });

  await part('a block that is not there', async () => {
    const tab = await browser.open(demo.url, { expected: [statused(404)] });
    await tab.go('#/pools/book?at=999999', 'pool');
    ok('each panel says so', (await tab.failedPanels()).length > 3 && /999999/.test(await tab.text('main')), await tab.text('main'));
    ok('the header, too', /999999/.test(await tab.text('#strip')), await tab.text('#strip'));
    await tab.page.click('#at-latest');
    await tab.page.waitForSelector('main[data-at="latest"][data-ready="true"]', { state: 'attached' });
    equal('and the latest is a step away', (await tab.failedPanels()).length, 0);
    none('nothing else went wrong', tab.troubles);
    await tab.close();
  });
} finally {
  await browser.stop();
  await demo.daemon.stop();
}
done();
