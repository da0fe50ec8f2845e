// The kinds of alerts: a signed webhook, whose signatures other libraries check; Slack; Prometheus' own Alertmanager, which
// shows a finding and lets it go; and `alert test`, which tries each of them.
import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { computeAddress, keccak256, recoverAddress, SigningKey } from 'ethers';
import { freePort } from '../support/anvil.mjs';
import { startLyingNode } from '../support/lying-node.mjs';
import { Mirror, PROGRAM, ROOT, sleep, tempFolder, there } from '../support/program.mjs';
import { listChains } from '../support/recorded.mjs';
import { startReplay } from '../support/replay.mjs';
import { done, equal, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const recorded = listChains().find(c => c.name === 'api3-seed1').chain;
const SECRET = 'hm4c-s3cr3t', KEY = '0x' + '5ec7e7'.padStart(64, '0'), TOKEN = 'b34r3r-t0k3n';
Object.assign(process.env, { HOOK_SECRET: SECRET, HOOK_KEY: KEY, HOOK_TOKEN: TOKEN });
const until = async (what, test, tell = () => '', timeout = 20000) => {
  for (const end = Date.now() + timeout; !await test(); await sleep(20))
    if (Date.now() > end) return ok(`${what}: within ${timeout} ms`, false, tell());
  return ok(what, true);
};

class Receiver {
  constructor() { this.told = []; this.status = 200; }
  async start() {
    this.server = createServer((request, response) => {
      const chunks = [];
      request.on('data', d => chunks.push(d));
      request.on('end', () => {
        if (this.status === 200) this.told.push({ path: request.url, headers: request.headers, body: Buffer.concat(chunks) });
        response.writeHead(this.status).end('ok');
      });
    });
    await new Promise(resolve => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }
  stop() { this.server.closeAllConnections(); this.server.close(); }
}
const mirrorOf = (url, alerts) => {
  const config = JSON.parse(readFileSync(join(ROOT, 'configs', 'demo.json')));
  config.chain.rpc = [{ url }]; config.chain.poll_interval_ms = 30;
  delete config.$schema; delete config.store; delete config.serve; config.pools = config.pools.filter(p => p.name === 'api3');
  config.views = { every_blocks: 0, at_head: true }; config.proof = { level: 'off' };
  return new Mirror({ ...config, alerts });
};
// A mirror at the head of a node of which one view can be made to lie.
const scene = (name, alerts, body) => part(name, async () => {
  const node = await startReplay(recorded, { head: 150 }), liar = await startLyingNode(node.url);
  const m = mirrorOf(liar.url, alerts), d = m.daemon();
  let head = 150;
  try {
    await d.indexed(head);
    const view = liar.views().filter(v => v.length === 10).sort()[0]; // of the pool as a whole
    const next = async () => { await node.head(++head); await d.indexed(head); };
    await body({ m, d, log: () => d.err.slice(-2000), open: () => { liar.lies.add(view); return next(); }, resolve: () => { liar.lies.clear(); return next(); }, head: () => head });
  } finally {
    await d.stop('SIGKILL');
    await liar.stop(); await node.stop();
  }
  equal(`${name}: no secret is logged`, [SECRET, KEY, KEY.slice(2), TOKEN].filter(w => (d.err + d.out).includes(w)), []);
});

const receiver = await new Receiver().start();
// As the manual says: what is signed is the time, a dot and the body as it came.
const verify = ({ headers, body }) => {
  const signed = Buffer.concat([Buffer.from(`${headers['x-covermirror-timestamp']}.`), body]);
  return {
    hmac: headers['x-covermirror-signature-256'] === `sha256=${createHmac('sha256', SECRET).update(signed).digest('hex')}`,
    signer: recoverAddress(keccak256(signed), headers['x-covermirror-signature-secp256k1']).toLowerCase(),
    fresh: Math.abs(Date.now() / 1000 - Number(headers['x-covermirror-timestamp'])) < 60,
  };
};
const SIGNER = computeAddress(new SigningKey(KEY)).toLowerCase();
await scene('a signed webhook', [{ webhook: `${receiver.url}/hook`, hmac_secret: '${HOOK_SECRET}', signing_key: '${HOOK_KEY}', headers: { Authorization: 'Bearer ${HOOK_TOKEN}' } }], async s => {
  await s.open();
  await until('it is told of the finding', () => receiver.told.length > 0, s.log);
  await s.resolve();
  await until('and of its end', () => receiver.told.length > 1, s.log);
  const [open, over] = receiver.told.map(t => JSON.parse(t.body));
  const [finding] = (await s.m.json('findings')).items;
  equal('the end is the finding as the mirror has it', over.finding, finding);
  equal('in order', [open.state, over.state, open.finding.id], ['open', 'resolved', over.finding.id]);
  for (const [i, t] of receiver.told.entries()) {
    equal(`message ${i} is signed with both`, verify(t), { hmac: true, signer: SIGNER, fresh: true });
    equal(`message ${i} names signer and message`, [t.headers['x-covermirror-signer'], t.headers['x-covermirror-id']], [SIGNER, JSON.parse(t.body).id]);
    equal(`message ${i} has the header of the configuration`, t.headers.authorization, `Bearer ${TOKEN}`);
    const forged = verify({ ...t, body: Buffer.from(t.body.toString().replace('"severity":"error"', '"severity":"infos"')) });
    ok(`message ${i} cannot be changed`, !forged.hmac && forged.signer !== SIGNER);
    const moved = verify({ ...t, headers: { ...t.headers, 'x-covermirror-timestamp': String(Number(t.headers['x-covermirror-timestamp']) + 1) } });
    ok(`nor sent again at another time`, !moved.hmac && moved.signer !== SIGNER);
  }
  // The shell's way, as the manual has it.
  const file = join(tempFolder('alert'), 'body'), [t] = receiver.told;
  writeFileSync(file, t.body);
  const shell = spawnSync('sh', ['-c', `{ printf '%s.' "$TIMESTAMP"; cat ${file}; } | openssl dgst -sha256 -hmac "$HOOK_SECRET" -r | cut -d ' ' -f 1`], { env: { ...process.env, HOOK_SECRET: SECRET, TIMESTAMP: t.headers['x-covermirror-timestamp'] } });
  if (spawnSync('openssl', ['version']).status === 0) equal('openssl says the same', `sha256=${shell.stdout.toString().trim()}`, t.headers['x-covermirror-signature-256']);
});

await part('slack', async () => {
  const slack = await new Receiver().start();
  await scene('slack', [{ slack: `${slack.url}/services/T0/B0/x`, min_severity: 'info' }], async s => {
    await s.open();
    await until('it is told', () => slack.told.length > 0, s.log);
    await s.resolve();
    await until('and of the end', () => slack.told.length > 1, s.log);
    const texts = slack.told.map(t => JSON.parse(t.body));
    equal('nothing but a text', texts.map(t => Object.keys(t)), [['text'], ['text']]);
    ok('that says what it is', /^covermirror: error: api3: block 151: .*: expected .*, got /.test(texts[0].text) && /^covermirror: resolved: api3: block 151: /.test(texts[1].text), JSON.stringify(texts));
  });
  slack.stop();
});

// ---- the real Alertmanager ----

const program = ['prometheus-alertmanager', 'alertmanager'].find(p => spawnSync(p, ['--version']).status === 0);
async function startAlertmanager(webhook) {
  const folder = tempFolder('alertmanager'), port = await freePort(), file = join(folder, 'config.yml');
  writeFileSync(file, `route: { receiver: hook, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }\nreceivers: [ { name: hook, webhook_configs: [ { url: '${webhook}', send_resolved: true } ] } ]\n`);
  const child = spawn(program, [`--config.file=${file}`, `--storage.path=${folder}`, `--web.listen-address=127.0.0.1:${port}`, '--cluster.listen-address='], { stdio: ['ignore', 'pipe', 'pipe'] });
  process.on('exit', () => child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', d => { said += d; });
  const url = `http://127.0.0.1:${port}`;
  for (const end = Date.now() + 20000; ; await sleep(50)) {
    try { if ((await fetch(`${url}/-/ready`)).ok) break; } catch { /* not yet */ }
    if (Date.now() > end || child.exitCode !== null) throw new Error(`alertmanager does not start: ${said}`);
  }
  return {
    url, said: () => said.slice(-1500),
    alerts: async () => (await fetch(`${url}/api/v2/alerts`)).json(),
    stop: () => new Promise(resolve => { child.once('exit', resolve); child.kill('SIGKILL'); }),
  };
}
if (!ok('there is an Alertmanager (Debian: prometheus-alertmanager)', program)) done();
const hook = await new Receiver().start(), manager = await startAlertmanager(hook.url);
const notices = () => hook.told.flatMap(t => JSON.parse(t.body).alerts);
await scene('the Alertmanager', [{ alertmanager: `${manager.url}/`, labels: { team: 'treasury' } }], async s => {
  await s.open();
  await until('it shows the finding', async () => (await manager.alerts()).length > 0, () => s.log() + manager.said());
  const [alert] = await manager.alerts(), [finding] = (await s.m.json('findings')).items;
  equal('under its check, with labels that name it', alert.labels, { alertname: finding.check, chain_id: '31337', finding: finding.id, pool: 'api3', severity: 'error', team: 'treasury' });
  equal('it is active', alert.status.state, 'active');
  equal('with both figures', [alert.annotations.expected, alert.annotations.actual, alert.annotations.difference, alert.annotations.block], [finding.expected, finding.actual, finding.difference, String(finding.block)]);
  const { indexed } = await s.m.status();
  equal('from the time of the block', Date.parse(alert.startsAt) / 1000, indexed.timestamp);
  ok('for minutes, if nobody says otherwise', Date.parse(alert.endsAt) > Date.now() + 120000 && Date.parse(alert.endsAt) < Date.now() + 301000, alert.endsAt);
  await until('it tells its receivers', () => notices().some(n => n.status === 'firing'), manager.said);
  await s.resolve();
  await until('it lets the finding go', async () => (await manager.alerts()).length === 0, () => s.log() + manager.said());
  await until('and tells its receivers', () => notices().some(n => n.status === 'resolved'), manager.said);
  const end = notices().find(n => n.status === 'resolved');
  ok('that it ended just now', Math.abs(Date.parse(end.endsAt) - Date.now()) < 30000, end.endsAt);
  await s.open();
  await until('it comes back', async () => (await manager.alerts()).length === 1, () => s.log() + manager.said());
});

// ---- alert test ----

await part('alert test', async () => {
  const file = join(tempFolder('alert'), 'told'), before = receiver.told.length;
  const m = mirrorOf('http://127.0.0.1:1', [
    { webhook: `${receiver.url}/hook`, hmac_secret: '${HOOK_SECRET}', signing_key: '${HOOK_KEY}' }, { alertmanager: manager.url },
    { slack: `${receiver.url}/slack` }, { command: `cat > '${file}'` }, { webhook: 'http://user:hunter22@127.0.0.1:1/T0KENT0KEN' }, { command: 'exit 7 # hunter22' }]);
  const all = await m.run(['alert', 'test']);
  equal('one line for each', all.out.split('\n').map(l => l.replace(/:\d+\)/, ':N)').replace(/\d+ ms/, 'N ms')), ['alerts[0] (http://127.0.0.1:N): told, in N ms', 'alerts[1] (http://127.0.0.1:N): told, in N ms', 'alerts[2] (http://127.0.0.1:N): told, in N ms',
    'alerts[3] (command): told, in N ms', "alerts[4] (http://127.0.0.1:N): not told: Couldn't connect to server (Connection refused)", "alerts[5] (command): not told: the command's exit status is 7", '']);
  equal('1, as some were not told', all.status, 1);
  ok('without secrets', !/hunter22|T0KENT0KEN/.test(all.out + all.err) && !all.out.includes(SECRET));
  const [hookTold, slackTold] = receiver.told.slice(before);
  const document = JSON.parse(hookTold.body);
  ok('the webhook is told that it is a test', document.kind === 'test' && document.text.includes('TEST') && document.finding.check === 'covermirror-test', hookTold.body.toString());
  equal('signed as any other', verify(hookTold), { hmac: true, signer: SIGNER, fresh: true });
  ok('so is Slack', JSON.parse(slackTold.body).text.includes('TEST'));
  ok('and the command', JSON.parse(readFileSync(file)).kind === 'test');
  await until('the Alertmanager shows it', async () => (await manager.alerts()).some(a => a.labels.alertname === 'covermirror-test' && a.annotations.summary.includes('TEST')), manager.said);
  const one = await m.run(['alert', 'test', '3', '--json']);
  equal('one of them', [one.status, JSON.parse(one.out).items.map(i => [i.alert, i.kind, i.label, i.told, i.problem])], [0, [[3, 'command', 'alerts[3] (command)', true, null]]]);
  for (const [args, words] of [[['6'], 'from 0 to 5, got "6"'], [['-1'], ''], [['0x1'], 'got "0x1"'], [['99999999999999999999'], 'from 0 to 5']]) {
    const r = await m.run(['alert', 'test', ...args]);
    ok(`alert test ${args}: refused`, r.status === 2 && r.err.includes(words), r.err);
  }
  const none = await mirrorOf('http://127.0.0.1:1', []).run(['alert', 'test']);
  ok('no alerts: refused', none.status === 2 && none.err.includes('there are no alerts to test'), none.err);
  ok('and no store was made', !existsSync(m.store));
});
await manager.stop(); hook.stop(); receiver.stop();
done();
