// The oracle itself: our JavaScript model of the pool's rules against every recorded truth.
import { Api3Model, asTruth } from '../support/api3-model.mjs';
import { listChains, readChain, readTruth } from '../support/recorded.mjs';
import { none, ok, part, done } from '../support/tap.mjs';

const differences = (where, expected, actual, skip = []) => Object.keys(expected)
  .filter(k => !skip.includes(k) && JSON.stringify(expected[k]) !== JSON.stringify(actual[k]))
  .map(k => `${where} ${k}: truth ${JSON.stringify(expected[k])}, model ${JSON.stringify(actual[k])}`);

for (const { name, chain, truth } of listChains()) await part(name, async () => {
  const { meta, checkpoints } = readTruth(truth);
  const { blocks } = readChain(chain);
  const model = new Api3Model({ pool: meta.addresses.pool, token: meta.addresses.token, deployBlock: meta.deployBlock.pool });
  const at = new Map(checkpoints.map(c => [c.block, c]));
  const wrong = [];
  let figures = 0;
  for (const b of blocks) {
    model.block(b);
    const c = at.get(b.number);
    if (!c) continue;
    at.delete(b.number);
    wrong.push(...differences(`block ${b.number}`, c.pool, asTruth(model.pool())));
    figures += Object.keys(c.pool).length;
    for (const [a, expected] of Object.entries(c.users)) {
      wrong.push(...differences(`block ${b.number} ${a}`, expected, asTruth(model.account(a)), ['tokenBalance']));
      figures += Object.keys(expected).length - 1;
    }
  }
  none(`${name}: ${figures} figures of ${checkpoints.length} checkpoints follow from the logs`, wrong);
  ok(`${name}: every checkpoint was met`, at.size === 0);
  none(`${name}: ${model.events} events obey the rules`, model.complaints);
});
done();
