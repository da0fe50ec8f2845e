// Alerts of `run` beside a node that lies: a webhook and a command are told of the refused block and of its end, once each;
// what could not be told is told later, also by the next process; `sync` tells nobody.
import { createServer } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/anvil.mjs';
import { Mirror, PROGRAM, ROOT, run, sleep, tempFolder, there } from '../support/program.mjs';
import { listChains } from '../support/recorded.mjs';
import { startReplay } from '../support/replay.mjs';
import { done, equal, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const recorded = listChains().find(c => c.name === 'api3-seed1').chain;
const BLOCK = 110, LIE = { 'lie-log': `${BLOCK}:0` };
const SECRETS = ['hunter22', 'T0KENT0KEN', 's3cr3tkey', 'c0mmands3cret'];

// A receiver of webhooks: what it was sent, as long as it answers.
class Receiver {
  constructor(port) { this.port = port; this.told = []; this.refused = 0; this.status = 200; }
  async start() {
    this.server = createServer((request, response) => {
      let body = '';
      request.on('data', d => { body += d; });
      request.on('end', () => {
        if (this.status === 200) this.told.push({ path: request.url, type: request.headers['content-type'], authorization: request.headers.authorization, method: request.method, ...JSON.parse(body) });
        else this.refused++;
        response.writeHead(this.status).end();
      });
    });
    await new Promise((resolve, reject) => this.server.on('error', reject).listen(this.port, '127.0.0.1', resolve));
    return this;
  }
  stop() { this.server.closeAllConnections(); return new Promise(resolve => this.server.close(resolve)); }
  states() { return this.told.map(t => [t.state, t.finding.block]); }
}
const until = async (what, test, tell = () => '', timeout = 20000) => {
  for (const end = Date.now() + timeout; !await test(); await sleep(20))
    if (Date.now() > end) { ok(`${what}: within ${timeout} ms`, false, tell()); return false; }
  return ok(what, true);
};
const configured = (url, alerts) => {
  const config = JSON.parse(readFileSync(join(ROOT, 'tests', 'configs', 'api3-seed1.json')));
  config.chain.rpc = [{ url }]; config.chain.poll_interval_ms = 50;
  delete config.$schema; delete config.store; delete config.serve; config.pools = config.pools.filter(p => p.name === 'api3'); config.views = { every_blocks: 0, at_head: false };
  return new Mirror({ ...config, alerts });
};
const lines = file => existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean).map(l => JSON.parse(l)) : [];
// `body` with a lying node, a receiver's port and a mirror; whatever runs is ended.
const scene = (name, options, body) => part(name, async () => {
  const port = await freePort(), hook = await freePort(), folder = tempFolder('alert');
  const s = { name, file: join(folder, 'told'), receiver: new Receiver(hook), daemons: [] };
  s.node = await startReplay(recorded, { port, ...LIE, ...options.node });
  s.url = `http://user:${SECRETS[0]}@127.0.0.1:${hook}/services/${SECRETS[1]}?key=${SECRETS[2]}`;
  s.m = configured(s.node.url, options.alerts(s));
  s.start = () => { const d = s.m.daemon(); s.daemons.push(d); return d; };
  s.mend = async () => { await s.node.stop(); s.node = await startReplay(recorded, { port }); };
  s.findings = async () => (await s.m.json('findings')).items;
  s.log = () => s.daemons.map(d => d.err).join('').slice(-2000);
  try { await body(s); }
  finally {
    for (const d of s.daemons) if (!d.result) await d.stop('SIGKILL');
    await s.node.stop();
    if (s.receiver.server?.listening) await s.receiver.stop();
  }
  const said = s.daemons.map(d => d.err + d.out).join('');
  equal(`${name}: no secret is logged`, SECRETS.filter(w => said.includes(w)), []);
});
const webhook = s => [{ webhook: s.url }];
const both = s => [{ webhook: s.url, min_severity: 'error' }, { command: `: c0mmands3cret; cat >> '${s.file}'`, min_severity: 'info' }];

await scene('a lie and its end', { alerts: both }, async s => {
  await s.receiver.start();
  const d = s.start();
  await until('the webhook is told', () => s.receiver.told.length > 0, s.log);
  await until('the command is told', () => lines(s.file).length > 0, s.log);
  const status = await s.m.status(), [finding] = await s.findings();
  equal('the mirror is degraded', [status.state, status.indexed.number], ['degraded', BLOCK - 1]);
  const { path, type, method, authorization, ...document } = s.receiver.told[0];
  equal('it is a POST of JSON to the whole url', [method, type, path, authorization], ['POST', 'application/json', `/services/${SECRETS[1]}?key=${SECRETS[2]}`, `Basic ${btoa(`user:${SECRETS[0]}`)}`]);
  equal('it holds the finding as findings --json has it', document.finding, finding);
  equal('and says what it is', [document.version, document.kind, document.state, Object.keys(document).length], [1, 'finding', 'open', 6]);
  ok('and which message', document.id.startsWith(`${finding.id}-`) && document.id.endsWith('-open'), document.id);
  ok('a line for people names pool, block, check and node', [`api3`, `block ${BLOCK}`, finding.check, s.node.url].every(w => document.text.includes(w)) && !document.text.includes('\n'), document.text);
  equal('the command was told the same', lines(s.file), [document]);
  await sleep(1500);
  equal('each was told once', [s.receiver.states(), lines(s.file).length], [[['open', BLOCK]], 1]);
  await s.mend();
  await until('the webhook is told of the end', () => s.receiver.told.length > 1, s.log, 45000);
  await until('so is the command', () => lines(s.file).length > 1, s.log);
  equal('the state is well again', (await s.m.status()).state, 'ok');
  const [after] = await s.findings(), last = s.receiver.told[1];
  equal('the document says so', [last.state, last.finding, lines(s.file)[1].finding], ['resolved', after, after]);
  equal('and it is the same finding', [after.id, after.state], [finding.id, 'resolved']);
  await sleep(1200);
  equal('nothing else was told', [s.receiver.states(), lines(s.file).length], [[['open', BLOCK], ['resolved', BLOCK]], 2]);
  const end = await d.stop();
  equal('it ends well', [end.status, end.signal], [0, null], s.log());
  ok('and soon', end.ms < 1000, `${end.ms} ms`);
});

await scene('a receiver that is away', { alerts: webhook }, async s => {
  s.start();
  await until('the log says that it was not told', () => /alerts\[0\] \(http:\/\/127\.0\.0\.1:\d+\) was not told: .*; trying again in \d+ ms/.test(s.log()), s.log);
  await s.mend();                                            // it is over before anybody could be told
  await until('the mirror goes on', async () => (await s.m.status()).state === 'ok', s.log, 45000);
  s.receiver.status = 503;
  await s.receiver.start();
  await until('it is there and refuses', () => s.receiver.refused > 0, s.log);
  s.receiver.status = 200;
  // A range that is asked of both, the liar and its successor, is another lie about the same block.
  const states = () => Object.values(s.receiver.told.reduce((all, t) => ({ ...all, [t.finding.id]: [...all[t.finding.id] ?? [], t] }), {})).map(l => l.map(t => [t.state, t.finding.block]));
  await until('it is told of both', () => states().length > 0 && states().every(l => l.length > 1), s.log, 40000);
  equal('in order, once each', states(), states().map(() => [['open', BLOCK], ['resolved', BLOCK]]), s.log());
});

await scene('kill -9', { alerts: webhook }, async s => {
  let d = s.start();
  await until('it was not told', () => /was not told/.test(s.log()), s.log);
  await d.stop('SIGKILL');
  await s.receiver.start();
  d = s.start();
  await until('the next process tells', () => s.receiver.told.length > 0, s.log);
  await sleep(600);                                          // until that is noted
  await d.stop('SIGKILL');
  d = s.start();
  await until('the third is degraded, too', () => /degraded/.test(d.err), s.log);
  await sleep(1200);
  equal('and does not repeat it', s.receiver.states(), [['open', BLOCK]]);
  await d.stop('SIGKILL');
  await s.mend();
  const r = await s.m.sync();
  equal('sync mends it', [r.status, (await s.m.status()).state], [0, 'ok'], r.err);
  await sleep(300);
  equal('and tells nobody', s.receiver.told.length, 1);
  d = s.start();
  await until('the next run tells of the end', () => s.receiver.told.length > 1, s.log);
  const end = await d.stop();                                // at once: what was told is kept all the same
  equal('it ends well', end.status, 0);
  await sleep(100);
  d = s.start();
  await d.indexed(300);
  await sleep(1200);
  equal('told once each', s.receiver.states(), [['open', BLOCK], ['resolved', BLOCK]]);
});

await scene('sync tells nobody', { alerts: both }, async s => {
  await s.receiver.start();
  const r = await s.m.sync();
  equal('it ends with 1', r.status, 1, r.err);
  await sleep(300);
  equal('and nobody knows', [s.receiver.told.length, lines(s.file).length], [0, 0]);
  s.start();
  await until('run tells', () => s.receiver.told.length > 0 && lines(s.file).length > 0, s.log);
});

await scene('the very first block', { alerts: webhook, node: { 'lie-log': '1:0' } }, async s => {
  await s.receiver.start();
  s.start();
  await until('run tells, without a block in the mirror', () => s.receiver.told.length > 0, s.log);
  await s.mend();
  await until('and of the end', () => s.receiver.told.length > 1, s.log, 45000);
  equal('in order, once each', s.receiver.states(), [['open', 1], ['resolved', 1]]);
});

await scene('a command that hangs', { alerts: s => [{ command: `cat > '${s.file}'; sleep 61.5` }, ...webhook(s)] }, async s => {
  await s.receiver.start();
  const d = s.start();
  await until('the webhook is told all the same', () => s.receiver.told.length > 0, s.log);
  await until('the command has begun', () => lines(s.file).length > 0, s.log);
  const end = await d.stop();
  equal('it ends well', [end.status, end.signal], [0, null], s.log());
  ok('within a second', end.ms < 1000, `${end.ms} ms`);
});

await part('a webhook that is none', async () => {
  const m = configured('http://127.0.0.1:1', [{ webhook: `http://bad host/${SECRETS[1]}` }]);
  const r = await run(['-c', m.file, 'run'], { timeout: 10000 });
  ok('run refuses it and names its place', r.status === 2 && r.err.includes('alerts[0].webhook') && !r.err.includes(SECRETS[1]), r.err);
});
done();
