// A node that lies: one word of one log of each kind of event is one too high, and each such lie must become a finding,
// or be refused because it is no value of its type.
import { Anvil } from '../support/anvil.mjs';
import { InsureDriver } from '../support/insure-scenario.mjs';
import { InsureScene, ZERO } from '../support/insure-scene.mjs';
import { Liar, wordsOf } from '../support/liar.mjs';
import { there, PROGRAM } from '../support/program.mjs';
import { done, none, note, ok, part, random } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const seed = Number(process.env.SEED ?? 9), OPERATIONS = Number(process.env.OPERATIONS ?? 110);

// What nothing depends on.
const HARMLESS = new Set(['CoverApplied rawdata', 'CoverApplied memo', 'PoolCreated template', 'PoolCreated metaData', 'PoolCreated conditions', 'PoolCreated references',
  'BountyPaid ids']);

const rnd = random(seed), anvil = await Anvil.start({ accounts: 14 });
const liar = new Liar(anvil.url);
try {
  const scene = await InsureScene.deploy(anvil, { markets: 2, indices: 2 });
  await part('lies', async () => {
    const driver = new InsureDriver(scene, rnd);
    await driver.prepare();
    for (let n = 0; n < OPERATIONS; n++) { await driver.act(); await scene.settle(driver.wait()); }
    await liar.listen();
    // One log of each kind, from the middle of the history where there are several: of transfers a deposit's, because who
    // pays a premium is nobody's business, and nothing changes by what one sends to oneself; of settings a default.
    const kinds = new Map();
    for (let n = 1; n <= scene.head; n++) for (const log of (await anvil.block(n)).logs) {
      const name = scene.kinds.get(log.address.toLowerCase()), event = name && scene.abi[name].parseLog(log);
      if (!event || ['Approval', 'MinterStatusUpdated'].includes(event.name)) continue;
      const isVault = l => l.topics.some(t => t.endsWith(scene.vault.slice(2)));
      if (name === 'Token' && !isVault(log)) continue;
      const key = `${name} ${event.name}`;
      kinds.set(key, [...(kinds.get(key) ?? []), { log, event }]);
    }
    const lies = [];
    for (const [key, all] of [...kinds].sort()) {
      const { log, event } = (/Transfer/.test(key) ? all[0] : all.find(x => /Set$/.test(x.event.name) && x.event.args[0] === ZERO)) ?? all[all.length >> 1];
      for (const [input, word] of wordsOf(event)) if (!HARMLESS.has(`${event.name} ${input}`)) lies.push({ what: `${key} ${input}`, log, word });
    }
    note(`${lies.length} lies in logs of ${kinds.size} kinds: ${[...kinds.keys()].sort().join(', ')}`);
    const mirrorOf = url => scene.mirror({ url, extra: { proof: { level: 'off' }, views: { every_blocks: 1, accounts: 'touched' } } });
    const sync = await mirrorOf(liar.here).sync();
    ok('without a lie there is no finding', sync.status === 0, sync.err.slice(-800));
    const { believed, refused, told } = await liar.tellAll(lies, mirrorOf);
    note(`refused: ${refused.join(', ')}`);
    note(`lies by the checks that tell them: ${JSON.stringify(told)}`);
    none('each lie is told of', believed);
  });
} finally { liar.close(); await anvil.stop(); }
done();
