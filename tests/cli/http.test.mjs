// The HTTP API of `run`: each answer is what --json prints; errors say what to do; what may be kept, by whom, for how long; and
// who may read at all. What bad clients do is in http-limits.test.mjs.
import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createServer, request } from 'node:http';
import { Mirror, PROGRAM, ROOT, sleep, tempFolder, there } from '../support/program.mjs';
import { CHAINS } from '../support/recorded.mjs';
import { startReplay } from '../support/replay.mjs';
import { done, equal, none, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const demo = JSON.parse(readFileSync(join(ROOT, 'configs', 'demo.json')));
delete demo.$schema; delete demo.store; delete demo.serve;
demo.chain.rpc[0].url = `file:${join(CHAINS, 'demo.chain.jsonl.gz')}`;
const TOKEN = process.env.READ_TOKEN = 'a-token-of-the-tests';

// The raw answer: { status, headers, body }; fetch would hide what is compressed and follow what it likes.
const ask = (url, { method = 'GET', headers = {}, body } = {}) => new Promise((resolve, reject) => {
  const r = request(url, { method, headers }, res => {
    const got = [];
    res.on('data', d => got.push(d));
    res.on('end', () => resolve({ status: res.statusCode, headers: res.headers, body: Buffer.concat(got) }));
  });
  r.on('error', reject);
  r.end(body);
});

const m = new Mirror({ ...demo, serve: { listen: '127.0.0.1:0', origins: ['https://page.example', 'http://localhost:3000'] } });
const daemon = m.daemon();
const base = await daemon.url(60000);
const get = async (path, options) => {
  const r = await ask(base + path, options);
  try { return { ...r, json: JSON.parse(r.body) }; } catch { return r; }
};
const LAST = 309;
await part('ready', async () => {
  for (const until = Date.now() + 120000; ;) {
    if (/the end of the recorded chain/.test(daemon.err)) break;
    if (Date.now() > until || daemon.result) throw new Error(`no end of the chain: ${daemon.err.slice(-1000)}`);
    await new Promise(r => setTimeout(r, 20));
  }
  ok('it serves', true);
});

await part('each answer is what --json prints', async () => {
  const pools = (await m.json('pools')).items;
  const same = async (path, ...args) => {
    const [http, cli] = [await get(path), await m.json(...args)];
    for (const d of [http.json ?? {}, cli]) for (const now of ['rate', 'nodes', 'store_bytes']) delete d[now];   // of this moment, not of the block
    equal(path, [http.status, http.json], [200, cli], http.body.toString().slice(0, 200));
    ok(`${path}: names block and hash`, Number.isInteger(http.json?.at?.block) && /^0x[0-9a-f]{64}$/.test(http.json.at.hash), JSON.stringify(http.json?.at));
    return cli;
  };
  for (const at of [undefined, 200, LAST, 'finalized']) {
    const q = at === undefined ? '' : `?at=${at}`, o = at === undefined ? [] : ['--at', at];
    await same(`/v1/status${q}`, 'status', ...o);
    await same(`/v1/pools${q}`, 'pools', ...o);
    await same(`/v1/findings${q || '?'}&limit=1000`, 'findings', '--limit', 1000, ...o);
    await same(`/v1/solvency${q}`, 'solvency', ...o);
    await same(`/v1/events${q || '?'}&limit=7`, 'events', '--limit', 7, ...o);
  }
  const lists = { 'api3': ['claims', 'quotas', 'managers'], 'bridge-mutual-v2': ['claims'], 'insuredao': ['markets', 'indices', 'reserves', 'incidents'] };
  for (const { name, protocol } of pools) {
    const path = `/v1/pools/${name}`;
    await same(path, 'pool', name);
    const page = await same(`${path}/accounts?limit=3`, 'accounts', name, '--limit', 3);
    await same(`${path}/accounts/${page.items[1].account}`, 'account', name, page.items[1].account);
    await same(`${path}/accounts/0x00000000000000000000000000000000000000ff`, 'account', name, '0x00000000000000000000000000000000000000ff');
    await same(`${path}/policies?limit=1000`, 'policies', name, '--limit', 1000);
    for (const list of lists[protocol]) await same(`${path}/items/${list}?limit=4`, 'items', name, list, '--limit', 4);
    const payouts = await same(`${path}/payouts?limit=1000`, 'payouts', name, '--limit', 1000);
    await same(`${path}/history?limit=9&from=20&to=600`, 'history', name, '--limit', 9, '--from', 20, '--to', 600);
    await same(`${path}/solvency?limit=3`, 'solvency', name, '--limit', 3);
    const p = payouts.items.at(-1);
    await same(`/v1/explain/${p.transaction}`, 'explain', p.transaction);
    await same(`/v1/explain/${p.transaction}/${p.log_index}`, 'explain', `${p.transaction}:${p.log_index}`);
    await same(`/v1/events?pool=${name}&limit=5&from=${p.block}&to=${p.block}`, 'events', name, '--limit', 5, '--from', p.block, '--to', p.block);
  }
  const amount = '1000000000000000000000';
  await same(`/v1/pools/book/quote?amount=${amount}&weeks=4`, 'quote', 'book', '--amount', amount, '--weeks', 4);
  equal('seconds are weeks in other words', (await get(`/v1/pools/book/quote?amount=${amount}&seconds=2419200`)).json, (await get(`/v1/pools/book/quote?amount=${amount}&weeks=4`)).json);
  const market = (await m.json('items', 'vault', 'markets')).items[0].market;
  await same(`/v1/pools/vault/quote?amount=1000000&weeks=4&market=${market}`, 'quote', 'vault', '--amount', 1000000, '--weeks', 4, '--market', market);
  const one = (await m.json('accounts', 'api3', '--limit', 1)).items[0].account;
  await same(`/v1/events?account=${one}&event=Staked&limit=3`, 'events', '--account', one, '--event', 'Staked', '--limit', 3);
  await same('/v1/findings?severity=error&state=open&pool=book', 'findings', 'book', '--severity', 'error', '--state', 'open', '--limit', 100);
  const check = (await m.json('findings')).items[0].check;
  await same(`/v1/findings?check=${check}`, 'findings', '--check', check, '--limit', 100);
});

await part('as of a block', async () => {
  const { hash } = (await m.json('pool', 'api3', '--at', 150)).at;
  const by = await Promise.all(['150', hash, '150'].map(at => get(`/v1/pools/api3?at=${at}`)));
  equal('number and hash are the same block', by[0].body.toString(), by[1].body.toString());
  equal('latest is what it is without', (await get('/v1/pools/api3?at=latest')).json, (await get('/v1/pools/api3')).json);
});

await part('pages', async () => {
  const all = async path => {
    const items = [];
    for (let next = null, pages = 0; ; pages++) {
      const r = await get(`${path}${next === null ? '' : `&after=${encodeURIComponent(next)}`}`);
      if (r.status !== 200) throw new Error(`${path}: ${r.body}`);
      items.push(...r.json.items);
      next = r.json.next;
      if (next === null) return items;
      if (pages > 300) throw new Error(`${path}: no end`);
    }
  };
  equal('accounts as of block 200', await all('/v1/pools/api3/accounts?limit=4&at=200'), (await m.json('accounts', 'api3', '--at', 200)).items);
  equal('events of the pool', await all('/v1/events?limit=97&pool=feeds'), (await m.json('events', 'feeds', '--limit', 0)).items);
  equal('findings', await all('/v1/findings?limit=2'), (await m.json('findings')).items);
  equal('policies', await all('/v1/pools/book/policies?limit=3'), (await m.json('policies', 'book')).items);
  const page = (await get('/v1/pools/api3/accounts?limit=2&at=200')).json, [cursor, block] = page.next.split('@');
  equal('a cursor names the block', block, page.at.hash);
  equal('which the next page is of', (await get(`/v1/pools/api3/accounts?limit=2&after=${page.next}`)).json.at.block, 200);
  equal('also where latest is said', (await get(`/v1/pools/api3/accounts?limit=2&at=latest&after=${page.next}`)).json.at.block, 200);
  const bare = await get(`/v1/pools/api3/accounts?limit=2&after=${cursor}`);
  ok('a bare cursor reads on as of now', bare.status === 200 && bare.json.at.block > 600 && bare.json.items[0].account > cursor, bare.body.toString());
  const other = await get(`/v1/pools/api3/accounts?limit=2&at=199&after=${page.next}`);
  ok('a cursor of another block is refused', other.status === 400 && /cursor is of block 0x/.test(other.json.detail), other.body.toString());
  const gone = await get(`/v1/pools/api3/accounts?limit=2&after=${cursor}@0x${'5a'.repeat(32)}`);
  ok('one of a block that is gone, too', gone.status === 404 && /begin with the first page/.test(gone.json.detail), gone.body.toString());
  equal('a page has 100 items where nothing is said', (await get('/v1/events')).json.items.length, 100);
  equal('the command line takes the same cursor', (await m.json('accounts', 'api3', '--limit', 2, '--after', page.next)).at.block, 200);
});

await part('fields', async () => {
  const pool = (await get('/v1/pools/api3?fields=name,state.total_stake,state.apr')).json, whole = (await get('/v1/pools/api3')).json;
  equal('of an answer', pool, { name: 'api3', state: { total_stake: whole.state.total_stake, apr: whole.state.apr }, at: whole.at });
  const list = (await get('/v1/pools/api3/accounts?fields=account,stake&limit=2')).json;
  equal('of a list’s items', [Object.keys(list), list.items.map(i => Object.keys(i).join())], [['items', 'next', 'at'], ['account,stake', 'account,stake']]);
  const wrong = await get('/v1/pools/api3/accounts?fields=stakes');
  ok('an unknown one is refused, with the nearest', wrong.status === 400 && /did you mean "stake"/.test(wrong.json.detail), wrong.body.toString());
});

await part('errors', async () => {
  const wrong = [];
  const bad = async (path, status, detail, options) => {
    const r = await get(path, options);
    const p = r.json ?? {};
    if (r.status !== status || !detail.test(p.detail) || p.status !== status || typeof p.title !== 'string' || p.type !== 'about:blank'
        || p.instance !== path.split('?')[0] || r.headers['content-type'] !== 'application/problem+json' || r.headers['cache-control'] !== 'no-store')
      wrong.push(`${path}: ${r.status} ${r.body} ${JSON.stringify(r.headers)}`);
  };
  await bad('/v1/nothing', 404, /nothing at this path/);
  await bad('/v1/pools/', 404, /nothing at this path/);
  await bad('/v1/pools/ap3', 404, /no pool "ap3": did you mean "api3"/);
  await bad('/v1/pools/nobody', 404, /\/v1\/pools lists/);
  await bad('/v1/pools/api3/items/clams', 404, /its lists are/);
  await bad('/v1/pools/api3/accounts/0x12', 400, /expected an address/);
  await bad('/v1/pools/api3/accounts?limt=1', 400, /unknown parameter "limt": did you mean "limit"/);
  await bad('/v1/pools?limit=1', 400, /unknown parameter "limit"/);
  await bad('/v1/pools?at=1&at=2', 400, /"at" is given twice/);
  for (const limit of ['0', '1001', '-1', '01', 'x', '', '1e3', '18446744073709551617']) await bad(`/v1/events?limit=${limit}`, 400, /expected a whole number from 1 to 1000/);
  await bad('/v1/pools?at=9999', 404, /not yet to 9999/);
  await bad('/v1/pools?at=', 400, /expected a number, a block hash, latest or finalized/);
  await bad('/v1/pools?at=newest', 400, /is no block/);
  await bad(`/v1/pools?at=0x${'ab'.repeat(32)}`, 404, /has no block/);
  await bad('/v1/events?event=staked', 400, /no pool has an event "staked"/);
  await bad('/v1/events?account=me', 400, /expected an address/);
  await bad('/v1/events?after=1', 400, /is no cursor/);
  await bad('/v1/findings?severity=bad', 400, /info, warning or error/);
  await bad('/v1/findings?state=shut', 400, /open, resolved or withdrawn/);
  await bad('/v1/findings?check=chek', 400, /no check "chek"/);
  await bad('/v1/pools/api3/history?from=5&to=4', 400, /"from" is above "to"/);
  await bad('/v1/pools/book/quote', 400, /"amount" is missing/);
  await bad('/v1/pools/book/quote?amount=1', 400, /either weeks or seconds/);
  await bad('/v1/pools/book/quote?amount=1&weeks=1&seconds=1', 400, /either weeks or seconds/);
  await bad('/v1/pools/book/quote?amount=-1&weeks=1', 400, /base units/);
  await bad('/v1/pools/api3/quote?amount=1&weeks=1', 400, /sells no cover by a formula/);
  await bad(`/v1/explain/0x${'ab'.repeat(32)}`, 404, /holds no event/);
  await bad('/v1/explain/0xab', 400, /expected a hash/);
  await bad(`/v1/explain/0x${'ab'.repeat(32)}/x`, 400, /whole number/);
  await bad('/v1/%ff', 400, /UTF-8/);
  await bad('/v1/pools/%00', 400, /control characters/);
  await bad('/v1/pools/a%2', 400, /percent sign/);
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) await bad('/v1/status', 405, /read only/, { method });
  none('each is a problem document that says what is wrong', wrong);
  const r = await get('/v1/status', { method: 'DELETE' });
  equal('405 says what may be done', r.headers.allow, 'GET, HEAD, OPTIONS');
});

await part('HEAD', async () => {
  const [head, whole] = [await get('/v1/pools/api3', { method: 'HEAD' }), await get('/v1/pools/api3')];
  delete head.headers.date; delete whole.headers.date;
  equal('the headers of GET, and no body', [head.status, head.headers, head.body.length], [200, whole.headers, 0]);
});

await part('what may be kept', async () => {
  const control = async path => (await get(path)).headers['cache-control'];
  const { hash } = (await m.json('pool', 'api3', '--at', 150)).at;
  equal('for ever: of a final block', [await control('/v1/pools/api3?at=150'), await control(`/v1/pools?at=${hash}`), await control('/v1/events?at=150&limit=2')],
    Array(3).fill('public, max-age=31536000, immutable'));
  equal('until asked for again: of now', [await control('/v1/pools/api3'), await control('/v1/pools/api3?at=latest'), await control('/v1/pools/api3?at=finalized')], Array(3).fill('no-cache'));
  equal('also what is not of the block alone', [await control('/v1/status?at=150'), await control('/v1/findings?at=150')], Array(2).fill('no-cache'));
  for (const path of ['/v1/pools/api3', '/v1/pools/api3?at=150', '/v1/events', '/openapi.json']) {
    const first = await get(path), tag = first.headers.etag;
    ok(`${path}: a strong tag`, /^"[^"]+"$/.test(tag), tag);
    for (const named of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
      const again = await get(path, { headers: { 'If-None-Match': named } });
      equal(`${path}: not modified, by ${named.replace(tag, 'tag')}`, [again.status, again.body.length, again.headers.etag, again.headers['cache-control']], [304, 0, tag, first.headers['cache-control']]);
    }
    equal(`${path}: another tag`, (await get(path, { headers: { 'If-None-Match': '"other"' } })).status, 200);
    const packed = await get(path, { headers: { 'Accept-Encoding': 'br;q=1, gzip;q=0.5' } });
    equal(`${path}: compressed it is the same`, [packed.headers['content-encoding'], gunzipSync(packed.body).equals(first.body)], ['gzip', true]);
    ok(`${path}: smaller, and with a tag of its own`, packed.body.length < first.body.length && packed.headers.etag !== tag && packed.headers.vary.includes('Accept-Encoding'), packed.headers);
    equal(`${path}: which is known, too`, (await get(path, { headers: { 'If-None-Match': packed.headers.etag, 'Accept-Encoding': 'gzip' } })).status, 304);
    equal(`${path}: plain where gzip is refused`, (await get(path, { headers: { 'Accept-Encoding': 'gzip;q=0, *' } })).headers['content-encoding'], undefined);
  }
  equal('what was kept is still right', (await get('/v1/pools/api3?at=150')).json, await m.json('pool', 'api3', '--at', 150));
});

await part('pages of other origins', async () => {
  const of = (path, origin, extra = {}) => get(path, { headers: { Origin: origin, ...extra.headers }, ...extra });
  for (let i = 0; i < 2; i++) {                                // the second time from what is kept
    equal('one that may', (await of('/v1/pools', 'https://page.example')).headers['access-control-allow-origin'], 'https://page.example');
    equal('another', (await of('/v1/pools', 'http://localhost:3000')).headers['access-control-allow-origin'], 'http://localhost:3000');
    equal('one that may not', (await of('/v1/pools', 'https://other.example')).headers['access-control-allow-origin'], undefined);
    equal('none', (await get('/v1/pools')).headers['access-control-allow-origin'], undefined);
  }
  ok('an answer says that it differs', (await get('/v1/pools')).headers.vary.includes('Origin'));
  const asks = { method: 'OPTIONS', headers: { Origin: 'https://page.example', 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'authorization' } };
  const may = await get('/v1/pools', asks);
  ok('who asks before is told', may.status === 204 && may.headers['access-control-allow-origin'] === 'https://page.example' && /GET/.test(may.headers['access-control-allow-methods'])
    && /Authorization/.test(may.headers['access-control-allow-headers']), may.headers);
  const not = await get('/v1/pools', { method: 'OPTIONS', headers: { ...asks.headers, Origin: 'https://other.example' } });
  ok('and who may not', not.status === 204 && !not.headers['access-control-allow-origin'] && !not.headers['access-control-allow-methods'], not.headers);
  equal('a refusal can be read by the page, too', (await of('/v1/pools/nobody', 'https://page.example')).headers['access-control-allow-origin'], 'https://page.example');
});

await part('evidence', async () => {
  const p = (await m.json('payouts', 'api3')).items.at(-1), folder = tempFolder();
  for (const [path, event] of [[`/v1/evidence/${p.transaction}/${p.log_index}`, `${p.transaction}:${p.log_index}`], [`/v1/evidence/${p.transaction}`, p.transaction]]) {
    const file = join(folder, 'evidence.json'), r = await get(path);
    const made = await m.run(['evidence', event, '-o', file]);
    ok(`${path}: the file that the verb makes`, r.status === 200 && made.status === 0 && readFileSync(file).equals(r.body), `${r.status} ${made.err} ${r.body.toString().slice(0, 200)}`);
    writeFileSync(file, r.body);
    equal(`${path}: it holds`, (await m.run(['verify', file])).status, 0);
    const again = await get(path, { headers: { 'If-None-Match': r.headers.etag } });
    equal(`${path}: and is known by its tag`, again.status, 304);
  }
  const none = await get(`/v1/evidence/0x${'ab'.repeat(32)}`);
  ok('of nothing there is none', none.status === 404 && /no event of transaction/.test(none.json.detail), none.body.toString());
});

await part('the end', async () => {
  const end = await daemon.stop();
  equal('it ends well', [end.status, end.signal], [0, null], daemon.err.slice(-1000));
});

const small = (extra, name = 'api3-seed1') => new Mirror({ ...JSON.parse(readFileSync(join(ROOT, 'tests', 'configs', 'api3-seed1.json'))), ...extra,
  chain: { id: 31337, rpc: [{ url: `file:${join(CHAINS, `${name}.chain.jsonl.gz`)}` }] }, store: undefined, views: { at_head: false } });

await part('a token', async () => {
  const d = small({ serve: { listen: '0.0.0.0:0', token: '${READ_TOKEN}' } }).daemon();
  const port = new URL(await d.url()).port, at = path => `http://127.0.0.1:${port}${path}`;
  await d.indexed(300);
  for (const authorization of [undefined, 'Bearer', 'Bearer x', `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, TOKEN, `Basic ${TOKEN}`]) {
    const r = await ask(at('/v1/status'), { headers: authorization ? { Authorization: authorization } : {} });
    ok(`refused: ${authorization}`, r.status === 401 && /^Bearer/.test(r.headers['www-authenticate']) && JSON.parse(r.body).status === 401, `${r.status} ${r.body}`);
  }
  const r = await ask(at('/v1/pools?at=150'), { headers: { Authorization: `bearer ${TOKEN}` } });
  equal('who has it may read, and keep it for himself', [r.status, r.headers['cache-control']], [200, 'private, max-age=31536000, immutable']);
  equal('what is kept is not given to others', (await ask(at('/v1/pools?at=150'))).status, 401);
  equal('how it is may be asked by everybody', (await ask(at('/healthz'))).status, 200);
  ok('the log does not say it', !d.err.includes(TOKEN));
  await d.stop();
});

await part('who may listen where', async () => {
  const open = await small({ serve: { listen: '0.0.0.0:0' } }).run(['run'], { timeout: 20000 });
  ok('an address that others reach wants a token', open.status === 2 && /"token"/.test(open.err) && /"public": true/.test(open.err), `${open.status} ${open.err}`);
  const d = small({ serve: { listen: '0.0.0.0:0', public: true } }).daemon();
  const url = await d.url();
  equal('unless told that everybody may read', (await ask(`http://127.0.0.1:${new URL(url).port}/healthz`)).status, 200);
  const again = await small({ serve: { listen: `127.0.0.1:${new URL(url).port}` } }).run(['run'], { timeout: 20000 });
  ok('a port that is taken says what to do', again.status === 2 && /taken by another program/.test(again.err) && /another port/.test(again.err), `${again.status} ${again.err}`);
  const nowhere = await small({ serve: { listen: '203.0.113.7:0', public: true } }).run(['run'], { timeout: 20000 });
  ok('an address of somebody else, too', nowhere.status === 2 && /no address of this machine/.test(nowhere.err), `${nowhere.status} ${nowhere.err}`);
  await d.stop();
});

await part('evidence without a node', async () => {
  const node = await startReplay(join(CHAINS, 'api3-seed1.chain.jsonl.gz'), { head: 200 });
  let mute = false, asked = 0, all = 0;
  const between = createServer((req, res) => {
    all++;
    if (mute) { asked++; return; }
    const on = request(node.url + req.url, { method: req.method, headers: req.headers, agent: false }, r => { res.writeHead(r.statusCode, r.headers); r.pipe(res); });
    on.on('error', () => res.destroy());
    req.pipe(on);
  });
  await new Promise(resolve => between.listen(0, '127.0.0.1', resolve));
  const d = new Mirror({ ...small({}).config, store: undefined, serve: { listen: '127.0.0.1:0' },
    chain: { id: 31337, rpc: [{ url: `http://127.0.0.1:${between.address().port}`, attempts: 1, backoff_ms: 1 }], poll_interval_ms: 60000 } }).daemon();
  const url = await d.url();
  await d.indexed(200);
  const p = JSON.parse((await ask(`${url}/v1/pools/api3/payouts?limit=2`)).body).items;
  const good = await ask(`${url}/v1/evidence/${p[0].transaction}`);
  equal('the node is asked', good.status, 200, good.body.toString().slice(0, 300));
  await node.stop();
  const before = all;
  const gone = await ask(`${url}/v1/evidence/${p[1].transaction}`);
  const one = all - before;   // so often is the node asked for a file
  ok('one that is away: 503', gone.status === 503 && gone.headers['retry-after'], `${gone.status} ${gone.body}`);
  mute = true;
  const held = ask(`${url}/v1/evidence/${p[1].transaction}`).catch(e => e);
  for (const until = Date.now() + 10000; !asked && Date.now() < until;) await sleep(20);
  ok('one that does not answer is waited for', asked > 0);
  equal('while others are answered', (await ask(`${url}/v1/pools/api3/accounts?limit=3`)).status, 200);
  // Three wait behind it, and go; a fourth stays.
  const gave = [1, 2, 3].map(() => request(`${url}/v1/evidence/${p[1].transaction}`).on('error', () => {}));
  for (const r of gave) r.end();
  await sleep(200);
  for (const r of gave) r.destroy();
  await sleep(200);
  const last = ask(`${url}/v1/evidence/${p[1].transaction}`);
  mute = false;
  all = 0;
  between.closeAllConnections();
  equal('who waits has his turn', [(await last).status, (await held).status], [503, 503]);
  ok('the node is not asked for those who have gone', all <= 2 * one, `${all} times, ${one} for one`);
  mute = true;
  asked = 0;
  const still = ask(`${url}/v1/evidence/${p[1].transaction}`).catch(e => e);
  for (const until = Date.now() + 10000; !asked && Date.now() < until;) await sleep(20);
  const end = await d.stop();
  ok('it is not waited for at the end', asked > 0 && end.status === 0 && end.ms < 3000, JSON.stringify(end));
  await still;
  between.closeAllConnections();
  between.close();
});

await part('a configuration that is read again', async () => {
  const chain = join(CHAINS, 'api3-seed1.chain.jsonl.gz'), folder = tempFolder();
  const [first, second] = ['first', 'second'].map(n => join(folder, `${n}.chain.jsonl.gz`));
  copyFileSync(chain, first);
  const { config } = small({});
  const reread = new Mirror({ ...config, store: undefined, serve: { listen: '127.0.0.1:0' }, chain: { ...config.chain, rpc: [{ url: `file:${first}` }] } });
  const d = reread.daemon();
  const url = await d.url();
  await d.indexed(LAST);
  const [p] = JSON.parse((await ask(`${url}/v1/pools/api3/payouts?limit=1`)).body).items;
  const labels = async () => JSON.parse((await ask(`${url}/v1/status`)).body).alerts.map(a => a.alert);
  equal('no alerts are configured', await labels(), []);
  renameSync(first, second);
  writeFileSync(reread.file, JSON.stringify({ ...reread.config, alerts: [{ command: 'cat >/dev/null' }], chain: { ...reread.config.chain, rpc: [{ url: `file:${second}` }] } }));
  d.child.kill('SIGHUP');
  for (const until = Date.now() + 20000; Date.now() < until && !/what changed holds/.test(d.err);) await sleep(20);
  equal('status says how its alerts are', await labels(), ['alerts[0] (command)']);
  const evidence = await ask(`${url}/v1/evidence/${p.transaction}`);
  equal('evidence is asked of its endpoints', evidence.status, 200, evidence.body.toString().slice(0, 300));
  await d.stop();
});

await part('before the first block', async () => {
  const node = await startReplay(join(CHAINS, 'api3-seed1.chain.jsonl.gz'), { 'lie-log': '1:0' });
  const d = new Mirror({ ...small({}).config, store: undefined, serve: { listen: '127.0.0.1:0' }, chain: { id: 31337, rpc: [{ url: node.url, attempts: 1, backoff_ms: 1 }], poll_interval_ms: 50 } }).daemon();
  const url = await d.url();
  const r = await ask(`${url}/v1/pools`);
  ok('503, and when to ask again', r.status === 503 && /^\d+$/.test(r.headers['retry-after']) && /holds no block yet/.test(JSON.parse(r.body).detail), `${r.status} ${r.body}`);
  for (const until = Date.now() + 20000; Date.now() < until && !/degraded/.test(d.err);) await new Promise(resolve => setTimeout(resolve, 20));
  const s = await ask(`${url}/v1/status`), f = await ask(`${url}/v1/findings`);
  ok('but why there is none can be asked', s.status === 200 && JSON.parse(s.body).state === 'degraded' && JSON.parse(s.body).at === null && JSON.parse(f.body).items.length > 0, `${s.body} ${f.body}`);
  await d.stop();
  await node.stop();
});
done();
