// The program behind a real node: `run` follows anvil while people use the pool, and at every block every figure of the
// mirror is compared with the contract's views by eth_call. Then reorganisations, and a payout explained.
import { createServer } from 'node:http';
import { Anvil } from '../support/anvil.mjs';
import { asTruth } from '../support/api3-model.mjs';
import { Mirror, there, PROGRAM } from '../support/program.mjs';
import { post } from '../support/rpc.mjs';
import { Driver } from '../support/scenario.mjs';
import { E18, Scene } from '../support/scene.mjs';
import { done, equal, none, note, ok, part, random } from '../support/tap.mjs';
import { compareCheckpoint, compareFindings } from '../chains/truth.mjs';

const seed = Number(process.env.SEED ?? 7);
const OPERATIONS = Number(process.env.OPERATIONS ?? 200);
if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
note(`seed ${seed} (SEED=... for another)`);

const rnd = random(seed);
const anvil = await Anvil.start({ accounts: 14 });
const scene = await Scene.deploy(anvil, { users: 8 });
const accounts = [...scene.users, scene.manager, scene.recipient, scene.deployer, scene.outsider, scene.pool];
const mirrorHere = (extra = {}, url = anvil.url) => Mirror.api3({ url, pool: scene.pool, token: scene.token, managers: [scene.manager, scene.manager2], poll: 50, extra });
const mirror = mirrorHere();
const daemon = mirror.daemon();
// Beside it one that walks every header, and compares what the storage layout holds by state proofs.
const PROVING = { proof: { level: 'headers' }, views: { mode: 'proof', accounts: 'all' } };
const proving = mirrorHere(PROVING);
const prover = proving.daemon();

async function checkpoint(number) {
  const { pool, users } = await scene.everything(number, accounts);
  const b = scene.blocks[number - 1];
  return asTruth({ block: number, hash: b.hash, timestamp: b.timestamp, pool, users });
}
// The block as the views tell it, as the mirror tells it, and as the model does.
async function compare(number, withModel = false) {
  const truth = await checkpoint(number);
  const wrong = await compareCheckpoint(mirror, truth);
  if (withModel) {
    for (const [k, v] of Object.entries(asTruth(scene.model.pool()))) if (v !== truth.pool[k]) wrong.push(`the model itself: block ${number} ${k}: view ${truth.pool[k]}, model ${v}`);
    for (const a of accounts) for (const [k, v] of Object.entries(asTruth(scene.model.account(a))))
      if (JSON.stringify(v) !== JSON.stringify(truth.users[a][k])) wrong.push(`the model itself: block ${number} ${a} ${k}: view ${JSON.stringify(truth.users[a][k])}, model ${JSON.stringify(v)}`);
  }
  return wrong;
}
async function follow(what) {
  await reached();
  none(`block ${scene.head}: ${what}`, await compare(scene.head, true));
}
// The latest block has reached the mirror, by number and hash.
const reached = () => Promise.all([daemon, prover].map(d => d.indexed(scene.head, { hash: scene.blocks.at(-1).hash })));
const sound = async (what, options) => {
  none(`${what}: no findings`, await compareFindings(mirror, options));
  none(`${what}: no findings by state proofs`, await compareFindings(proving, options));
  equal(`${what}: both mirrors are the same`, await proving.digest(), await mirror.digest());
};
// While anvil mines a block it may answer an eth_call for the block before, even by hash, with the new block's state
// (seen in 4 of 100 calls): so the next block is mined only when the mirror has checked this one. A reorg cannot be
// timed like that, as it mines several: there a view's finding may have come, and must have gone again.
const mine = async seconds => { await scene.mine(seconds); await reached(); };
const freshDigest = async what => {
  const fresh = mirrorHere();
  const r = await fresh.sync();
  ok(`${what}: a fresh sync`, r.status === 0, `exit status ${r.status ?? r.signal}`, r.err.slice(-1000));
  const [a, b] = [await mirror.status(), await fresh.status()];
  equal(`${what}: the digest of a fresh sync`, [a.indexed.hash, a.digest], [b.indexed.hash, b.digest]);
};

try {
  await part('following', async () => {
    await reached();
    for (let n = scene.deployBlock.pool; n <= scene.head; n++) none(`block ${n}: after deployment`, await compare(n));
    await scene.tx(scene.deployer, 'Pool', 'setClaimsManagerStatus', scene.manager, true);
    await scene.tx(scene.deployer, 'Token', 'updateMinterStatus', scene.pool, true);
    await scene.mine();
    await follow('the pool may mint, a manager may pay');
    const driver = new Driver(scene, rnd);
    let operations = 0, reverted = 0;
    while (operations < OPERATIONS) {
      const kinds = [];
      for (let k = rnd() < 0.25 ? 2 + rnd.below(5) : 1; k > 0; k--) kinds.push(await driver.act());
      operations += kinds.length;
      await scene.mine(driver.pause());
      reverted += scene.failed();
      await follow(kinds.join(', '));
    }
    none('the model finds nothing wrong with the events', scene.model.complaints);
    note(`${operations} operations in ${scene.head} blocks, ${reverted} reverted: ${JSON.stringify(driver.done)}`);
    await sound('following');
    const s = await proving.status();
    equal('following: every block is proved', [s.proved[0].from, s.proved.at(-1).to, s.proved.reduce((n, p) => n + p.blocks, 0), s.proved.some(p => p.level === 'none' || p.level === 'header')], [1, scene.head, scene.head, false]);
    await freshDigest('following');
  });

  await part('a payout explained', async () => {
    await scene.does(scene.users[0], 'Pool', 'depositAndStake', 12345n * E18);      // this epoch's reward is behind us
    await reached();
    const before = new Map(scene.users.map(u => [u, scene.model.account(u).stake]));
    const { hash, ok: paid } = await scene.does(scene.manager, 'Pool', 'payOutClaim', scene.recipient, scene.model.T / 9n);
    ok('the payout went through', paid);
    await follow('a payout');
    const r = await mirror.run(['explain', hash]);
    ok('explain exits 0', r.status === 0, `exit status ${r.status ?? r.signal}`, r.err.slice(-1000));
    const json = await mirror.run(['explain', hash, '--json']);
    let parsed = null;
    try { parsed = JSON.parse(json.out); } catch { /* null */ }
    ok('explain --json is JSON', parsed !== null && json.status === 0, json.out.slice(0, 300), json.err.slice(-300));
    const plain = (r.out + '\n' + json.out).toLowerCase().replace(/(\d)[,_](?=\d)/g, '$1');
    const missing = [];
    for (const u of scene.users) {
      const slash = before.get(u) - scene.model.account(u).stake;
      if (before.get(u) === 0n) continue;
      if (!plain.includes(u)) missing.push(`${u} is not named`);
      if (slash > 0n && !plain.includes(slash.toString())) missing.push(`${u}'s slash of ${slash} is not told`);
    }
    none('explain tells what each staker lost', missing, plain.slice(0, 3000));
    const { block } = scene.blocks.at(-1);
    const logs = scene.blocks.at(-1).logs;
    const index = logs.findIndex(l => l.address.toLowerCase() === scene.pool);
    const one = await mirror.run(['explain', `${hash}:${Number(logs[index].logIndex)}`]);
    ok('explain TX:LOG exits 0', one.status === 0, `exit status ${one.status ?? one.signal}`, one.err.slice(-500));
    const none_ = await mirror.run(['explain', '0x' + '12'.repeat(32)]);
    ok('explain of an unknown transaction exits 1 and says so', none_.status === 1 && none_.err.length > 0, `exit status ${none_.status}`, none_.err, none_.out.slice(0, 200));
    void block;
  });

  await part('reorganisations', async () => {
    const driver = new Driver(scene, rnd);
    for (const depth of [1, 4, 9]) {
      for (let i = 0; i < depth; i++) { await driver.act(['depositAndStake', 'schedule', 'deposit', 'claim'][i % 4]); await mine(3600 * 9); }
      const fork = scene.head - depth;
      await anvil.reorg(depth);
      await scene.reread();
      await reached();
      await scene.tx(scene.users[depth % 8], 'Pool', 'depositAndStake', BigInt(depth) * E18);
      await mine();
      const wrong = [];
      for (let n = fork; n <= scene.head; n++) wrong.push(...await compare(n));
      none(`a reorg of ${depth} blocks: every figure of blocks ${fork} to ${scene.head}`, wrong);
      await sound(`a reorg of ${depth} blocks`, { passing: true });
    }
    // The chain gets shorter: other blocks on an earlier state, fewer than before.
    const snapshot = await anvil.snapshot();
    for (let i = 0; i < 6; i++) { await driver.act('depositAndStake'); await mine(86400); }
    await anvil.revert(snapshot);
    await scene.reread();                // so far it is only a node that lags behind; the next block is another one
    await driver.act('deposit');
    await mine(86400 * 8);
    none(`a chain that got shorter: every figure at block ${scene.head}`, await compare(scene.head));
    for (let i = 0; i < 8; i++) { await driver.act(); await mine(driver.pause()); }
    const wrong = [];
    for (let n = scene.head - 9; n <= scene.head; n++) wrong.push(...await compare(n));
    none('and every figure of the blocks after it', wrong);
    await sound('after reorganisations', { passing: true });
    await freshDigest('after reorganisations');
  });

  await part('payouts of nearly everything', async () => {
    const driver = new Driver(scene, rnd);
    if (!scene.model.minter) await driver.act('minter');
    for (let i = 0; i < 2; i++) {
      const { hash } = await scene.does(scene.manager, 'Pool', 'payOutClaim', scene.recipient, scene.model.T - 1n);
      await follow('all but one unit is paid out');
      const r = await mirror.run(['explain', hash]);
      ok('explain exits 0', r.status === 0, `exit status ${r.status ?? r.signal}`, r.err.slice(-1000));
      await scene.does(scene.users[i], 'Pool', 'depositAndStake', i ? 10n ** 17n : 100_000n * E18);
      await follow('somebody stakes');
      await scene.tx(scene.users[3], 'Pool', 'mintReward');
      await scene.toEpoch();
      await follow('a reward');
      for (let k = 0; k < 5; k++) { await driver.act(); await scene.mine(7200); await follow('life goes on'); }
    }
    const unknown = accounts.filter(a => scene.model.account(a).stake === null || scene.model.account(a).locked === null).length;
    note(`views of ${unknown} accounts revert now`);
    await sound('payouts of nearly everything', { passing: true });
  });

  await part('reorganised while stopped', async () => {
    const ended = await daemon.stop();
    equal('SIGTERM: run ends with status 0', [ended.status, ended.signal], [0, null], daemon.err.slice(-1000));
    ok('SIGTERM: within a second', ended.ms < 1000, `${ended.ms} ms`);
    const other = await prover.stop();
    equal('SIGTERM: the proving run ends with status 0', [other.status, other.signal], [0, null], prover.err.slice(-1000));
    const driver = new Driver(scene, rnd);
    await anvil.reorg(3);
    await scene.reread();
    for (let i = 0; i < 5; i++) { await driver.act('depositAndStake'); await scene.mine(7200); }
    const r = await mirror.sync();
    ok('sync after it', r.status === 0, `exit status ${r.status ?? r.signal}`, r.err.slice(-1000));
    const wrong = [];
    for (let n = scene.head - 8; n <= scene.head; n++) wrong.push(...await compare(n));
    none('every figure follows', wrong);
    await freshDigest('reorganised while stopped');
  });

  await part('senders', async () => {
    const wrong = [], kinds = new Map();
    for (const m of [mirror, proving]) {
      if (m === proving) { const r = await m.sync(); ok('the proving mirror catches up', r.status === 0, `exit status ${r.status ?? r.signal}`, r.err.slice(-1000)); }
      for (const e of await m.all('events', 'api3', '--limit', 500)) {
        const { receipts } = scene.blocks[e.block - 1];
        const from = receipts.find(r => r.transactionHash === e.transaction)?.from?.toLowerCase() ?? null;
        if (e.sender !== undefined && e.sender !== null) {
          kinds.set(e.name ?? e.event, (kinds.get(e.name ?? e.event) ?? 0) + 1);
          if (e.sender !== from) wrong.push(`${JSON.stringify(e)}: from ${from}`);
        } else if (/PaidOutClaim/.test(e.name ?? e.event)) wrong.push(`no sender: ${JSON.stringify(e)}`);
      }
    }
    none('the sender of every payout is the one that signed its transaction', wrong);
    ok('and there are such', (kinds.get('PaidOutClaim') ?? 0) > 4, JSON.stringify([...kinds]));
  });

  // Between the program and the node stands somebody who alters one answer of many.
  const between = async (alter, body) => {
    const asked = [];
    const server = createServer((req, res) => {
      const chunks = [];
      req.on('data', d => chunks.push(d));
      req.on('end', async () => {
        try {
          const text = Buffer.concat(chunks).toString(), q = JSON.parse(text);
          const answers = [].concat(await post(anvil.url, q));
          for (const one of [].concat(q)) { asked.push(one); alter(one, answers.find(a => a.id === one.id)); }
          res.setHeader('content-type', 'application/json');
          res.end(JSON.stringify(Array.isArray(q) ? answers : answers[0]));
        } catch (e) { res.statusCode = 500; res.end(String(e)); }
      });
    });
    await new Promise(r => server.listen(0, '127.0.0.1', r));
    try { await body(`http://127.0.0.1:${server.address().port}`, asked); }
    finally { server.closeAllConnections(); server.close(); }
  };
  const raised = hex => '0x' + (BigInt(hex) + 1n).toString(16);
  const views = async m => (await m.json('findings', 'api3')).items;
  const shares = scene.abi.Pool.getFunction('userShares').selector;
  const honest = async (what, m, status = 0) => { const r = await m.sync(); return ok(`${what}: sync exits ${status}`, r.status === status, `exit status ${r.status ?? r.signal}`, r.err.slice(-1000)); };

  await part('a view that lies', async () => {
    let lies = 0;
    const lie = (q, a) => { if (q.method === 'eth_call' && (q.params[0].data ?? q.params[0].input).startsWith(shares) && a.result) { lies++; a.result = '0x' + raised(a.result).slice(2).padStart(64, '0'); } };
    await between(lie, async url => {
      const m = mirrorHere({ views: { accounts: 'all' } }, url);
      await honest('a view that lies, believed', m, 3);
      ok('a view that lies, believed: a finding of the view', (await views(m)).some(f => /^view/.test(f.check) && f.block === scene.head) && lies > 0, JSON.stringify((await views(m)).slice(0, 3)));
    });
    lies = 0;
    await between(lie, async (url, asked) => {
      const m = mirrorHere(PROVING, url);
      await honest('a view that lies, by proof', m);
      none('a view that lies, by proof: no findings', await compareFindings(m));
      ok('a view that lies, by proof: it is not even asked', lies === 0 && asked.some(q => q.method === 'eth_getProof'), JSON.stringify([lies, asked.length]));
      equal('a view that lies, by proof: the digest', await m.digest(), await mirror.digest());
    });
  });

  await part('a state proof that lies', async () => {
    for (const [what, change] of Object.entries({
      'a storage value': r => { if (r.storageProof.length) r.storageProof.at(-1).value = raised(r.storageProof.at(-1).value); },
      'a storage hash': r => { r.storageHash = '0x' + '12'.repeat(32); },
      'a node of a proof': r => { const { proof } = r.storageProof.at(-1) ?? { proof: r.accountProof }; proof[proof.length - 1] = proof.at(-1).slice(0, -2) + (proof.at(-1).endsWith('00') ? '01' : '00'); },
    })) {
      let altered = 0;
      await between((q, a) => { if (q.method === 'eth_getProof' && a.result) { altered++; change(a.result); } }, async url => {
        const m = mirrorHere(PROVING, url);
        await honest(`${what} that lies`, m, 1);
        const found = await views(m), s = await m.status();
        ok(`${what} that lies: one finding of the source names block ${scene.head}`, altered > 0 && found.length === 1 && found[0].check === 'source-state-proof' && found[0].block === scene.head && found[0].state === 'open', JSON.stringify(found.slice(0, 3)));
        equal(`${what} that lies: it stands before that block`, [s.indexed.number, s.indexed.hash, s.state], [scene.head - 1, scene.blocks.at(-2).hash, 'degraded']);
        const again = new Mirror({ ...m.config, chain: { ...m.config.chain, rpc: [{ url: anvil.url }] } });
        await honest(`${what} that lies, then the node itself`, again);
        equal(`${what} that lies: the finding is resolved`, (await views(again)).map(f => [f.check, f.state]), [['source-state-proof', 'resolved']]);
        equal(`${what} that lies: the digest`, await again.digest(), await mirror.digest());
      });
    }
    await between((q, a) => { if (q.method === 'eth_getProof') { delete a.result; a.error = { code: -32000, message: 'distance to target block exceeds maximum proof window' }; } }, async url => {
      const m = mirrorHere(PROVING, url), r = await m.sync();
      ok('a node without state proofs: sync warns', r.status === 0 && /no state proofs at block/.test(r.err), `exit status ${r.status ?? r.signal}`, r.err.slice(-1000));
      none('a node without state proofs: no findings', await compareFindings(m));
    });
  });
} finally {
  if (!prover.result) await prover.stop('SIGKILL');
  if (!daemon.result) await daemon.stop('SIGKILL');
  await anvil.stop();
}
done();
