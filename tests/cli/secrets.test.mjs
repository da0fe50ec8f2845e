// No secret of a url is ever told: user, password, path and query of endpoints and webhooks, and an alert's command, in whatever
// way they fail, in text and in JSON, with -v and without; not in the log, not in a document, not in the store.
import { createServer } from 'node:http';
import { createServer as createTcp } from 'node:net';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/anvil.mjs';
import { Mirror, PROGRAM, ROOT, run, sleep, there } from '../support/program.mjs';
import { listChains } from '../support/recorded.mjs';
import { startReplay } from '../support/replay.mjs';
import { done, equal, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const recorded = listChains().find(c => c.name === 'api3-seed1').chain;
const BLOCK = 110;

const endpoint = { user: 'u53rn4me', password: 'p4ss%40w0rd', path: 'k3y1npath0123456789', query: 'qu3ryk3y' };
const hook = { user: 'h00kuser', password: 'h00kpass', path: 'T0KENT0KENT0KEN', query: 'h00ks3cret' };
const COMMAND = 'c0mmands3cret';
const withSecrets = (url, s) => `${url.replace('://', `://${s.user}:${s.password}@`)}/v3/${s.path}?apikey=${s.query}`;
const basic = s => Buffer.from(`${s.user}:${decodeURIComponent(s.password)}`).toString('base64');
const SECRETS = [...[endpoint, hook].flatMap(s => [...Object.values(s), decodeURIComponent(s.password), basic(s)]), COMMAND];
const told = text => SECRETS.filter(s => text.includes(s));

const configured = (urls, { log, alerts = [] } = {}) => {
  const config = JSON.parse(readFileSync(join(ROOT, 'tests', 'configs', 'api3-seed1.json')));
  config.chain = { id: 31337, poll_interval_ms: 20, rpc: [].concat(urls).map(url => ({ url, attempts: 2, backoff_ms: 1, timeout_ms: 1500 })) };
  delete config.$schema; delete config.store;
  return new Mirror({ ...config, views: { at_head: false }, alerts, ...(log ? { log } : {}) });
};
const inStore = m => { try { return readdirSync(m.store).filter(f => statSync(join(m.store, f)).isFile()).flatMap(f => told(readFileSync(join(m.store, f), 'latin1'))); } catch (e) { if (e.code === 'ENOENT') return []; throw e; } };

// A server that is wrong in one way, and repeats everything that it was asked with.
function wrongServer(answer) {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', d => { body += d; });
    request.on('end', () => {
      const heard = `${request.method} ${request.url} ${request.headers.authorization} ${Buffer.from((request.headers.authorization ?? '').slice(6), 'base64')} ${decodeURIComponent(request.url)}`;
      let calls = [];
      try { calls = [].concat(JSON.parse(body)); } catch { /* a webhook's document, or nothing */ }
      answer(response, heard, calls.length && calls[0].id !== undefined ? calls : [{ id: 1 }], request);
    });
  });
  return new Promise((resolve, reject) => server.on('error', reject).listen(0, '127.0.0.1', () => resolve({
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => { server.closeAllConnections(); return new Promise(r => server.close(r)); },
  })));
}
const errors = (calls, message, data) => JSON.stringify(calls.map(c => ({ jsonrpc: '2.0', id: c.id, error: { code: -32000, message, data } })).slice(0, calls.length > 1 ? undefined : 1));
const unlist = text => text.startsWith('[{') && !text.includes('},{"jsonrpc') ? text.slice(1, -1) : text;
const ways = {
  'status 401': (r, heard) => r.writeHead(401, { 'WWW-Authenticate': `Basic realm="${heard.slice(0, 60)}"` }).end(heard),
  'status 403': (r, heard) => r.writeHead(403).end(heard),
  'status 404': (r, heard) => r.writeHead(404).end(heard),
  'status 429': (r, heard) => r.writeHead(429).end(heard),
  'status 500': (r, heard, calls) => r.writeHead(500).end(unlist(errors(calls, heard))),
  'a redirect': (r, heard, calls, request) => r.writeHead(302, { Location: `http://127.0.0.1:1${request.url}` }).end(),
  'a page of HTML': (r, heard) => r.writeHead(200, { 'Content-Type': 'text/html' }).end(`<html><body>${heard}</body></html>`),
  'no JSON': (r, heard) => r.end(`{"jsonrpc": ${heard}`),
  'an error that repeats the request': (r, heard, calls) => r.end(unlist(errors(calls, `invalid key in ${heard}`, heard))),
  'a result that repeats the request': (r, heard, calls) => r.end(unlist(JSON.stringify(calls.map(c => ({ jsonrpc: '2.0', id: c.id, result: heard }))))),
  'an id that repeats the request': (r, heard) => r.end(JSON.stringify({ jsonrpc: '2.0', id: heard, result: '0x7a69' })),
  'a hang-up': r => r.socket.destroy(),
};

await part('endpoints that fail', async () => {
  const servers = [];
  for (const [way, answer] of Object.entries(ways)) { const s = await wrongServer(answer); servers.push(s); s.way = way; }
  const bare = createTcp(socket => { socket.on('error', () => {}); socket.end('220 hello\r\n'); });
  await new Promise(r => bare.listen(0, '127.0.0.1', r));
  const targets = [...servers.map(s => [s.way, s.url]),
    ['nobody there', `http://127.0.0.1:${await freePort()}`],
    ['no TLS there', servers[0].url.replace('http:', 'https:')],
    ['no HTTP there', `http://127.0.0.1:${bare.address().port}`],
    ['no such host', 'http://no-such-host.invalid']];
  await Promise.all(targets.map(async ([way, url]) => {
    for (const format of ['text', 'json']) {
      const m = configured(withSecrets(url, endpoint), { log: { format, level: 'debug' } });
      const r = await m.sync('-v');
      equal(`${way}, ${format}: sync fails and tells no secret`, [r.status, told(r.err + r.out), inStore(m)], [1, [], []], r.err.slice(-1200));
      ok(`${way}, ${format}: but says which endpoint it is`, r.err.includes(new URL(url).host), r.err.slice(-600));
      if (format === 'json') ok(`${way}: every line is JSON`, r.err.split('\n').filter(Boolean).every(l => { try { return JSON.parse(l).level; } catch { return false; } }), r.err.slice(-600));
    }
    const two = configured([withSecrets(url, endpoint), withSecrets(url, { ...endpoint, path: 'an0therk3y9876543210' })]);
    const r = await two.run(['run', '-v']);
    equal(`${way}: run of two such endpoints tells none either`, [r.status, told(r.err + r.out), r.err.includes('an0therk3y')], [1, [], false], r.err.slice(-1200));
  }));
  bare.close();
  for (const s of servers) await s.stop();
});

await part('configurations that are refused', async () => {
  const good = withSecrets('http://127.0.0.1:1', endpoint);
  const bad = {
    'a scheme nobody speaks': [good.replace('http:', 'ftp:')], 'a space in it': [good + ' x'], 'no host': [`http://${endpoint.user}:${endpoint.password}@/${endpoint.path}`],
    'a port that is none': [good.replace(':1/', ':99999/')], 'an endpoint twice': [good, good.replace(':1/', ':port/')],
  };
  for (const [what, urls] of Object.entries(bad)) {
    const m = configured(urls);
    for (const verb of [['config', 'check'], ['sync', '-v'], ['status']]) {
      const r = await m.run(verb);
      equal(`${what}, ${verb[0]}: no secret is told`, told(r.err + r.out), [], r.err);
    }
    const hooked = configured('http://127.0.0.1:1', { alerts: [{ webhook: urls.at(-1) }] });
    const r = await hooked.run(['run', '-v']);
    equal(`${what}, of a webhook: no secret is told`, [r.status === 0, told(r.err + r.out)], [false, []], r.err);
  }
});

const until = async (what, test, tell, timeout = 30000) => {
  for (const end = Date.now() + timeout; !await test(); await sleep(20))
    if (Date.now() > end) { ok(`${what}: within ${timeout} ms`, false, tell()); return; }
  ok(what, true);
};

for (const format of ['text', 'json'])
  await part(`a lie, and alerts that fail, ${format}`, async () => {
    const node = await startReplay(recorded, { 'lie-log': `${BLOCK}:0` });
    const receiver = await wrongServer((r, heard) => r.writeHead(404).end(heard));
    const m = configured(withSecrets(node.url, endpoint), { log: { format, level: 'debug' }, alerts: [
      { webhook: withSecrets(receiver.url, hook) },
      { webhook: withSecrets(`http://127.0.0.1:${await freePort()}`, hook) },
      { webhook: withSecrets(receiver.url.replace('http:', 'https:'), hook) },
      { command: `: ${COMMAND}; exit 7` }, { command: `/no/such/${COMMAND}` }] });
    const d = m.daemon();
    for (let i = 0; i < 5; i++) await until(`alerts[${i}] fails`, () => d.err.includes(`alerts[${i}] (`) && new RegExp(`alerts\\[${i}\\] [^\\n]* was not told`).test(d.err), () => d.err.slice(-1500));
    ok('it is degraded', /degraded/.test(d.err), d.err.slice(-1500));
    const documents = [];
    for (const verb of [['status'], ['status', '--json'], ['findings'], ['findings', '--json'], ['pools', '--json'], ['events', '--json'], ['config', 'check']]) documents.push(await m.run(verb));
    const end = await d.stop();
    equal('it ends well', end.status, 0, d.err.slice(-800));
    equal('no secret in the log', told(d.err + d.out), [], d.err.slice(-2500));
    equal('no secret in what verbs say', documents.flatMap(r => told(r.out + r.err)), []);
    ok('and they said something', documents.every(r => r.out.length > 10 && r.err === ''), ...documents.map(r => r.err));
    equal('no secret in the store', inStore(m), []);
    if (format === 'json') ok('every line of the log is JSON', d.err.split('\n').filter(Boolean).every(l => { try { return JSON.parse(l).message; } catch { return false; } }), d.err.slice(-800));
    await node.stop();
    await receiver.stop();
  });

await part('from the environment', async () => {
  const m = configured('${SECRET_URL}', { alerts: [{ webhook: '${SECRET_HOOK}' }, { command: '${SECRET_COMMAND}' }] });
  const env = { SECRET_URL: withSecrets(`http://127.0.0.1:${await freePort()}`, endpoint), SECRET_HOOK: withSecrets('ftp://127.0.0.1:1', hook), SECRET_COMMAND: `: ${COMMAND}` };
  for (const verb of [['config', 'check'], ['run', '-v']]) {
    const r = await m.run(verb, { env });
    equal(`a bad webhook from there, ${verb[0]}: refused without a word of it`, [r.status, told(r.err + r.out)], [2, []], r.err);
  }
  const r = await m.run(['run', '-v'], { env: { ...env, SECRET_HOOK: withSecrets('http://127.0.0.1:1', hook) } });
  equal('and a node that is away', [r.status, told(r.err + r.out)], [1, []], r.err);
});
done();
