// Figures as text. Amounts are decimal strings of 256-bit integers: BigInt and digits only. What is
// short is cut, never rounded, and says so with "…"; the exact text stands beside it (figure.js).
// Number is made in toPixels alone, for places in a chart.

const INTEGER = /^-?\d+$/;
const DECIMAL = /^-?\d+(\.\d+)?$/;

export const isInteger = text => INTEGER.test(text);

// "1234567" → "1,234,567"; leaves what is behind a point alone.
export function group(text) {
  const [whole, part] = String(text).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return part === undefined ? grouped : `${grouped}.${part}`;
}

// Base units as a decimal without grouping and without zeros at the end.
export function decimalOf(raw, decimals) {
  const value = BigInt(raw);
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const part = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${whole}${part ? `.${part}` : ''}`;
}

// "0.0123" → { text: "1.23" }, by digits.
export function shiftPoint(decimal, places) {
  if (!DECIMAL.test(decimal)) throw new Error(`"${decimal}" is no decimal`);
  const negative = decimal.startsWith('-');
  const [whole, part = ''] = decimal.replace('-', '').split('.');
  const digits = BigInt(whole + part.padEnd(places, '0')).toString();
  const scale = Math.max(part.length - places, 0);
  return (negative ? '-' : '') + decimalOf(digits, scale);
}

// How many digits behind the point are kept for people: enough to tell small figures apart.
function placesOf(whole, part) {
  if (whole.replace('-', '').length > 3) return 2;
  if (whole.replace('-', '') !== '0') return 4;
  const zeros = /^0*/.exec(part)[0].length;
  return zeros + 4;
}

// { text, isCut } of a decimal, for people.
export function shorten(decimal) {
  const [whole, part = ''] = decimal.split('.');
  const places = placesOf(whole, part);
  const isCut = /[1-9]/.test(part.slice(places));
  const kept = isCut ? part.slice(0, places) : part.slice(0, places).replace(/0+$/, '');
  return { text: group(kept ? `${whole}.${kept}` : whole), isCut };
}

export const shortHex = text => (text.length > 14 ? `${text.slice(0, 6)}…${text.slice(-4)}` : text);

const LAST_DATE = 8640000000000n; // seconds; no Date beyond

// Seconds since 1970, a number or a decimal string.
export function time(seconds) {
  const value = BigInt(seconds);
  if (value > LAST_DATE || value < 0n) return `${group(value)} s`;
  return new Date(Number(value) * 1000).toISOString().replace('T', ' ').replace('.000Z', ' UTC');
}

const SPANS = [['d', 86400n], ['h', 3600n], ['min', 60n], ['s', 1n]];

export function duration(seconds) {
  let rest = BigInt(seconds);
  const words = [];
  for (const [name, size] of SPANS) {
    if (rest >= size) words.push(`${group(rest / size)} ${name}`);
    rest %= size;
  }
  return words.join(' ') || '0 s';
}

// What somebody typed ("1,000.5") in base units, as a decimal string; throws words for people.
export function parseAmount(text, decimals) {
  const plain = text.trim().replaceAll(',', '').replaceAll(' ', '');
  if (!/^\d+(\.\d*)?$/.test(plain)) throw new Error('Expected a number such as 1000 or 12.5.');
  const [whole, part = ''] = plain.split('.');
  if (part.length > decimals) throw new Error(`There are ${decimals} digits behind the point at most.`);
  const value = BigInt(whole + part.padEnd(decimals, '0'));
  if (value >= 1n << 256n) throw new Error('The amount does not fit 256 bits.');
  return value.toString();
}

// A place in a chart; null stays null.
export const toPixels = decimal => (decimal === null ? null : Number(decimal));

// snake_case as words.
export const words = name => {
  const text = name.replaceAll('_', ' ');
  return (text.charAt(0).toUpperCase() + text.slice(1)).replace(/\b(apr|usd|id)\b/gi, w => w.toUpperCase());
};

// Names in an expression by what they stand for: "a * b // c" → "2 * 3 // 4". Longest names first,
// whole names only; a name may have blanks in it.
export function fillIn(expression, inputs) {
  const names = Object.keys(inputs).sort((a, b) => b.length - a.length);
  if (!names.length) return expression;
  const escape = name => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const any = new RegExp(`(?<![\\w.])(${names.map(escape).join('|')})(?![\\w(])`, 'g');
  return expression.replace(any, name => {
    const value = inputs[name];
    return isInteger(value) ? group(value) : value ?? 'not computable';
  });
}
