// `assess`: the payout guideline on whole statements, what it prints, and what is wrong in a statement or a feed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM, run, tempFolder, there } from '../support/program.mjs';
import { done, equal, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const folder = tempFolder();
const file = (name, content) => { const path = join(folder, name); writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 1)); return path; };
const tell = r => [`exit status ${r.status ?? r.signal}`, `stderr: ${r.err.slice(-700)}`, `stdout: ${r.out.slice(0, 400)}`];
const refused = (name, r, status, ...patterns) =>
  ok(name, r.status === status && r.out === '' && patterns.every(p => p.test(r.err)), ...patterns.map(String), ...tell(r));

const ME = '0x14dc79964da2c08b23698b3d3cc7ca32193d9955', INCIDENT = 1655000000, DAY = 86400;
const usdc = millions => `${millions}000000000000`;
const statement = change => {
  const s = {
    asset: { symbol: 'USDC', decimals: 6 },
    policy: { cover: usdc(3), start: INCIDENT - 30 * DAY, end: INCIDENT + 30 * DAY, buyer: ME },
    victim: ME,
    incident: { timestamp: INCIDENT },
    losses: [{ token: 'USDC', lost: usdc(2) }],
    pool: { liquidity: usdc(9) },
    reporting: { requested: INCIDENT + DAY },
    facts: { covered_cause: true, investigable: true, material_loss: true, other_exclusion: false },
  };
  change?.(s);
  return s;
};
async function assess(change, ...args) {
  const r = await run(['assess', file('s.json', statement(change)), '--json', ...args]);
  if (r.status !== 0) throw new Error(tell(r).join('; '));
  return JSON.parse(r.out);
}
const verdict = d => [d.decision, d.payable];
const applying = (d, state = 'applies') => d.exclusions.filter(e => e.state === state).map(e => e.id);

await part("the documentation's figures", async () => {
  equal('a loss within the cover is paid whole', verdict(await assess()), ['payable', usdc(2)]);
  equal('a loss above the cover is paid up to it', verdict(await assess(s => { s.losses[0].lost = usdc(7); })), ['payable', usdc(3)]);
  equal('one million lost of five is 20 %', verdict(await assess(s => {
    s.incident = { timestamp: INCIDENT, funds_lost: '1000000', funds_before: '5000000' };
    s.losses = [{ token: 'USDC', held: usdc(2) }];
  })), ['payable', '400000000000']);
  equal('two million lent and one borrowed is one million', verdict(await assess(s => {
    s.losses = [{ token: 'USDC', lent: usdc(2), borrowed: usdc(1) }];
  })), ['payable', usdc(1)]);
  equal("the pool's liquidity is the limit", verdict(await assess(s => { s.pool.liquidity = usdc(1); })), ['payable', usdc(1)]);
  const priced = await assess(s => {
    s.losses = [{ token: 'WETH', decimals: 18, lost: '1000000000000000000', price_decimals: 8,
      prices: [[-3 * DAY - 1, '1'], [-3 * DAY, '180000000000'], [0, '150000000000'], [3 * DAY, '120000000000'], [3 * DAY + 1, '1']]
        .map(([after, price]) => ({ timestamp: INCIDENT + after, price })) }];
  });
  equal('the price is the lowest of the three days before and after', [...verdict(priced), priced.losses[0].price, priced.losses[0].price_at], ['payable', '1200000000', '120000000000', INCIDENT + 3 * DAY]);
  equal('the window is told', priced.price_window, { from: INCIDENT - 3 * DAY, to: INCIDENT + 3 * DAY });
  const other = await assess(s => { s.victim = `0x${'1'.repeat(40)}`; });
  equal('buyer and victim must be the same address', [...verdict(other), other.payout, applying(other)], ['excluded', '0', usdc(2), ['other_address']]);
  equal('48 hours for the request', [
    verdict(await assess(s => { s.reporting.requested = INCIDENT + 2 * DAY; })),
    applying(await assess(s => { s.reporting.requested = INCIDENT + 2 * DAY + 1; })),
  ], [['payable', usdc(2)], ['late_request']]);
  const steps = (await assess(s => {
    s.reporting = { requested: INCIDENT + 2 * DAY, accepted: INCIDENT + 5 * DAY, reported: INCIDENT + 9 * DAY, voted: INCIDENT + 12 * DAY, executed: INCIDENT + 14 * DAY };
  })).reporting;
  equal('48 hours, 3, 4, 3, 2 days: 14 in all', steps.map(x => [x.step, x.within_seconds / DAY, (x.due - INCIDENT) / DAY, x.state]),
    [['request', 2, 2, 'in_time'], ['acceptance', 3, 5, 'in_time'], ['report', 4, 9, 'in_time'], ['vote', 3, 12, 'in_time'], ['execution', 2, 14, 'in_time']]);
});

await part('what a human has to judge', async () => {
  const silent = await assess(s => { delete s.facts; });
  equal('facts that nobody stated', [...verdict(silent), applying(silent, 'needs_human')], ['needs_human', usdc(2), ['uncovered_cause', 'not_investigable', 'not_material', 'other_exclusion']]);
  const late = await assess(s => { s.reporting.accepted = INCIDENT + 5 * DAY; });
  equal('a step after the request that is late', [...verdict(late), applying(late, 'needs_human')], ['needs_human', usdc(2), ['late_process']]);
  const unpriced = await assess(s => { s.losses.push({ token: 'DAI', decimals: 18, lost: '1', price_decimals: 8, prices: [] }); });
  equal('a token without a price', [...verdict(unpriced), unpriced.payout, unpriced.losses.map(l => l.value)], ['needs_human', null, null, [usdc(2), null]]);
});

await part('feeds', async () => {
  mkdirSync(join(folder, 'feeds'));
  file('feeds/dai.csv', `timestamp,price\n${INCIDENT - 5},99950000\n${INCIDENT + 5},99800000\n`);
  const lossOf = feed => s => { s.losses = [{ token: 'DAI', decimals: 18, lost: '5000000000000000000000', price_decimals: 8, feed }]; };
  equal('a feed beside the statement', verdict(await assess(lossOf('feeds/dai.csv'))), ['payable', '4990000000']);
  equal('a feed by its whole path', verdict(await assess(lossOf(join(folder, 'feeds/dai.csv')))), ['payable', '4990000000']);
  refused('no such feed', await run(['assess', file('s.json', statement(lossOf('none.csv')))]), 1, /losses\[0\]\.feed/, /none\.csv/);
  file('feeds/bad.csv', `timestamp,price\n${INCIDENT},0.998\n`);
  refused('a price with a point', await run(['assess', file('s.json', statement(lossOf('feeds/bad.csv')))]), 1, /bad\.csv: line 2, column "price"/);
});

await part('what is wrong', async () => {
  const bad = async (name, change, ...patterns) => refused(name, await run(['assess', file('bad.json', statement(change))]), 2, /bad\.json/, ...patterns);
  await bad('an unknown key', s => { s.polcy = s.policy; delete s.policy; }, /"polcy"/, /"policy"/);
  await bad('no cover', s => { delete s.policy.cover; }, /policy\.cover: is missing/);
  await bad('an amount that is a number', s => { s.policy.cover = 1e6; }, /policy\.cover/, /quotation marks/);
  await bad('an amount with a point', s => { s.losses[0].lost = '1.5'; }, /losses\[0\]\.lost/, /"1\.5"/);
  await bad('an address too short', s => { s.victim = '0x12'; }, /victim/, /40 hexadecimal digits/);
  await bad('more lost than there was', s => { s.incident.funds_lost = '2'; s.incident.funds_before = '1'; }, /incident\.funds_lost/);
  await bad('steps out of order', s => { s.reporting.accepted = INCIDENT + 5; }, /reporting\.accepted/, /not before requested/);
  refused('no such file', await run(['assess', join(folder, 'none.json')]), 1, /none\.json/);
  refused('no JSON', await run(['assess', file('bad.json', '{')]), 2, /bad\.json: line 1/);
  refused('no file named', await run(['assess']), 2, /FILE/);
});

await part('for people', async () => {
  const r = await run(['assess', file('s.json', statement(s => { s.victim = `0x${'1'.repeat(40)}`; s.losses.push({ token: 'DAI', decimals: 18, held: '1500000000000000000', price_decimals: 8, prices: [{ timestamp: INCIDENT, price: '99800000' }] }); }))]);
  ok('payable, losses, trace, exclusions and steps', r.status === 0 && [/^payable: 0 USDC: an exclusion applies\nwithout it: 2,000,001\.497 USDC$/m, /held 1\.5 DAI at 0\.998 of 2022-06-12 02:13:20 UTC = 1\.497 USDC/,
    /payout = 2000001497000\n.*min\(insuredLoss, poolLiquidity\)/, /APPLIES +the victim is not the policy's buyer/, /request +2022-06-14 02:13:20 UTC +2022-06-13 02:13:20 UTC +in_time/].every(p => p.test(r.out)), ...tell(r), r.out);
  const stdin = await run(['assess', '-'], { input: JSON.stringify(statement()) });
  ok('from standard input', stdin.status === 0 && /^payable: 2,000,000 USDC: nothing excludes it$/m.test(stdin.out), ...tell(stdin));
});

done();
