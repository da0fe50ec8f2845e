// Ten seconds of what load.mjs does for a minute.
import { PROGRAM, there } from '../support/program.mjs';
import { done, ok, part } from '../support/tap.mjs';
import { load } from './load.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
await part('readers while the mirror follows', () => load({ seconds: 10, fast: 60, slow: 60 }));
done();
