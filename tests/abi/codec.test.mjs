// The codec against an independent one: random types and values are encoded by ethers, and codec_tool (the program's
// own code) must read the same values from the bytes, print them, read them back and encode the same bytes again.
// Damaged encodings must be refused exactly where they are no longer what an encoder emits. Topics, selectors and
// JSON ABI are compared as well.  node tests/abi/codec.test.mjs [SEED]; CODEC_TOOL names another build's tool.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AbiCoder, Fragment, Interface, ParamType, getBytes, hexlify, keccak256, toUtf8Bytes } from 'ethers';
import { done, none, note, ok, part, random } from '../support/tap.mjs';

const CASES = 2000, DAMAGED = 2000, ITEMS = 1000, LOGS = 1000;
const seed = Number(process.argv[2] ?? 20240607);
const tool = process.env.CODEC_TOOL ?? fileURLToPath(new URL('../../build/tests/abi/codec_tool', import.meta.url));
const coder = AbiCoder.defaultAbiCoder();
const rnd = random(seed);

function ask(questions) {
  const { status, stdout, stderr } = spawnSync(tool, [], {
    input: questions.map(fields => fields.join('\t') + '\n').join(''), encoding: 'utf8', maxBuffer: 1 << 30,
  });
  if (status !== 0) throw new Error(`${tool} ended with status ${status}: ${stderr}`);
  const answers = stdout.split('\n').slice(0, -1).map(line => line.split('\t'));
  if (answers.length !== questions.length) throw new Error(`${answers.length} answers to ${questions.length} questions`);
  return answers;
}

// Random types, as text with or without names.
const elementary = () => rnd.pick([
  () => `uint${8 * (1 + rnd.below(32))}`, () => `int${8 * (1 + rnd.below(32))}`, () => 'address', () => 'bool',
  () => `bytes${1 + rnd.below(32)}`, () => 'bytes', () => 'string', () => 'uint256',
])();
const name = () => rnd.pick(['', '', 'a', 'user', '_x$1', 'value']);
function typeText(depth) {
  const kind = depth ? rnd.below(10) : 0;
  if (kind < 5) return elementary();
  if (kind < 7) return `${typeText(depth - 1)}[]`;
  if (kind < 8) return `${typeText(depth - 1)}[${1 + rnd.below(4)}]`;
  return `tuple(${list(1 + rnd.below(4), () => `${typeText(depth - 1)} ${name()}`.trim()).join(', ')})`;
}
const list = (n, make) => Array.from({ length: n }, make);

// Random values: what ethers takes, and the text that abi_value_format must give.
function integer(bits, isSigned) {
  const edge = rnd.below(4), top = 1n << BigInt(isSigned ? bits - 1 : bits);
  let v = edge === 0 ? top - 1n : edge === 1 ? rnd.big(256n < top ? 256n : top) : rnd.big(top);
  if (isSigned && rnd.below(2)) v = edge === 0 ? -top : -v;
  return v;
}
const bytes = n => hexlify(Uint8Array.from({ length: n }, () => rnd.below(256)));
const length = () => rnd.pick([0, 1, 5, 31, 32, 33, 64, 70]);
function string() {
  const point = () => rnd.pick([
    () => 0x20 + rnd.below(0x5f), () => 0x20 + rnd.below(0x5f), () => rnd.below(0x20), () => 0x22, () => 0x5c, () => 0x7f,
    () => 0x80 + rnd.below(0x780), () => 0x800 + rnd.below(0xd000), () => 0xe000 + rnd.below(0x2000),
    () => 0x10000 + rnd.below(0x100000),
  ])();
  return String.fromCodePoint(...list(length(), point));
}
function value(type) {
  if (type.isArray()) return list(type.arrayLength < 0 ? rnd.below(4) : type.arrayLength, () => value(type.arrayChildren));
  if (type.isTuple()) return type.components.map(value);
  if (type.type.startsWith('uint')) return integer(Number(type.type.slice(4)), false);
  if (type.type.startsWith('int')) return integer(Number(type.type.slice(3)), true);
  if (type.type === 'address') return bytes(20);
  if (type.type === 'bool') return rnd.below(2) === 1;
  if (type.type === 'string') return string();
  return bytes(type.type === 'bytes' ? length() : Number(type.type.slice(5)));
}
const quoted = s => JSON.stringify(s).replace(/\x7f/g, '\\u007f');
function text(type, v) {
  if (type.isArray()) return `[${[...v].map(e => text(type.arrayChildren, e)).join(', ')}]`;
  if (type.isTuple()) return `(${[...v].map((e, i) => text(type.components[i], e)).join(', ')})`;
  return type.type === 'string' ? quoted(v) : String(v).toLowerCase();
}

function codecCase() {
  const types = list(1 + rnd.below(5), () => typeText(4));
  const params = types.map(t => ParamType.from(t));
  const values = params.map(value);
  return { types: `(${types.join(',')})`, params, values, data: coder.encode(params, values) };
}

await part('values', () => {
  const cases = list(CASES, codecCase);
  const answers = ask(cases.map(c => ['decode', c.types, c.data]));
  const wrong = [];
  cases.forEach((c, i) => {
    const wanted = `(${c.params.map((p, k) => text(p, c.values[k])).join(', ')})`;
    if (answers[i][0] !== wanted || answers[i][1] !== c.data)
      wrong.push(`case ${i}: ${c.types}`, `  ${c.data}`, `  wanted ${wanted}`, `  got    ${answers[i].join(' ')}`);
  });
  none(`${CASES} encodings by ethers are read, printed, read back and encoded again (seed ${seed})`, wrong);
});

// What an encoder emits is what decoding and encoding leaves as it is.
function isCanonical(params, data) {
  try {
    const plain = (type, v) => (type.isArray() ? [...v].map(e => plain(type.arrayChildren, e))
      : type.isTuple() ? [...v].map((e, k) => plain(type.components[k], e)) : v);
    const values = coder.decode(params, data);
    return coder.encode(params, params.map((p, k) => plain(p, values[k]))) === data;
  } catch { return false; }
}
function damage(data) {
  const b = getBytes(data);
  const at = rnd.below(b.length);
  const word = at - at % 32;
  switch (rnd.below(7)) {
    case 0: b[at] ^= 1 << rnd.below(8); return hexlify(b);
    case 1: b[at] = rnd.below(256); return hexlify(b);
    case 2: return hexlify(b.slice(0, at));
    case 3: return hexlify(b.slice(0, word));
    case 4: return hexlify(b) + bytes(rnd.pick([1, 31, 32])).slice(2);
    case 5: b.copyWithin(word, 32 * rnd.below(b.length / 32), b.length); return hexlify(b);
    default: b[word + 31] = (b[word + 31] + rnd.pick([1, 31, 32, 255, 224])) & 255; return hexlify(b);
  }
}

await part('damage', () => {
  const cases = list(DAMAGED, () => {
    const c = codecCase();
    return { ...c, data: damage(c.data) };
  });
  const answers = ask(cases.map(c => ['decode', c.types, c.data]));
  const wrong = [];
  let accepted = 0;
  cases.forEach((c, i) => {
    const isAccepted = answers[i][0] !== 'error';
    accepted += isAccepted;
    if (isAccepted !== isCanonical(c.params, c.data) || (isAccepted && answers[i][1] !== c.data))
      wrong.push(`case ${i}: ${c.types}`, `  ${c.data}`, `  ${answers[i].join(' ')}`);
  });
  none(`${DAMAGED} damaged encodings are refused exactly where they are not canonical (seed ${seed})`, wrong);
  note(`${accepted} of them were still canonical`);
  ok('some damage is harmless and most is not', accepted > 0 && accepted < DAMAGED / 2);
});

function itemText() {
  const kind = rnd.pick(['function', 'event', 'error']);
  let indexed = 0;
  const param = () => {
    const isIndexed = kind === 'event' && indexed < 3 && rnd.below(3) === 0;
    indexed += isIndexed;
    return `${typeText(3)}${isIndexed ? ' indexed' : ''} ${name()}`.trim();
  };
  const inputs = list(rnd.below(6), param).join(', ');
  const tail = kind !== 'function' ? '' : rnd.pick(['', ' view', ' payable', ' pure returns (uint256 x, tuple(bool a)[] y)']);
  return `${kind} Name${rnd.below(1000)}(${inputs})${tail}`;
}

await part('items', () => {
  const items = list(ITEMS, itemText).map(line => ({ line, fragment: Fragment.from(line) }));
  const answers = ask(items.flatMap(({ line, fragment }) => [
    ['item', line], ['item', fragment.format('full')], ['json', fragment.format('json')],
    ['json', JSON.stringify({ abi: [JSON.parse(fragment.format('json')), { type: 'receive' }] })],
  ]));
  const wrong = [];
  items.forEach(({ line, fragment }, i) => {
    const signature = fragment.format('sighash');
    const hash = keccak256(toUtf8Bytes(signature));
    if ((fragment.topicHash ?? hash) !== hash || (fragment.selector ?? hash.slice(0, 10)) !== hash.slice(0, 10))
      wrong.push(`ethers contradicts itself: ${line}`);
    const wanted = [fragment.type, signature, hash, hash.slice(0, 10)].join(' ');
    for (const answer of answers.slice(4 * i, 4 * i + 4))
      if (answer.join(' ') !== wanted) wrong.push(line, `  wanted ${wanted}`, `  got    ${answer.join(' ')}`);
  });
  none(`${ITEMS} items have ethers' signatures, topics and selectors, as text and as JSON (seed ${seed})`, wrong);
});

// ethers does not hash indexed arrays and tuples: these stay in the data here.
function logCase() {
  const params = list(rnd.below(6), () => ({ text: typeText(3) }));
  let indexed = 0;
  for (const p of params) {
    p.isIndexed = indexed < 3 && !/[[(]/.test(p.text) && rnd.below(2) === 0;
    indexed += p.isIndexed;
  }
  const line = `event Log(${params.map(p => `${p.text}${p.isIndexed ? ' indexed' : ''}`).join(', ')})`;
  const event = new Interface([line]).getEvent('Log');
  const values = event.inputs.map(value);
  const encoded = new Interface([line]).encodeEventLog(event, values);
  const shown = event.inputs.map((p, k) => (
    p.indexed && p.type === 'string' ? `keccak256:${keccak256(toUtf8Bytes(values[k]))}`
      : p.indexed && p.type === 'bytes' ? `keccak256:${keccak256(values[k])}` : text(p, values[k])));
  return { line, topics: encoded.topics, data: encoded.data, wanted: `(${shown.join(', ')})` };
}

await part('logs', () => {
  const cases = list(LOGS, logCase);
  const answers = ask(cases.map(c => ['log', c.line, c.topics.join(','), c.data]));
  const wrong = [];
  cases.forEach((c, i) => {
    if (answers[i].join(' ') !== c.wanted) wrong.push(c.line, `  wanted ${c.wanted}`, `  got    ${answers[i].join(' ')}`);
  });
  none(`${LOGS} logs by ethers are read (seed ${seed})`, wrong);
});

done();
