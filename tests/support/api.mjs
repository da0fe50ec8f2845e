// The API by its own document: what its routes are, and whether an answer is what the document says.
import Ajv2020 from 'ajv/dist/2020.js';

export const json = async (url, headers = {}) => {
  const r = await fetch(url, { headers });
  const type = (r.headers.get('content-type') ?? '').split(';')[0], text = await r.text();
  return { status: r.status, type, headers: r.headers, text, body: /[/+]json$/.test(type) ? JSON.parse(text) : undefined };
};

// What a schema requires, left out: for answers of which only some members were asked for.
const relaxed = schema => Array.isArray(schema) ? schema.map(relaxed)
  : schema && typeof schema === 'object' ? Object.fromEntries(Object.entries(schema)
    .filter(([k, v]) => !((k === 'required' && Array.isArray(v)) || k === 'dependentRequired')).map(([k, v]) => [k, relaxed(v)])) : schema;

export class Document {
  constructor(document) {
    this.document = document;
    const resolve = o => o.$ref ? o.$ref.slice(2).split('/').reduce((at, k) => at[k], document) : o;
    this.operations = Object.entries(document.paths).flatMap(([path, item]) => Object.entries(item).map(([method, o]) => ({ ...o, method, path,
      responses: Object.fromEntries(Object.entries(o.responses).map(([status, r]) => [status, resolve(r)])) })));
    const defs = { ...document.components.schemas };
    for (const o of this.operations) for (const [status, r] of Object.entries(o.responses)) for (const [type, { schema }] of Object.entries(r.content ?? {}))
      defs[`${o.operationId} ${status} ${type.replace('/', ' ')}`] = schema;
    const text = JSON.stringify(defs).replaceAll('#/components/schemas/', '#/$defs/');
    this.strict = this.#compiler(JSON.parse(text));
    this.relaxed = this.#compiler(relaxed(JSON.parse(text)));
  }
  #compiler($defs) {
    // Strict: an unknown keyword is an error, so a slip in a schema is none that silently holds nothing.
    const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true, inlineRefs: false });
    ajv.addVocabulary(['x-kind', 'x-unit', 'discriminator']);
    ajv.addSchema({ $id: 'api', $defs });
    return name => ajv.getSchema(`api#/$defs/${encodeURIComponent(name)}`);
  }
  operation(id) {
    const found = this.operations.find(o => o.operationId === id);
    if (!found) throw new Error(`the document has no operation ${id}`);
    return found;
  }
  // A component's validator, or an answer's.
  validator(name, { isRelaxed = false } = {}) { return (isRelaxed ? this.relaxed : this.strict)(name); }
  answer(id, status, type, options) {
    const { responses } = this.operation(id), key = responses[status] ? status : 'default';
    return responses[key]?.content?.[type] && this.validator(`${id} ${key} ${type.replace('/', ' ')}`, options);
  }
  // The address of a request: `params` by name, those that are undefined left out.
  target(id, params = {}) {
    const { path, parameters } = this.operation(id), query = new URLSearchParams(), left = new Set(Object.keys(params).filter(k => params[k] !== undefined));
    let out = path;
    for (const p of parameters) {
      if (!left.delete(p.name)) continue;
      if (p.in === 'path') out = out.replace(`{${p.name}}`, encodeURIComponent(params[p.name]));
      else query.set(p.name, params[p.name]);
    }
    if (left.size || /[{}]/.test(out)) throw new Error(`${id}: ${[...left].join(', ') || out}`);
    return query.size ? `${out}?${query}` : out;
  }
  // What is wrong with an answer by the document; [] where nothing is.
  faults(id, { status, type, body, text }, options) {
    const validate = this.answer(id, status, type, options);
    if (status === 304 && this.operation(id).responses[304]) return text ? ['304 with a body'] : [];
    if (!validate) return [`${status} ${type}: the document has no such answer`];
    return validate(body ?? text) ? [] : validate.errors.slice(0, 3).map(e => `${status} ${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);
  }
}

/*
 * Every way to change one thing of a document: a member more, a member less, a value of another type. Of each, calls
 * `judge(what)` while it is changed. Of lists the first two items; what stands in maps (`inputs`, evidence's contracts) is changed, not left out.
 */
export function changes(document, judge, path = '') {
  if (Array.isArray(document)) {
    document.slice(0, 2).forEach((item, i) => swap(document, i, `${path}/${i}`, judge));
    return;
  }
  document.surplus = {};
  judge(`${path}/surplus put in`);
  delete document.surplus;
  for (const key of Object.keys(document)) {
    const value = document[key];
    if (!/\/(inputs|claims\/pools\/\d+\/contracts)$/.test(path)) {
      delete document[key];
      judge(`${path}/${key} left out`, key);
    }
    document[key] = value;
    swap(document, key, `${path}/${key}`, judge);
  }
}
function swap(holder, key, path, judge) {
  const value = holder[key];
  holder[key] = typeof value === 'string' ? 7 : typeof value === 'object' && value ? 'text' : typeof value === 'number' ? '7' : {};
  judge(`${path} of another type`);
  holder[key] = value;
  if (value && typeof value === 'object') changes(value, judge, path);
}

// Asks the server and holds each answer against the document: what is wrong gathers in `faults`.
export class Caller {
  constructor(url, document) { Object.assign(this, { url, document, faults: [], answers: new Map(), bad: new Map(), count: 0 }); }
  async ask(id, params = {}, { headers, status } = {}) {
    const target = this.document.target(id, params), answer = await json(this.url + target, headers);
    const isRelaxed = params.fields !== undefined;
    this.count++;
    this.faults.push(...this.document.faults(id, answer, { isRelaxed }).map(f => `${target}: ${f}`));
    if (status !== undefined && answer.status !== status) this.faults.push(`${target}: ${answer.status}, expected ${status} ${answer.text.slice(0, 200)}`);
    if (answer.status !== 200) this.bad.set(id, [...this.bad.get(id) ?? [], answer]);
    else if (!isRelaxed) this.answers.set(id, [...this.answers.get(id) ?? [], { target, params, ...answer }]);
    return answer.status === 200 ? answer.body : undefined;
  }
  // Every page.
  async all(id, params) {
    const items = [];
    for (let after; ;) {
      const page = await this.ask(id, { ...params, after }, { status: 200 });
      items.push(...page?.items ?? []);
      if (!page?.next || items.length > 100000) return items;
      after = page.next;
    }
  }
}

// Every route of the mirror's own, as of several blocks.
export async function askAll(c) {
  const status = await c.ask('getStatus', {}, { status: 200 });
  const list = (await c.ask('getPools', {}, { status: 200 })).items;
  const last = status.indexed.number, first = Math.max(...list.map(p => p.start_block)) + 1;
  const moments = [undefined, 'latest', ...(status.finalized >= first ? ['finalized'] : []), status.indexed.hash, first, (first + last) >> 1];
  const lists = {};
  for (const at of moments) {
    await c.ask('getStatus', { at });
    await c.ask('getPools', { at });
    await c.ask('getFindings', { at, limit: 1000 });
    await c.ask('getSolvency', { at });
  }
  for (const { name } of list) {
    for (const at of moments) {
      await c.ask('getPool', { name, at }, { status: 200 });
      await c.ask('getAccounts', { name, at, limit: 1000 }, { status: 200 });
      await c.ask('getPayouts', { name, at, limit: 1000 }, { status: 200 });
      await c.ask('getPoolSolvency', { name, at, limit: 50 }, { status: 200 });
      await c.ask('getPolicies', { name, at, limit: 1000 });
      await c.ask('getHistory', { name, at, limit: 7 }, { status: 200 });
    }
    const accounts = await c.all('getAccounts', { name, limit: 5 });
    for (const { account } of accounts.slice(0, 3)) for (const at of [undefined, first]) await c.ask('getAccount', { name, address: account, at }, { status: 200 });
    await c.ask('getAccount', { name, address: `0x${'ab'.repeat(20)}` }, { status: 200 });
    for (const { account } of [accounts[0], accounts.at(-1)]) {
      await c.ask('getHoldings', { address: account }, { status: 200 });
      await c.ask('getAccountHistory', { name, address: account, limit: 6 }, { status: 200 });
    }
    for (const which of c.document.operation('getItems').parameters.find(p => p.name === 'list').schema.enum)
      for (const at of [undefined, first]) lists[which] = [...lists[which] ?? [], ...(await c.ask('getItems', { name, list: which, at, limit: 1000 }))?.items ?? []];
    const markets = (await c.ask('getItems', { name, list: 'markets' }))?.items ?? [{}];
    for (const { market } of markets) for (const amount of ['1', '10000000000', `1${'0'.repeat(22)}`, `1${'0'.repeat(60)}`])
      for (const at of [undefined, first]) await c.ask('getQuote', { name, market, amount, weeks: 8, at });
    await c.ask('getEvents', { pool: name, limit: 1000 }, { status: 200 });
    await c.ask('getEvents', { pool: name, order: 'newest', limit: 10 }, { status: 200 });
    await c.ask('getFindings', { pool: name }, { status: 200 });
  }
  for (const event of c.document.operation('getEvents').parameters.find(p => p.name === 'event').schema.enum) {
    const seen = (await c.ask('getEvents', { event, limit: 20 }, { status: 200 })).items;
    for (const e of seen.filter((x, i) => i === 0 || x.pool !== seen[i - 1].pool)) await c.ask('explainLog', { tx: e.transaction, log: e.log_index }, { status: 200 });
  }
  for (const { name } of list) for (const { transaction, log_index } of (await c.ask('getPayouts', { name, limit: 2 }))?.items ?? []) {
    await c.ask('getTransactionEvidence', { tx: transaction }, { status: 200 });
    await c.ask('getLogEvidence', { tx: transaction, log: log_index }, { status: 200 });
  }
  for (const check of c.document.operation('getFindings').parameters.find(p => p.name === 'check').schema.enum) await c.ask('getFindings', { check, severity: 'info' }, { status: 200 });
  for (const state of ['open', 'resolved', 'withdrawn']) await c.ask('getFindings', { state }, { status: 200 });
  for (const { transaction } of (await c.all('getEvents', { limit: 400 })).filter((e, i) => i % 25 === 0)) await c.ask('explainTransaction', { tx: transaction }, { status: 200 });
  return { list, lists, moments };
}

// Server-sent events, until `take` says that it was the last.
export async function messages(address, take) {
  const abort = new AbortController(), { status, body } = await fetch(address, { signal: abort.signal });
  if (status !== 200) throw new Error(`${address}: ${status}`);
  let text = '';
  try {
    for await (const bytes of body.pipeThrough(new TextDecoderStream())) {
      const frames = (text + bytes).split('\n\n');
      text = frames.pop();
      for (const frame of frames) {
        const field = name => frame.match(new RegExp(`^${name}: ?(.*)$`, 'm'))?.[1];
        if (field('event') && field('data') !== undefined && take({ event: field('event'), id: field('id'), data: JSON.parse(field('data')) })) return;
      }
    }
  } finally { abort.abort(); }
}

// What is wrong with the answers of a mirror, which is synced and has no daemon.
export async function faultsOf(mirror) {
  const daemon = mirror.daemon();
  try {
    const url = await daemon.url(), c = new Caller(url, new Document((await json(`${url}/openapi.json`)).body));
    await askAll(c);
    return c.count > 50 ? c.faults : [`only ${c.count} answers`, ...c.faults];
  } finally { await daemon.stop(); }
}
