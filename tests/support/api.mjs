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
    ajv.addVocabulary(['x-unit', 'discriminator']);
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
 * `judge(what)` while it is changed. Of lists the first two items; what stands in maps (`inputs`) is changed, not left out.
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
    if (!path.endsWith('/inputs')) {
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
