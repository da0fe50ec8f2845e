// A short run of the soak; see soak.mjs for a long one.
import { there, PROGRAM } from '../support/program.mjs';
import { done, ok, part } from '../support/tap.mjs';
import { soak } from './soak.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
await part('the soak', () => soak({ kills: Number(process.env.KILLS ?? 20), seed: Number(process.env.SEED ?? 3), checks: 2 }));
done();
