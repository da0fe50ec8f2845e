// A soak: the program follows anvil, which makes a block every 200 ms with people using the pool, and changes its mind
// at random; and it is killed at random, again and again. Whatever happened, its mirror must be that of a fresh sync: at
// the end, and at twenty blocks between.
//   node tests/e2e/soak.mjs [--kills 1000] [--seed 1] [--block-ms 200]
// The seed draws the chain and the lives of the program; at which instruction a kill hits is the machine's choice.
import { fileURLToPath } from 'node:url';
import { Anvil } from '../support/anvil.mjs';
import { Mirror, sleep, there, PROGRAM } from '../support/program.mjs';
import { E18, Scene } from '../support/scene.mjs';
import { done, equal, none, note, ok, part, random } from '../support/tap.mjs';

const CHECKS = 20;              // blocks between at which the mirror is compared
const LIFE_MS = [20, 1200];     // how long the program lives before it is killed
const REORG_PERCENT = 12;       // of the blocks
const DEPTH_MAX = 40;           // of a reorg: what anvil calls final is 64 blocks below its head
// Behind some 850 blocks and reorgs anvil has lost states that it still needs: contracts are without code. So each lap
// has an anvil and a mirror of its own.
const LAP_KILLS = 125;

// People who use the pool without knowing what they have: some of it reverts, as it does in life.
class Crowd {
  constructor(scene, rnd) { Object.assign(this, { scene, rnd }); }
  user() { return this.rnd.pick(this.scene.users); }
  pool(from, name, ...args) { return this.scene.tx(from, 'Pool', name, ...args); }
  act() {
    const { rnd, scene } = this, u = this.user(), some = () => rnd.big(5000n * E18);
    const acts = [
      [20, () => this.pool(u, 'depositAndStake', some())], [10, () => this.pool(u, 'depositRegular', some())],
      [10, () => this.pool(u, 'stake', rnd.big(3000n * E18))], [10, () => this.pool(u, 'scheduleUnstake', rnd.big(2000n * E18))],
      [10, () => this.pool(this.user(), 'unstake', u)], [6, () => this.pool(u, 'withdrawRegular', rnd.big(1000n * E18))],
      [6, () => this.pool(u, 'delegateVotingPower', this.user())], [3, () => this.pool(u, 'undelegateVotingPower')],
      [4, () => this.pool(scene.manager, 'payOutClaim', scene.recipient, rnd.big(800n * E18))],
      [3, () => scene.tx(u, 'Token', 'transfer', scene.pool, rnd.big(E18))], [3, () => this.pool(u, 'mintReward')],
      [2, () => this.pool(scene.deployer, 'setStakeTarget', rnd.big(E18 + 1n))],
      [1, () => scene.tx(scene.deployer, 'Token', 'updateMinterStatus', scene.pool, rnd() < 0.7)]];
    let r = rnd() * acts.reduce((sum, [weight]) => sum + weight, 0);
    return (acts.find(([weight]) => (r -= weight) < 0) ?? acts[0])[1]();
  }
}

// The chain: a block each time, now and then another branch. It stands still between hold() and goOn().
class Chain {
  constructor(scene, rnd, blockMs, told) {
    Object.assign(this, { scene, rnd, blockMs, told, crowd: new Crowd(scene, rnd) });
    this.ended = this.grow();
    this.ended.catch(() => {});
  }
  async mine() {
    for (let n = this.rnd.below(4); n > 0; n--) { await this.crowd.act(); this.told.transactions++; }
    await this.scene.mine(12 + this.rnd.below(86400));
    this.told.blocks++;
  }
  async branched(fork, depth) {
    this.told.reorgs++;
    this.told.deepest = Math.max(this.told.deepest, depth);
    const { scene } = this;
    scene.head = await scene.anvil.head();
    scene.blocks.length = fork;
    for (let n = fork + 1; n <= scene.head; n++) scene.blocks.push(await scene.anvil.block(n));
    scene.now = scene.blocks.at(-1).timestamp;
  }
  // The newest blocks are replaced by as many others.
  async reorganise() {
    const depth = Math.min(1 + (this.rnd() < 0.3 ? this.rnd.below(DEPTH_MAX) : this.rnd.below(5)), this.scene.head - this.scene.deployBlock.pool - 1);
    await this.scene.anvil.reorg(depth);
    await this.branched(this.scene.head - depth, depth);
  }
  // The chain goes back to what it was some blocks ago, and on from there: for a while it is shorter.
  async goBack() {
    const snapshot = await this.scene.anvil.snapshot(), fork = this.scene.head, depth = 1 + this.rnd.below(5);
    for (let n = depth; n > 0; n--) { await this.mine(); await sleep(this.blockMs); }
    await this.scene.anvil.revert(snapshot);
    this.told.shorter++;
    await this.branched(fork, depth);
  }
  async grow() {
    while (!this.isOver) {
      const t = Date.now();
      if (this.rnd() * 100 < REORG_PERCENT) await (this.rnd() < 0.25 ? this.goBack() : this.reorganise());
      await this.mine();
      if (this.isHeld) { this.isHeld(); await new Promise(resolve => { this.goOn = resolve; }); }
      await sleep(Math.max(0, this.blockMs - (Date.now() - t)));
    }
  }
  async hold() { await Promise.race([new Promise(resolve => { this.isHeld = resolve; }), this.ended]); this.isHeld = null; }
  async end() { this.isOver = true; this.goOn?.(); await this.ended; }
}

// The program lives for a while, and is killed.
async function oneLife(mirror, rnd, told) {
  const daemon = mirror.daemon();
  await Promise.race([daemon.ended, sleep(LIFE_MS[0] + rnd.below(LIFE_MS[1] - LIFE_MS[0]))]);
  if (daemon.result) throw new Error(`run ended by itself: ${JSON.stringify(daemon.result)}\n${daemon.err.slice(-2000)}`);
  await daemon.stop('SIGKILL');
  told.kills++;
  told.rewinds += (daemon.err.match(/reorg: rewound/g) ?? []).length;
  told.applied += (daemon.err.match(/^block \d+ 0x/gm) ?? []).length;
}

// While the chain stands still, the killed mirror catches up and is compared with one that was never killed.
async function compare(what, mirror, straight, scene) {
  await scene.mine(12);       // whatever a view told wrongly while anvil mined is asked again
  for (const m of [mirror, straight]) {
    const r = await m.sync('-q');
    if (r.status === 3) note(`${m === mirror ? 'the killed mirror' : 'the fresh one'}: ${JSON.stringify((await m.json('findings', '--state', 'open')).items, null, 1)}`);
    else if (r.status !== 0) throw new Error(`${what}: sync: exit status ${r.status ?? r.signal}: ${r.err.slice(-1500)}`);
  }
  const [a, b] = [await mirror.status(), await straight.status()];
  equal(`${what}: block ${scene.head}: the digest of a fresh sync, at the head`, [a.indexed.hash, a.digest], [scene.blocks.at(-1).hash, b.digest]);
  equal(`${what}: no open findings`, a.findings, { error: 0, warning: 0, info: 0 });
  const sound = await mirror.run(['check-store']);
  ok(`${what}: the store is whole`, sound.status === 0, sound.err.slice(-500));
}

async function compareBetween(name, mirror, straight) {
  const head = (await straight.status()).indexed.number, wrong = [];
  for (let i = 1; i <= CHECKS; i++) {
    const at = Math.max(1, Math.floor(head * i / (CHECKS + 1)));
    const [a, b] = [await mirror.json('status', '--at', at), await straight.json('status', '--at', at)];
    if (a.digest !== b.digest || a.indexed.hash !== b.indexed.hash) wrong.push(`block ${at}: ${a.digest}, a fresh sync ${b.digest}`);
  }
  none(`${name}, the end: the digests of ${CHECKS} blocks below the head`, wrong);
}

// One chain and one mirror, and so many kills.
async function lap(name, { kills, checks, seed, blockMs, told }) {
  const rnd = random(seed);
  const anvil = await Anvil.start({ accounts: 14 });
  const scene = await Scene.deploy(anvil, { users: 8 });
  scene.model = null;
  await scene.tx(scene.deployer, 'Pool', 'setClaimsManagerStatus', scene.manager, true);
  await scene.tx(scene.deployer, 'Token', 'updateMinterStatus', scene.pool, true);
  await scene.mine();
  const make = () => Mirror.api3({ url: anvil.url, pool: scene.pool, token: scene.token, managers: [scene.manager, scene.manager2], poll: 20 });
  const mirror = make(), chain = new Chain(scene, random(seed + 1), blockMs, told), every = Math.ceil(kills / (checks + 1));
  try {
    for (let i = 1; i <= kills; i++) {
      await oneLife(mirror, rnd, told);
      const isLast = i === kills;
      if (!isLast && i % every) continue;
      await chain.hold();
      const straight = make();
      await compare(`${name}, ${isLast ? 'the end' : 'between'}, after ${i} kills`, mirror, straight, scene);
      if (isLast) await compareBetween(name, mirror, straight);
      told.compared++;
      chain.goOn();
    }
  } finally {
    await chain.end();
    await anvil.stop();
  }
}

export async function soak({ kills, seed = 1, blockMs = 200, checks = CHECKS }) {
  const started = Date.now(), laps = Math.ceil(kills / LAP_KILLS);
  const told = { kills: 0, rewinds: 0, applied: 0, compared: 0, blocks: 0, transactions: 0, reorgs: 0, deepest: 0, shorter: 0 };
  for (let i = 0; i < laps; i++) {
    const part = n => Math.floor(n * (i + 1) / laps) - Math.floor(n * i / laps);
    await lap(`lap ${i + 1} of ${laps}`, { kills: part(kills), checks: part(checks), seed: seed + 1000 * i, blockMs, told });
    note(`${((Date.now() - started) / 1000).toFixed(0)} s: ${JSON.stringify(told)}`);
  }
  ok('there were reorgs, and the program saw some', told.reorgs > 0 && told.rewinds > 0, JSON.stringify(told));
  note(`seed ${seed}, a block every ${blockMs} ms`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = (name, or) => { const i = process.argv.indexOf(`--${name}`); return i < 0 ? or : Number(process.argv[i + 1]); };
  if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
  await part('the soak', () => soak({ kills: option('kills', 1000), seed: option('seed', 1), blockMs: option('block-ms', 200) }));
  done();
}
