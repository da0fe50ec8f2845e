// What people do with the page: look at another block, search, ask for a quote, go through it with the keyboard alone, change
// how it looks, copy evidence.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Browser, PHONE, serveDemo } from '../support/browser.mjs';
import { run, tempFolder, there, PROGRAM } from '../support/program.mjs';
import { done, equal, none, note, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const [browser, demo] = await Promise.all([Browser.start(), serveDemo()]);
const { mirror } = demo;
try {
  const tab = await browser.open(demo.url), { page } = tab;
  equal('run says where the page is, at its end', demo.daemon.err.trim().split('\n').at(-1).match(/in a browser: (\S+)/)?.[1], `${demo.url}/`);
  const at = () => page.getAttribute('main', 'data-at');
  const isAt = async block => { await page.waitForSelector(`main[data-at="${block}"][data-ready="true"]`, { state: 'attached' }); };
  const stands = async (what, pool, block) => equal(what, [await tab.figure('pool.share_price'), await tab.figure('pool.liquidity'), await tab.figure('status.indexed')],
    await mirror.json('pool', pool, '--at', block).then(p => [p.state.share_price, p.state.liquidity, String(block)]));

  await part('another block by the header', async () => {
    await tab.go('#/pools/api3', 'pool');
    await page.fill('#at', '200');
    await page.press('#at', 'Enter');
    await isAt(200);
    await stands('as of block 200', 'api3', 200);
    ok('the address says so', page.url().includes('at=200'), page.url());
    await page.click('#at-back');
    await isAt(199);
    await stands('one back', 'api3', 199);
    await page.click('#at-on');
    await isAt(200);
    await page.click('[data-nav="findings"]');
    await tab.ready('findings');
    equal('other views stay at that block', await at(), '200');
    await page.goBack();
    await tab.ready('pool');
    await page.reload();
    await tab.ready('pool');
    await stands('so does the page that is loaded again', 'api3', 200);
    await page.click('#at-latest');
    await isAt('latest');
    await stands('the latest again', 'api3', (await mirror.status()).indexed.number);
    await page.goBack();
    await isAt(200);
    const { hash } = (await mirror.json('status', '--at', 157)).indexed;
    await page.fill('#at', hash);
    await page.press('#at', 'Enter');
    await isAt(hash);
    equal('a block’s hash', await tab.figure('status.indexed'), '157');
    await tab.screenshot('as-of');
  });

  await part('an account over blocks, by its slider', async () => {
    const { account } = (await mirror.json('accounts', 'api3', '--limit', 3)).items.at(-1);
    await tab.go(`#/pools/api3/accounts/${account}`, 'account');
    const slider = page.locator('main input[type="range"]').first();
    const [from, to] = [Number(await slider.getAttribute('min')), Number(await slider.getAttribute('max'))];
    ok('it goes over the pool’s blocks', from >= 1 && from <= 3 && to === (await mirror.status()).indexed.number, `${from} to ${to}`);
    for (const block of [150, 251, 309]) {
      await slider.fill(String(block));
      const expected = await mirror.json('account', 'api3', account, '--at', block);
      await page.waitForFunction(v => document.querySelector('main [data-figure="account.shares"]')?.dataset.value === v && document.querySelector('main').dataset.ready === 'true', expected.shares);
      const shown = Object.fromEntries((await tab.figures('main')).filter(f => f.name.startsWith('account.') && f.row === null).map(f => [f.name.slice(8), f.value]));
      none(`all of it as of ${block}`, Object.entries(shown).filter(([k, v]) => v !== String(k === 'at' ? block : expected[k])).map(([k, v]) => `${k}: ${v}, command line ${expected[k]}`));
      ok(`there is something, as of ${block}`, Object.keys(shown).length >= 8, JSON.stringify(shown));
    }
    await slider.focus();
    await page.keyboard.press('ArrowLeft');
    await page.waitForFunction(() => document.querySelector('main').dataset.at === '308');
    ok('with the keyboard, too', true);
    await tab.screenshot('account-slider');
  });

  await part('search', async () => {
    tab.expected.push(/404 .*\/v1\/(status\?at=|explain\/)/); // a hash may be a transaction's or a block's: both are asked for
    const [payout] = await mirror.all('payouts', 'feeds'), [policy] = await mirror.all('policies', 'feeds'), [finding] = await mirror.all('findings', 'book');
    const { hash } = (await mirror.status()).indexed, upper = payout.recipient.toUpperCase().replace('0X', '0x');
    // what is typed, the link that is looked for, the view that it leads to, a word that stands there
    for (const [what, text, href, view, words] of [['an address', payout.recipient, `#/accounts/${payout.recipient}`, 'holder', payout.recipient], ['one in capitals, in one pool', upper, `#/pools/book/accounts/${payout.recipient}`, 'account', payout.recipient],
      ['a contract', '0xdae1287c6c1c994256e8099b1fa2088dadb88263', '#/pools/vault/figures', 'figures', 'vault'], ['a transaction', payout.transaction, `#/tx/${payout.transaction}`, 'transaction', 'PaidOutClaim'],
      ['a policy by its hash', policy.policy_hash, '#/pools/feeds/lists/policies', 'list', policy.policy_hash], ['a policy by its number', '7', '#/pools/book/lists/policies', 'list', 'Under claim'],
      ['a block', '416', '#/blocks/416', 'block', '416'], ['a block by its hash', hash, '#/blocks/', 'block', hash], ['a pool', 'vault', '#/pools/vault', 'pool', 'InsureDAO'], ['a finding', finding.id, '#/findings', 'findings', finding.check]]) {
      await page.fill('#search-text', text);
      await page.press('#search-text', 'Enter');
      await page.waitForFunction(q => document.querySelector('main').dataset.view === 'search' && location.hash.includes(encodeURIComponent(q)), text);
      await tab.ready('search');
      const link = page.locator(`main [data-table="results"] a[href^="${href}"]`).first();
      if (!ok(`${what} is found`, await link.count() > 0, (await tab.text('main')).slice(0, 400))) continue;
      await link.click();
      await tab.ready(view);
      ok(`${what}: it leads there`, (await page.locator('main').evaluate(e => e.innerHTML)).toLowerCase().includes(words.toLowerCase()), `${page.url()}: ${(await tab.text('main')).slice(0, 300)}`);
    }
    for (const [what, text] of [['nothing of that name', 'zzz'], ['what would be markup', '<img src=x onerror=alert(1)>'], ['a hash of nothing', `0x${'ab'.repeat(32)}`], ['a block that is not there', '999999999']]) {
      await page.fill('#search-text', text);
      await page.press('#search-text', 'Enter');
      // The search before was ready, too: this one is when its own words stand there.
      await page.waitForFunction(q => document.querySelector('main h1')?.textContent.includes(q) && !document.querySelector('main [data-state="loading"]'), text);
      await tab.ready('search');
      ok(`${what}: it says that there is nothing`, /Nothing/.test(await tab.text('main [data-panel="results"]')), await tab.text('main'));
      equal(`${what}: nothing of it became markup`, await page.locator('main img').count(), 0);
    }
    tab.expected.length = 0;
  });

  await part('a quote', async () => {
    await tab.go('#/pools/book', 'pool');
    for (const [amount, weeks] of [['12345.678', '9'], ['50000', '52']]) {
      await page.fill('#quote-amount', amount);
      await page.fill('#quote-weeks', weeks);
      await page.press('#quote-weeks', 'Enter');
      const units = String(BigInt(Math.round(Number(amount) * 1000)) * 10n ** 15n), expected = await mirror.json('quote', 'book', '--amount', units, '--weeks', weeks);
      await page.waitForFunction(v => document.querySelector('[data-figure="quote.premium"]')?.dataset.value === v, expected.premium);
      ok(`${amount} for ${weeks} weeks`, true);
    }
    await page.fill('#quote-amount', 'a lot');
    await page.press('#quote-amount', 'Enter');
    await page.waitForSelector('#quote-amount[aria-invalid="true"]');
    ok('what is no amount is said', (await tab.text('#quote-error')).length > 5, await tab.text('#quote-error'));
    await page.fill('#quote-amount', '900000000000');
    await page.press('#quote-amount', 'Enter');
    await page.waitForSelector('[data-figure="quote.premium"][data-value="null"]');
    ok('more than there is has no price, and why', (await tab.text('[data-panel="quote-result"]')).length > 12, await tab.text('[data-panel="quote-result"]'));
    await tab.go('#/pools/vault', 'pool');
    const markets = await page.locator('#quote-market option').evaluateAll(options => options.map(o => o.value));
    equal('each market can be chosen', markets.length, 3);
    for (const market of markets) {
      await page.selectOption('#quote-market', market);
      await page.fill('#quote-amount', '2500');
      await page.press('#quote-amount', 'Enter');
      const expected = await mirror.json('quote', 'vault', '--market', market, '--amount', 2_500_000_000, '--weeks', await page.inputValue('#quote-weeks'));
      await page.waitForFunction(v => document.querySelector('[data-figure="quote.premium"]')?.dataset.value === v, expected.premium);
    }
    ok('each has its price', true);
  });

  await part('evidence', async () => {
    const payout = (await mirror.all('payouts', 'api3')).at(-1), event = `${payout.transaction}:${payout.log_index}`;
    await tab.go(`#/tx/${payout.transaction}/${payout.log_index}`, 'transaction');
    const panel = page.locator('[data-panel="evidence"]'), clipboard = async starts => {
      for (let i = 0; i < 300; i++, await page.waitForTimeout(50)) {
        const text = await page.evaluate(() => navigator.clipboard.readText());
        if (text.startsWith(starts)) return text;
      }
      throw new Error(`nothing that begins with ${starts} was copied; ${await panel.innerText()}`);
    };
    await panel.getByRole('button', { name: 'Copy JSON' }).click();
    const copied = JSON.parse(await clipboard('{'));
    equal('what is copied is the explanation of the command line', copied.explanation, await mirror.json('explain', event));
    equal('with its block, the digest after it and how far it is proved', [copied.block.hash, copied.digest, copied.proof], await mirror.json('status', '--at', payout.block)
      .then(s => [s.indexed.hash, s.digest, s.proved.find(r => r.from <= payout.block && payout.block <= r.to).level]));
    // The commands that stand there do what they say.
    await panel.locator('.command button').first().click();
    const made = await clipboard('covermirror evidence'), folder = tempFolder(), words = made.trim().split(' ').slice(1);
    const r = await mirror.run(words, { cwd: folder });
    equal('the command makes a file', r.status, 0, made, r.err);
    const verified = await run(['verify', join(folder, words.at(-1))]);
    ok('which holds by itself', verified.status === 0 && /holds/.test(verified.out), verified.out.slice(0, 500), verified.err.slice(0, 500));
    // Where the API hands out such files, the page gives them, too.
    const has = '/v1/evidence/{tx}/{log}' in (await (await fetch(`${demo.url}/openapi.json`)).json()).paths;
    equal('the file itself is offered where there is one', [await panel.locator('[data-action="copy-evidence"]').count(), await panel.locator('[data-action="save-evidence"]').count()], has ? [1, 1] : [0, 0]);
    if (!has) return;
    const held = async (what, file) => { const v = await run(['verify', file]); ok(`${what} holds by itself`, v.status === 0 && /holds/.test(v.out), v.out.slice(0, 500), v.err.slice(0, 500)); };
    await page.evaluate(() => navigator.clipboard.writeText(''));
    await panel.locator('[data-action="copy-evidence"]').click();
    writeFileSync(join(folder, 'copied.json'), await clipboard('{'));
    await held('what is copied', join(folder, 'copied.json'));
    const [download] = await Promise.all([page.waitForEvent('download'), panel.locator('[data-action="save-evidence"]').click()]);
    await download.saveAs(join(folder, 'saved.json'));
    await held('what is saved', join(folder, 'saved.json'));
  });

  await part('the keyboard alone', async () => {
    await tab.go('#/', 'overview');
    await page.evaluate(() => document.activeElement?.blur());
    const focus = () => page.evaluate(() => { const e = document.activeElement; return { id: e.id, text: (e.getAttribute('aria-label') ?? e.textContent ?? '').trim(), href: e.getAttribute('href') ?? '', tag: e.tagName }; });
    // Tab until the element; what has the focus must be seen to have it.
    const invisible = [];
    const to = async (what, fits, most = 80) => {
      for (let i = 0; i < most; i++) {
        await page.keyboard.press('Tab');
        const seen = await page.evaluate(() => { const e = document.activeElement, s = getComputedStyle(e); return e === document.body || s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== 'none'; });
        const now = await focus();
        if (!seen) invisible.push(JSON.stringify(now).slice(0, 160));
        if (fits(now)) return true;
      }
      throw new Error(`${what} was not reached with Tab; the focus is at ${JSON.stringify(await focus())}`);
    };
    await page.reload();
    await tab.ready('overview');
    await page.keyboard.press('Tab');
    equal('first comes the way past the header', (await focus()).id, 'skip');
    await page.keyboard.press('Enter');
    equal('which leads to the content', await page.evaluate(() => document.activeElement.id), 'main');
    await to('a pool', f => f.href.startsWith('#/pools/feeds'));
    await page.keyboard.press('Enter');
    await tab.ready('pool');
    equal('the new view’s heading has the focus', await page.evaluate(() => document.activeElement.tagName), 'H1');
    await to('its payouts', f => /#\/pools\/feeds\/payouts/.test(f.href));
    await page.keyboard.press('Enter');
    await tab.ready('payouts');
    await to('who lost what', f => f.href.startsWith('#/tx/'), 120);
    await page.keyboard.press('Enter');
    await tab.ready('transaction');
    await page.keyboard.press('/');
    equal('a slash leads to the search', (await focus()).id, 'search-text');
    await page.keyboard.type('vault');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash.includes('vault'));
    await tab.ready();
    await page.keyboard.press('Alt+ArrowLeft').catch(() => {});
    await tab.go('#/findings', 'findings');
    await to('a finding’s trace', f => f.tag === 'SUMMARY', 120);
    const open = await page.evaluate(() => document.activeElement.parentElement.open);
    await page.keyboard.press('Enter');
    equal('opens and closes', await page.evaluate(() => document.activeElement.parentElement.open), !open);
    none('what has the focus is seen to have it', [...new Set(invisible)]);
  });

  await part('how it looks', async () => {
    await tab.go('#/pools/feeds', 'pool');
    const colour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await colour();
    await page.click('#theme-switch');
    await page.click('#theme-switch');
    const dark = await colour();
    ok('dark is another colour', light !== dark, light, dark);
    await page.reload();
    await tab.ready('pool');
    equal('and is remembered', await colour(), dark);
    await page.click('#figures-switch');
    equal('figures to their last unit', await page.getAttribute('#figures-switch', 'aria-pressed'), 'true');
    const shown = await page.locator('[data-figure="pool.liquidity"]').first().innerText(), { state } = await mirror.json('pool', 'feeds');
    equal('all digits are on the page', shown.replace(/[^0-9.]/g, ''), `${state.liquidity.slice(0, -18)}.${state.liquidity.slice(-18)}`.replace(/0+$/, ''));
    await page.click('#theme-switch');
    await page.setViewportSize(PHONE);
    const overflow = await tab.overflow();
    ok('they fit a phone', overflow <= 0, `${overflow} pixels too wide`);
    await tab.screenshot('exact-phone');
  });
  await part('the policy is in force', async () => {
    const policy = (await fetch(`${demo.url}/`)).headers.get('content-security-policy') ?? '';
    ok('it says what may be', /default-src 'none'/.test(policy) && !/unsafe|\*/.test(policy), policy);
    const other = await browser.open(demo.url);
    await other.go('#/', 'overview');
    none('nothing is wrong before', other.troubles);
    await other.page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script, Object.assign(new Image(), { src: 'http://example.invalid/x.png' }));
      document.body.insertAdjacentHTML('beforeend', '<p onclick="window.ran = true" id="inline" style="color: red">x</p>');
      document.getElementById('inline').click();
      return fetch('http://example.invalid/y').catch(() => {});
    });
    await other.page.waitForTimeout(300);
    equal('a script within the page does not run', await other.page.evaluate(() => window.ran), undefined);
    for (const what of ['script-src', 'img-src', 'connect-src', 'style-src']) ok(`${what} is broken, and noticed`, other.troubles.some(t => t.includes('content security policy') && t.includes(what)), other.troubles.join('\n'));
    await other.close();
  });
  await part('a token', async () => {
    const guarded = await serveDemo(c => ({ ...c, serve: { ...c.serve, token: 'the-right-token-0123456789' } }));
    try {
      const other = await browser.open(guarded.url, { expected: [/status of 401/] });
      await other.page.goto(`${guarded.url}/#/pools/feeds`);
      await other.page.fill('#token', 'a-wrong-one-0123456789');
      await other.page.press('#token', 'Enter');
      await other.page.waitForFunction(() => /refused/i.test(document.querySelector('[data-banner="token"]')?.textContent ?? ''));
      ok('a wrong one is refused, and nothing is shown', await other.page.locator('[data-figure]').count() === 0);
      await other.page.fill('#token', 'the-right-token-0123456789');
      await other.page.press('#token', 'Enter');
      await other.ready('pool');
      equal('with the right one there is all', await other.figure('pool.liquidity'), (await mirror.json('pool', 'feeds')).state.liquidity);
      ok('it is not in the address', !other.page.url().includes('token'), other.page.url());
      await other.page.reload();
      await other.ready('pool');
      ok('and kept for this tab', await other.page.locator('[data-banner="token"]').count() === 0);
      none('nothing else on the console', [...other.troubles, ...other.strangers]);
      await other.close();
    } finally { await guarded.daemon.stop(); }
  });
  none('nothing on the console', tab.troubles);
  none('no request to anybody else', tab.strangers);
  note(`${tab.requests} requests`);
} finally {
  await browser.stop();
  await demo.daemon.stop();
}
done();
