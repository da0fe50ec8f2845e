// Looks at places of the page, one after the other: each comes whole, has no serious fault by axe-core in light and dark, and fits
// a phone; and in the end nothing was said on the console, nobody else was asked, no policy was broken. Screenshots are kept.
import { Browser, DESKTOP, PHONE, SCREENSHOTS, serveDemo } from '../support/browser.mjs';
import { there, PROGRAM } from '../support/program.mjs';
import { done, none, note, ok, part } from '../support/tap.mjs';
import { everyPlace } from './places.mjs';

// What each pool of any protocol has.
export const isOfPool = place => ['pool', 'figures', 'accounts', 'payouts', 'account'].includes(place.view) || place.name.startsWith('payout-');

// fits(place): which of them; more(browser, demo): what else there is to see.
export async function look(fits, more = async () => {}) {
  if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
  const [browser, demo] = await Promise.all([Browser.start(), serveDemo()]);
  try {
    const tab = await browser.open(demo.url);
    for (const { name, place, view } of (await everyPlace(demo.mirror)).filter(fits)) await part(name, async () => {
      await tab.page.setViewportSize(DESKTOP);
      await tab.page.emulateMedia({ colorScheme: 'light' });
      await tab.go(place, view);
      none(`${name}: every part is there`, await tab.failedPanels());
      const faults = [];
      for (const scheme of ['light', 'dark']) {
        await tab.page.emulateMedia({ colorScheme: scheme });
        faults.push(...(await tab.faults()).map(f => `${scheme}: ${f}`));
        await tab.screenshot(`${name}-${scheme}`);
      }
      none(`${name}: no serious fault in light and dark`, faults);
      await tab.page.emulateMedia({ colorScheme: 'light' });
      await tab.page.setViewportSize(PHONE);
      const overflow = await tab.overflow();
      ok(`${name}: fits a phone`, overflow <= 0, `${overflow} pixels too wide`);
      await tab.screenshot(`${name}-phone`);
    });
    await more(browser, demo);
    none('nothing on the console, no exception, no violation of the policy', tab.troubles);
    none('no request to anybody else', tab.strangers);
    ok('there were requests', tab.requests > 20, String(tab.requests));
    note(`screenshots: ${SCREENSHOTS}`);
  } finally {
    await browser.stop();
    const end = await demo.daemon.stop();
    ok('run ends with status 0', end.status === 0, JSON.stringify(end), demo.daemon.err.slice(-1500));
  }
  done();
}
