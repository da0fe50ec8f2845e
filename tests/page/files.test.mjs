// The page as the program serves it: every file that it asks for is there, with the type, the policy and the caching that it needs;
// nothing in it reaches for another host, or is code or style outside of a file.
import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Mirror, ROOT, there, PROGRAM } from '../support/program.mjs';
import { CHAINS } from '../support/recorded.mjs';
import { done, equal, none, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const demo = JSON.parse(readFileSync(join(ROOT, 'configs', 'demo.json')));
const mirror = new Mirror({ chain: { id: demo.chain.id, rpc: [{ url: `file:${join(CHAINS, 'api3-seed1.chain.jsonl.gz')}` }] },
  pools: demo.pools.filter(pool => pool.name === 'api3') });
const daemon = mirror.daemon();
const url = await daemon.url();

// { status, headers, body } without what fetch would do by itself
const get = (path, headers = {}, method = 'GET') => new Promise((resolve, reject) => {
  const r = request(new URL(path, url), { headers, method }, a => {
    const pieces = [];
    a.on('data', d => pieces.push(d));
    a.on('end', () => resolve({ status: a.statusCode, headers: a.headers, body: Buffer.concat(pieces) }));
  });
  r.on('error', reject);
  r.end();
});
const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', txt: 'text/plain; charset=utf-8' };
const typeOf = path => TYPES[path.split('.').pop()];
const POLICY = { 'default-src': "'none'", 'script-src': "'self'", 'style-src': "'self'", 'connect-src': "'self'", 'img-src': "'self' data:", 'base-uri': "'none'", 'form-action': "'none'", 'frame-ancestors': "'none'" };
const policyOf = headers => Object.fromEntries((headers['content-security-policy'] ?? '').split('; ').map(rule => [rule.split(' ')[0], rule.slice(rule.indexOf(' ') + 1)]));
const guarded = (what, { headers }) => {
  equal(`${what}: the policy`, policyOf(headers), POLICY);
  equal(`${what}: other guards`, [headers['x-content-type-options'], headers['referrer-policy'], headers['cross-origin-opener-policy'], headers['cross-origin-resource-policy']],
    ['nosniff', 'no-referrer', 'same-origin', 'same-origin']);
};

const index = await get('/');
const html = index.body.toString();
const files = new Map(); // by path: the answer
await part('the page', async () => {
  equal('is there', [index.status, index.headers['content-type'], index.headers['cache-control']], [200, TYPES.html, 'no-cache']);
  guarded('the page', index);
  ok('its files are named by their build', /\/page\/[0-9a-f]{16}\/app\.js/.test(html) && !html.includes('@HASH@'));
  const wrong = [];
  for (const m of html.matchAll(/<script\b([^>]*)>([^]*?)<\/script>/g)) if (!/\bsrc="/.test(m[1]) || m[2] !== '') wrong.push(m[0]);
  if (/<style\b|\sstyle=|\son[a-z]+=|javascript:/i.test(html)) wrong.push('code or style within the page');
  none('no code and no style within it', wrong);
});

await part('its files', async () => {
  const waiting = [...html.matchAll(/(?:src|href)="(\/page\/[^"]+)"/g)].map(m => m[1]);
  ok('it asks for some', waiting.length >= 5, waiting);
  while (waiting.length) {
    const path = waiting.pop();
    if (files.has(path)) continue;
    const answer = await get(path);
    files.set(path, answer);
    if (path.endsWith('.min.js') || !path.endsWith('.js')) continue;
    for (const m of answer.body.toString().matchAll(/^import\b[^;]*?from '(\.[^']+)';$/gm)) waiting.push(new URL(m[1], `http://x${path}`).pathname);
  }
  none('all are there, with their types, for ever', [...files].filter(([path, a]) => a.status !== 200 || a.headers['content-type'] !== typeOf(path) || !/immutable/.test(a.headers['cache-control']))
    .map(([path, a]) => `${path}: ${a.status} ${a.headers['content-type']} ${a.headers['cache-control']}`));
  const views = [...files.keys()].filter(path => path.includes('/views/'));
  ok('the views are among them', views.length >= 10, views);
  guarded('a file', files.get(views[0]));
  const strange = [];
  for (const [path, { body }] of files) {
    const text = body.toString();
    if (path.endsWith('licenses.txt') || path.endsWith('chart.min.js')) continue;
    for (const m of text.matchAll(/https?:\/\/[^\s'"`)]+/g)) if (!m[0].startsWith('http://www.w3.org/2000/svg')) strange.push(`${path}: ${m[0]}`);
    if (path.endsWith('.js') && /\binnerHTML\b|\bouterHTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\('style'/.test(text)) strange.push(`${path}: makes markup or code out of text`);
    if (path.endsWith('.css') && /@import|url\(/.test(text)) strange.push(`${path}: asks for something else`);
  }
  none('none names another host, or makes markup out of text', strange);
  const chart = files.get([...files.keys()].find(path => path.endsWith('/chart.min.js'))).body.toString();
  ok('the charts’ library says whose it is', /Chart\.js v[\d.]+[^]{0,200}MIT License/.test(chart.slice(0, 400)), chart.slice(0, 200));
  ok('and its licence is told', /Permission is hereby granted/.test(files.get([...files.keys()].find(path => path.endsWith('/licenses.txt')))?.body.toString() ?? ''));
});

await part('who has it already', async () => {
  for (const path of ['/', [...files.keys()].find(p => p.endsWith('/app.js'))]) {
    const whole = await get(path), packed = await get(path, { 'Accept-Encoding': 'gzip' });
    ok(`${path} is packed for who takes it`, packed.headers['content-encoding'] === 'gzip' && gunzipSync(packed.body).equals(whole.body) && whole.headers['content-encoding'] === undefined,
      packed.headers, whole.headers);
    ok(`${path} says that it depends on that`, /accept-encoding/i.test(packed.headers.vary ?? '') && /accept-encoding/i.test(whole.headers.vary ?? ''), packed.headers.vary, whole.headers.vary);
    ok(`${path} has a tag`, /^"[^"]+"$/.test(whole.headers.etag ?? ''), whole.headers.etag);
    for (const [what, a, headers] of [['plain', whole, {}], ['packed', packed, { 'Accept-Encoding': 'gzip' }]]) {
      const again = await get(path, { ...headers, 'If-None-Match': a.headers.etag });
      equal(`${path}, ${what}: nothing is sent to who has it`, [again.status, again.body.length, again.headers.etag], [304, 0, a.headers.etag]);
    }
    const other = await get(path, { 'If-None-Match': `"${createHash('sha256').update('x').digest('hex').slice(0, 32)}"` });
    equal(`${path}: to who has another it is`, [other.status, other.body.length], [200, whole.body.length]);
    const head = await get(path, {}, 'HEAD');
    equal(`${path}: HEAD`, [head.status, head.body.length, head.headers['content-length']], [200, 0, String(whole.body.length)]);
  }
});

await part('what is not there', async () => {
  const app = [...files.keys()].find(p => p.endsWith('/app.js')), folder = app.slice(0, -'/app.js'.length);
  for (const path of [`${folder}/nope.js`, `${folder}/views/app.js`, `${folder}/views%2Fpool.js`, `${folder}/..%2Fapp.js`, `${folder}/${'x'.repeat(500)}.js`, '/page/0000000000000000/app.js', '/page', '/index.html']) {
    const a = await get(path);
    ok(`${path.slice(0, 60)}: 404, and why`, a.status === 404 && JSON.parse(a.body).detail.length > 10, a.status, a.body.toString().slice(0, 200));
  }
});

await part('what it knows of protocols', async () => {
  const { items, page_max } = JSON.parse((await get('/v1/protocols')).body), [api3] = items;
  equal('how many items a page may have', page_max, 1000);
  equal('those that are configured', items.map(p => p.name), ['api3']);
  await daemon.indexed(309);
  const pool = await mirror.json('pool', 'api3'), account = (await mirror.json('accounts', 'api3', '--limit', 1)).items[0];
  equal('every figure of a pool', api3.pool.map(f => f.name), Object.keys(pool.state));
  equal('every figure of an account', ['account', ...api3.account.map(f => f.name)], Object.keys(account));
  none('each says what it is', [...api3.pool, ...api3.account].filter(f => !f.kind || !f.unit || !f.meaning).map(f => f.name));
  equal('lists', api3.lists.map(l => l.name), ['policies', 'claims', 'quotas', 'managers', 'disputes']);
  ok('checks, with what holds', api3.checks.length > 40 && api3.checks.every(c => c.id && c.severity && c.level && c.sentence));
});
ok('it ends when it is told to', (await daemon.stop()).status === 0);
done();
