// InsureDAO behind a real node: a seeded crowd uses our contracts of the same rules, and every figure of the mirror is
// compared with the contracts' views at every block.
import { Anvil } from '../support/anvil.mjs';
import { InsureDriver } from '../support/insure-scenario.mjs';
import { InsureScene } from '../support/insure-scene.mjs';
import { there, PROGRAM } from '../support/program.mjs';
import { done, equal, none, note, ok, part, random } from '../support/tap.mjs';

const seed = Number(process.env.SEED ?? 9);
const OPERATIONS = Number(process.env.OPERATIONS ?? 320);
if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
note(`seed ${seed} (SEED=... for another)`);

// Each figure that the truth has, as the mirror has it; `where` names it.
function differences(where, truth, mirror) {
  if (!mirror) return [`${where}: the mirror has none`];
  return Object.entries(truth).filter(([k, v]) => JSON.stringify(mirror[k] === undefined ? 'nothing' : figure(mirror[k])) !== JSON.stringify(figure(v)))
    .map(([k, v]) => `${where} ${k}: view ${JSON.stringify(v)}, mirror ${JSON.stringify(mirror[k])}`);
}
const figure = v => typeof v === 'number' || typeof v === 'bigint' ? String(v) : v;

const KEYS = { markets: ['market'], indices: ['index'], reserves: ['reserve'], policies: ['market', 'id'], credits: ['market', 'index'], holdings: ['account', 'pool'] };
const EMPTY = { credits: c => c.slot === '0', holdings: h => h.balance === '0' && h.unlocks_at === '0' };

async function compareBlock(scene, mirror, block) {
  const counts = await scene.views(scene.markets.map(m => [m, 'allInsuranceCount']), block);
  const policies = scene.markets.flatMap((m, i) => Array.from({ length: Number(counts[i]?.[0] ?? 0) }, (_, id) => [m, id]));
  const accounts = [...scene.pools(), scene.owner, scene.owner2, scene.outsider];
  const truth = await scene.truth(block, { accounts, holders: [...scene.users, scene.owner], policies });
  const [pool, told, ...lists] = await Promise.all([mirror.json('pool', 'insure', '--at', block),
    mirror.all('accounts', 'insure', '--limit', 500, '--at', block),
    ...Object.keys(KEYS).map(list => mirror.all('items', 'insure', list, '--limit', 500, '--at', block))]);
  const wrong = differences(`block ${block}`, truth.pool, pool.state);
  let compared = Object.keys(truth.pool).length;
  for (const [a, figures] of Object.entries(truth.accounts)) {
    const one = told.find(x => x.account === a);
    if (one || Object.values(figures).some(v => v !== '0')) wrong.push(...differences(`block ${block} ${a}`, figures, one));
  }
  Object.entries(KEYS).forEach(([list, parts], i) => {
    const items = new Map(lists[i].map(item => [parts.map(p => item[p]).join(':'), item]));
    for (const [key, figures] of Object.entries(truth.lists[list])) {
      if (!items.has(key) && EMPTY[list]?.(figures)) continue;
      wrong.push(...differences(`block ${block} ${list} ${key}`, figures, items.get(key)));
      compared += Object.keys(figures).length;
    }
    for (const key of items.keys()) if (!truth.lists[list][key] && list !== 'holdings') wrong.push(`block ${block} ${list} ${key}: only the mirror has it`);
  });
  return { wrong, compared };
}

const rnd = random(seed);
const anvil = await Anvil.start({ accounts: 14 });
try {
  const scene = await InsureScene.deploy(anvil);
  const driver = new InsureDriver(scene, rnd);
  const first = scene.head;
  await part('the scenario', async () => {
    await driver.prepare();
    const gone = {}, reverted = {};
    let operations = 0;
    while (operations < OPERATIONS) {
      for (let k = rnd() < 0.3 ? 2 + rnd.below(4) : 1; k > 0; k--, operations++) await driver.act();
      for (const r of await scene.settle(driver.wait())) (r.ok ? gone : reverted)[r.name] = ((r.ok ? gone : reverted)[r.name] ?? 0) + 1;
    }
    note(`${operations} operations in ${scene.head - first} blocks; went through: ${JSON.stringify(gone)}; reverted: ${JSON.stringify(reverted)}`);
    const sum = x => Object.values(x).reduce((a, b) => a + b, 0);
    ok('most operations went through', sum(gone) > 2 * sum(reverted), `${sum(gone)} of ${sum(gone) + sum(reverted)}`);
    for (const name of ['deposit', 'withdraw', 'insure', 'unlock', 'applyCover', 'redeem', 'resume']) ok(`${name} went through`, gone[name] > 0);
  });
  const mirror = scene.mirror({ extra: { proof: { level: 'headers' }, views: { every_blocks: 1, accounts: 'all' } } });
  await part('the mirror', async () => {
    const r = await mirror.sync();
    ok('sync', r.status === 0, `status ${r.status ?? r.signal}`, r.err.slice(-2000));
    const findings = await mirror.all('findings');
    none('no findings', findings.map(f => `${f.severity} ${f.check} block ${f.block} log ${f.log_index} ${JSON.stringify(f.subject)} expected ${f.expected} actual ${f.actual}`));
    const status = await mirror.status();
    note(`checks ${JSON.stringify(status.checks)}`);
    const incidents = await mirror.all('items', 'insure', 'incidents', '--limit', 500);
    const borne = name => incidents.filter(i => i[name] !== null && i[name] !== '0').length;
    note(`${incidents.length} incidents and bounties; borne by ${['from_market', 'from_indices', 'from_reserves', 'shortage'].map(n => `${n} ${borne(n)}`).join(', ')}`);
    for (const name of ['from_market', 'from_indices', 'from_reserves']) ok(`a debt was borne: ${name}`, borne(name) > 0);
  });
  await part('every figure at every block', async () => {
    const wrong = [];
    let compared = 0;
    for (let n = first; n <= scene.head; n++) {
      const result = await compareBlock(scene, mirror, n);
      wrong.push(...result.wrong);
      compared += result.compared;
    }
    note(`${compared} figures compared`);
    none(`the figures of ${scene.head - first + 1} blocks`, wrong);
  });
  // What models are asked decides no digested row: a mirror that looks at other blocks is the same.
  await part('another mirror', async () => {
    const other = scene.mirror({ extra: { proof: { level: 'receipts', walk_headers_below: 0 }, views: { every_blocks: 0, at_head: false } } });
    for (const to of [['--to', scene.head - 50], ['--to', scene.head]]) {
      const r = await other.sync(...to);
      ok(`sync ${to.join(' ')}`, r.status === 0, `status ${r.status ?? r.signal}`, r.err.slice(-1000));
    }
    equal('it has the same digest', await other.digest(), await mirror.digest());
    const r = await other.run(['check-store']);
    ok('check-store adds up', r.status === 0, r.out.slice(-500), r.err.slice(-500));
  });
} finally { await anvil.stop(); }
done();
