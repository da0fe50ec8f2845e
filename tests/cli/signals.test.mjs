// SIGTERM ends `run` and `sync` at once, whatever they wait for; SIGHUP makes `run` read its configuration again and take
// over what may change, and nothing else.
import { createServer } from 'node:net';
import { createServer as createHttp } from 'node:http';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/anvil.mjs';
import { Mirror, PROGRAM, sleep, tempFolder, there } from '../support/program.mjs';
import { listChains, readChain, readTruth } from '../support/recorded.mjs';
import { startReplay } from '../support/replay.mjs';
import { mirrorOf } from '../chains/truth.mjs';
import { done, equal, note, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const { chain, truth } = listChains().find(c => c.name === 'api3-seed1');
const { meta } = readTruth(truth);
const LAST = 309;
// The aim is a second. What would be waited for otherwise lasts 20 seconds and more; a loaded machine gets some grace.
const AT_ONCE = Number(process.env.AT_ONCE ?? 5000);
const until = async (what, test, tell = () => '', timeout = 20000) => {
  for (const end = Date.now() + timeout; !await test(); await sleep(20))
    if (Date.now() > end) return ok(`${what}: within ${timeout} ms`, false, tell());
  return ok(what, true);
};

// A node in between, which can be told to hang, to drip, to refuse: the worst that a request can wait for.
async function between(target) {
  const self = { mood: 'fine', waiting: 0 };
  const server = createHttp((request, response) => {
    const chunks = [];
    request.on('data', d => chunks.push(d));
    request.on('end', async () => {
      if (self.mood !== 'fine') self.waiting++;
      if (self.mood === 'hang') return;
      if (self.mood === 'busy') { response.writeHead(429, { 'retry-after': '60' }).end('{}'); return; }
      if (self.mood === 'drip') {
        response.writeHead(200, { 'content-type': 'application/json' });
        const timer = setInterval(() => response.write(' '), 100);
        response.on('close', () => clearInterval(timer));
        return;
      }
      const answer = await fetch(target, { method: 'POST', body: Buffer.concat(chunks) }).then(a => a.text()).catch(() => null);
      if (answer === null) request.socket.destroy();
      else response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    });
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  self.url = `http://127.0.0.1:${server.address().port}`;
  self.stop = () => { server.closeAllConnections(); return new Promise(resolve => server.close(resolve)); };
  return self;
}
const ended = (name, end, status, words) => {
  note(`${name}: ${end.ms} ms`);
  ok(`${name}: ends at once`, end.ms < AT_ONCE, `${end.ms} ms`);
  equal(`${name}: ends well`, [end.status, end.signal], [status, null], words.slice(-800));
};
const hasWriter = m => { try { return /^[0-9]+/.test(readFileSync(join(m.store, 'writer'), 'utf8')); } catch { return false; } };

await part('SIGTERM', async () => {
  const node = await startReplay(chain, { head: 100 });
  try {
    for (const mood of ['hang', 'drip', 'busy']) {
      const proxy = await between(node.url);
      try {
        const m = mirrorOf(meta, proxy.url);
        // Following: the next look at the head does not come back.
        const d = m.daemon();
        await d.indexed(100);
        proxy.waiting = 0; proxy.mood = mood;
        await until(`run, ${mood}: it waits`, () => proxy.waiting > 0, () => d.err.slice(-500));
        await sleep(300);
        ended(`run that follows, ${mood}`, await d.stop('SIGTERM', 90000), 0, d.err);
        equal(`run that follows, ${mood}: nothing is lost`, (await m.status()).indexed.number, 100);
        // In the middle of a backfill, by both verbs.
        for (const verb of mood === 'hang' ? ['run', 'sync'] : ['sync']) {
          const late = mirrorOf(meta, proxy.url, { extra: { proof: { level: 'headers' } } });
          proxy.mood = 'fine'; proxy.waiting = 0;
          const child = spawn(PROGRAM, ['-c', late.file, verb], { stdio: ['ignore', 'ignore', 'pipe'] });
          let err = '';
          child.stderr.on('data', e => { err += e; });
          const over = new Promise(resolve => child.on('close', (status, signal) => resolve({ status, signal })));
          await until(`${verb}, ${mood}: the mirror is open`, () => hasWriter(late), () => err.slice(-500));
          proxy.waiting = 0; proxy.mood = mood;
          await sleep(200);
          const t = Date.now();
          child.kill('SIGTERM');
          const end = { ...await over, ms: Date.now() - t };
          ended(`${verb} that catches up, ${mood}`, end, verb === 'run' ? 0 : end.status, err);
          if (verb === 'sync') ok(`sync that catches up, ${mood}: says that it was stopped, or was through`, end.status === 1 ? /stopped before the end|full/.test(err) : end.status === 0, err.slice(-500));
        }
      } finally { await proxy.stop(); }
    }
    // A node that takes connections and says nothing, before the mirror is open; and one that went away.
    const mute = createServer(() => {});
    await new Promise(resolve => mute.listen(0, '127.0.0.1', resolve));
    const m = mirrorOf(meta, `http://127.0.0.1:${mute.address().port}`), d = m.daemon();
    await sleep(500);
    const end = await d.stop('SIGTERM', 90000);
    note(`a mute node: ${end.ms} ms`);
    ok('a mute node at the start: ends at once', end.ms < AT_ONCE && (end.signal === 'SIGTERM' || end.status === 0), JSON.stringify(end), d.err.slice(-500));
    mute.close();
    const gone = await startReplay(chain, { head: 100 }), g = mirrorOf(meta, gone.url), gd = g.daemon();
    await gd.indexed(100);
    await gone.stop();
    await sleep(700);                                      // it is asked again and again
    ended('a node that went away', await gd.stop('SIGTERM', 90000), 0, gd.err);
    // The end of a recorded chain, and an alert's command that does not end.
    const file = mirrorOf(meta, `file:${chain}`), fd = file.daemon();
    await fd.indexed(LAST);
    ended('the end of a recorded chain', await fd.stop(), 0, fd.err);
    const lie = await startReplay(chain, { 'lie-log': '110:0' }), marker = join(tempFolder('alert'), 'begun');
    try {
      const a = mirrorOf(meta, lie.url, { extra: { alerts: [{ command: `touch '${marker}'; trap '' TERM; sleep 60` }] } }), ad = a.daemon();
      await until('an alert\'s command is under way', () => { try { readFileSync(marker); return true; } catch { return false; } }, () => ad.err.slice(-500));
      ended('an alert\'s command that does not end', await ad.stop('SIGTERM', 90000), 0, ad.err);
    } finally { await lie.stop(); }
  } finally { await node.stop(); }
});

await part('SIGHUP', async () => {
  const node = await startReplay(chain, { head: 60 }), other = await startReplay(chain, { head: 200 });
  const told = [];
  const hook = createHttp((request, response) => { request.resume(); told.push(request.url); response.end(); });
  await new Promise(resolve => hook.listen(0, '127.0.0.1', resolve));
  const m = mirrorOf(meta, node.url), original = JSON.parse(readFileSync(m.file));
  const reader = new Mirror(m.config, { folder: m.folder, name: 'reader.json' });       // for looking, whatever the daemon's file says
  const d = m.daemon();
  d.mirror = reader;
  const lines = () => d.err.split('\n');
  const reread = async (config, pattern, what) => {
    const from = d.err.length;
    writeFileSync(m.file, typeof config === 'string' ? config : JSON.stringify(config));
    d.child.kill('SIGHUP');
    await until(what, () => pattern.test(d.err.slice(from)), () => d.err.slice(from).slice(-1000));
    return d.err.slice(from);
  };
  try {
    await d.indexed(60);
    await reread(original, /nothing has changed/, 'an unchanged file changes nothing');
    const broken = await reread('{ "chain": ', /^error: .*stays as it was/m, 'a broken file is an error line');
    ok('a broken file is named with its line', broken.includes(m.file) && /line/.test(broken), broken);
    await reread({ ...original, chian: {} }, /^error: .*chian.*stays as it was/m, 'an unknown key is an error line, too');
    await node.head(70);
    await d.indexed(70);
    const refused = await reread({ ...original, proof: { level: 'off' }, pools: [{ ...original.pools[0], start_block: 2 }], store: { path: join(m.folder, 'elsewhere') } }, /nothing of it could be taken over/, 'what takes a restart is not taken over');
    for (const key of ['proof.level', 'pools', 'store.path']) ok(`and ${key} is named`, new RegExp(`^warning: .*: ${key.replace('.', '\\.')} has changed: that takes a restart`, 'm').test(refused), refused);
    await node.head(80);
    await d.indexed(80);
    const next = { ...original, chain: { ...original.chain, poll_interval_ms: 40, rpc: [{ url: other.url }] }, views: { every_blocks: 7 } };
    const mixed = await reread(next, /what changed holds from now on/, 'the rest of a file is taken over beside what is not');
    ok('with a warning of that', /views\.every_blocks has changed: that takes a restart/.test(mixed), mixed);
    await d.indexed(200);
    equal('the other node is asked', (await reader.status()).nodes.map(n => n.node), [other.url]);
    const asked = (await node.ctl()).requests;
    await sleep(400);
    equal('and the first one no more', (await node.ctl()).requests, asked);
    const nobody = { ...next, chain: { ...next.chain, rpc: [{ url: `http://127.0.0.1:${await freePort()}` }] } };
    const from = d.err.length;
    writeFileSync(m.file, JSON.stringify(nobody));
    d.child.kill('SIGHUP');
    await until('endpoints of which none answers are not taken over', () => /^error: .*chain\.rpc is not taken over/m.test(d.err.slice(from)), () => d.err.slice(from).slice(-800), 60000);
    await other.head(210);
    await d.indexed(210);
    // Alerts, while the only node is away: it is waited for no longer than the signal.
    await other.stop();
    await sleep(500);
    const liar = await startReplay(chain, { 'lie-log': `${readChain(chain).blocks.find(b => b.number > 215 && b.logs.length).number}:0` });
    try {
      await reread({ ...next, chain: { ...next.chain, rpc: [{ url: liar.url }] }, alerts: [{ webhook: `http://127.0.0.1:${hook.address().port}/new` }] }, /what changed holds from now on/, 'another node and an alert');
      await until('the new alert is told of a lie', () => told.includes('/new'), () => d.err.slice(-1500), 40000);
    } finally { await liar.stop(); }
    for (let i = 0; i < 20; i++) { d.child.kill('SIGHUP'); await sleep(5); }
    await sleep(200);
    ok('twenty at once do no harm', !d.result, d.err.slice(-500));
    const end = await d.stop('SIGTERM', 60000);
    equal('SIGTERM ends it well after all that', [end.status, end.signal], [0, null], d.err.slice(-500));
    equal('the mirror is whole', (await reader.run(['check-store'])).status, 0);
    ok('no url of a webhook is logged', !lines().some(l => l.includes('/new')));
  } finally { if (!d.result) await d.stop('SIGKILL'); hook.close(); await node.stop(); await other.stop(); }
  // In the middle of a catch-up.
  const slow = await startReplay(chain, { latency: 2 }), s = mirrorOf(meta, slow.url, { extra: { proof: { level: 'headers' } } }), whole = mirrorOf(meta, `file:${chain}`);
  const sd = s.daemon();
  try {
    await sd.url(); // before it is that far, a SIGHUP may find a process that is still being loaded, and end it
    for (let i = 0; i < 15 && !sd.result; i++) { await sleep(30); sd.child.kill('SIGHUP'); }
    await sd.indexed(LAST, { timeout: 60000 });
    await whole.sync();
    equal('SIGHUPs while it catches up leave the digest', await s.digest(), await whole.digest(), sd.err.slice(-500));
    const end = await sd.stop();
    equal('and it ends well', [end.status, end.signal], [0, null], sd.err.slice(-500));
  } finally { if (!sd.result) await sd.stop('SIGKILL'); await slow.stop(); }
});
done();
