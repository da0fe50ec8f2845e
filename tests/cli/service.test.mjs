// The daemon as its surroundings see it: a log in JSON lines, a line a block at most; levels; and what `status` tells of the work
// while it goes on, when it cannot, and after its end.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { freePort } from '../support/anvil.mjs';
import { Mirror, PROGRAM, ROOT, run, sleep, there } from '../support/program.mjs';
import { listChains } from '../support/recorded.mjs';
import { startReplay } from '../support/replay.mjs';
import { done, equal, none, ok, part, skip } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const recorded = listChains().find(c => c.name === 'api3-seed1').chain;
const LIE = 110, START = 90;
const configured = (url, log) => {
  const config = JSON.parse(readFileSync(join(ROOT, 'tests', 'configs', 'api3-seed1.json')));
  config.chain = { id: 31337, rpc: [{ url, attempts: 1, backoff_ms: 1 }], poll_interval_ms: 20 };
  delete config.$schema; delete config.store;
  return new Mirror({ ...config, views: { at_head: false }, ...(log ? { log } : {}) });
};
const until = async (what, test, tell = () => '', timeout = 30000) => {
  for (const end = Date.now() + timeout; ; await sleep(20)) {
    const last = await test();
    if (last) return ok(what, true) && last;
    if (Date.now() > end) { ok(`${what}: within ${timeout} ms`, false, tell()); return undefined; }
  }
};
// The lines of a log as objects; what is none of them is listed.
function parsed(text) {
  const bad = [], lines = [];
  for (const line of text.split('\n').slice(0, -1)) {
    try {
      const o = JSON.parse(line);
      const fine = Object.keys(o).join() === 'time,level,message' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(o.time)
        && ['debug', 'info', 'warn', 'error'].includes(o.level) && o.message.length > 0;
      fine ? lines.push(o) : bad.push(line);
    } catch { bad.push(line); }
  }
  if (!text.endsWith('\n') && text) bad.push(`no line end: ${text.slice(-80)}`);
  return { lines, bad };
}

await part('a daemon at the head', async () => {
  const node = await startReplay(recorded, { head: START, 'lie-log': `${LIE}:0` });
  const m = configured(node.url, { format: 'json' });
  const began = Math.floor(Date.now() / 1000);
  const d = m.daemon();
  await d.indexed(START);
  for (let n = START + 1; n < LIE; n++) { await node.head(n); await d.indexed(n); }
  // the note of the last block goes with it
  const s = await m.status();
  equal('status names the process', s.daemon?.pid, d.child.pid);
  ok('and since when it writes', s.daemon?.since >= began - 1 && s.daemon.since <= Date.now() / 1000 + 1, s.daemon);
  equal('the node\'s head', [s.node_head?.number, s.node_head?.hash, s.node_head?.timestamp], [s.indexed.number, s.indexed.hash, s.indexed.timestamp]);
  ok('and when it was seen', s.node_head?.seen >= began - 1 && s.node_head.seen <= Date.now() / 1000 + 1, s.node_head);
  equal('no lag', s.lag, { blocks: 0, seconds: 0 });
  ok('a rate', s.rate?.blocks > 0 && s.rate.blocks <= LIE - 1 && s.rate.events > 0 && s.rate.events <= s.events && s.rate.seconds >= 0 && s.rate.seconds <= 60
    && /^\d+\.\d{3}$/.test(s.rate.blocks_per_s) && Number(s.rate.blocks_per_s) > 0 && /^\d+\.\d{3}$/.test(s.rate.events_per_s), s.rate);
  const text = (await m.run(['status'])).out;
  ok('the same for people', new RegExp(`^daemon +process ${d.child.pid}, since .* UTC$`, 'm').test(text) && new RegExp(`^node head +block ${LIE - 1}, as of .* UTC$`, 'm').test(text)
    && /^lag +0 blocks, 0 s$/m.test(text) && /^rate +\d+\.\d{3} blocks\/s, \d+\.\d{3} events\/s, over \d+ s$/m.test(text), text);
  equal('of now, whatever --at says', (await m.json('status', '--at', 100)).node_head.number, LIE - 1);

  await node.head(LIE + 10);                                 // the next block is a lie
  const stuck = await until('it is behind a block that it refuses', async () => { const t = await m.status(); return t.state === 'degraded' && t.node_head.number === LIE + 10 && t; }, () => d.err.slice(-1500));
  equal('so many blocks behind', [stuck?.indexed.number, stuck?.lag.blocks], [LIE - 1, 11]);
  ok('and seconds of the chain', stuck?.lag.seconds === stuck?.node_head.timestamp - stuck?.indexed.timestamp && stuck.lag.seconds > 0, stuck?.lag);
  equal('it ends well', (await d.stop()).status, 0);

  const after = await m.status();
  equal('nobody writes any more', [after.daemon, after.rate], [null, null]);
  equal('what is known of the head stays', [after.node_head.hash, after.lag], [stuck?.node_head.hash, stuck?.lag]);   // it may have been seen again meanwhile
  ok('it was not seen before it was', after.node_head.seen >= stuck?.node_head.seen);
  ok('for people, too', /^daemon +none$/m.test((await m.run(['status'])).out));

  const { lines, bad } = parsed(d.err);
  none('every line of the log is JSON of three members', bad);
  ok('times rise', lines.every((l, i) => !i || l.time >= lines[i - 1].time));
  const twice = [];
  for (let n = START + 1; n < LIE; n++) {
    const of = lines.filter(l => new RegExp(`\\bblock ${n}\\b`).test(l.message));
    if (of.length !== 1 || of[0].level !== 'info' || !new RegExp(`^block ${n} 0x[0-9a-f]{64}: \\d+ events$`).test(of[0].message)) twice.push(`block ${n}: ${JSON.stringify(of)}`);
  }
  none('a line a block at the head, no more', twice);
  ok('the lie is an error', lines.some(l => l.level === 'error' && l.message.includes('source-')), d.err.slice(-1500));
  equal('no summary where programs read', d.out, '');

  const killed = configured(node.url);
  const k = killed.daemon();
  await until('another one writes', async () => { try { return (await killed.status()).daemon?.pid === k.child.pid; } catch { return false; } }, () => k.err.slice(-800));
  await k.stop('SIGKILL');
  equal('a killed one is not taken for alive', (await killed.status()).daemon, null);
  ok('text is the default', k.err.length > 0 && parsed(k.err).lines.length === 0, k.err.slice(-600));
  await node.stop();
});

await part('levels and forms', async () => {
  const source = `file:${recorded}`;
  const sync = (log, ...options) => configured(source, log).sync('--to', 40, ...options);
  for (const format of ['text', 'json']) {
    const form = r => r.err.split('\n').filter(Boolean);
    const loud = await sync({ format }), quiet = await sync({ format }, '-q'), warn = await sync({ format, level: 'warn' }), error = await sync({ format, level: 'error' });
    const over = await sync({ format, level: 'error' }, '-v'), under = await sync({ format, level: 'debug' }, '-q');
    ok(`${format}: info by default`, loud.status === 0 && form(loud).some(l => l.includes('block 40 of 40')) && loud.out.includes('digest'), loud.err);
    equal(`${format}: -q and the levels above info say nothing of what is fine`, [quiet, warn, error, under].map(r => [r.status, r.err, r.out]), Array(4).fill([0, '', '']));
    ok(`${format}: -v goes before the file`, form(over).some(l => l.includes('block 40 of 40')), over.err);
    if (format === 'json') none('and all of it is JSON', [loud, over].flatMap(r => parsed(r.err).bad));
  }
  const refused = await configured(`http://127.0.0.1:${await freePort()}`, { format: 'json', level: 'error' }).sync();
  const { lines, bad } = parsed(refused.err);
  equal('the reason of an end is an error line', [refused.status, bad, lines.map(l => l.level)], [1, [], ['error']], refused.err);
  ok('without the program\'s name', /^http:\/\/127/.test(lines[0]?.message ?? ''), refused.err);
  const usage = await run(['-c', configured(source, { format: 'json' }).file, 'sync', '--to', 'x']);
  equal('a wrong option, too', [usage.status, parsed(usage.err).lines.map(l => l.level)], [2, ['error']], usage.err);
});

await part('the unit', async () => {
  const unit = join(ROOT, 'configs', 'systemd', 'covermirror.service');
  const text = readFileSync(unit, 'utf8');
  const value = key => text.match(new RegExp(`^${key}=(.*)$`, 'm'))?.[1];
  equal('it waits for readiness and signs of life', [value('Type'), value('NotifyAccess'), Number(value('WatchdogSec')) > 0], ['notify', 'main', true]);
  none('it is hardened', Object.entries({ NoNewPrivileges: 'yes', ProtectSystem: 'strict', ProtectHome: 'yes', PrivateTmp: 'yes', PrivateDevices: 'yes', CapabilityBoundingSet: '', StateDirectory: 'covermirror' })
    .filter(([k, v]) => value(k) !== v).map(([k, v]) => `${k}: expected "${v}", got ${value(k)}`));
  none('it has limits', ['MemoryMax', 'LimitNOFILE', 'TasksMax', 'SystemCallFilter', 'RestrictAddressFamilies'].filter(k => !value(k)));
  const analyze = spawnSync('systemd-analyze', ['--version']);
  if (analyze.error) { skip('systemd-analyze takes it', 'there is no systemd-analyze here'); return; }
  const verify = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
  const complaints = verify.stderr.split('\n').filter(l => l.includes('covermirror.service') && !/is not executable: No such file/.test(l));
  none('systemd-analyze knows every line of it', complaints, verify.stderr);
  const security = spawnSync('systemd-analyze', ['security', '--offline=yes', '--threshold=20', unit], { encoding: 'utf8' });   // in tenths
  ok('and finds it no more exposed than 2.0 of 10', security.status === 0, (security.stdout + security.stderr).slice(-600));
});
done();
