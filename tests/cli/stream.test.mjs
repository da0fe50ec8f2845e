// /v1/stream of `run`, behind a node whose chain grows and is reorganised: clients that break off anywhere, over restarts and
// kills, believe the same as one that reads all from the beginning; one that does not read is dropped, and the others go on.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { freePort } from '../support/anvil.mjs';
import { Belief, Client, Connection } from '../support/listener.mjs';
import { mirrorOf } from '../chains/truth.mjs';
import { Mirror, PROGRAM, sleep, there } from '../support/program.mjs';
import { listChains, readChain, readTruth } from '../support/recorded.mjs';
import { startReplay } from '../support/replay.mjs';
import { done, equal, none, note, ok, part, random } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const seed = Number(process.env.SEED ?? 3);
const rnd = random(seed);
note(`seed ${seed} (SEED=... for another)`);
const recorded = listChains().find(c => c.name === 'api3-seed1');
const file = recorded.chain;
const { blocks } = readChain(file);
const truth = readTruth(recorded.truth).meta;
const hashOf = number => blocks.find(b => b.number === number).hash;

// A daemon that serves, behind a node that is told what its head is.
class Scene {
  static async start({ head = 60, serve = {} } = {}) {
    const scene = new Scene();
    scene.node = await startReplay(file, { head });
    scene.port = await freePort();
    scene.url = `http://127.0.0.1:${scene.port}`;
    // Blocks of a forged fork prove nothing.
    scene.mirror = mirrorOf(truth, scene.node.url, { poll: 20,
      extra: { proof: { level: 'off' }, serve: { listen: `127.0.0.1:${scene.port}`, ...serve } } });
    scene.head = head;
    await scene.begin();
    await scene.daemon.indexed(head);
    return scene;
  }
  async begin() {
    this.daemon = this.mirror.daemon();
    await this.up();
  }
  async up() {
    for (const until = Date.now() + 20000; ;) {
      try { return await (await fetch(`${this.url}/v1/status`)).json(); }
      catch (e) {
        if (this.daemon.result || Date.now() > until) throw new Error(`it does not serve: ${e.message}: ${this.daemon.err.slice(-800)}`);
        await sleep(10);
      }
    }
  }
  async restart(signal) {
    await this.daemon.stop(signal);
    await this.begin();
  }
  // The head is there, of the real chain; or its last blocks are others.
  async to(head, fork = 0) {
    this.head = head;
    await this.node.head(head, fork);
    return this.daemon.indexed(head, fork ? {} : { hash: hashOf(head) });
  }
  async forked(head, fork) {
    const before = (await this.mirror.status()).reorgs.count;
    await this.node.head(head, fork);
    for (const until = Date.now() + 20000; ;) {
      const status = await this.mirror.status();
      if (status.indexed.number === head && status.indexed.hash.startsWith('0xdead') && status.reorgs.count >= before) return;
      if (Date.now() > until) throw new Error(`the fork at ${head} was not taken: ${JSON.stringify(status.indexed)}`);
      await sleep(10);
    }
  }
  async end() {
    await this.daemon.stop();
    await this.node.stop();
  }
}

// Everything from the beginning, as far as the mirror is.
async function everything(scene, query = {}) {
  const client = new Client(scene.url, { query: { from: 0, ...query } });
  await client.knows(scene.head);
  await client.stop();
  return client;
}
const json = async (url, options) => { const r = await fetch(url, options); return { status: r.status, type: r.headers.get('content-type'), body: await r.json() }; };
const lines = list => list.map(m => JSON.stringify(m));

await part('what a stream is', async () => {
  const scene = await Scene.start({ serve: { stream_heartbeat_ms: 150, streams_per_address: 6 } });
  try {
    const client = new Client(scene.url, { query: { from: 0 } });
    await client.knows(60);
    const { connection } = client;
    equal('it is an event stream that nobody keeps', [connection.status, connection.headers['content-type'], connection.headers['cache-control']], [200, 'text/event-stream', 'no-store']);
    ok('it says when to come again', connection.retry > 0);
    equal('first it says how the mirror is', [connection.messages[0].event, connection.messages[0].data.indexed.number, connection.messages[0].data.state], ['status', 60, 'ok']);
    none('every message has an id', connection.messages.filter(m => !m.id).map(String));

    const events = [], of = kind => connection.messages.filter(m => m.event === kind).map(m => m.data);
    for (let after = ''; ;) {
      const page = (await json(`${scene.url}/v1/events?limit=1000${after}`)).body;
      events.push(...page.items);
      if (page.next === null) break;
      after = `&after=${page.next}`;
    }
    none('its events are those of /v1/events', lines(of('event')).flatMap((e, i) => e === JSON.stringify(events[i]) ? [] : [e, JSON.stringify(events[i])]));
    equal('all of them', of('event').length, events.length);
    const account = of('change').findLast(c => c.table === 'accounts');
    const { at, ...item } = (await json(`${scene.url}/v1/pools/api3/accounts/${account.key}?at=${account.block}`)).body;
    equal('a changed account is what /v1 says as of its block', account.item, item);
    const state = of('change').findLast(c => c.table === 'pool');
    equal('a changed pool is, too', state.item, (await json(`${scene.url}/v1/pools/api3?at=${state.block}`)).body.state);
    const blockAt = of('block').at(-1);
    const status = (await json(`${scene.url}/v1/status`)).body;
    equal('the last block is the mirror\'s', [blockAt.hash, blockAt.digest], [status.indexed.hash, status.digest]);

    const [some, ids] = [new Set(), connection.messages.map(m => m.id)];
    for (let i = 0; i < 12; i++) some.add(rnd.below(ids.length));
    for (const i of some) {
      const rest = new Client(scene.url, { id: ids[i] });
      await rest.knows(60);
      await rest.stop();
      const expected = client.messages.slice(i + 1).filter(m => m.event !== 'status');
      none(`behind message ${i} (${connection.messages[i].event}) come just the others`,
        lines(rest.messages.filter(m => m.event !== 'status')).flatMap((m, k) => m === JSON.stringify(expected[k]) ? [] : [`${k}: ${m}`, JSON.stringify(expected[k])]));
    }
    const block = await json(`${scene.url}/v1/pools/api3?at=57`);
    const behind = new Client(scene.url, { query: { after: `${block.body.at.block}-${block.body.at.hash}` } });
    await behind.knows(60);
    await behind.stop();
    equal('behind a block that an answer names come the blocks above it', behind.belief.blocks.map(b => b.number), [58, 59, 60]);

    const beats = connection.messages.length;
    while (client.messages.length < beats + 3) await sleep(20);
    equal('in silence there are heartbeats, with the last id', [...new Set(client.messages.slice(beats).map(m => `${m.event} ${m.id === ids.at(-1)}`))], ['status true']);
    const quiet = new Connection(scene.url, { query: { kinds: 'block' } });
    while (quiet.messages.length < 3) await sleep(20);
    equal('where no status is wanted they are ids only', [...new Set(quiet.messages.map(m => `${m.event} ${m.data} ${m.id !== undefined}`))], ['undefined undefined true']);
    await scene.to(63);
    await client.knows(63);
    while (quiet.messages.filter(m => m.event).length < 3) await sleep(5);
    equal('who came now hears of what comes', quiet.messages.filter(m => m.event).map(m => [m.event, m.data.number]), [['block', 61], ['block', 62], ['block', 63]]);
    await quiet.close();

    const bad = async (query, id) => { const { status: s, type, body } = await json(`${scene.url}/v1/stream?${query}`, { headers: id ? { 'last-event-id': id } : {} }); return [s, type, body.detail]; };
    equal('a kind that is none is refused', (await bad('kinds=block,blocks')).slice(0, 2), [400, 'application/problem+json']);
    equal('so is a pool that is none', (await bad('pool=nobody'))[0], 400);
    equal('an id that is none', (await bad('', 'nonsense'))[0], 400);
    equal('a block that is not there yet', (await bad('from=10000'))[0], 404);
    const others = [];
    while (others.length < 5) { const c = new Connection(scene.url); await c.answer; others.push(c); }
    const refused = await bad('');
    ok('one address has so many streams at once, and is told so', refused[0] === 503 && /streams_per_address/.test(refused[2]), JSON.stringify(refused));
    for (const c of others) await c.close();
    let ending = null;
    for (const until = Date.now() + 10000; !ending && Date.now() < until; await sleep(20)) {
      const c = new Connection(scene.url);
      if ((await c.answer).statusCode === 200) ending = c;
      else await c.close();
    }
    ok('and may come again when some have gone', ending !== null);
    const { status: exit } = await scene.daemon.stop();
    await ending.ended;
    equal('when the daemon ends it says so, and the stream is over', [exit, ending.messages.at(-1).event], [0, 'dropped']);
    await client.stop();
  } finally { await scene.end(); }
});

await part('clients that break off', async () => {
  const scene = await Scene.start({ head: 30 });
  try {
    const staying = new Client(scene.url, { query: { from: 0 } });
    const patience = max => () => 1 + rnd.below(max);
    const breaking = [40, 200, 200, 1000].map(max => new Client(scene.url, { query: { from: 0 }, patience: patience(max), pause: () => rnd.below(60) }));
    const clients = [staying, ...breaking];
    let reorgs = 0, at = 30;
    for (let round = 0; round < 24; round++) {
      if (round % 3 === 1) {
        const depth = 1 + rnd.below(6);
        await scene.forked(at, depth);
        if (rnd() < 0.5) await staying.knows(at);
        reorgs++;
      }
      at += 1 + rnd.below(6);
      await scene.to(at);
      if (round === 7) await scene.restart();
      if (round === 15) await scene.restart('SIGKILL');
    }
    await scene.to(at + 1);
    at++;
    for (const client of clients) await client.knows(at, { hash: hashOf(at) });
    const all = await everything(scene);
    equal('the mirror knows of the forks', (await scene.mirror.status()).reorgs.count >= reorgs, true);
    none('who stayed believes what one believes who reads it all now', staying.belief.differences(all.belief, 'staying'));
    ok('and was told of the forks', staying.belief.rewound > 0, `${staying.belief.rewound} of ${reorgs}`);
    for (const [i, client] of breaking.entries())
      none(`so does one that broke off ${client.connections - 1} times`, client.belief.differences(all.belief, `client ${i}`));
    ok('they broke off', breaking.reduce((sum, c) => sum + c.connections, 0) > 3 * breaking.length, breaking.map(c => c.connections));
    // Those of one block are told once each, however often somebody breaks off.
    for (const client of clients) await client.stop();
    note(`${at} blocks, ${reorgs} forks, ${clients.map(c => `${c.messages.length} messages in ${c.connections} connections, rewound ${c.belief.rewound} times`).join('; ')}`);
    const once = new Client(scene.url, { query: { from: 0 }, patience: patience(60), pause: () => 0 });
    await once.knows(at);
    await once.stop();
    equal('without forks just the same messages come, each once', once.belief.told.filter(Boolean).length, all.belief.told.length);
    none('in the same order', once.belief.told.flatMap((id, i) => id === all.belief.told[i] ? [] : [`${i}: ${id} ${all.belief.told[i]}`]));
  } finally { await scene.end(); }
});

await part('clients that do not read', async () => {
  const scene = await Scene.start({ head: 300, serve: { deadline_ms: 1500 } });
  try {
    const memory = () => Number(readFileSync(`/proc/${scene.daemon.child.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);
    const all = await everything(scene);
    const before = memory();
    const deaf = [];
    for (let i = 0; i < 30; i++) {
      const socket = connect({ port: scene.port, host: '127.0.0.1' });
      socket.on('error', () => {});
      socket.write('GET /v1/stream?from=0 HTTP/1.1\r\nHost: x\r\n\r\n');
      socket.pause();
      deaf.push({ socket, gone: new Promise(resolve => socket.on('close', resolve)) });
    }
    const staying = new Client(scene.url, { query: { from: 0 } });
    await staying.knows(300);
    none('others are told all meanwhile', staying.belief.differences(all.belief, 'reading'));
    const dropped = () => (scene.daemon.err.match(/is dropped/g) ?? []).length;
    for (const until = Date.now() + 20000; dropped() < deaf.length && Date.now() < until;) await sleep(50);
    equal('who does not read is dropped, and the log says why', dropped(), deaf.length, scene.daemon.err.slice(-1500));
    const grown = memory() - before;
    ok('the daemon has not grown by what they left', grown < 20000, `${grown} KiB`);
    note(`${grown} KiB more for 30 clients that do not read`);
    const metrics = await (await fetch(`${scene.url}/metrics`)).text();
    ok('it is counted', /covermirror_\w*stream\w*\{[^}]*slow[^}]*\} 30\b/.test(metrics), metrics.split('\n').filter(l => /stream/.test(l)));
    await scene.to(303);
    await staying.knows(303, { hash: hashOf(303) });
    ok('and the others go on', staying.connections === 1);
    for (const { socket } of deaf) socket.destroy();
    await staying.stop();
  } finally { await scene.end(); }
});

await part('a client that is left behind', async () => {
  const scene = await Scene.start({ head: 300, serve: { stream_behind_blocks: 20 } });
  try {
    const socket = connect({ port: scene.port, host: '127.0.0.1' });
    socket.on('error', () => {});
    socket.write('GET /v1/stream?from=0 HTTP/1.1\r\nHost: x\r\n\r\n');
    socket.pause();
    const said = () => scene.daemon.err.match(/a stream to 127\.0\.0\.1 is dropped at block (\d+): its client reads too slowly, and is too far behind/);
    for (const until = Date.now() + 20000; !said() && Date.now() < until;) await sleep(50);
    ok('is dropped before the deadline', said() && Number(said()[1]) < 280, scene.daemon.err.slice(-500));
    socket.destroy();
  } finally { await scene.end(); }
});

await part('findings', async () => {
  const port = await freePort();
  let node = await startReplay(file, { head: 105, port, 'lie-log': '110:0' });
  const mirror = mirrorOf(truth, node.url, { poll: 20, extra: { serve: { listen: `127.0.0.1:${await freePort()}` } } });
  const daemon = mirror.daemon();
  try {
    await daemon.indexed(105);
    const url = `http://${mirror.config.serve.listen}`;
    const told = [];
    const client = new Client(url, { query: { kinds: 'finding' } });
    const heard = async n => { for (const until = Date.now() + 20000; Date.now() < until; await sleep(10)) if ((told.length = 0, told.push(...client.messages.filter(m => m.event)), told.length >= n)) break; };
    while (!client.id) await sleep(10);
    await node.head(112);
    await heard(1);
    equal('a refused block is told at once', told.map(m => [m.data.check, m.data.block, m.data.state]), [['source-receipts-root', 110, 'open']]);
    const { id } = told[0];
    await node.stop();
    node = await startReplay(file, { head: 112, port });
    await heard(2);
    equal('and that it is settled', told.map(m => [m.data.state, m.data.resolved_at]), [['open', null], ['resolved', 110]]);
    await client.stop();
    const again = new Client(url, { id, query: { kinds: 'finding,block' } });
    while (again.messages.filter(m => m.event === 'block').length < 3) await sleep(10);
    await again.stop();
    equal('who was away since hears of its end', again.messages.filter(m => m.event === 'finding').map(m => [m.data.id, m.data.state]), [[told[1].data.id, 'resolved']]);
  } finally { await daemon.stop(); await node.stop(); }
});

await part('with a token', async () => {
  const scene = await Scene.start({ head: 10 });
  await scene.daemon.stop();
  const config = { ...scene.mirror.config, serve: { ...scene.mirror.config.serve, token: 'a-token-of-many-letters' } };
  const guarded = new Mirror(config, { folder: scene.mirror.folder, name: 'guarded.json' });
  const daemon = guarded.daemon();
  try {
    await daemon.indexed(10);
    for (const until = Date.now() + 10000; Date.now() < until; await sleep(10)) if (await fetch(`${scene.url}/healthz`).catch(() => null)) break;
    const without = new Connection(scene.url);
    equal('nobody listens without it', (await without.answer).statusCode, 401);
    await without.close();
    const client = new Client(scene.url, { token: 'a-token-of-many-letters', query: { from: 8 } });
    await client.knows(10);
    await client.stop();
    equal('who has it does', client.belief.blocks.map(b => b.number), [8, 9, 10]);
  } finally { await daemon.stop(); await scene.node.stop(); }
});

done();
