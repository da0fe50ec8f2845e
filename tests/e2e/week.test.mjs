// A short week; see week.mjs for a whole one.
import { there, PROGRAM } from '../support/program.mjs';
import { done, ok, part } from '../support/tap.mjs';
import { week } from './week.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
await part('a short week', () => week({ blocks: Number(process.env.BLOCKS ?? 600) }));
done();
