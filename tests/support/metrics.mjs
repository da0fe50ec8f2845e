// /metrics, /healthz and /readyz of a `run` beside a replay node.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './anvil.mjs';
import { Mirror, ROOT, sleep } from './program.mjs';
import { listChains } from './recorded.mjs';
import { startReplay } from './replay.mjs';
import { ok, part } from './tap.mjs';

export const recorded = listChains().find(c => c.name === 'api3-seed1').chain;

// What /metrics answers, read: samples by family and labels, each value as the text that it is.
export class Metrics {
  constructor(text) {
    this.text = text;
    this.types = new Map();
    this.samples = [];
    for (const line of text.split('\n')) {
      const type = line.match(/^# TYPE (\S+) (\S+)$/);
      if (type) this.types.set(type[1], type[2]);
      if (!line || line.startsWith('#')) continue;
      const m = line.match(/^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/);
      if (!m) throw new Error(`no sample: ${line}`);
      const labels = {};
      for (const [, name, value] of (m[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
        labels[name] = value.replace(/\\(.)/g, (_, c) => c === 'n' ? '\n' : c);
      this.samples.push({ name: m[1], labels, value: m[3] });
    }
  }
  // The samples of that name whose labels include these.
  all(name, labels = {}) {
    return this.samples.filter(s => s.name === name && Object.entries(labels).every(([k, v]) => s.labels[k] === v));
  }
  // The one sample's value; undefined where there is none.
  value(name, labels) {
    const found = this.all(name, labels);
    if (found.length > 1) throw new Error(`${name} ${JSON.stringify(labels)}: ${found.length} samples`);
    return found[0]?.value;
  }
  number(name, labels) { const v = this.value(name, labels); return v === undefined ? undefined : Number(v); }
  // Counts are whole numbers.
  sum(name, labels) { return Number(this.all(name, labels).reduce((sum, s) => sum + BigInt(s.value), 0n)); }
  // Names as queries have them: a histogram's are those of its parts.
  names() {
    return new Set([...this.types].flatMap(([name, type]) => type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]));
  }
}
export const readMetrics = async (url, options) => {
  const response = await fetch(`${url}/metrics`, options);
  if (response.status !== 200) throw new Error(`/metrics: ${response.status} ${await response.text()}`);
  return new Metrics(await response.text());
};

export const until = async (what, test, tell = () => '', timeout = 30000) => {
  for (const end = Date.now() + timeout; !await test(); await sleep(50))
    if (Date.now() > end) { ok(`${what}: within ${timeout} ms`, false, tell()); return false; }
  return ok(what, true);
};
export const configured = (url, { serve = {}, ...extra }) => {
  const config = JSON.parse(readFileSync(join(ROOT, 'tests', 'configs', 'api3-seed1.json')));
  config.chain.rpc = [].concat(url).map(u => ({ url: u, backoff_ms: 1 })); config.chain.poll_interval_ms = 50;
  delete config.$schema; delete config.store; config.views = { every_blocks: 50, at_head: true, accounts: 'touched' };
  return new Mirror({ ...config, ...extra, serve: { listen: '127.0.0.1:0', ...serve } });
};
// What /healthz or /readyz says: status, and the ids of its reasons.
export const ask = async (url, path) => {
  const response = await fetch(url + path);
  const { status, title, detail, instance, type, reasons = [], ...rest } = await response.json();
  const problem = response.status === 200 ? [] : Object.entries({ title: title === 'Service Unavailable', status: status === 503, detail: detail === reasons.map(r => r.detail).join('; '),
    instance: instance === path, type: type === 'about:blank', 'content-type': response.headers.get('content-type') === 'application/problem+json', 'nothing else': !Object.keys(rest).length })
    .filter(([, right]) => !right).map(([what]) => what);
  return { code: response.status, status, reasons: reasons.map(r => r.reason).sort(), details: reasons, type: response.headers.get('content-type'), problem };
};
// A mirror beside a node; whatever runs is ended.
export const scene = (name, node, extra, body) => part(name, async () => {
  const s = { daemons: [], port: await freePort() };
  s.node = await startReplay(recorded, { port: s.port, ...node });
  s.m = configured(s.node.url, extra);
  const d = s.m.daemon();
  s.log = () => d.err.slice(-1500);
  try { s.url = await d.url(); await body(s, d); }
  finally { if (!d.result) await d.stop('SIGKILL'); await s.node.stop(); }
});
