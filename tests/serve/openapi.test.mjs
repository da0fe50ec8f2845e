// /openapi.json is valid, and true: every route that it names is asked in many ways, on pools of every protocol, and every
// answer is what the document says of it. That an answer could not differ unseen is tried by changing each thing of it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { askAll, Caller, changes, Document, json, messages } from '../support/api.mjs';
import { mirrorOf } from '../chains/truth.mjs';
import { listChains, readChain, readTruth } from '../support/recorded.mjs';
import { startReplay } from '../support/replay.mjs';
import { Mirror, ROOT, sleep, there, PROGRAM } from '../support/program.mjs';
import { done, equal, none, note, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const { chain, pools, views } = JSON.parse(readFileSync(join(ROOT, 'configs', 'demo.json')));

// What an answer may be without.
const OPTIONAL = new Set(['proved_truncated', 'withdrawn', 'payout', 'rounding_is', 'timelock_manager', 'factory', 'admin', 'claim_voting', 'premium_rate']);

// Of which the demo has none.
const MAY_BE_EMPTY = new Set([]);

const config = { chain, pools, views };
for (const rpc of config.chain.rpc) rpc.url = rpc.url.replace('file:', `file:${ROOT}/`);

await part('the demo', async () => {
  const mirror = new Mirror(config);
  await mirror.sync();
  const daemon = mirror.daemon();
  try {
    const url = await daemon.url();
    const raw = await json(`${url}/openapi.json`);
    equal('/openapi.json is there', [raw.status, raw.type], [200, 'application/json']);
    const judged = await new Validator().validate(raw.body);
    ok('and valid by the OpenAPI initiative’s schema of 3.1', judged.valid, JSON.stringify(judged.errors)?.slice(0, 1500));
    equal('which it names', raw.body.openapi, '3.1.0');
    const document = new Document(raw.body), c = new Caller(url, document);
    equal('no two operations have one name', new Set(document.operations.map(o => o.operationId)).size, document.operations.length);
    none('every schema can be compiled', Object.keys(raw.body.components.schemas).filter(name => { try { return !document.validator(name); } catch (e) { note(`${name}: ${e.message}`); return true; } }));
    none('every parameter’s example fits its schema', document.operations.flatMap(o => o.parameters.filter(p => 'example' in p).filter(p => !fits(document, p)).map(p => `${o.path} ${p.name}`)));
    const { list, lists } = await askAll(c);
    for (const o of document.operations) if (!c.answers.has(o.operationId) && !o.responses[200].content['text/event-stream'])
      await c.ask(o.operationId, Object.fromEntries(o.parameters.filter(p => p.required).map(p => [p.name, p.example])));
    equal('the protocols', [...new Set(list.map(p => p.protocol))].sort(), ['api3', 'bridge-mutual-v2', 'insuredao']);
    none('every answer is what the document says', c.faults);
    note(`${c.count} answers of ${document.operations.length} routes`);
    none('every kind of list has items', Object.entries(lists).filter(([, items]) => !items.length).map(([name]) => name).filter(name => !MAY_BE_EMPTY.has(name)));
    const quotes = c.answers.get('getQuote').map(a => a.body);
    ok('quotes with a price, and without', quotes.some(q => q.premium) && quotes.some(q => q.reason), JSON.stringify(quotes[0]));
    ok('findings with a trace', c.answers.get('getFindings').some(a => a.body.items.some(f => f.trace.length)));
    ok('payouts of every pool', list.every(p => c.answers.get('getPayouts').some(a => a.params.name === p.name && a.body.items.length)));

    const unseen = [];
    let tried = 0;
    for (const [id, answers] of c.answers) {
      if (id === 'getOpenapi') continue;
      for (const answer of varied(answers)) {
        const validate = document.answer(id, 200, answer.type);
        const body = answer.body;
        if (!body || !validate(body)) continue;
        changes(body, (what, member) => {
          tried++;
          if (!OPTIONAL.has(member) && validate(body)) unseen.push(`${answer.target}: ${what}`);
        });
      }
    }
    none('whatever is changed in an answer is no answer of that kind', unseen);
    note(`${tried} changes`);
    ok('and there was much to change', tried > 2000, `${tried}`);

    await part('the stream', async () => {
      const message = document.validator('StreamMessage'), wrong = [], kinds = {};
      const samples = new Map();
      const last = (await c.ask('getStatus')).indexed.number;
      await messages(`${url}/v1/stream?from=1`, m => {
        kinds[m.event] = (kinds[m.event] ?? 0) + 1;
        samples.set(`${m.event} ${m.data.table ?? ''} ${m.data.pool ?? ''}`, m);
        if (!message(m)) wrong.push(`${JSON.stringify(m).slice(0, 300)}: ${message.errors.slice(-2).map(e => `${e.instancePath} ${e.message}`).join('; ')}`);
        return m.event === 'block' && m.data.number === last;
      });
      none('every message is what the document says', wrong);
      equal('of every kind that there is without a reorganisation', Object.keys(kinds).sort(), ['block', 'change', 'event', 'finding', 'status'], JSON.stringify(kinds));
      const unseen = [];
      for (const m of samples.values()) if (message(m)) changes(m, (what, member) => { if (!OPTIONAL.has(member) && message(m)) unseen.push(`${m.event} ${what}`); });
      none('whatever is changed in one is no message', unseen);
      note(JSON.stringify(kinds));
    });
    await part('some members only', async () => {
      const before = c.faults.length;
      const some = await c.ask('getAccounts', { name: 'api3', fields: 'account,stake', limit: 3 }, { status: 200 });
      equal('only those', some.items.map(i => Object.keys(i)), Array(3).fill(['account', 'stake']));
      await c.ask('getPool', { name: 'api3', fields: 'at,state' }, { status: 200 });
      none('of what the schema has', c.faults.slice(before));
    });
    await part('problems', async () => {
      const before = c.faults.length, bad = new Set();
      for (const [id, params, status] of [['getPool', { name: 'nobody' }, 404], ['getAccounts', { name: 'api3', limit: 0 }, 400], ['getAccount', { name: 'api3', address: '0x12' }, 400],
        ['getStatus', { at: 'yesterday' }, 400], ['getStatus', { at: 10 ** 9 }, 404], ['explainLog', { tx: `0x${'11'.repeat(32)}`, log: 0 }, 404], ['getItems', { name: 'api3', list: 'nothing' }, 404],
        ['getFindings', { check: 'nothing' }, 400], ['getEvents', { event: 'nothing' }, 400], ['getQuote', { name: 'api3', amount: '1', weeks: 1 }, 400], ['getQuote', { name: 'book', weeks: 1 }, 400]]) {
        await c.ask(id, params, { status });
        bad.add(c.bad.get(id)?.at(-1)?.type);
      }
      none('are problem documents as the document has them', c.faults.slice(before));
      equal('of one type', [...bad], ['application/problem+json']);
    });
  } finally { await daemon.stop(); }
});

// Where there is less, or something is wrong: what is null then is in the document, too.
async function served(what, mirror, body) {
  await part(what, async () => {
    const daemon = mirror.daemon();
    try {
      const url = await daemon.url(), document = new Document((await json(`${url}/openapi.json`)).body), c = new Caller(url, document);
      await body(c, daemon);
      none(`${what}: every answer is what the document says`, c.faults, daemon.err.slice(-1000));
    } catch (e) { throw new Error(`${e.message}; the daemon: ${daemon.err.slice(-1500)}`, { cause: e }); }
    finally { await daemon.stop(); }
  });
}
const until = async (what, test) => { for (let i = 0; i < 200; i++) { if (await test()) return true; await sleep(50); } return ok(what, false, 'not within 10 s'); };

// Behind a token: the document says so, and what is open without it.
const TOKEN = 'only-for-this-test-0123456789';
await part('a token', async () => {
  const mirror = new Mirror({ ...config, serve: { listen: '127.0.0.1:0', token: TOKEN, page_max: 20 } });
  await mirror.sync();
  const daemon = mirror.daemon(), headers = { authorization: `Bearer ${TOKEN}` };
  try {
    const url = await daemon.url(), closed = await json(`${url}/openapi.json`), raw = await json(`${url}/openapi.json`, headers);
    equal('without it there is a problem', [closed.status, closed.type], [401, 'application/problem+json']);
    equal('the document names the scheme', [raw.body.security, raw.body.components.securitySchemes], [[{ token: [] }], { token: { type: 'http', scheme: 'bearer' } }]);
    ok('and not the token', !raw.text.includes(TOKEN));
    ok('it is valid', (await new Validator().validate(raw.body)).valid);
    const document = new Document(raw.body), c = new Caller(url, document), open = document.operations.filter(o => o.security?.length === 0).map(o => o.operationId);
    for (const { operationId, parameters } of document.operations)
      await c.ask(operationId, Object.fromEntries(parameters.filter(p => p.required).map(p => [p.name, p.example ?? p.schema.enum?.[0]])), { status: open.includes(operationId) ? undefined : 401 });
    equal('the probes are open', open.sort(), ['getHealth', 'getReadiness']);
    const { items } = await c.ask('getAccounts', { name: 'api3' }, { headers, status: 200 });
    const limit = document.operation('getAccounts').parameters.find(p => p.name === 'limit').schema;
    equal('a page is as large as the document says', [items.length, limit.default, limit.maximum], [20, 20, 20]);
    await c.ask('getAccounts', { name: 'api3', limit: 21 }, { headers, status: 400 });
    none('every answer is what the document says', c.faults);
  } finally { await daemon.stop(); }
});

const edges = listChains().find(x => x.name === 'pool-edges');
const alone = mirrorOf(readTruth(edges.truth).meta, `file:${edges.chain}`);
await alone.sync();
await served('one pool alone', alone, async c => {
  await askAll(c);
  const names = Object.keys(c.document.document.components.schemas);
  ok('no other protocol is in the document', !names.some(n => /BridgeMutual|Insuredao/.test(n)) && names.some(n => /^Api3/.test(n)));
});

const seed = listChains().find(x => x.name === 'api3-seed1'), { meta } = readTruth(seed.truth), recorded = readChain(seed.chain);
await part('a lie in the first block', async () => {
  const from = m => ({ ...m.config, pools: m.config.pools.map(p => ({ ...p, start_block: 1 })) });
  const node = await startReplay(seed.chain, { 'lie-log': '1:0' });
  try {
    await served('a mirror whose first block is refused', new Mirror(from(mirrorOf(meta, node.url))), async c => {
      await until('status tells', async () => (await c.ask('getStatus'))?.state === 'degraded');
      const status = await c.ask('getStatus', {}, { status: 200 });
      equal('without a block', [status.head, status.indexed, status.lag], [null, null, null]);
      const { items } = await c.ask('getFindings', {}, { status: 200 });
      ok('the refusal is a finding', items.some(f => f.state === 'open' && f.check.startsWith('source-') && f.log_index === null), JSON.stringify(items).slice(0, 500));
      for (const id of ['getPools', 'getSolvency', 'getEvents']) await c.ask(id);
      for (const id of ['getPool', 'getAccounts', 'getHistory']) await c.ask(id, { name: 'api3' });
      ok('what cannot be told yet is a problem', c.bad.size > 3, [...c.bad.keys()].join(' '));
    });
  } finally { await node.stop(); }
});

// For a while the node shows the last blocks without their events; what its contracts say then does not fit, until the real
// blocks return.
await part('a reorganisation', async () => {
  const at = recorded.blocks.filter(b => b.logs.length > 3).at(-3), node = await startReplay(seed.chain, { head: at.number - 1, fork: `${at.number}:6:20` });
  try {
    await served('a mirror that was rewound', new Mirror({ ...mirrorOf(meta, node.url).config, views: { at_head: true, accounts: 'all' }, proof: { level: 'off' } }), async (c, daemon) => {
      await daemon.indexed(at.number - 1);
      const wrong = [], told = [], seen = messages(`${c.url}/v1/stream`, m => {
        told.push(m.event === 'rewound' ? m.data.to.number : m.event);
        const validate = c.document.validator('StreamMessage');
        if (!validate(m)) wrong.push(`${JSON.stringify(m).slice(0, 300)}: ${validate.errors.slice(-2).map(e => `${e.instancePath} ${e.message}`).join('; ')}`);
        return m.event === 'block' && m.data.hash === at.hash;
      });
      await node.head(at.number);
      await daemon.indexed(at.number, { hash: at.hash, timeout: 30000 });
      await seen;
      ok('the stream tells of it', told.includes(at.number - 6), JSON.stringify(told).slice(-1000));
      none('as the document says', wrong);
      const { reorgs } = await c.ask('getStatus', {}, { status: 200 });
      ok('status tells of it', reorgs.count > 0 && reorgs.items[0].fork !== null && reorgs.items[0].depth > 0, JSON.stringify(reorgs));
      const { items } = await c.ask('getFindings', { state: 'withdrawn', limit: 1000 }, { status: 200 });
      ok('what was found in the abandoned blocks is withdrawn', items.length > 0 && items.every(f => f.withdrawn.reorg > 0), `${items.length} findings, ${JSON.stringify(reorgs.items[0])}`);
    });
  } finally { await node.stop(); }
});

// A parameter's example by its own schema.
function fits(document, { example, schema }) {
  const defs = document.validator;
  if (schema.$ref) return defs.call(document, schema.$ref.split('/').at(-1))(example);
  const test = s => s.anyOf ? s.anyOf.some(test) : s.enum ? s.enum.includes(example)
    : s.type === 'integer' ? Number.isInteger(example) && example >= (s.minimum ?? example) && example <= (s.maximum ?? example)
      : typeof example === s.type && (!s.pattern || new RegExp(s.pattern, 'u').test(example));
  return test(schema);
}
// Of each kind of answer the one with most in it, for each pool.
function varied(answers) {
  const by = new Map();
  for (const a of answers) {
    const events = Array.isArray(a.body?.events) ? a.body.events : [];
    const key = `${a.params.name ?? events[0]?.pool ?? ''} ${a.params.list ?? ''} ${events.some(e => e.payout)}`;
    if (!by.has(key) || by.get(key).text.length < a.text.length) by.set(key, a);
  }
  return by.values();
}
done();
