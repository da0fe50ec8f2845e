// Test Anything Protocol, as little of it as the tests need.
let count = 0, failures = 0;
const started = Date.now();

export function ok(name, condition, ...details) {
  count++;
  const line = String(name).replace(/[\r\n#]/g, ' ');
  if (condition) console.log(`ok ${count} - ${line}`);
  else {
    failures++;
    console.log(`not ok ${count} - ${line}`);
    for (const d of details.flat()) note(typeof d === 'string' ? d : JSON.stringify(d));
  }
  return Boolean(condition);
}
export const equal = (name, actual, expected, ...details) =>
  ok(name, JSON.stringify(actual) === JSON.stringify(expected), `expected ${JSON.stringify(expected)}`, `actual   ${JSON.stringify(actual)}`, ...details);
export const none = (name, list, ...details) =>       // a list of differences that should be empty
  ok(name, list.length === 0, ...list.slice(0, 12), ...(list.length > 12 ? [`... and ${list.length - 12} more`] : []), ...details);
export const skip = (name, why) => { count++; console.log(`ok ${count} - ${name} # SKIP ${why}`); };
// Details are indented and free of control characters, so that no line of them is taken for a result.
export const note = text => console.log(String(text).replace(/[^\P{C}\n]/gu, '?').split('\n').map(l => `    ${l}`).join('\n'));

// A part of a test file: an exception in it is one failure, and the next part runs all the same.
export async function part(name, body) {
  const t = Date.now();
  try { await body(); }
  catch (e) { ok(`${name}: ran to its end`, false, e.stack ?? String(e)); }
  note(`${name}: ${((Date.now() - t) / 1000).toFixed(1)} s`);
}
export function done() {
  console.log(`1..${count}`);
  note(`${count - failures} passed, ${failures} failed, ${((Date.now() - started) / 1000).toFixed(1)} s`);
  process.exit(failures ? 1 : 0);
}

// Seeded random numbers (mulberry32): the same scenario on every machine.
export function random(seed) {
  let a = seed >>> 0;
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  next.below = n => Math.floor(next() * n);
  next.pick = list => list[next.below(list.length)];
  next.big = limit => {                                  // a bigint in 0 .. limit - 1
    let v = 0n;
    for (let bits = 0n; (1n << bits) < limit * 65536n; bits += 30n) v = (v << 30n) | BigInt(Math.floor(next() * (1 << 30)));
    return limit > 0n ? v % limit : 0n;
  };
  return next;
}
