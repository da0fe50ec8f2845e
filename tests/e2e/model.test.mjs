// Our contracts and our model of the rules against one another on a real node, without the program: what the other
// end-to-end tests stand on.
import { Anvil } from '../support/anvil.mjs';
import { asTruth } from '../support/api3-model.mjs';
import { Driver } from '../support/scenario.mjs';
import { Scene } from '../support/scene.mjs';
import { done, none, note, ok, part, random } from '../support/tap.mjs';

for (const seed of process.env.SEED ? [Number(process.env.SEED)] : [11, 12]) await part(`seed ${seed}`, async () => {
  const anvil = await Anvil.start({ accounts: 14 });
  try {
    const scene = await Scene.deploy(anvil, { users: 8 });
    const rnd = random(seed), driver = new Driver(scene, rnd), people = [...scene.users, scene.manager, scene.recipient];
    await scene.tx(scene.deployer, 'Pool', 'setClaimsManagerStatus', scene.manager, true);
    await scene.tx(scene.deployer, 'Token', 'updateMinterStatus', scene.pool, true);
    await scene.mine();
    const wrong = [];
    let operations = 0, reverted = 0;
    for (let i = 0; i < 100; i++) {
      for (let k = rnd() < 0.2 ? 2 + rnd.below(5) : 1; k > 0; k--, operations++) await driver.act();
      await scene.mine(driver.pause());
      reverted += scene.failed();
      const { pool, users } = await scene.everything(scene.head, people);
      const figures = [['pool', asTruth(pool), asTruth(scene.model.pool())], ...people.map(a => [a, asTruth(users[a]), asTruth(scene.model.account(a))])];
      for (const [who, view, model] of figures) for (const k of Object.keys(view))
        if (JSON.stringify(view[k]) !== JSON.stringify(model[k])) wrong.push(`block ${scene.head} ${who} ${k}: view ${JSON.stringify(view[k])}, model ${JSON.stringify(model[k])}`);
    }
    note(`${operations} operations, ${reverted} reverted`);
    none(`seed ${seed}: the views of ${scene.head} blocks follow from the logs`, wrong);
    none(`seed ${seed}: ${scene.model.events} events obey the rules`, scene.model.complaints);
    ok(`seed ${seed}: most operations went through`, reverted * 2 < operations, `${reverted} of ${operations} reverted`);
  } finally { await anvil.stop(); }
});
done();
