// Every view of the page on the demo, but those of its pools (pools-*.test.mjs); and a phone with dark colours from the beginning.
import { none, part } from '../support/tap.mjs';
import { isOfPool, look } from './views.mjs';

await look(place => !isOfPool(place), async (browser, demo) => {
  await part('on a phone from the beginning', async () => {
    const phone = await browser.open(demo.url, { isPhone: true, isDark: true });
    await phone.go('#/', 'overview');
    none('faults on a dark phone', await phone.faults());
    const small = await phone.page.evaluate(() => [...document.querySelectorAll('button, input, select, nav a')].filter(e => e.offsetParent)
      .map(e => ({ box: e.getBoundingClientRect(), text: e.outerHTML.slice(0, 100) })).filter(e => e.box.width < 24 || e.box.height < 24).map(e => `${e.box.width} x ${e.box.height}: ${e.text}`));
    none('everything to press is large enough', small);
    none('nothing wrong on the phone', [...phone.troubles, ...phone.strangers]);
    await phone.close();
  });
});
