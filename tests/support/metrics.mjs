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
