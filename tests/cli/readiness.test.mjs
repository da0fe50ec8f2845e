// /healthz and /readyz of `run`: 503 while the node is away or a thread hangs, with the reasons; what needs a token.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ask, readMetrics, recorded, scene, until } from '../support/metrics.mjs';
import { PROGRAM, ROOT, there } from '../support/program.mjs';
import { startReplay } from '../support/replay.mjs';
import { done, equal, ok } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const HOLD = process.env.HOLD_TOOL ?? join(ROOT, 'build', 'tests', 'store', 'hold_tool');

await scene('a node that goes away', {}, { serve: { ready_head_age_s: 1 } }, async (s, d) => {
  await d.indexed(309);
  await until('/readyz says ready', async () => (await ask(s.url, '/readyz')).code === 200, s.log);
  await s.node.stop();
  await until('/readyz says 503', async () => (await ask(s.url, '/readyz')).code === 503, s.log);
  equal('as no head is told', (await ask(s.url, '/readyz')).reasons, ['head_stale']);
  equal('/healthz stays fine', (await ask(s.url, '/healthz')).code, 200);
  await until('the node is down', async () => (await readMetrics(s.url)).number('covermirror_node_up') === 0, s.log);
  const x = await readMetrics(s.url);
  ok('its failures are of the connection', x.number('covermirror_node_failures_total', { kind: 'connection' }) > 0 && x.number('covermirror_node_failing_requests') > 0);
  equal('not ready, in the metrics too', x.number('covermirror_ready'), 0);
  s.node = await startReplay(recorded, { port: s.port });
  await until('/readyz says ready again', async () => (await ask(s.url, '/readyz')).code === 200, s.log);
  await until('and the node is up', async () => (await readMetrics(s.url)).number('covermirror_node_up') === 1, s.log);
});

await scene('a token', {}, { serve: { token: 'sixteen-letters!' } }, async (s, d) => {
  await d.indexed(309);
  const code = async (path, authorization) => (await fetch(s.url + path, { headers: authorization ? { authorization } : {} })).status;
  equal('/metrics wants it', [await code('/metrics'), await code('/metrics', 'Bearer another-sixteen!'), await code('/metrics', 'Bearer sixteen-letters!')], [401, 401, 200]);
  equal('/healthz and /readyz do not', [await code('/healthz'), await code('/readyz')], [200, 200]);
  const x = await readMetrics(s.url, { headers: { authorization: 'Bearer sixteen-letters!' } });
  equal('refusals are counted', x.number('covermirror_http_requests_total', { status: '401' }), 2);
  const cached = await fetch(`${s.url}/metrics`, { headers: { authorization: 'Bearer sixteen-letters!' } });
  await cached.text();
  ok('nobody keeps an answer', /no-store|no-cache/.test(cached.headers.get('cache-control')), cached.headers.get('cache-control'));
});

await scene('a writer that hangs', { head: 100, step: 100 }, { serve: { health_silence_s: 1 } }, async (s, d) => {
  await d.indexed(101);
  const hold = spawn(HOLD, [s.m.store], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    await new Promise((resolve, reject) => { hold.stdout.once('data', resolve); hold.once('error', reject); hold.once('exit', c => reject(new Error(`hold_tool ended with ${c}`))); });
    await until('/healthz says 503', async () => (await ask(s.url, '/healthz')).code === 503, s.log);
    const health = await ask(s.url, '/healthz'), ready = await ask(s.url, '/readyz');
    equal('and why', [health.problem, health.reasons, ready.code, ready.reasons.includes('hanging')], [[], ['hanging'], 503, true]);
    const x = await readMetrics(s.url);
    ok('readers are served meanwhile', x.number('covermirror_mirror_silent_seconds') > 1 && x.number('covermirror_indexed_block') > 100);
  } finally {
    hold.stdin.end();
    await new Promise(resolve => { if (hold.exitCode !== null || hold.signalCode) resolve(); else hold.once('close', resolve); });
  }
  await until('/healthz is fine again', async () => (await ask(s.url, '/healthz')).code === 200, s.log);
});

done();
