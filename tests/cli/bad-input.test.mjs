// Everything that can be wrong with what the program is given: it says so in words that name the culprit, ends with
// 1 (could not) or 2 (wrong use), never crashes, and what was mirrored before reads as before.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { freePort } from '../support/anvil.mjs';
import { Mirror, PROGRAM, run, tempFolder, there } from '../support/program.mjs';
import { listChains, readChain, readTruth } from '../support/recorded.mjs';
import { startReplay } from '../support/replay.mjs';
import { mirrorOf } from '../chains/truth.mjs';
import { done, equal, note, ok, part, skip } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const recorded = listChains().find(c => c.name === 'pool-edges') ?? listChains()[0];
const { meta, checkpoints } = readTruth(recorded.truth);
const chain = readChain(recorded.chain);
const last = chain.blocks.at(-1);
const source = `file:${recorded.chain}`;
const base = () => structuredClone(mirrorOf(meta, source).config);

const tell = r => [`exit status ${r.status ?? r.signal}${r.late ? ' (too late)' : ''}, ${r.ms} ms`, `stderr: ${r.err.slice(-700)}`, ...(r.out ? [`stdout: ${r.out.slice(0, 200)}`] : [])];
// Refused with that status, in words that match every pattern, quietly on stdout.
function refused(name, r, status, ...patterns) {
  const missing = patterns.filter(p => !p.test(r.err));
  return ok(name, [].concat(status).includes(r.status) && missing.length === 0 && r.out === '', `expected status ${status}`, ...missing.map(p => `stderr does not say ${p}`), ...tell(r));
}
const fine = (name, r) => ok(name, r.status === 0, ...tell(r));

// A mirror with something in it, to see that nothing is lost.
async function filled(to = 60) {
  const m = mirrorOf(meta, source);
  const r = await m.sync('--to', to);
  if (r.status !== 0) throw new Error(`sync --to ${to}: ${tell(r).join('; ')}`);
  return { m, before: await m.digest() };
}
async function kept(name, m, before) { equal(`${name}: the earlier mirror reads the same`, await m.digest().catch(e => e.message), before); }

await part('usage', async () => {
  const { m, before } = await filled();
  const c = ['-c', m.file];
  refused('no verb', await run([]), 2, /usage|verb/i);
  refused('an unknown verb', await run([...c, 'stauts']), 2, /stauts/);
  refused('an unknown option', await run([...c, 'status', '--jsn']), 2, /--jsn/);
  refused('an unknown short option', await run([...c, 'status', '-Z']), 2, /-Z|'Z'/);
  refused('an option without its value', await run([...c, 'pool', 'api3', '--at']), 2, /--at/);
  refused('no configuration file at that path', await run(['-c', join(m.folder, 'no.json'), 'status']), [1, 2], /no\.json/);
  refused('a configuration that is a folder', await run(['-c', m.folder, 'status']), [1, 2], new RegExp(m.folder.split('/').at(-1)));
  for (const at of ['abc', '-1', '1.5', '', '0x', '99999999999999999999999', '12x'])
    refused(`--at ${JSON.stringify(at)}`, await run([...c, 'pool', 'api3', '--at', at]), 2, /--at|no block/, new RegExp(`"${at}"`));
  refused('--at of a block not indexed yet', await run([...c, 'pool', 'api3', '--at', 1000]), 1, /1000/, /60/);
  refused('--at before the first block', await run([...c, 'pool', 'api3', '--at', 0]), 1, /\b0\b/);
  for (const to of ['abc', '-5', '']) refused(`sync --to ${JSON.stringify(to)}`, await run([...c, 'sync', '--to', to]), 2, /--to/);
  refused('--limit that is no number', await run([...c, 'accounts', 'api3', '--limit', 'many']), 2, /--limit/);
  refused('a cursor that is none', await run([...c, 'accounts', 'api3', '--after', 'zzz']), [1, 2], /--after|cursor/i);
  refused('an unknown pool', await run([...c, 'pool', 'apy3']), 2, /apy3/, /api3/);
  refused('accounts of an unknown pool', await run([...c, 'accounts', 'nope']), 2, /nope/);
  refused('pool without a name', await run([...c, 'pool']), 2, /name|usage/i);
  refused('a word too many', await run([...c, 'pool', 'api3', 'extra']), 2, /extra/);
  for (const who of ['0x1234', 'bob', '0x' + 'g'.repeat(40), '0x' + '1'.repeat(41)])
    refused(`account ${who}`, await run([...c, 'account', 'api3', who]), 2, new RegExp(who.slice(0, 10)));
  for (const tx of ['0x12', 'last', '0x' + '1'.repeat(64) + ':x']) refused(`explain ${tx.slice(-8)}`, await run([...c, 'explain', tx]), 2, new RegExp(tx.slice(-6)));
  const [a, b] = [await run(['-c', m.file, 'status', '--json']), await run(['status', '-c', m.file, '--json'])];
  ok('-c FILE before the verb or after it', a.status === 0 && a.out === b.out, ...tell(a), ...tell(b));
  fine('--help', await run(['--help']));
  fine('--version', await run(['--version']));
  await kept('usage', m, before);
});

await part('configuration', async () => {
  const folder = tempFolder();
  // The same complaint from `config check` and from `sync`.
  const bad = async (name, change, ...patterns) => {
    const config = base();
    const changed = change(config) ?? config;
    const file = join(folder, 'config.json');
    writeFileSync(file, typeof changed === 'string' ? changed : JSON.stringify(changed, null, 2));
    refused(`${name}: config check`, await run(['-c', file, 'config', 'check']), 2, ...patterns);
    refused(`${name}: sync`, await run(['-c', file, 'sync']), 2, ...patterns);
  };
  await bad('an unknown key', c => { c.chian = c.chain; delete c.chain; }, /chian/, /chain\b/);
  await bad('an unknown key in the chain', c => { c.chain.poll_intervall_ms = 5; }, /poll_intervall_ms/, /poll_interval_ms/);
  await bad('an unknown key in a pool', c => { c.pools[0].startblock = 1; }, /startblock/, /start_block/);
  await bad('an unknown contract', c => { c.pools[0].contracts.pol = c.pools[0].contracts.pool; delete c.pools[0].contracts.pool; }, /pol\b/, /pool/);
  await bad('no chain', c => { delete c.chain; }, /chain/);
  await bad('no chain id', c => { delete c.chain.id; }, /chain/, /id/);
  await bad('no store', c => { delete c.store; }, /store/);
  await bad('no pools', c => { delete c.pools; }, /pools/);
  await bad('no token', c => { delete c.pools[0].contracts.token; }, /token/);
  await bad('no name', c => { delete c.pools[0].name; }, /name/);
  await bad('no protocol', c => { delete c.pools[0].protocol; }, /protocol/);
  await bad('no rpc at all', c => { c.chain.rpc = []; }, /rpc/);
  await bad('an id that is a string', c => { c.chain.id = '31337'; }, /id/, /number|integer/i);
  await bad('pools that are an object', c => { c.pools = {}; }, /pools/, /array|list/i);
  await bad('a negative start block', c => { c.pools[0].start_block = -1; }, /start_block/);
  await bad('a start block with a fraction', c => { c.pools[0].start_block = 1.5; }, /start_block/);
  await bad('a whole configuration that is a list', () => '[]', /object/i);
  await bad('an unknown protocol', c => { c.pools[0].protocol = 'api4'; }, /api4/, /api3/);
  await bad('a url of another kind', c => { c.chain.rpc[0].url = 'ftp://127.0.0.1/'; }, /url/, /http/);   // not repeated: it may hold a password
  await bad('two pools of one name', c => { c.pools.push(structuredClone(c.pools[0])); }, /api3/, /pools\[1\]/, /twice|duplicate|already|again|more than one/i);
  await bad('an address too short', c => { c.pools[0].contracts.pool = '0x1234'; }, /0x1234/, /address/i);
  await bad('an address with a strange letter', c => { c.pools[0].contracts.token = '0x' + 'zz'.repeat(20); }, /token/, /address/i);
  await bad('a claims manager that is no address', c => { c.pools[0].contracts.claims_managers[0] = 'me'; }, /claims_managers/, /address/i);
  await bad('a quorum above the endpoints', c => { c.chain.quorum = 2; }, /chain\.quorum/, /from 1 to 1, the number of endpoints/, /got 2/);
  await bad('a quorum in quotes', c => { c.chain.quorum = '1'; }, /chain\.quorum/, /without quotes/);
  await bad('a rate with a fraction', c => { c.chain.rpc[0].requests_per_s = 2.5; }, /chain\.rpc\[0\]\.requests_per_s/, /whole number/);
  await bad('a rate in quotes', c => { c.chain.rpc[0].requests_per_s = '10'; }, /chain\.rpc\[0\]\.requests_per_s/, /without quotes/);
  await bad('a rate per second, misspelt', c => { c.chain.rpc[0].requests_per_sec = 10; }, /requests_per_sec\b/, /requests_per_s\b/);
  await bad('fewer than none at once', c => { c.chain.rpc[0].max_concurrent = -1; }, /chain\.rpc\[0\]\.max_concurrent/, /from 0 to 1000/);
  await bad('an unknown proof level', c => { c.proof = { level: 'full' }; }, /proof\.level/, /"off", "receipts" or "headers"/, /"full"/);
  await bad('an unknown key in the proof', c => { c.proof = { quarantine: 5 }; }, /quarantine\b/, /quarantine_s/);
  await bad('a quarantine of more than a day', c => { c.proof = { quarantine_s: 86401 }; }, /proof\.quarantine_s/, /86400/);
  await bad('a proof that is a word', c => { c.proof = 'headers'; }, /proof/, /object/i);
  await bad('a number for a proof level', c => { c.proof = { level: 2 }; }, /proof\.level/);
  await bad('headers walked below a fraction', c => { c.proof = { walk_headers_below: 0.5 }; }, /proof\.walk_headers_below/);
  await bad('headers walked below nothing', c => { c.proof = { walk_headers_below: -1 }; }, /proof\.walk_headers_below/);
  await bad('a quarantine of no time', c => { c.proof = { quarantine_s: 0 }; }, /proof\.quarantine_s/);
  await bad('a quorum of nobody', c => { c.chain.quorum = 0; }, /chain\.quorum/);
  await bad('a checkpoint without a number', c => { c.checkpoint = { hash: '0x' + '12'.repeat(32) }; }, /checkpoint\.number/, /missing/);
  await bad('a checkpoint of the zero hash', c => { c.checkpoint = { number: 5, hash: '0x' + '00'.repeat(32) }; }, /checkpoint\.hash/, /zero/);
  await bad('an unknown key in the checkpoint', c => { c.checkpoint = { number: 5, hash: '0x' + '12'.repeat(32), block: 5 }; }, /checkpoint/, /block/);
  await bad('views of all pools in another mode', c => { c.views = { mode: true }; }, /views\.mode/);
  await bad('a checkpoint without a hash', c => { c.checkpoint = { number: 5 }; }, /checkpoint\.hash/, /missing/);
  await bad('a checkpoint with an address for a hash', c => { c.checkpoint = { number: 5, hash: c.pools[0].contracts.pool }; }, /checkpoint\.hash/, /64 hexadecimal digits/);
  await bad('views in another mode', c => { c.pools[0].views = { mode: 'proofs' }; }, /pools\[0\]\.views\.mode/, /"call" or "proof"/);
  await bad('an unknown log format', c => { c.log = { format: 'xml' }; }, /log\.format/, /"text" or "json"/, /"xml"/);
  await bad('an unknown log level', c => { c.log = { level: 'warning' }; }, /log\.level/, /"debug", "info", "warn" or "error"/, /"warning"/);
  await bad('an unknown key in the log', c => { c.log = { fromat: 'json' }; }, /fromat/, /format/);
  await bad('a log that is a word', c => { c.log = 'json'; }, /\blog\b/, /object/i);
  await bad('an environment variable that is not set', c => { c.chain.rpc[0].url = '${NO_SUCH_VARIABLE_HERE}'; }, /NO_SUCH_VARIABLE_HERE/);
  await bad('JSON that ends early', c => JSON.stringify(c, null, 2).slice(0, 120), /line|:\d+:\d+/i);
  await bad('JSON with a comma too many', () => '{\n  "chain": { "id": 1 },,\n}\n', /\b2\b/, /line|:2:/i);
  await bad('JSON with a key twice', c => JSON.stringify(c).replace('"store"', '"chain":{"id":1},"store"'), /chain/);
  await bad('an empty file', () => '', /config\.json/);
  await bad('bytes that are no text', () => '\u0000\u0001\ufffd{', /config\.json/);

  const good = base();
  good.chain.rpc[0].url = '${RECORDED}';
  const m = new Mirror(good);
  fine('an environment variable that is set', await m.run(['sync', '--to', 10], { env: { RECORDED: source } }));
  fine('config check of a good one', await mirrorOf(meta, source).run(['config', 'check']));
  const proving = { proof: { level: 'headers', walk_headers_below: 0, quarantine_s: 60, note: 'x' }, checkpoint: { number: last.number, hash: last.hash }, views: { mode: 'proof' } };
  fine('config check of one that proves', await mirrorOf(meta, source, { extra: proving }).run(['config', 'check']));
  const found = await mirrorOf(meta, source, { extra: proving }).sync();
  ok('views by proof of a recorded chain without proofs: a word on it', found.status === 0 && /no state proofs/.test(found.err), ...tell(found));
});

await part('nodes', async () => {
  const at = (url, change = () => {}) => { const m = mirrorOf(meta, url); change(m.config); return new Mirror(m.config); };
  const port = await freePort();
  const gone = `http://127.0.0.1:${port}`;
  refused('an unreachable node', await at(gone).run(['sync'], { timeout: 60000 }), 1, new RegExp(`127\\.0\\.0\\.1:${port}`));
  refused('a host that has no name', await at('http://no-such-host.invalid:8545').run(['sync'], { timeout: 60000 }), 1, /no-such-host\.invalid/);

  const node = await startReplay(recorded.chain);
  try {
    refused('another chain id', await at(node.url, c => { c.chain.id = 1; }).sync(), 1, /31337/, /\b1\b/);
    refused('an address with no code', await at(node.url, c => { c.pools[0].contracts.pool = '0x' + '11'.repeat(20); }).sync(), 1, /0x1111111111/i, /code|contract/i);
    refused('a token with no code', await at(node.url, c => { c.pools[0].contracts.token = '0x' + '22'.repeat(20); }).sync(), 1, /0x2222222222/i, /code|contract/i);
    const early = at(node.url);
    const r = await early.sync();
    ok('a start block before the contract: works, and tells where it was found', r.status === 0 && new RegExp(`\\b${meta.deployBlock.pool}\\b`).test(r.err), ...tell(r));
    const beyond = await at(node.url, c => { c.pools[0].start_block = last.number + 1000; }).sync();
    ok('a start block that the chain has not reached ends with a word on it', [0, 1].includes(beyond.status) && beyond.err.length > 0, ...tell(beyond));
  } finally { await node.stop(); }
  const unborn = await startReplay(recorded.chain, { head: meta.deployBlock.pool - 1 });
  try {
    refused('a pool whose contract has not appeared', await at(unborn.url).sync(), 1, new RegExp(meta.addresses.pool, 'i'), /code|contract/i);
  } finally { await unborn.stop(); }

  // Nodes of our own, each wrong in one way.
  const serving = async (answer, body) => {
    const server = createServer((req, res) => {
      const chunks = [];
      req.on('data', d => chunks.push(d));
      req.on('end', () => answer(res, Buffer.concat(chunks).toString()));
    });
    await new Promise(r => server.listen(0, '127.0.0.1', r));
    try { await body(`http://127.0.0.1:${server.address().port}`, server.address().port); }
    finally { server.closeAllConnections(); server.close(); }
  };
  const rpc = methods => (res, text) => {
    const one = q => ({ jsonrpc: '2.0', id: q.id, ...(Object.hasOwn(methods, q.method) ? { result: methods[q.method] } : { error: { code: -32601, message: `the method ${q.method} does not exist` } }) });
    let q;
    try { q = JSON.parse(text); } catch { res.statusCode = 400; res.end('{}'); return; }
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify(Array.isArray(q) ? q.map(one) : one(q)));
  };
  const { block } = last;
  const syncing = { eth_chainId: '0x7a69', net_version: '31337', web3_clientVersion: 'fake/1', eth_blockNumber: '0x10', eth_getCode: '0xfe', eth_call: '0x',
    eth_syncing: { startingBlock: '0x0', currentBlock: '0x10', highestBlock: '0x1000000' }, eth_getBlockByNumber: { ...block, transactions: [] }, eth_getLogs: [] };
  await serving(rpc(syncing), async (url, p) => refused('a node that is still syncing', await at(url).run(['sync'], { timeout: 60000 }), 1, /syncing|catching up/i, new RegExp(String(p))));
  await serving((res) => { res.setHeader('content-type', 'text/html'); res.end('<html>hello</html>'); },
    async (url, p) => refused('a web server that is no node', await at(url).run(['sync'], { timeout: 60000 }), 1, new RegExp(String(p))));
  await serving(rpc({}), async (url, p) => refused('a node that knows no method', await at(url).run(['sync'], { timeout: 60000 }), 1, new RegExp(String(p))));
  await serving((res) => { res.writeHead(401); res.end('{"error":"who are you"}'); },
    async url => refused('a node that refuses us', await at(url).run(['sync'], { timeout: 60000 }), 1, /401|who are you/));
  await serving(rpc({ ...syncing, eth_syncing: false, eth_chainId: 'potato' }), async url => refused('a chain id that is no number', await at(url).run(['sync'], { timeout: 60000 }), 1, /eth_chainId|chain id|potato/i));

  // A good mirror, and then the node goes bad: nothing is lost.
  const { m, before } = await filled();
  const moved = new Mirror({ ...m.config, chain: { ...m.config.chain, rpc: [{ url: gone }] } });
  refused('an unreachable node behind a filled mirror', await moved.run(['sync'], { timeout: 60000 }), 1, new RegExp(String(port)));
  await kept('an unreachable node', m, before);
});

await part('recorded chains', async () => {
  const folder = tempFolder();
  const { m, before } = await filled();
  const raw = readFileSync(recorded.chain);
  const bad = async (name, file, bytes, ...patterns) => {
    if (bytes !== null) writeFileSync(join(folder, file), bytes);
    const on = mirrorOf(meta, `file:${join(folder, file)}`);
    refused(`${name}`, await on.sync(), 1, new RegExp(file.replace('.', '\\.')), ...patterns);
    const old = new Mirror({ ...m.config, chain: { ...m.config.chain, rpc: [{ url: `file:${join(folder, file)}` }] } });
    refused(`${name}, behind a filled mirror`, await old.sync(), 1, new RegExp(file.replace('.', '\\.')));
    await kept(name, m, before);
  };
  await bad('a recorded chain that is not there', 'absent.jsonl.gz', null);
  await bad('a recorded chain cut short', 'cut.jsonl.gz', raw.subarray(0, Math.floor(raw.length / 2)));
  await bad('a recorded chain cut within its last bytes', 'cut4.jsonl.gz', raw.subarray(0, raw.length - 4));
  await bad('a recorded chain with a flipped byte', 'flip.jsonl.gz', Buffer.from(raw.map((b, i) => i === 5000 ? b ^ 0x20 : b)));
  await bad('a picture', 'picture.gz', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
  await bad('a gzip of something else', 'prose.gz', gzipSync('Call me Ishmael.\nSome years ago\n'));
  await bad('an empty file', 'empty.gz', Buffer.alloc(0));
  await bad('an empty gzip', 'nothing.gz', gzipSync(''));
  const lines = gunzipSync(raw).toString().trimEnd().split('\n');
  const other = [JSON.stringify({ ...JSON.parse(lines[0]), chainId: '0x1' }), ...lines.slice(1)].join('\n') + '\n';
  await bad('a recorded chain of another chain id', 'other.jsonl.gz', gzipSync(other), /31337/);
  await bad('a recorded chain without its first line', 'headless.jsonl.gz', gzipSync(lines.slice(1).join('\n') + '\n'));
  const without = lines.filter(l => { const o = JSON.parse(l); return !(o.type === 'block' && Number(o.block.number) === 70); });
  const altered = change => gzipSync(lines.map(l => { const o = JSON.parse(l); return o.type === 'block' && Number(o.block.number) === 70 ? (change(o), JSON.stringify(o)) : l; }).join('\n') + '\n');
  // Refused at that block, and the mirror behind it stands at the block before.
  const unproved = async (name, change, ...patterns) => {
    const file = join(folder, 'altered.jsonl.gz');
    writeFileSync(file, altered(change));
    const on = mirrorOf(meta, `file:${file}`);
    refused(name, await on.sync(), 1, /altered\.jsonl\.gz/, /\b70\b/, ...patterns);
    const s = await on.run(['status', '--json']);
    const { indexed, state } = s.status === 0 || s.status === 3 ? JSON.parse(s.out) : {};
    equal(`${name}: the mirror stands before it`, [indexed?.number, state], [69, 'degraded'], ...tell(s));
  };
  const busy = chain.blocks[70 - chain.blocks[0].number];
  if (busy.logs.length) {
    await unproved('a recorded chain with an altered timestamp', o => { o.block.timestamp = '0x' + (Number(o.block.timestamp) + 1).toString(16); }, /hash/);
    await unproved('a recorded chain with an altered receipts root', o => { o.block.receiptsRoot = '0x' + '12'.repeat(32); }, /hash/);
    await unproved('a recorded chain with a log less', o => { o.receipts.find(r => r.logs.length).logs.pop(); }, /receipts|bloom/);
    await unproved('a recorded chain with an altered gas', o => { o.receipts[0].cumulativeGasUsed = '0x' + (Number(o.receipts[0].cumulativeGasUsed) + 1).toString(16); }, /receipts/);
  }
  await bad('a recorded chain that lacks a block', 'hole.jsonl.gz', gzipSync(without.join('\n') + '\n'), /\b70\b/);
});

await part('the store', async () => {
  const { m, before } = await filled();
  const variant = change => { const c = structuredClone(m.config); change(c); return new Mirror(c); };
  const lost = async name => kept(name, m, before);
  refused('another pool in the same store', await variant(c => { c.pools[0].contracts.pool = '0x' + '33'.repeat(20); }).sync(), [1, 2], /pool|store|mirror/i);
  await lost('another pool');
  refused('another start block in the same store', await variant(c => { c.pools[0].start_block = 2; }).sync(), [1, 2], /start|store|mirror/i);
  await lost('another start block');
  refused('a second pool in the same store', await variant(c => { c.pools.push({ ...structuredClone(c.pools[0]), name: 'more' }); }).sync(), [1, 2], /more|pool|store/i);
  await lost('a second pool');
  refused('another chain in the same store', await variant(c => { c.chain.id = 5; }).sync(), [1, 2], /chain/i);
  await lost('another chain');
  const file = join(tempFolder(), 'store');
  writeFileSync(file, 'not a folder\n');
  refused('a store that is a file', await variant(c => { c.store.path = file; }).sync(), 1, /store/);
  ok('a store that is a file: it is untouched', readFileSync(file, 'utf8') === 'not a folder\n');
  refused('a reading verb on no store', await variant(c => { c.store.path = join(tempFolder(), 'none'); }).run(['pool', 'api3']), 1, /none/);

  // A second writer while `run` runs.
  const node = await startReplay(recorded.chain, { head: 100 });
  try {
    const busy = mirrorOf(meta, node.url);
    const daemon = busy.daemon();
    try {
      await daemon.indexed(100);
      const digest = await busy.digest();
      refused('sync while run runs', await busy.sync(), 1, /another|running|in use|locked|busy|already/i);
      refused('run while run runs', await busy.run(['run'], { timeout: 20000 }), 1, /another|running|in use|locked|busy|already/i);
      equal('the one that runs is unharmed', await busy.digest(), digest);
      await node.head(110);
      await daemon.indexed(110);
      ok('and goes on', true);
    } finally { const end = await daemon.stop(); equal('and ends well', [end.status, end.signal], [0, null], daemon.err.slice(-500)); }
    fine('after it sync may write', await busy.sync());
  } finally { await node.stop(); }

  // A folder that may not be written.
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  const root = process.getuid?.() === 0;
  const may = root && spawnSync(nobody[0], [...nobody.slice(1), 'test', '-x', PROGRAM]).status === 0;
  const wrap = root ? nobody : [];
  if (root && !may) skip('a folder that may not be written', 'no setpriv, or another user may not start the program');
  else {
    const folder = tempFolder();
    chmodSync(folder, 0o755);
    const local = join(folder, 'chain.jsonl.gz');
    copyFileSync(recorded.chain, local);
    chmodSync(local, 0o644);
    const mine = mirrorOf(meta, `file:${local}`, { folder });
    fine('a mirror that root made', await mine.sync('--to', 50));
    const digest = await mine.digest();
    if (!root) chmodSync(folder, 0o555);
    const fresh = new Mirror({ ...mine.config, store: { path: join(folder, 'new-mirror') } }, { folder, name: 'fresh.json' });
    chmodSync(fresh.file, 0o644);
    chmodSync(mine.file, 0o644);
    refused('a store in a folder that may not be written', await fresh.run(['sync'], { wrap }), 1, /new-mirror/, /permission|denied|read-only/i);
    if (!root) chmodSync(mine.store, 0o555);
    refused('a store that may not be written', await mine.run(['sync'], { wrap }), 1, /mirror/, /permission|denied|read-only/i);
    if (!root) { chmodSync(folder, 0o755); chmodSync(mine.store, 0o755); }
    equal('a store that may not be written: the mirror reads the same', await mine.digest(), digest);
  }

  // A full disk.
  const disk = tempFolder('covermirror-disk');
  const mounted = root && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]).status === 0;
  if (!mounted) skip('a full disk', 'mounting is not allowed here');
  else try {
    const on = mirrorOf(meta, source, { store: join(disk, 'mirror') });
    fine('on a small disk', await on.sync('--to', 20));
    const digest = await on.digest();
    const filler = join(disk, 'filler');
    spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4096'], { stdio: 'ignore' });
    const r = await on.sync();
    refused('a full disk', r, 1, /space|full/i);
    const s = await on.status().catch(e => ({ error: e.message }));
    ok('a full disk: the mirror still reads as some block', s.indexed?.number >= 20 && (s.indexed.number > 20 || s.digest === digest), JSON.stringify(s).slice(0, 300));
    rmSync(filler);
    fine('with room again it goes on', await on.sync());
    const whole = mirrorOf(meta, source);
    await whole.sync();
    equal('and ends in the same digest', await on.digest(), await whole.digest());
    spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4096'], { stdio: 'ignore' });
    const none = mirrorOf(meta, source, { store: join(disk, 'second') });
    refused('a new store on a full disk', await none.sync(), 1, /space|full/i);
    rmSync(filler);
  } finally { spawnSync('umount', [disk]); }

  // A store that was damaged is refused, not trusted, and never a crash.
  const torn = (await filled(40)).m;
  const data = join(torn.store, 'data.mdb');
  try {
    truncateSync(data, Math.floor(statSync(data).blocks * 512 / 2 / 4096) * 4096);   // half of what is in use
    refused('a store cut in half', await torn.sync(), 1, /data\.mdb/, /cut|short|trunc/i);
    writeFileSync(data, 'this is no database, it is prose\n'.repeat(400));
    refused('a store overwritten with prose', await torn.sync(), 1, /mirror/);
  } catch (e) { if (e.code !== 'ENOENT') throw e; note('the store has no data.mdb: damage not tried'); }
  mkdirSync(join(tempFolder(), 'x'));
  const c = checkpoints[10];
  const p = await m.json('pool', 'api3', '--at', c.block);
  equal('after all that the first mirror still tells the truth', p.state.total_stake, c.pool.totalStake);
});
done();
