// A frontend's use of every route, by the types of /openapi.json alone. Prints which routes it called, and what it saw.
import createClient, { type Middleware } from 'openapi-fetch';
import type { components, paths } from './api.js';

type Schemas = components['schemas'];
declare const process: { argv: string[] };

const client = createClient<paths>({ baseUrl: process.argv[2] });
const called = new Set<string>();
const said: Record<string, unknown> = {};
const note: Middleware = { onRequest({ schemaPath }) { called.add(schemaPath); } };
client.use(note);

// The answer, or the problem's own words.
function must<T>(answer: { data?: T; error?: Schemas['Problem'] | { status: string }; response: Response }): T {
  if (answer.data === undefined) throw new Error(`${answer.response.url}: ${JSON.stringify(answer.error)}`);
  return answer.data;
}

// Amounts are decimal strings: BigInt, never a number. null is not computable.
const sum = (amounts: (string | null)[]): bigint => amounts.reduce((a, x) => a + BigInt(x ?? 0), 0n);

// What each protocol calls what it holds.
function held(pool: Schemas['Pool']): string | null {
  switch (pool.protocol) {
    case 'api3': return pool.state.total_stake;
    case 'bridge-mutual-v2': return pool.state.total_liquidity;
    case 'insuredao': return pool.state.value_all;
  }
}

// Every page of a list.
async function* accountsOf(name: Schemas['PoolName'], at: number) {
  for (let after: string | undefined; ;) {
    const page = must(await client.GET('/v1/pools/{name}/accounts', { params: { path: { name }, query: { at, after, limit: 4 } } }));
    yield* page.items;
    if (page.next === null) return;
    after = page.next;
  }
}

const status = must(await client.GET('/v1/status'));
const at = status.indexed?.number ?? 0;
said['the mirror has blocks'] = at > 0 && status.head !== null && BigInt(status.digest) > 0n;

const pools = must(await client.GET('/v1/pools', { params: { query: { at } } })).items;
said['the pools'] = pools.length === 4 && pools.every(p => p.at.block === at && p.asset.decimals > 0);

for (const { name, protocol } of pools) {
  const path = { name };
  const pool = must(await client.GET('/v1/pools/{name}', { params: { path, query: { at } } }));
  said[`${name} holds something`] = BigInt(held(pool) ?? 0) > 0n;
  const accounts: Schemas['Account'][] = [];
  for await (const account of accountsOf(name, at)) accounts.push(account);
  const first = accounts[0];
  said[`${name} has accounts, each once`] = accounts.length > 4 && new Set(accounts.map(a => a.account)).size === accounts.length;
  if (first && 'stake' in first && pool.protocol === 'api3')
    said[`${name}: no more stake than the pool has`] = sum(accounts.map(a => 'stake' in a ? a.stake : null)) <= BigInt(pool.state.total_stake ?? 0);
  if (first) {
    const one = must(await client.GET('/v1/pools/{name}/accounts/{address}', { params: { path: { name, address: first.account }, query: { at } } }));
    said[`${name}: an account alone is as in the list`] = JSON.stringify({ ...one, at: undefined }) === JSON.stringify(first);
    const all = must(await client.GET('/v1/accounts/{address}', { params: { path: { address: first.account }, query: { at } } })).items;
    said[`${name}: what the account holds anywhere`] = all.some(h => h.pool === name && h.protocol === protocol);
    const points = must(await client.GET('/v1/pools/{name}/accounts/{address}/history', { params: { path: { name, address: first.account }, query: { limit: 4 } } })).items;
    said[`${name}: the account over blocks`] = points.length > 1 && points.at(-1)?.block === at;
  }
  const payouts = must(await client.GET('/v1/pools/{name}/payouts', { params: { path } })).items;
  said[`${name} paid`] = payouts.length > 0 && sum(payouts.map(p => p.amount)) > 0n;
  const policies = must(await client.GET('/v1/pools/{name}/policies', { params: { path, query: { limit: 3 } } }));
  said[`${name} has policies, or none`] = policies.items.length <= 3;
  const history = must(await client.GET('/v1/pools/{name}/history', { params: { path, query: { limit: 5 } } })).items;
  said[`${name} has a history`] = history.length > 1 && history.every((p, i) => i === 0 || p.block > history[i - 1]!.block);
  const [solvency] = must(await client.GET('/v1/pools/{name}/solvency', { params: { path } })).items;
  said[`${name} and its solvency`] = solvency?.pool === name && solvency.protocol === protocol;
}

const markets = must(await client.GET('/v1/pools/{name}/items/{list}', { params: { path: { name: 'vault', list: 'markets' } } })).items;
const market = markets.flatMap(m => 'market' in m ? [m.market] : [])[0];
const quotes = [
  must(await client.GET('/v1/pools/{name}/quote', { params: { path: { name: 'book' }, query: { amount: `${10n ** 22n}`, weeks: 8 } } })),
  must(await client.GET('/v1/pools/{name}/quote', { params: { path: { name: 'vault' }, query: { amount: `${10n ** 9n}`, weeks: 4, market } } })),
];
said['cover has a price'] = quotes.every(q => q.premium !== null && BigInt(q.premium) > 0n && q.reason === null && q.trace.length > 0);

const { items: events } = must(await client.GET('/v1/events', { params: { query: { event: 'Staked', pool: 'api3', limit: 5 } } }));
said['events by their arguments'] = events.length === 5 && sum(events.map(e => e.event === 'Staked' ? e.arguments.amount : null)) > 0n;

const { items: latest } = must(await client.GET('/v1/events', { params: { query: { order: 'newest', limit: 3 } } }));
said['the latest events'] = latest.length === 3 && latest[0]!.block >= latest[2]!.block && latest[2]!.block > 600;

const { items: findings } = must(await client.GET('/v1/findings', { params: { query: { severity: 'error', state: 'open' } } }));
said['findings'] = findings.length > 0 && findings.every(f => f.state === 'open' && f.severity === 'error');

const last = must(await client.GET('/v1/pools/{name}/payouts', { params: { path: { name: 'api3' } } })).items.at(-1);
if (last) {
  const path = { tx: last.transaction };
  const whole = must(await client.GET('/v1/explain/{tx}', { params: { path } }));
  const one = must(await client.GET('/v1/explain/{tx}/{log}', { params: { path: { ...path, log: last.log_index } } }));
  const [event] = one.events;
  said['a payout explained'] = whole.events.length >= 1 && event?.event === 'PaidOutClaim' && event.payout?.amount === last.amount;
  const file = must(await client.GET('/v1/evidence/{tx}/{log}', { params: { path: { ...path, log: last.log_index } } }));
  const files = must(await client.GET('/v1/evidence/{tx}', { params: { path } }));
  said['its evidence'] = file.about.block === last.block && file.header.hash === file.about.block_hash && files.logs.length >= file.logs.length;
  if (event?.payout && 'slashes' in event.payout)
    said['its losses add up'] = sum(event.payout.slashes.map(s => s.loss)) === BigInt(event.payout.slash_sum ?? -1);
}

const { items: all } = must(await client.GET('/v1/solvency', { params: { query: { limit: 2 } } }));
said['solvency of all'] = all.length === pools.length && all.every(s => s.largest.length <= 2);

const wrong = await client.GET('/v1/status', { params: { query: { at: 'yesterday' } } });
said['a problem says what was wrong'] = wrong.error?.status === 400 && /yesterday/.test(wrong.error.detail);

// The stream's messages: what happened from some block on, up to the newest.
async function* messages(from: number): AsyncGenerator<Schemas['StreamMessage']> {
  const { data } = await client.GET('/v1/stream', { params: { query: { from } }, parseAs: 'stream' });
  const reader = data!.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (let text = ''; ;) {
      const { value, done } = await reader.read();
      if (done) return;
      const frames = (text + value).split('\n\n');
      text = frames.pop() ?? '';
      for (const frame of frames) {
        const field = (name: string) => frame.match(new RegExp(`^${name}: ?(.*)$`, 'm'))?.[1];
        const [event, id, json] = ['event', 'id', 'data'].map(field);
        if (event && json) yield { event, id: id ?? '', data: JSON.parse(json) } as Schemas['StreamMessage'];
      }
    }
  } finally { await reader.cancel(); }
}
let told = 0, closed: number | undefined;
for await (const message of messages(at - 20)) {
  if (message.event === 'event' && message.data.block >= at - 20) told++;
  if (message.event === 'block') closed = message.data.number;
  if (closed === at) break;
}
said['the stream'] = told > 5 && closed === at;

const { items: protocols } = must(await client.GET('/v1/protocols'));
said['what the figures mean'] = pools.every(p => protocols.some(x => x.name === p.protocol && x.pool.some(f => f.name === 'liquidity' && f.unit === 'assets')));

const health = must(await client.GET('/healthz')), readiness = await client.GET('/readyz');
said['the probes'] = health.status === 'ok' && readiness.data?.status === 'ready';

const metrics = must(await client.GET('/metrics', { parseAs: 'text' }));
said['the measurements'] = /^covermirror_ready 1$/m.test(metrics);

said['the document'] = typeof must(await client.GET('/openapi.json')) === 'object';

console.log(JSON.stringify({ called: [...called], said }));
