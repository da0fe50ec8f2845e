// The page while the chain goes on: a block arrives, a finding appears, a reorganisation takes both back, the program goes away
// and comes again. On a real node, without a reload.
import { Anvil, freePort } from '../support/anvil.mjs';
import { Browser, serve } from '../support/browser.mjs';
import { ClaimsStage, E18, FAULT } from '../support/claims-stage.mjs';
import { Mirror, there, PROGRAM } from '../support/program.mjs';
import { done, equal, none, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const DAY = 86400;
const [anvil, browser, port] = [await Anvil.start({ accounts: 12 }), await Browser.start(), await freePort()];
const stage = await ClaimsStage.deploy(anvil);
await stage.createPolicy(0, stage.users[0], 500_000n * E18, stage.now - DAY, stage.now + 100 * DAY);
await stage.settle(12);
await stage.createClaim(stage.policies[0], 40_000n * E18);
await stage.settle(12);
const made = Mirror.api3({ url: anvil.url, pool: stage.pool, token: stage.token, managers: stage.managers, poll: 50,
  extra: { views: { every_blocks: 0, at_head: true, accounts: 'touched' }, serve: { listen: `127.0.0.1:${port}` } } });
made.config.pools[0].contracts.kleros_proxies = [stage.proxy];
const mirror = new Mirror(made.config, { folder: made.folder });
let { daemon, url } = await serve(mirror, /following the head/);
const away = [/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|Failed to load resource/];

const stake = n => stage.tx(stage.admin, 'OpenPool', stage.pool, 'depositAndStake', BigInt(n) * E18);
// Until the page shows a figure with that value, by itself.
const shows = (tab, name, value) => tab.page.waitForFunction(([n, v]) => [...document.querySelectorAll(`[data-figure="${n}"]`)].some(e => e.dataset.value === v), [name, String(value)]);
const isLive = tab => tab.page.waitForSelector('#live[data-state="live"]');
const arrived = async tab => { await daemon.indexed(stage.head); await shows(tab, 'status.indexed', stage.head); };
const same = async (what, tab) => {
  const [status, pool] = [await mirror.status(), await mirror.json('pool', 'api3')];
  await shows(tab, 'status.digest', status.digest);
  await shows(tab, 'pool.liquidity', pool.state.liquidity);
  equal(what, [await tab.figure('status.indexed'), await tab.figure('pool.liquidity'), await tab.figure('pool.cover')].map(String),
    [status.indexed.number, pool.state.liquidity, pool.state.cover].map(String));
};
try {
  const [pool, found, old] = [await browser.open(url), await browser.open(url), await browser.open(url)];
  const before = stage.head;
  await part('a block arrives', async () => {
    await pool.go('#/pools/api3', 'pool');
    await old.go(`#/pools/api3?at=${before}`, 'pool');
    await isLive(pool);
    await same('the page shows the latest block', pool);
    const then = await old.figures('main');
    await pool.page.evaluate(() => { window.wasHere = true; });
    await stake(123_456);
    await stage.mine();
    await arrived(pool);
    await same('the next block and its figures came by themselves', pool);
    ok('it is counted', Number(await pool.page.getAttribute('#live', 'data-blocks')) >= 1);
    ok('without a reload', await pool.page.evaluate(() => window.wasHere === true));
    for (let i = 0; i < 5; i++) { await stake(1000 + i); await stage.mine(); }
    await arrived(pool);
    await same('and five more', pool);
    equal('a page as of a block stays there', await old.figures('main'), then);
    equal('and says which block', await old.page.getAttribute('main', 'data-at'), String(before));
    await pool.screenshot('live-block');
  });

  const branch = await anvil.snapshot(), kept = { now: stage.now, head: stage.head };
  await part('a finding appears', async () => {
    await found.go('#/findings', 'findings');
    await isLive(found);
    equal('there is none yet', await found.page.locator('[data-row]').count(), 0);
    await stage.manager(stage.admin, 0, 'misbehave', FAULT.PaysAboveCover);
    await stage.mine();
    await stage.accept(stage.claims[0]);
    await stage.settle(12);
    await arrived(found);
    await shows(found, 'finding.check', 'claim-payout');
    const items = await mirror.all('findings');
    equal('each with what was expected and what is there', (await found.figures('main')).filter(f => /^finding\.(check|expected|actual)$/.test(f.name)).map(f => [f.row, f.name, f.value]).sort(),
      items.flatMap(f => ['check', 'expected', 'actual'].map(k => [f.id, `finding.${k}`, f[k]])).sort());
    await shows(found, 'status.findings.error', items.filter(f => f.severity === 'error').length);
    ok('it is said aloud', /New finding/.test(await found.page.locator('#alarm').textContent()), await found.page.locator('#alarm').textContent());
    await found.screenshot('live-finding');
    await shows(pool, 'payout.amount', (await mirror.all('payouts', 'api3')).at(-1).amount);
    await same('the pool’s page has the payout, too', pool);
  });

  await part('a reorganisation', async () => {
    await anvil.revert(branch);
    Object.assign(stage, kept);
    for (let i = 0; i < 6; i++) { await stake(77 + i); await stage.mine(13); }
    await arrived(pool);
    await pool.page.waitForSelector('[data-banner="reorg"]');
    await same('the page shows the other branch', pool);
    ok('and says what happened', (await pool.text('[data-banner="reorg"]')).includes(String(kept.head)), await pool.text('[data-banner="reorg"]'));
    equal('the payout is gone', await pool.page.locator('[data-figure="payout.amount"]').count(), 0);
    await shows(found, 'status.findings.error', 0);
    const [withdrawn, open] = [await found.page.locator('[data-row][data-state="withdrawn"]').count(), await found.page.locator('[data-row][data-state="open"]').count()];
    ok('the findings are withdrawn', withdrawn > 0 && open === 0, `${withdrawn} withdrawn, ${open} open`);
    await pool.screenshot('live-reorg');
  });

  await part('the program goes away and comes again', async () => {
    for (const tab of [pool, found, old]) tab.expected.push(...away);
    await daemon.stop();
    await pool.page.waitForSelector('#live[data-state="lost"]');
    await pool.page.waitForSelector('[data-banner="lost"]');
    await stake(4242);
    await stage.mine();
    ({ daemon } = await serve(mirror, /following the head/));
    await isLive(pool);
    await arrived(pool);
    await same('what came meanwhile is there', pool);
    equal('and the notice is gone', await pool.page.locator('[data-banner="lost"]').count(), 0);
  });
  for (const [what, tab] of Object.entries({ pool, found, old })) none(`nothing wrong in ${what}`, [...tab.troubles, ...tab.strangers]);
} finally {
  await browser.stop();
  await daemon.stop();
  await anvil.stop();
}
done();
