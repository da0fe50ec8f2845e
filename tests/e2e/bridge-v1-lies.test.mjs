// A node that lies about a V1 book: one word of one log of each kind of event is one too high, and each such lie must become a
// finding, or be refused because it is no value of its type.
import { Anvil } from '../support/anvil.mjs';
import { DAY, E18, E6, WEEK } from '../support/bridge-scene.mjs';
import { BridgeV1Scene } from '../support/bridge-v1-scene.mjs';
import { Liar, wordsOf } from '../support/liar.mjs';
import { there, PROGRAM } from '../support/program.mjs';
import { done, equal, none, note, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }

const anvil = await Anvil.start({ timestamp: 1630003000, accounts: 8 });
const liar = new Liar(anvil.url);
try {
  const scene = await BridgeV1Scene.deploy(anvil, { users: 5 });
  await part('lies', async () => {
    const [ann, bob, cid, dan, eva] = scene.users;
    const does = async (...args) => { const r = await scene.does(...args); if (!r.ok) throw new Error(`${args.slice(1, 3).join('.')} reverted`); };
    await does(cid, 'book', 'addLiquidity', 400_000n * E18);
    await does(scene.owner, 'admin', 'whitelist', scene.at.book, true);
    for (const [u, weeks] of [[ann, 20], [bob, 1], [dan, 30]]) await does(u, 'book', 'buyPolicy', weeks, 5000n * E18);
    await does(cid, 'book', 'transfer', eva, 1000n * E18);
    await does(eva, 'book', 'requestWithdrawal', 900n * E18);
    await does(eva, 'coin', 'transfer', scene.at.book, 3n * E6);
    for (const u of [ann, bob, dan]) await does(u, 'book', 'submitClaimAndInitializeVoting', 'x');
    await scene.mine(9 * DAY);
    await does(eva, 'book', 'withdrawLiquidity');
    await scene.mine(6 * DAY);
    for (const [claim, amount] of [[1, 0n], [2, 0n], [3, 4000n * E18 + 123n]]) { await scene.decide(claim, amount); await scene.mine(); }
    for (const u of [ann, bob]) await does(u, 'book', 'submitAppealAndInitializeVoting', 'y');
    await scene.mine(14 * DAY);
    for (const claim of [4, 5]) { await scene.decide(claim, 0n); await scene.mine(); }
    await scene.mine(WEEK);
    await does(scene.owner, 'book', 'updateEpochsInfo');
    await liar.listen();
    const kinds = new Map();
    const names = new Map(Object.entries(scene.at).map(([k, a]) => [a, k]));
    for (let n = scene.birth; n <= scene.head; n++) for (const log of scene.blocks[n].logs) {
      const contract = names.get(log.address.toLowerCase()), event = scene.interfaceOf(contract).parseLog(log);
      if (event.name === 'Approval' || (contract === 'coin' && !log.topics.some(t => t.endsWith(scene.at.book.slice(2))))) continue;
      const key = `${contract} ${event.name}`;
      kinds.set(key, [...(kinds.get(key) ?? []), { log, event }]);
    }
    equal('every kind of event is there', kinds.size, 15);
    const lies = [...kinds].sort().flatMap(([key, all]) => { const { log, event } = all[all.length >> 1]; return wordsOf(event).map(([input, word]) => ({ what: `${key} ${input}`, log, word })); });
    const mirrorOf = url => scene.mirror({ chain: { id: 31337, rpc: [{ url }] }, proof: { level: 'off' } });
    const sync = await mirrorOf(liar.here).sync();
    ok('without a lie there is no finding', sync.status === 0, sync.err.slice(-800));
    const { believed, refused, told } = await liar.tellAll(lies, mirrorOf);
    note(`${lies.length} lies in logs of ${kinds.size} kinds, by the checks that tell them: ${JSON.stringify(told)}; refused: ${refused.join(', ')}`);
    none('each lie is told of', believed);
  });
} finally { liar.close(); await anvil.stop(); }
done();
