// What bad clients meet: malformed, huge, half-sent, trickled and pipelined requests get an error or are closed, whoever does not
// read is cut off, nobody has too many connections; and meanwhile and afterwards others are answered.
import { readFileSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { request } from 'node:http';
import { join } from 'node:path';
import { Mirror, PROGRAM, ROOT, sleep, there } from '../support/program.mjs';
import { CHAINS } from '../support/recorded.mjs';
import { done, equal, none, ok, part } from '../support/tap.mjs';
import { portOf, statuses, wire } from '../support/wire.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const IDLE = 1200, DEADLINE = 1500, OF_ONE = 24;
const config = JSON.parse(readFileSync(join(ROOT, 'tests', 'configs', 'api3-seed1.json')));
const m = new Mirror({ ...config, chain: { id: 31337, rpc: [{ url: `file:${join(CHAINS, 'api3-seed1.chain.jsonl.gz')}` }] }, store: undefined, views: { at_head: false },
  serve: { listen: '127.0.0.1:0', idle_ms: IDLE, deadline_ms: DEADLINE, header_bytes: 4096, target_bytes: 300, connections: 40, connections_per_address: OF_ONE } });
const daemon = m.daemon();
const base = await daemon.url(), port = portOf(base);
await daemon.indexed(309);
const HOST = 'Host: x\r\n', get = (target, headers = '') => `GET ${target} HTTP/1.1\r\n${HOST}${headers}\r\n`;
// A connection of its own each time.
const text = path => new Promise((resolve, reject) => {
  const r = request(base + path, { agent: false }, res => { let got = ''; res.on('data', d => { got += d; }); res.on('end', () => resolve({ status: res.statusCode, text: got })); });
  r.on('error', reject);
  r.end();
});
const alive = async () => (await text('/healthz')).status === 200;
const metric = async pattern => Number((await text('/metrics')).text.match(pattern)?.[1]);
const gauge = name => metric(new RegExp(`^${name} (\\d+)`, 'm'));
const descriptors = () => readdirSync(`/proc/${daemon.child.pid}/fd`).length;
const quiet = async () => { for (const until = Date.now() + 4000; Date.now() < until && descriptors() > before; ) await sleep(50); };
await alive(); await sleep(100);
const before = descriptors();

await part('malformed', async () => {
  const bad = [];
  const cases = {
    'nothing that is HTTP': ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
    'no target': ['GET\r\n\r\n'],
    'no version': [`GET /v1/status\r\n${HOST}\r\n`],
    'another version': [`GET /v1/status HTTP/3.0\r\n${HOST}\r\n`],
    'no host': ['GET /v1/status HTTP/1.1\r\n\r\n'],
    'a header without a colon': [`GET /v1/status HTTP/1.1\r\n${HOST}nonsense\r\n\r\n`],
    'a length that is none': [`POST /v1/status HTTP/1.1\r\n${HOST}Content-Length: ten\r\n\r\n`],
    'a negative length': [`POST /v1/status HTTP/1.1\r\n${HOST}Content-Length: -1\r\n\r\n`],
    'a NUL': [`GET /v1/\0status HTTP/1.1\r\n${HOST}\r\n`],
    'bytes above ASCII in the target': [get('/v1/p\xc3\xb6\xf6ls')],
    'a fragment': [get('/v1/status#x')],
    'a target that is no path': [get('status')],
    'everything': [`OPTIONS * HTTP/1.1\r\n${HOST}\r\n`],
    'a percent sign at the end': [get('/v1/pools?at=%')],
    'forty parameters': [get(`/v1/status?${'a=1&'.repeat(40)}`)],
    'twenty parts': [get(`/v1${'/x'.repeat(20)}`)],
  };
  for (const [what, parts] of Object.entries(cases)) {
    const r = await wire(port, parts, { quiet: 300 }), s = statuses(r.text);
    // Debian's libmicrohttpd writes the head of some of its own errors twice, and closes.
    if (!(r.closed && s.length === 0) && !((s.length === 1 || (r.closed && s[0] === s[1])) && [400, 404, 405, 413, 505].includes(s[0]))) bad.push(`${what}: ${s} closed=${r.closed} ${r.text.slice(0, 200)}`);
  }
  none('an error, or the connection is closed', bad);
  const proxy = await wire(port, get(`http://x:${port}/healthz`), { quiet: 300 });
  equal('the form that proxies use is understood', statuses(proxy.text), [200]);
  ok('others are answered', await alive());
});

await part('huge', async () => {
  const long = await wire(port, get(`/v1/pools?at=${'1'.repeat(400)}`), { quiet: 400 });
  ok('a long target', statuses(long.text)[0] === 414 && /too long/.test(long.text), long.text.slice(0, 300));
  const far = await wire(port, get(`/v1/pools?at=${'1'.repeat(100000)}`), { quiet: 400 });
  ok('a longer one', far.closed && [414, 431, undefined].includes(statuses(far.text)[0]), far.text.slice(0, 200));
  const header = await wire(port, get('/v1/status', `X: ${'x'.repeat(100000)}\r\n`), { quiet: 400 });
  ok('a long header', header.closed && [431, undefined].includes(statuses(header.text)[0]), header.text.slice(0, 200));
  const many = await wire(port, get('/v1/status', 'X-Y: z\r\n'.repeat(50000)), { quiet: 400 });
  ok('many headers', many.closed && [431, undefined].includes(statuses(many.text)[0]), many.text.slice(0, 200));
  const body = await wire(port, [`POST /v1/status HTTP/1.1\r\n${HOST}Content-Length: 100000000\r\n\r\n`, 'x'.repeat(1 << 20)], { quiet: 400 });
  ok('a large body', body.closed && [405, undefined].includes(statuses(body.text)[0]), body.text.slice(0, 200));
});

await part('bodies', async () => {
  const inner = 'GET /v1/pools HTTP/1.1\r\nHost: y\r\n\r\n';
  const r = await wire(port, `GET /v1/status HTTP/1.1\r\n${HOST}Content-Length: ${inner.length}\r\n\r\n${inner}`, { quiet: 400 });
  equal('a body is refused, and never taken for a request', [statuses(r.text), r.closed], [[413], true], r.text.slice(0, 300));
  const c = await wire(port, `GET /v1/status HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`, { quiet: 400 });
  equal('nor one in pieces', [statuses(c.text), c.closed], [[413], true], c.text.slice(0, 300));
  const both = await wire(port, `POST /v1/status HTTP/1.1\r\n${HOST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`, { quiet: 400 });
  ok('nor one of two lengths', statuses(both.text).length <= 1 && both.closed, both.text.slice(0, 300));
});

await part('pipelined', async () => {
  const paths = ['/healthz', '/v1/nothing', '/v1/events?limit=1', '/v1/pools?at=100', '/v1/pools?limit=1', '/healthz'];
  const r = await wire(port, paths.map(p => get(p)).join(''), { quiet: 500 });
  equal('answered in order', statuses(r.text), [200, 404, 200, 200, 400, 200]);
  const many = await wire(port, get('/healthz').repeat(300), { quiet: 600 });
  equal('many, too', statuses(many.text).length, 300);
});

await part('half-sent and trickled', async () => {
  const cut = async (what, parts, options) => {
    const r = await wire(port, parts, { quiet: Infinity, timeout: 8000, ...options });
    ok(`${what}: closed in time`, r.closed && r.ms >= IDLE - 250 && r.ms < IDLE + 2500, `${r.ms} ms, closed=${r.closed}, ${r.text.slice(0, 100)}`);
  };
  await Promise.all([
    cut('nothing', ''), cut('half a line', 'GET /v1/sta'), cut('half a request', `GET /v1/status HTTP/1.1\r\n${HOST}`),
    cut('a byte now and then', [...get('/v1/status', `X: ${'x'.repeat(300)}\r\n`)], { gap: 60 }),
    cut('a header now and then', Array.from({ length: 100 }, (_, i) => i ? `X-${i}: y\r\n` : `GET /v1/status HTTP/1.1\r\n${HOST}`), { gap: 100 }),
    cut('after an answer', [get('/healthz'), 'GET /v1'], { gap: 50 }),
    (async () => {
      const began = Date.now(), answers = [];
      for (let i = 0; i < 20; i++) { answers.push(await alive()); await sleep(50); }
      ok('others are answered meanwhile', answers.every(Boolean), `${answers} ${Date.now() - began} ms`);
    })(),
  ]);
});

await part('who does not read', async () => {
  const sockets = [];
  for (let i = 0; i < 6; i++) {
    const s = connect(port, '127.0.0.1');
    s.on('error', () => {});
    s.pause();
    s.write(get('/v1/events?limit=1000').repeat(60));
    sockets.push(s);
  }
  let held = 0;
  for (const until = Date.now() + 5000; held < 6 && Date.now() < until; await sleep(30)) held = Math.max(held, await gauge('covermirror_http_connections'));
  ok('they are there', held >= 6, `${held}`);
  ok('others are answered meanwhile', await alive());
  let left;
  for (const until = Date.now() + DEADLINE + 4000; Date.now() < until; await sleep(100)) { left = await gauge('covermirror_http_connections'); if (left <= 1) break; }
  ok('and cut off at the deadline', left <= 1, `${left} left`);
  for (const s of sockets) s.destroy();
});

await part('too many of one address', async () => {
  const open = () => new Promise(resolve => {
    const s = connect(port, '127.0.0.1');
    s.refused = false;
    s.on('error', () => { s.refused = true; });
    s.on('close', () => { s.refused = true; });
    s.on('connect', () => setTimeout(() => resolve(s), 200));
  });
  await quiet();
  const sockets = await Promise.all(Array.from({ length: OF_ONE + 6 }, open));
  const refused = sockets.filter(s => s.refused).length;
  equal('only so many are let in', [sockets.length - refused, refused], [OF_ONE, 6]);
  const first = await new Promise(resolve => { const s = sockets.find(one => !one.refused); s.once('data', d => resolve(String(d))); s.write(get('/healthz')); });
  equal('those that are in are answered', statuses(first), [200]);
  for (const s of sockets) s.destroy();
  for (const until = Date.now() + 3000; ;) { try { if (await alive()) break; } catch { if (Date.now() > until) break; } await sleep(30); }
  ok('and when they go others come', await alive());
  const refusals = await metric(/^covermirror_http_refused_total\{limit="connections_of_one_address"\} (\d+)/m);
  ok('the refused are counted', refusals >= 6, `${refusals}`);
});

// Long before idle_ms is over.
await part('half a request, and gone', async () => {
  const d = new Mirror({ ...m.config, store: undefined, serve: { listen: '127.0.0.1:0', connections_per_address: 4, idle_ms: 60000 } }).daemon();
  const url = await d.url(), half = `GET /healthz?${'a'.repeat(500)} HTTP/1.1\r\n${HOST}A: b`;
  for (let i = 0; i < 40; i++) {
    const s = connect(portOf(url), '127.0.0.1');
    s.on('error', () => {});
    s.end(half);
    await sleep(10);
    s.destroy();
  }
  const ask = () => new Promise(resolve => {
    const r = request(`${url}/healthz`, { agent: false, timeout: 1000 }, res => { res.resume(); res.on('end', () => resolve(res.statusCode)); });
    r.on('timeout', () => r.destroy()).on('error', () => resolve(0)).end();
  });
  let status = 0;
  for (const until = Date.now() + 10000; status !== 200 && Date.now() < until; await sleep(50)) status = await ask();
  equal('leaves room for others soon', status, 200);
  await d.stop();
});

await part('afterwards', async () => {
  await quiet();
  ok('no descriptor is left open', descriptors() <= before, `${before} before, ${descriptors()} after`);
  ok('it answers', await alive());
  const end = await daemon.stop();
  equal('and ends well', [end.status, end.signal], [0, null], daemon.err.slice(-1000));
  ok('nothing was complained of', !/Fatal|error/i.test(daemon.err), daemon.err.slice(-1500));
});
done();
