#!/usr/bin/env node
// Answers JSON-RPC from a recorded chain, as well or as badly as it is told to.
//   replay-node.mjs CHAIN.jsonl.gz [options]         prints "listening on http://127.0.0.1:PORT" when ready
//   --port P                 0 (the default) takes a free one
//   --head N                 the chain ends at block N for now
//   --max-range N            eth_getLogs over more than N blocks is an error
//   --max-logs N             eth_getLogs with more than N results is an error
//   --latency MS             every answer takes that long
//   --fault-rate P           that share of the requests fails, by turns: 429, 500, half a body, HTML, a hang-up
//   --drop-logs P            eth_getLogs leaves out that share of the logs; receipts stay whole
//   --omit BLOCK,BLOCK       eth_getLogs leaves out all logs of these blocks
//   --lie-log BLOCK:INDEX    that log's last data word (or last topic, if it has no data) is one too high, everywhere
//   --fork BLOCK:DEPTH[:N]   at that head the last DEPTH blocks are empty ones of other hashes; when the head was asked for N more
//                            times (3) the real ones return
//   --no-method NAME,NAME    these methods do not exist
//   --step MS                head starts at the first block and grows by one every MS
//   --seed N                 what the random faults grow from (1)
// GET /ctl tells { head, requests, methods, faults }; POST /ctl { "head": N } moves the head; with "fork": DEPTH the last
// DEPTH blocks then are empty ones of other hashes, other than at any fork before, until the head is moved without one.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { parseArgs } from 'node:util';

const text = ['port', 'head', 'max-range', 'max-logs', 'latency', 'fault-rate', 'drop-logs', 'lie-log', 'fork', 'step', 'seed', 'no-method', 'omit'];
const { values: given, positionals: [file] } = parseArgs({ allowPositionals: true, options: Object.fromEntries(text.map(k => [k, { type: 'string' }])) });
const number = (key, otherwise) => given[key] === undefined ? otherwise : Number(given[key]);
const quantity = n => '0x' + Number(n).toString(16);
const EMPTY_ROOT = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';

let state = number('seed', 1) >>> 0;
function random() {                                    // xorshift32 on top of a Weyl sequence
  state = (state + 0x9e3779b9) >>> 0;
  let x = state;
  x ^= x << 13; x ^= x >>> 17; x ^= x << 5; x = Math.imul(x, 0x2545f491);
  return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32;
}

class Chain {
  constructor(path) {
    this.real = new Map(); this.forged = new Map(); this.hashes = new Map();
    this.transactions = new Map(); this.answers = new Map(); this.proofs = new Map(); this.firstSeen = new Map();
    const raw = readFileSync(path);
    const lines = (path.endsWith('.gz') ? gunzipSync(raw) : raw).toString('utf8').split('\n');
    for (const line of lines) if (line) this.take(JSON.parse(line));
  }
  take(o) {
    if (o.type === 'meta') { this.first = o.first; this.last = o.last; this.id = quantity(o.chainId); }
    else if (o.type === 'block') {
      const entry = { height: Number(o.block.number), block: o.block, receipts: o.receipts, logs: o.receipts.flatMap(r => r.logs) };
      this.real.set(entry.height, entry);
      this.hashes.set(o.block.hash, entry);
      for (const r of o.receipts) this.transactions.set(r.transactionHash, { receipt: r });
      for (const t of o.block.transactions) if (t.hash) this.transactions.get(t.hash).body = t;
    } else if (o.type === 'call') {
      const to = o.to.toLowerCase();
      this.answers.set(`${to} ${o.data.toLowerCase()} ${Number(o.block)}`, o);
      if (!(this.firstSeen.get(to) <= Number(o.block))) this.firstSeen.set(to, Number(o.block));
    } else if (o.type === 'proof') this.proofs.set(JSON.stringify([o.address, o.slots, Number(o.block)]).toLowerCase(), o.result);
  }
  lie(height, index) {
    const log = this.real.get(height).logs[index];
    const raised = word => (BigInt('0x' + word) + 1n).toString(16).padStart(64, '0').slice(-64);
    if (log.data.length >= 66) log.data = log.data.slice(0, -64) + raised(log.data.slice(-64));
    else log.topics[log.topics.length - 1] = '0x' + raised(log.topics.at(-1).slice(2));
  }
  forge(tip, depth, which = 0) {
    this.forged.clear();
    let parent = this.real.get(tip - depth).block.hash;
    for (let height = tip - depth + 1; height <= tip; height++) {
      const hash = '0xdead' + which.toString(16).padStart(8, '0') + height.toString(16).padStart(52, '0');
      const block = { ...this.real.get(height).block, hash, parentHash: parent, transactions: [], transactionsRoot: EMPTY_ROOT,
        receiptsRoot: EMPTY_ROOT, logsBloom: '0x' + '0'.repeat(512), gasUsed: '0x0' };
      const entry = { height, block, receipts: [], logs: [] };
      this.forged.set(height, entry);
      this.hashes.set(hash, entry);
      parent = hash;
    }
  }
}

const chain = new Chain(file);
if (given['lie-log']) chain.lie(...given['lie-log'].split(':').map(Number));
let head = number('head', given.step ? chain.first : chain.last);
if (given.step) setInterval(() => { if (head < chain.last) head++; }, number('step')).unref();
const omitted = new Set((given.omit ?? '').split(',').map(Number));
const [forkAt, forkDepth, forkTimes = 3] = given.fork?.split(':').map(Number) ?? [];
let fork = given.fork && { at: forkAt, depth: forkDepth, times: forkTimes, shown: 0, now: 'not yet' };

class Refusal extends Error { constructor(code, message) { super(message); this.code = code; } }

const entryAt = height => (fork?.now === 'forked' && chain.forged.get(height)) || chain.real.get(height);
const LABELS = { latest: () => head, pending: () => head, earliest: () => chain.first,
  safe: () => Math.max(chain.first, head - 32), finalized: () => Math.max(chain.first, head - 64) };
const heightOf = tag => tag === undefined || tag === null ? head : LABELS[tag] ? LABELS[tag]() : Number(tag);
function find(tag) {
  if (tag && typeof tag === 'object') return tag.blockHash ? chain.hashes.get(tag.blockHash) : find(tag.blockNumber);
  if (typeof tag === 'string' && tag.length === 66) return chain.hashes.get(tag);
  const height = heightOf(tag);
  return height > head ? undefined : entryAt(height);
}
const shown = (entry, whole) => !entry ? null : whole ? entry.block
  : { ...entry.block, transactions: entry.block.transactions.map(t => t.hash ?? t) };
const bornBy = (to, height) => chain.firstSeen.has(to.toLowerCase()) && height >= chain.firstSeen.get(to.toLowerCase());

function logs(filter) {
  let entries;
  if (filter.blockHash) {
    entries = [chain.hashes.get(filter.blockHash)];
    if (!entries[0]) throw new Refusal(-32000, 'unknown block');
  } else {
    const from = heightOf(filter.fromBlock), to = Math.min(heightOf(filter.toBlock), head);
    const limit = number('max-range', Infinity);
    if (to - from >= limit) throw new Refusal(-32005, `query exceeds max block range ${limit}`);
    entries = [];
    for (let h = from; h <= to; h++) if (entryAt(h)) entries.push(entryAt(h));
  }
  const where = filter.address && [].concat(filter.address).map(a => a.toLowerCase());
  const fits = log => (!where || where.includes(log.address.toLowerCase()))
    && (filter.topics ?? []).every((want, i) => want === null || [].concat(want).includes(log.topics[i]));
  const found = entries.filter(e => !omitted.has(e.height)).flatMap(e => e.logs).filter(fits).filter(() => !given['drop-logs'] || random() >= number('drop-logs'));
  const limit = number('max-logs', Infinity);
  if (found.length > limit) throw new Refusal(-32005, `query returned more than ${limit} results`);
  return found;
}

function view(request, tag) {
  const height = tag && typeof tag === 'object' ? find(tag)?.height : heightOf(tag);
  if (height === undefined) throw new Refusal(-32000, 'header not found');
  if (!bornBy(request.to, height)) return '0x';
  if (height > head) throw new Refusal(-32000, 'header not found');
  const answer = chain.answers.get(`${request.to} ${request.data ?? request.input} ${height}`.toLowerCase());
  if (!answer) throw new Refusal(-32000, 'missing trie node: this call was not recorded');
  if (answer.error) throw Object.assign(new Refusal(answer.error.code, answer.error.message), { data: answer.error.data });
  return answer.result;
}

function headAsked() {
  if (fork?.now === 'not yet' && head >= fork.at) { chain.forge(head, fork.depth); fork.now = 'forked'; }
  else if (fork?.now === 'forked' && ++fork.shown >= fork.times) fork.now = 'over';
}

const METHODS = {
  web3_clientVersion: () => 'covermirror-replay/1',
  net_version: () => String(Number(chain.id)),
  eth_chainId: () => chain.id,
  eth_syncing: () => false,
  eth_blockNumber() { headAsked(); return quantity(head); },
  eth_getBlockByNumber(tag, whole) { if (tag === 'latest') headAsked(); return shown(find(tag), whole); },
  eth_getBlockByHash: (hash, whole) => shown(chain.hashes.get(hash), whole),
  eth_getBlockReceipts: tag => find(tag)?.receipts ?? null,
  eth_getTransactionReceipt: hash => chain.transactions.get(hash)?.receipt ?? null,
  eth_getTransactionByHash: hash => chain.transactions.get(hash)?.body ?? null,
  eth_getLogs: logs,
  eth_getCode: (who, tag) => bornBy(who, tag && typeof tag === 'object' ? find(tag)?.height ?? -1 : heightOf(tag)) ? '0xfe' : '0x',
  eth_call: view,
  eth_getProof(who, slots, tag) {
    const proof = chain.proofs.get(JSON.stringify([who, slots, find(tag)?.height]).toLowerCase());
    if (!proof) throw new Refusal(-32000, 'missing trie node: this proof was not recorded');
    return proof;
  },
};

for (const name of (given['no-method'] ?? '').split(',')) delete METHODS[name];

const counts = {};
let requests = 0, faults = 0;
function answer(q) {
  requests++;
  counts[q.method] = (counts[q.method] ?? 0) + 1;
  const reply = { jsonrpc: '2.0', id: q.id ?? null };
  try {
    if (!Object.hasOwn(METHODS, q.method)) throw new Refusal(-32601, `the method ${q.method} does not exist/is not available`);
    return { ...reply, result: METHODS[q.method](...(q.params ?? [])) };
  } catch (e) {
    return { ...reply, error: { code: e.code ?? -32603, message: e.message, ...(e.data ? { data: e.data } : {}) } };
  }
}

const FAULTS = [
  (req, res) => { res.writeHead(429, { 'retry-after': '0' }); res.end('{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"too many requests"}}'); },
  (req, res) => { res.writeHead(500); res.end('oops'); },
  (req, res) => { res.writeHead(200, { 'content-type': 'application/json', 'content-length': '65536' }); res.write('{"jsonrpc":"2.0","id":'); setTimeout(() => req.socket.destroy(), 5); },
  (req, res) => { res.writeHead(200, { 'content-type': 'text/html' }); res.end('<!doctype html><title>Bad gateway</title>'); },
  req => req.socket.destroy(),
];

let forks = 0;
function command({ head: to, fork: depth }) {
  head = Math.max(chain.first, Math.min(chain.last, Number(to)));
  if (depth) {
    chain.forge(head, depth, ++forks);
    fork = { now: 'forked', shown: 0, times: Infinity, told: true };
  } else if (fork?.told) fork = undefined;
}

function serve(req, res, body) {
  if (req.url === '/ctl') {
    if (req.method === 'POST') command(JSON.parse(body));
    res.end(JSON.stringify({ head, requests, methods: counts, faults }));
    return;
  }
  if (given['fault-rate'] && random() < number('fault-rate')) { FAULTS[faults++ % FAULTS.length](req, res); return; }
  let out;
  try {
    const q = JSON.parse(body);
    out = JSON.stringify(Array.isArray(q) ? q.map(answer) : answer(q));
  } catch { out = '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}'; }
  const reply = () => { res.writeHead(200, { 'content-type': 'application/json' }); res.end(out); };
  if (given.latency) setTimeout(reply, number('latency'));
  else reply();
}

const server = createServer((req, res) => {
  const chunks = [];
  req.on('data', c => chunks.push(c));
  req.on('end', () => serve(req, res, Buffer.concat(chunks).toString()));
});
server.keepAliveTimeout = 60000;
server.listen(number('port', 0), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
