// /metrics of `run`: the same as status says, also after faults, a reorganisation, a refused block and beside a deaf receiver
// of alerts. promtool and a real Prometheus take what is served, and the rules and the dashboard ask for nothing else.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/anvil.mjs';
import { ask, configured, readMetrics, recorded, scene, until } from '../support/metrics.mjs';
import { PROGRAM, ROOT, sleep, tempFolder, there } from '../support/program.mjs';
import { done, equal, none, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const RULES = join(ROOT, 'configs', 'prometheus', 'covermirror.rules.yml');
const DASHBOARD = JSON.parse(readFileSync(join(ROOT, 'configs', 'grafana', 'covermirror.json')));

const promtool = (args, input) => {
  const r = spawnSync('promtool', args, { input, encoding: 'utf8' });
  return { status: r.status, said: `${r.error ?? ''}${r.stdout ?? ''}${r.stderr ?? ''}` };
};
// Both at a moment at which nothing changes between them.
async function still(m, url) {
  for (let tries = 0; tries < 100; tries++, await sleep(50)) {
    const before = await m.status(), metrics = await readMetrics(url), after = await m.status();
    const same = s => JSON.stringify({ ...s, rate: null, node_head: { ...s.node_head, seen: null }, daemon: null });
    if (same(before) === same(after)) return { status: after, metrics };
  }
  throw new Error('the mirror does not come to rest');
}
async function equals_status(what, m, url) {
  const { status: s, metrics: x } = await still(m, url);
  const differences = [];
  const same = (name, labels, expected) => {
    const got = x.number(name, labels);
    if (got !== expected) differences.push(`${name}${JSON.stringify(labels)}: ${got}, status says ${expected}`);
  };
  const sums = (name, labels, expected) => {
    const got = x.sum(name, labels);
    if (got !== expected) differences.push(`${name}${JSON.stringify(labels)}: ${got} in all, status says ${expected}`);
  };
  same('covermirror_chain_id', {}, s.chain_id);
  same('covermirror_head_block', {}, s.node_head.number);
  same('covermirror_head_timestamp_seconds', {}, s.node_head.timestamp);
  same('covermirror_indexed_block', {}, s.indexed.number);
  same('covermirror_indexed_timestamp_seconds', {}, s.indexed.timestamp);
  same('covermirror_finalized_block', {}, s.finalized ?? undefined);
  same('covermirror_lag_blocks', {}, s.lag.blocks);
  same('covermirror_lag_seconds', {}, s.lag.seconds);
  same('covermirror_degraded', {}, Number(s.state === 'degraded'));
  same('covermirror_reorgs_total', {}, s.reorgs.count);
  same('covermirror_reorg_depth_blocks', {}, s.reorgs.items[0]?.depth ?? 0);
  same('covermirror_store_bytes', {}, s.store_bytes);
  same('covermirror_writer_up', {}, 1);
  sums('covermirror_pool_events', {}, s.events);
  sums('covermirror_checks', { result: 'passed' }, s.checks.passed);
  sums('covermirror_checks', { result: 'failed' }, s.checks.failed);
  for (const severity of ['error', 'warning', 'info']) sums('covermirror_findings_open', { severity }, s.findings[severity]);
  sums('covermirror_proved_blocks', {}, x.number('covermirror_blocks'));
  for (const level of ['header', 'receipts', 'transactions'])
    same('covermirror_proved_blocks', { level }, s.proved.filter(p => p.level === level).reduce((sum, p) => sum + p.blocks, 0));
  s.nodes.forEach((n, i) => {
    const labels = { endpoint: String(i), node: n.node };
    same('covermirror_node_head_block', labels, n.head ?? undefined);
    same('covermirror_node_latency_seconds', labels, n.latency_ms / 1000);
    same('covermirror_node_answers_total', labels, n.answers);
    same('covermirror_node_request_duration_seconds_count', labels, n.answers);
    same('covermirror_node_request_duration_seconds_bucket', { ...labels, le: '+Inf' }, n.answers);
    sums('covermirror_node_failures_total', labels, n.troubles);
    same('covermirror_node_rate_limited_total', labels, n.rate_limited);
    same('covermirror_node_hedges_total', labels, n.hedges);
    same('covermirror_node_lies_total', labels, n.lies);
    same('covermirror_node_omissions_total', labels, n.omissions);
    same('covermirror_node_quarantined', labels, Number(n.quarantined));
  });
  s.alerts.forEach(a => {
    const labels = { channel: a.alert, kind: a.kind };
    same('covermirror_alert_waiting', labels, a.waiting);
    same('covermirror_alert_deliveries_total', { ...labels, result: 'sent' }, a.told);
    same('covermirror_alert_deliveries_total', { ...labels, result: 'failed' }, a.failed);
    if (Math.floor(x.number('covermirror_alert_waiting_since_timestamp_seconds', labels) ?? 0) !== (a.waiting_since ?? 0)) differences.push(`${a.alert}: waits since another moment`);
  });
  none(`${what}: the figures are those of status`, differences);
  for (const pool of (await m.json('pools')).items) {
    const labels = { pool: pool.name };
    const whole = text => text === null ? undefined : (BigInt(text) / 10n ** BigInt(pool.asset.decimals)) + '.' + String(BigInt(text) % 10n ** BigInt(pool.asset.decimals)).padStart(pool.asset.decimals, '0');
    equal(`${what}: the pool's figures are those of pools`,
      ['share_price', 'liquidity', 'cover', 'utilization_ratio'].map(f => x.value(`covermirror_pool_${f}`, labels) ?? null),
      [pool.share_price ?? undefined, whole(pool.liquidity), whole(pool.cover), pool.utilization ?? undefined].map(v => v ?? null));
  }
  const linted = promtool(['check', 'metrics'], x.text);
  ok(`${what}: promtool finds nothing to say`, linted.status === 0 && linted.said === '', linted.said);
  return { s, x };
}

await scene('a node with faults', { 'fault-rate': 0.2, seed: 3 }, {}, async (s, d) => {
  await d.indexed(309);
  equal('/healthz is fine', await ask(s.url, '/healthz'), { code: 200, status: 'ok', reasons: [], details: [], type: 'application/json', problem: [] });
  await until('/readyz says ready', async () => (await ask(s.url, '/readyz')).code === 200, s.log);
  // Notes of nodes are some seconds old, so the counts of both come from them.
  await until('failures are noted', async () => (await readMetrics(s.url)).sum('covermirror_node_failures_total') > 0, s.log);
  await s.node.stop();
  const { x } = await equals_status('after faults', s.m, s.url);
  ok('comparisons are counted by check', x.all('covermirror_checks', { result: 'passed' }).filter(c => c.value !== '0').length > 10);
  ok('failures are told apart', x.all('covermirror_node_failures_total').filter(c => c.value !== '0').length >= 3, x.all('covermirror_node_failures_total'));
  ok('the process began before now', x.number('process_start_time_seconds') <= Date.now() / 1000 && x.number('process_start_time_seconds') > Date.now() / 1000 - 300);

  const before = await readMetrics(s.url);
  const count = (m, route, status) => m.number('covermirror_http_requests_total', { route, status }) ?? 0;
  for (let i = 0; i < 5; i++) await (await fetch(`${s.url}/v1/pools/api3`)).text();
  let unknown;
  for (let i = 0; i < 3; i++) { const r = await fetch(`${s.url}/v1/pools/none`); unknown = String(r.status); await r.text(); }
  await (await fetch(`${s.url}/nowhere`)).text();
  const body = await (await fetch(`${s.url}/v1/pools/api3`, { method: 'HEAD' })).text();
  const after = await readMetrics(s.url);
  equal('requests are counted by route and status',
    [['/v1/pools/{name}', '200'], ['/v1/pools/{name}', unknown], ['none', '404'], ['/metrics', '200']].map(([r, c]) => count(after, r, c) - count(before, r, c)), [6, 3, 1, 1]);
  equal('and how long they took', after.number('covermirror_http_request_duration_seconds_count', { route: '/v1/pools/{name}' }), 9);
  equal('a HEAD has no body', body, '');
  ok('connections are counted', after.number('covermirror_http_connections') >= 1 && after.number('covermirror_http_requests_in_flight') === 1);
});

// Blocks of the other branch are made up, and prove nothing.
const TURNS = 2000;
await scene('a reorganisation', { head: 140, fork: `150:4:${TURNS}` }, { proof: { level: 'off' } }, async (s, d) => {
  await d.indexed(140);
  await s.node.head(150);
  await d.indexed(150);
  const { s: before, x: forked } = await equals_status('on the other branch', s.m, s.url);
  ok('its blocks are those', before.indexed.hash.startsWith('0xdead') && before.reorgs.count === 0);
  // The node goes back to the first branch once it was asked for its head so often.
  await fetch(s.node.url, { method: 'POST', body: JSON.stringify(Array.from({ length: TURNS }, (_, id) => ({ jsonrpc: '2.0', id, method: 'eth_blockNumber', params: [] }))) });
  await until('the mirror goes back', async () => { const t = await s.m.status(); return t.reorgs.count === 1 && t.indexed.number === 150; }, s.log);
  const { s: after, x } = await equals_status('after it', s.m, s.url);
  ok('events came, and comparisons that had failed went', after.events > before.events && after.checks.failed < before.checks.failed);
  ok('what was applied stays counted', x.number('covermirror_applied_blocks_total') === forked.number('covermirror_applied_blocks_total') + 4);
  const straight = configured(`file:${recorded}`, { proof: { level: 'off' } });
  await straight.sync('--to', 150);
  equal('all is as if it had never been', [after.events, after.digest], await straight.status().then(t => [t.events, t.digest]));
  await s.node.head(309);
  await d.indexed(309);
  await equals_status('at the end', s.m, s.url);
});

await scene('a node that lies', { 'lie-log': '110:0' }, {}, async (s, d) => {
  await until('a block is refused', async () => (await ask(s.url, '/readyz')).reasons.includes('refused_block'), s.log);
  const ready = await ask(s.url, '/readyz');
  equal('/readyz says why', [ready.code, ready.reasons], [503, ['lagging', 'refused_block']]);
  equal('as a problem document', ready.problem, []);
  ok('in words', ready.details.some(r => /^block 110 is refused: source-/.test(r.detail)), ready.details);
  equal('/healthz is fine', (await ask(s.url, '/healthz')).code, 200);
  const { x } = await equals_status('beside a refused block', s.m, s.url);
  equal('the finding is counted', [x.sum('covermirror_findings_open', { severity: 'error' }), x.number('covermirror_ready'), x.number('covermirror_degraded')], [1, 0, 1]);
});

// A receiver that is not there, and a second one that a SIGHUP brings.
await scene('alerts', { 'lie-log': '110:0' }, { alerts: [{ webhook: 'http://u:hunter22@127.0.0.1:9/T0KEN' }] }, async (s, d) => {
  const waits = async kind => (await readMetrics(s.url)).number('covermirror_alert_waiting', { kind });
  const tried = async (kind, result) => (await readMetrics(s.url)).number('covermirror_alert_deliveries_total', { kind, result }) ?? 0;
  await until('a message waits', async () => await waits('webhook') === 1 && await tried('webhook', 'failed') > 0, s.log);
  const { x } = await equals_status('beside a deaf receiver', s.m, s.url);
  ok('since a while', Math.abs(x.number('covermirror_alert_waiting_since_timestamp_seconds') - Date.now() / 1000) < 60);
  ok('no secret is told', !/hunter22|T0KEN/.test(x.text));
  writeFileSync(s.m.file, JSON.stringify({ ...s.m.config, alerts: [...s.m.config.alerts, { command: 'cat >/dev/null' }] }));
  d.child.kill('SIGHUP');
  await until('the command is told', async () => await tried('command', 'sent') === 1 && await waits('command') === 0, s.log);
  ok('and the other one still waits', await waits('webhook') === 1);
});

await part('rules', async () => {
  for (const args of [['check', 'rules', RULES], ['check', 'config', join(ROOT, 'configs', 'prometheus', 'prometheus.yml')], ['test', 'rules', join(ROOT, 'tests', 'configs', 'covermirror.rules.test.yml')]]) {
    const r = promtool(args);
    ok(`promtool ${args.slice(0, 2).join(' ')} ${args[2].split('/').at(-1)}`, r.status === 0, r.said);
  }
  const tested = readFileSync(join(ROOT, 'tests', 'configs', 'covermirror.rules.test.yml'), 'utf8');
  const alerts = [...readFileSync(RULES, 'utf8').matchAll(/- alert: (\w+)/g)].map(m => m[1]);
  none('every rule has a test in which it fires', alerts.filter(a => !new RegExp(`exp_samples:[^]*?\\b${a}"`).test(tested)));
});

// Every expression of the dashboard and the rules, with what stands for its variables.
const expressions = [...DASHBOARD.panels.flatMap(p => (p.targets ?? []).map(t => ({ where: p.title, expr: t.expr }))),
  ...DASHBOARD.annotations.list.map(a => ({ where: a.name, expr: a.expr }))].map(e => ({ ...e, expr: e.expr.replaceAll('$__rate_interval', '1m')
  .replaceAll('$job', 'covermirror').replaceAll('$instance', '.*').replaceAll('$pool', '.*') }));
const documented = readFileSync(join(ROOT, 'docs', 'metrics.md'), 'utf8');
const names = text => [...text.matchAll(/\b(?:covermirror|process)_\w+/g)].map(m => m[0]);

await scene('a real Prometheus', {}, {}, async (s, d) => {
  await d.indexed(309);
  const known = (await readMetrics(s.url)).names();
  none('the dashboard asks for nothing that is not there', [...new Set(expressions.flatMap(e => names(e.expr)))].filter(n => !known.has(n)));
  none('nor its variables', DASHBOARD.templating.list.flatMap(v => names(v.query?.query ?? '')).filter(n => !known.has(n)));
  const families = [...(await readMetrics(s.url)).types.keys()];
  none('every family is documented', families.filter(f => !documented.includes(`\`${f}\``)));
  none('and nothing else is', [...new Set(names(documented))].filter(n => !families.includes(n)));
  none('nor do the rules', [...new Set(names(readFileSync(RULES, 'utf8').replace(/#.*|(?:summary|description):.*/g, '')))].filter(n => !known.has(n)));
  const folder = tempFolder('prometheus'), port = await freePort(), file = join(folder, 'prometheus.yml');
  writeFileSync(file, readFileSync(join(ROOT, 'configs', 'prometheus', 'prometheus.yml'), 'utf8').replaceAll('15s', '1s')
    .replace('127.0.0.1:8480', s.url.replace('http://', '')).replace('covermirror.rules.yml', RULES));
  const child = spawn('prometheus', [`--config.file=${file}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=warn'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', t => { said += t; });
  process.on('exit', () => child.kill('SIGKILL'));
  const api = async (path, query = {}) => (await fetch(`http://127.0.0.1:${port}/api/v1/${path}?${new URLSearchParams(query)}`)).json();
  const query = expr => api('query', { query: expr });
  const there = async expr => { try { return (await query(expr)).data.result.length > 0; } catch { return false; } };
  try {
    await until('it scrapes', () => there('up{job="covermirror"} == 1 and covermirror_indexed_block == 309'), () => said);
    await until('and evaluates the rules', () => there('covermirror:proof_coverage:ratio == 1'), () => said);
    const bad = [];
    for (const e of expressions) {
      const r = await query(e.expr);
      if (r.status !== 'success') bad.push(`${e.where}: ${e.expr}: ${r.error}`);
    }
    none('every expression of the dashboard is one', bad);
    const { data } = await api('rules');
    none('every rule can be evaluated', data.groups.flatMap(g => g.rules).filter(r => r.health === 'err').map(r => `${r.name}: ${r.lastError}`));
    const targets = (await api('targets')).data.activeTargets;
    equal('the target is in order', targets.map(t => [t.health, t.lastError]), [['up', '']]);
  } finally {
    child.kill('SIGKILL');
  }
});

done();
