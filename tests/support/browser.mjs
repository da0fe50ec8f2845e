// The page in Debian's Chromium: a browser, pages that are watched for anything that should not happen, and what is read off
// them by their hooks (serve/page/app.js lists these).
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { Mirror, ROOT } from './program.mjs';

const paths = (process.env.PATH ?? '').split(':').map(f => join(f, 'chromium'));
export const CHROMIUM = [process.env.CHROMIUM, '/usr/bin/chromium', ...paths].find(f => f && existsSync(f));
export const SCREENSHOTS = process.env.SCREENSHOTS ?? join(ROOT, 'build', 'screenshots');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const DESKTOP = { width: 1280, height: 900 }, PHONE = { width: 360, height: 740 };
const PATIENCE = 30000;

// A mirror of the demo, without its port: { mirror, daemon, url }.
export async function serveDemo(change = c => c) {
  const config = JSON.parse(readFileSync(join(ROOT, 'configs', 'demo.json')));
  config.chain.rpc = [{ url: `file:${join(ROOT, 'tests', 'chains', 'demo.chain.jsonl.gz')}` }];
  delete config.$schema;
  delete config.store;
  const mirror = new Mirror(change({ ...config, serve: { listen: '127.0.0.1:0' } }));
  return serve(mirror, /stays open for readers/);
}
// Starts `run` and waits until it serves and has said that.
export async function serve(mirror, until = /following the head|stays open/) {
  const daemon = mirror.daemon(), by = Date.now() + 60000;
  for (;;) {
    const url = daemon.err.match(/serving on (http:\S+)/)?.[1];
    if (url && until.test(daemon.err)) return { mirror, daemon, url: url.replace(/\/$/, '') };
    if (daemon.result || Date.now() > by) throw new Error(`run serves nothing: ${JSON.stringify(daemon.result)} ${daemon.err.slice(-1500)}`);
    await new Promise(r => setTimeout(r, 10));
  }
}

export class Browser {
  static async start() {
    if (!CHROMIUM) throw new Error('no chromium: apt-get install chromium, or name one in CHROMIUM');
    const b = new Browser();
    b.chromium = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
    return b;
  }
  // A tab of a context of its own.
  async open(url, { isPhone = false, isDark = false, token, expected = [], ...options } = {}) {
    const context = await this.chromium.newContext({ viewport: isPhone ? PHONE : DESKTOP, isMobile: isPhone, hasTouch: isPhone, colorScheme: isDark ? 'dark' : 'light',
      locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce', ...options });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url }).catch(() => {});
    const tab = new Tab(context, await context.newPage(), url, expected);
    await tab.watch();
    return tab;
  }
  stop() { return this.chromium.close(); }
}

export class Tab {
  // expected: console errors that a test provokes, as patterns
  constructor(context, page, url, expected) {
    Object.assign(this, { context, page, url, expected, troubles: [], strangers: [], requests: 0 });
    page.setDefaultTimeout(PATIENCE);
  }
  async watch() {
    const { page } = this;
    const trouble = text => { if (!this.expected.some(e => e.test(text))) this.troubles.push(`${page.url()}: ${text}`); };
    page.on('console', m => { if (m.type() === 'error' || m.type() === 'warning') trouble(`console ${m.type()}: ${m.text()} ${m.location().url ?? ''}`); });
    page.on('pageerror', e => trouble(`exception: ${e.stack ?? e}`));
    page.on('crash', () => trouble('the tab crashed'));
    page.on('request', r => {
      this.requests++;
      if (!/^(data|blob):/.test(r.url()) && new URL(r.url()).origin !== new URL(this.url).origin) this.strangers.push(r.url());
    });
    await page.exposeFunction('toldViolation', text => trouble(`content security policy: ${text}`));
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', e => window.toldViolation(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));
    });
  }
  // To a place, as "#/pools/api3"; waits until all of it is there.
  async go(place, view) {
    const same = this.page.url().startsWith(`${this.url}/`);
    if (same) await this.page.evaluate(hash => { document.querySelector('main').dataset.ready = 'left'; if (location.hash === hash) dispatchEvent(new Event('hashchange')); else location.hash = hash; }, place);
    else await this.page.goto(`${this.url}/${place}`);
    return this.ready(view);
  }
  async ready(view) {
    const main = `main${view ? `[data-view="${view}"]` : ''}[data-ready="true"]`;
    try { await this.page.waitForSelector(main, { state: 'attached' }); }
    catch { throw new Error(`${main} did not come at ${this.page.url()}: ${await this.page.evaluate(() => document.querySelector('main')?.outerHTML.slice(0, 600))} ${this.troubles.join(' | ').slice(0, 1000)}`); }
    return this;
  }
  text(selector) { return this.page.locator(selector).first().innerText(); }
  // Every figure that is shown, with where it stands.
  figures(within = 'body') {
    return this.page.evaluate(root => [...document.querySelectorAll(`${root} [data-figure]`)].map(e => ({ name: e.dataset.figure, value: e.dataset.value, text: e.textContent,
      row: e.closest('[data-row]')?.dataset.row ?? null, table: e.closest('[data-table]')?.dataset.table ?? null, panel: e.closest('[data-panel]')?.dataset.panel ?? null,
      event: e.closest('[data-event]')?.dataset.event ?? null, step: e.closest('ol.formula > li') ? [...e.closest('ol.formula').children].indexOf(e.closest('ol.formula > li')) : null,
      outer: e.closest('[data-row]')?.parentElement.closest('[data-row]')?.dataset.row ?? null })), within);
  }
  async figure(name, within = '') {
    const e = this.page.locator(`${within} [data-figure="${name}"]`).first();
    return e.getAttribute('data-value');
  }
  failedPanels() { return this.page.evaluate(() => [...document.querySelectorAll('[data-ready="failed"], [data-state="error"]')].map(e => `${e.dataset.panel ?? ''}: ${e.textContent.slice(0, 200)}`)); }
  // How far the page is wider than the screen, in pixels.
  overflow() { return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth); }
  async screenshot(name, { full = true } = {}) {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: full, animations: 'disabled' });
  }
  // Serious and critical faults by axe-core.
  async faults() {
    if (!await this.page.evaluate(() => Boolean(window.axe))) await this.page.evaluate(AXE);
    const found = await this.page.evaluate(async () => (await window.axe.run(document, { resultTypes: ['violations'] })).violations
      .filter(v => v.impact === 'serious' || v.impact === 'critical')
      .map(v => `${v.impact} ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => `${n.html.slice(0, 160)} (${n.any.map(a => a.message).join('; ').slice(0, 200)})`).join(' | ')}`));
    return found;
  }
  close() { return this.context.close(); }
}
