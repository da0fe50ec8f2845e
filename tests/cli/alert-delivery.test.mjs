// Findings that open, end and are withdrawn by a reorganisation, while `run` is killed with SIGKILL again and again and the
// receiver fails in every way: nothing is lost, each finding is told in order, and what was told last is what the mirror says.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Mirror, PROGRAM, ROOT, sleep, there } from '../support/program.mjs';
import { startLyingNode } from '../support/lying-node.mjs';
import { listChains } from '../support/recorded.mjs';
import { startReplay } from '../support/replay.mjs';
import { post } from '../support/rpc.mjs';
import { done, equal, none, note, ok, part, random } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const seed = Number(process.env.SEED ?? 5), BLOCKS = Number(process.env.BLOCKS ?? 44), FIRST = 200;
note(`seed ${seed} (SEED=... for another)`);
const rnd = random(seed);
const recorded = listChains().find(c => c.name === 'api3-seed1').chain;

// Hears before it fails, or not at all; answers late, or never.
const heard = [];
let trouble = 0, failures = 0;
const receiver = createServer((request, response) => {
  const chunks = [];
  request.on('data', d => chunks.push(d));
  request.on('end', () => {
    const fails = rnd() < trouble;
    if (!fails || failures++ === 0 || rnd() < 0.5) heard.push(JSON.parse(Buffer.concat(chunks).toString()));
    if (!fails) response.writeHead(200).end();
    else if (rnd() < 0.4) request.socket.destroy();
    else if (rnd() < 0.3) setTimeout(() => response.writeHead(503).end(), 400);
    else response.writeHead(rnd.pick([500, 502, 429, 400])).end('{}');
  });
});
await new Promise(resolve => receiver.listen(0, '127.0.0.1', resolve));
const hook = `http://127.0.0.1:${receiver.address().port}/hook`;

const FORK = FIRST + Math.floor(BLOCKS / 2);
const node = await startReplay(recorded, { head: FIRST, fork: `${FORK}:3:5000` });
// At that head the node is on another branch, until it was asked for its head so many times.
const ask = times => Promise.all(Array(times).fill().map(() => post(node.url, { jsonrpc: '2.0', id: 1, method: 'eth_blockNumber', params: [] })));
const liar = await startLyingNode(node.url);
const config = JSON.parse(readFileSync(join(ROOT, 'configs', 'demo.json')));
delete config.$schema; delete config.store; delete config.serve; config.pools = config.pools.filter(p => p.name === 'api3');
config.chain.rpc = [{ url: liar.url }]; config.chain.poll_interval_ms = 20;
config.views = { every_blocks: 0, at_head: true, accounts: 'all' };
config.proof = { level: 'off' };
const m = new Mirror({ ...config, alerts: [{ webhook: hook, min_severity: 'info' }] });

let daemon = null, kills = 0;
const log = () => daemon.err.slice(-2000);
const start = () => { daemon = m.daemon(); };
const murder = async () => { await daemon.stop('SIGKILL'); kills++; start(); };

await part('lives and deaths', async () => {
  start();
  await daemon.indexed(FIRST);
  const views = liar.views().sort();
  ok('there are views to lie about', views.length > 20, `${views.length}`);
  trouble = 0.5;
  for (let block = FIRST + 1; block <= FIRST + BLOCKS; block++) {
    for (const view of views) if (rnd() < 0.06) liar.lies.has(view) ? liar.lies.delete(view) : liar.lies.add(view);
    await node.head(block);
    if (rnd() < 0.5) await murder();                         // at any instant, also while the block comes in
    await daemon.indexed(block - 6);                         // it is never long behind
    if (block === FORK) {
      await daemon.indexed(block, { hash: `0xdead${block.toString(16).padStart(60, '0')}` });
      await murder();
      for (let i = 0; i < 50; i++) await ask(100);
    }
    await sleep(rnd() * 150);
    if (rnd() < 0.2) await murder();
  }
  await daemon.indexed(FIRST + BLOCKS);
  ok('it was killed often', kills > 20, `${kills}`);
});

const findings = await m.all('findings');
await part('the end', async () => {
  trouble = 0;
  const until = Date.now() + 30000;
  let status;
  do { status = (await m.status()).alerts[0]; await sleep(100); } while ((status.waiting || status.trouble) && Date.now() < until);
  equal('nothing waits any more', [status.waiting, status.waiting_since, status.trouble], [0, null, null], log());
  const end = await daemon.stop();
  equal('it ends well', [end.status, end.signal], [0, null], log());
});

await part('the account', async () => {
  const rows = findings.filter(f => f.state !== 'withdrawn'), withdrawn = findings.filter(f => f.state === 'withdrawn');
  note(`${rows.length} findings, ${withdrawn.length} withdrawn, ${heard.length} messages heard, ${kills} kills`);
  ok('findings opened, and some ended', rows.length > 20 && rows.some(f => f.state === 'resolved') && rows.some(f => f.state === 'open'), JSON.stringify(rows.length));
  ok('some were withdrawn', heard.some(h => h.state === 'withdrawn'), withdrawn.length);
  ok('some messages came twice', heard.length > new Set(heard.map(h => h.id)).size);
  const by = new Map(), known = new Set();
  for (const h of heard) {
    if (known.has(h.id)) continue;                           // what it knows already: by the message's id
    known.add(h.id);
    by.set(h.finding.id, [...by.get(h.finding.id) ?? [], h]);
  }
  const wrong = [];
  for (const f of findings) if (!by.has(f.id)) wrong.push(`finding ${f.id}, ${f.state}, was never told`);
  for (const [id, list] of by) {
    let open = false, last = null;
    for (const h of list) {
      if (h.state === 'open' ? open : !open && h.state !== 'withdrawn') wrong.push(`finding ${id}: ${list.map(x => `${x.id.slice(33)} (block ${x.finding.block})`).join(", ")}`);
      if (h.state === 'open' && last && Number(h.id.split('-')[1]) <= last) wrong.push(`finding ${id}: an older episode after a newer one`);
      open = h.state === 'open';
      last = Number(h.id.split('-')[1]);
    }
    const row = rows.find(f => f.id === id);
    if (open !== (row?.state === 'open')) wrong.push(`finding ${id}: told ${list.at(-1).state}, is ${row?.state ?? 'withdrawn'}`);
    if (open && row && JSON.stringify(list.at(-1).finding) !== JSON.stringify(row)) wrong.push(`finding ${id}: told ${JSON.stringify(list.at(-1).finding)}, is ${JSON.stringify(row)}`);
  }
  none('each finding was told, in order, up to what it is now', wrong);
});
await liar.stop(); await node.stop(); receiver.closeAllConnections(); receiver.close();
done();
