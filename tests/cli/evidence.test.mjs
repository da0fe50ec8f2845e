// Evidence files of the demo chain's payouts: made by the program, checked by it in an empty folder without configuration, and
// checked once more by hand with another library: header, both trie proofs, signature, event and the anchor's links.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Interface, Transaction, decodeRlp, encodeRlp, keccak256, toBeArray, toUtf8Bytes } from 'ethers';
import { Mirror, PROGRAM, ROOT, run, tempFolder, there } from '../support/program.mjs';
import { listChains, readChain, writeLines } from '../support/recorded.mjs';
import { startReplay } from '../support/replay.mjs';
import { done, equal, none, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const config = JSON.parse(readFileSync(join(ROOT, 'tests', 'configs', 'api3-seed1.json')));
const recorded = listChains().find(c => c.name === 'api3-seed1');
config.chain.rpc[0].url = `file:${recorded.chain}`;
delete config.$schema; delete config.store; config.views = { every_blocks: 0 };
const m = new Mirror(config);
const tell = r => [`exit status ${r.status ?? r.signal}, ${r.ms} ms`, `stderr: ${r.err.slice(-700)}`, ...(r.out ? [`stdout: ${r.out.slice(0, 300)}`] : [])];
const empty = tempFolder('empty');
const files = tempFolder('evidence');
const verify = (file, ...options) => run(['verify', file, ...options], { cwd: empty, env: { ETH_RPC_URL: '' } });
function refused(name, r, status, ...patterns) {
  const missing = patterns.filter(p => !p.test(r.err));
  return ok(name, r.status === status && missing.length === 0 && r.out === '', `expected status ${status}`, ...missing.map(p => `stderr does not say ${p}`), ...tell(r));
}

// ---- by hand ----

// The value under rlp(index), walking the nodes from the root; throws where a hash does not fit.
function walkTrie(root, index, nodes) {
  const key = encodeRlp(index === 0 ? '0x' : toBeArray(index)).slice(2);
  let wanted = root, at = 0;
  for (const [i, node] of nodes.entries()) {
    if (keccak256(node) !== wanted) throw new Error(`node ${i} has another hash`);
    const items = decodeRlp(node);
    if (items.length === 17) {
      if (at === key.length) return items[16];
      wanted = items[parseInt(key[at++], 16)];
    } else {
      const flag = parseInt(items[0][2], 16);
      const path = items[0].slice(flag & 1 ? 3 : 4);
      if (key.slice(at, at + path.length) !== path) throw new Error(`node ${i} leads elsewhere`);
      at += path.length;
      if (flag >= 2) {
        if (at !== key.length || i !== nodes.length - 1) throw new Error('the path does not end with the proof');
        return items[1];
      }
      wanted = items[1];
    }
    if (typeof wanted !== 'string' || wanted.length !== 66) throw new Error(`node ${i} has no hash to go on with`);
  }
  throw new Error('the proof ends early');
}

// What is wrong with a file, as a list.
function byHand(text) {
  const wrong = [], e = JSON.parse(text);
  const want = (name, actual, expected) => { if (actual !== expected) wrong.push(`${name}: ${actual}, expected ${expected}`); };
  const header = decodeRlp(e.header.encoding);
  want('header hash', keccak256(e.header.encoding), e.about.block_hash);
  want('block number', Number(header[8]), e.about.block);
  want('receipt', walkTrie(header[5], e.receipt.index, e.receipt.proof), e.receipt.encoding);
  want('transaction', walkTrie(header[4], e.transaction.index, e.transaction.proof), e.transaction.encoding);
  want('one index', e.receipt.index, e.transaction.index);
  const tx = Transaction.from(e.transaction.encoding);
  want('transaction hash', tx.hash, e.about.transaction);
  want('sender', tx.from.toLowerCase(), e.transaction.sender);
  want('chain', Number(tx.chainId), e.about.chain_id);
  const typed = parseInt(e.receipt.encoding.slice(2, 4), 16) < 0xc0;
  const [status, , , logs] = decodeRlp(typed ? `0x${e.receipt.encoding.slice(4)}` : e.receipt.encoding);
  want('status', Number(status), e.receipt.status);
  for (const l of e.logs) {
    const [address, topics, data] = logs[l.index_in_receipt];
    want('contract', address, l.contract);
    want('topics', JSON.stringify(topics), JSON.stringify(l.topics));
    want('data', data, l.data);
    const event = new Interface([l.signature]).parseLog({ topics, data });
    l.arguments.forEach((a, i) => want(`argument ${a.name}`, String(event.args[i]).toLowerCase(), a.value));
  }
  const { anchor } = e;
  const above = anchor.number > e.about.block;
  const chain = above ? [e.header.encoding, ...anchor.headers] : [...anchor.headers, e.header.encoding];
  chain.slice(1).forEach((h, i) => want(`link ${i}`, decodeRlp(h)[0], keccak256(chain[i])));
  want('anchor', keccak256(above ? chain.at(-1) : chain[0]), anchor.hash);
  const seal = text.lastIndexOf('\n "seal"') + 1;
  want('seal', keccak256(toUtf8Bytes(text.slice(0, seal))), e.seal);
  return wrong;
}
const reseal = text => {
  const at = text.lastIndexOf('\n "seal"') + 1;
  return `${text.slice(0, at)} "seal": "${keccak256(toUtf8Bytes(text.slice(0, at)))}"\n}\n`;
};

// ---- tests ----

const synced = await m.sync();
if (!ok('the demo chain is mirrored', synced.status === 0, ...tell(synced))) done();
const payouts = await m.all('payouts', 'api3');

await part('payouts', async () => {
  ok('there are payouts', payouts.length >= 18, `${payouts.length}`);
  for (const p of payouts) {
    const name = `payout in block ${p.block}, log ${p.log_index}`;
    const file = join(files, `${p.block}-${p.log_index}.json`);
    const made = await m.run(['evidence', `${p.transaction}:${p.log_index}`, '-o', file]);
    if (!ok(`${name}: a file`, made.status === 0 && made.err === '' && !existsSync(`${file}.tmp`), ...tell(made))) continue;
    const r = await verify(file);
    ok(`${name}: it holds`, r.status === 0 && r.err === '' && /^proved:$/m.test(r.out) && /^claimed only:$/m.test(r.out) && /that you trust/.test(r.out), ...tell(r));
    const j = JSON.parse((await verify(file, '--json')).out);
    ok(`${name}: proved are all its parts`, ['header', 'receipt', 'transaction', 'log', 'anchor'].every(x => j.proved.some(l => l.part === x)), j);
    const text = readFileSync(file, 'utf8');
    const e = JSON.parse(text);
    none(`${name}: it holds by hand`, byHand(text));
    const [log] = e.logs, value = x => log.arguments.find(a => a.name === x).value;
    equal(`${name}: it is of that payout`, [e.about.block, e.about.transaction, e.about.log_indexes, value('recipient'), value('amount')],
      [p.block, p.transaction, [p.log_index], p.recipient, p.amount]);
    const { events } = await m.json('explain', `${p.transaction}:${p.log_index}`);
    equal(`${name}: its explanation is explain's`, e.claims.explanation.events, events);
  }
});

const some = payouts.at(-1);
const good = join(files, `${some.block}-${some.log_index}.json`);
const event = `${some.transaction}:${some.log_index}`;

// Of an event, not of the moment at which it was asked for.
await part('whenever it is made', async () => {
  const { block, transaction } = payouts[0], { number, hash } = JSON.parse(readFileSync(join(files, `${block}-${payouts[0].log_index}.json`))).header;
  const young = new Mirror({ ...m.config, checkpoint: { number, hash }, store: { path: join(tempFolder(), 'mirror') } }), texts = [];
  for (const to of [block + 5, block + 50]) {
    await young.sync('--to', to);
    texts.push((await young.run(['evidence', transaction, '-o', '-'])).out);
  }
  ok('the mirror went on: the same bytes', texts[0].length > 1000 && texts[0] === texts[1], texts[0].split('\n').filter((l, i) => l !== texts[1].split('\n')[i]).slice(0, 5));
});

await part('another way to the same', async () => {
  const text = readFileSync(good, 'utf8');
  const out = await m.run(['evidence', event, '-o', '-']);
  ok('to standard output: the same bytes', out.status === 0 && out.out === text, ...tell(out).slice(0, 2));
  const piped = await run(['verify', '-'], { cwd: empty, input: text });
  ok('from standard input', piped.status === 0, ...tell(piped));
  const whole = join(files, 'whole.json');
  const all = await m.run(['evidence', some.transaction, '-o', whole, '-q']);
  const known = await m.json('explain', some.transaction);
  ok('every event of the transaction', all.status === 0 && all.out === '', ...tell(all));
  equal('every event of the transaction: all are there', JSON.parse(readFileSync(whole)).about.log_indexes, [...new Set(known.events.map(e => e.log_index))]);
  none('every event of the transaction: by hand', byHand(readFileSync(whole, 'utf8')));
  writeFileSync(join(files, 'old.json'), 'old');
  const over = await m.run(['evidence', event, '-o', join(files, 'old.json')]);
  ok('a file that is there is replaced', over.status === 0 && readFileSync(join(files, 'old.json'), 'utf8') === text, ...tell(over));
  const device = await m.run(['evidence', event, '-o', '/dev/null']);
  ok('a device stays one', device.status === 0 && !existsSync('/dev/null.tmp') && readFileSync('/dev/null').length === 0, ...tell(device));
  const relative = await run(['-c', m.file, 'evidence', event, '-o', 'here.json'], { cwd: files });
  ok('a relative path', relative.status === 0 && existsSync(join(files, 'here.json')), ...tell(relative));
  const node = await startReplay(recorded.chain);
  try {
    const far = new Mirror({ ...m.config, chain: { ...m.config.chain, rpc: [{ url: node.url }] } });
    const file = join(files, 'node.json');
    const made = await far.run(['evidence', event, '-o', file]);
    ok('from a node', made.status === 0, ...tell(made));
    const r = await verify(file);
    ok('from a node: it holds', r.status === 0, ...tell(r));
  } finally { await node.stop(); }
});

await part('files that do not hold', async () => {
  const text = readFileSync(good, 'utf8');
  const bad = join(files, 'bad.json');
  const fails = async (name, changed, ...patterns) => {
    ok(`${name}: it is another text`, changed !== text);
    writeFileSync(bad, changed);
    refused(name, await verify(bad), 1, /bad\.json does not hold/, ...patterns);
    const j = await verify(bad, '--json');
    ok(`${name}: with --json too`, j.status === 1 && j.out === '', ...tell(j));
  };
  const e = JSON.parse(text);
  const amount = e.logs[0].arguments.find(a => a.name === 'amount').value;
  await fails('another amount', text.replaceAll(amount, `9${amount}`), /arguments|line/);
  await fails('another amount, sealed again', reseal(text.replaceAll(amount, `9${amount}`)), /logs: line|arguments/);
  await fails('another sender, sealed again', reseal(text.replaceAll(e.transaction.sender, e.logs[0].contract)), /transaction|sender/);
  await fails('a claim changed', text.replace('"program": "', '"program": "x'), /seal: expected/);
  await fails('another block hash, sealed again', reseal(text.replaceAll(e.about.block_hash, e.about.transaction)), /header: .*expected 0x.*got 0x/);
  await fails('minified', JSON.stringify(e), /layout: line 1/);
  await fails('no newline at the end', text.slice(0, -1), /layout/);
  await fails('a member of its own, sealed again', reseal(text.replace('\n "about"', '\n "note": 1,\n "about"')), /expected the member "about", got "note"/);
  await fails('cut off', text.slice(0, 5000), /layout/);
  await fails('nothing', '', /layout/);
  for (let i = 0; i < 25; i++) {
    const at = Math.floor(text.length * (i + 0.5) / 25);
    writeFileSync(bad, text.slice(0, at) + (text[at] === '1' ? '2' : '1') + text.slice(at + 1));
    refused(`byte ${at}`, await verify(bad), 1, /does not hold/);
  }
});

await part('what cannot be', async () => {
  const to = ['-o', join(files, 'no-such.json')];
  refused('no -o', await m.run(['evidence', event]), 2, /-o FILE/);
  refused('no transaction', await m.run(['evidence', ...to]), 2, /TX/);
  refused('a transaction that is none', await m.run(['evidence', '0x12', ...to]), 2, /0x12/);
  refused('a log that is none', await m.run(['evidence', `${some.transaction}:x`, ...to]), 2, /TX:LOG/);
  refused('an unknown transaction', await m.run(['evidence', `0x${'1'.repeat(64)}`, ...to]), 1, /no event/);
  refused('an unknown log', await m.run(['evidence', `${some.transaction}:9999`, ...to]), 1, /no such event/);
  refused('a folder', await m.run(['evidence', event, '-o', files]), 2, /folder/);
  refused('a folder that is not there', await m.run(['evidence', event, '-o', join(files, 'nowhere', 'x.json')]), 1, /nowhere/);
  mkdirSync(join(files, 'taken.json.tmp'));
  refused('a name beside it that is taken', await m.run(['evidence', event, '-o', join(files, 'taken.json')]), 1, /taken\.json\.tmp/);
  refused('verify nothing', await run(['verify'], { cwd: empty }), 2, /FILE/);
  refused('verify a file that is not there', await verify('none.json'), 1, /none\.json/);
  refused('verify a folder', await verify(files), 1, /.+/);
  equal('nothing is left behind', readdirSync(files).filter(f => f.startsWith('no-such')), []);
  refused('no mirror', await new Mirror({ ...m.config, store: { path: join(tempFolder(), 'none') } }).run(['evidence', event, ...to]), 1, /mirror|store/);

  // A source that has another receipt than the block: nothing is written.
  const chain = readChain(recorded.chain);
  const lying = chain.blocks.find(b => b.number === some.block);
  const receipt = lying.receipts.find(r => r.transactionHash === some.transaction);
  const log = receipt.logs.find(l => Number(l.logIndex) === some.log_index);
  log.data = log.data.slice(0, -1) + (log.data.endsWith('0') ? '1' : '0');
  const other = join(files, 'lying.chain.jsonl.gz');
  writeLines(other, [chain.meta, ...chain.blocks.map(b => ({ type: 'block', block: b.block, receipts: b.receipts })), ...chain.calls]);
  const liar = new Mirror({ ...m.config, chain: { ...m.config.chain, rpc: [{ url: `file:${other}` }] } });
  refused('a source with an altered log', await liar.run(['evidence', event, ...to]), 1, new RegExp(`block ${some.block}`), /receipts do not make the header's root: expected 0x.*got 0x/);
  ok('a source with an altered log: no file', !existsSync(to[1]) && !existsSync(`${to[1]}.tmp`));

  // A mirror that believed it, and then an honest source.
  const deceived = new Mirror({ ...liar.config, proof: { level: 'off' }, store: { path: join(tempFolder(), 'mirror') } });
  const believed = await deceived.sync();
  ok('a mirror that believed an altered log', [0, 3].includes(believed.status), ...tell(believed));
  const late = new Mirror({ ...deceived.config, chain: m.config.chain });
  refused('a mirror that believed an altered log: no file', await late.run(['evidence', event, ...to]), 1, new RegExp(`log ${some.log_index} of block ${some.block} stands otherwise in the mirror`));
});
done();
