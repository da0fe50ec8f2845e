// Checks that walk all accounts: at each block where the configuration asks for views there; where views are due only
// because the block is the newest, at each 32nd, and at payouts. Told by the number of checks made.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startReplay } from '../support/replay.mjs';
import { there, PROGRAM } from '../support/program.mjs';
import { eventName } from '../support/api3-model.mjs';
import { readChain, readTruth } from '../support/recorded.mjs';
import { done, equal, none, ok, part } from '../support/tap.mjs';
import { mirrorOf } from './truth.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const folder = dirname(fileURLToPath(import.meta.url)), file = join(folder, 'api3-seed1.chain.jsonl.gz');
const { meta } = readTruth(join(folder, 'api3-seed1.truth.json.gz'));
const [FROM, TO] = [60, 140];
const EVERY = 32;               // THOROUGH_EVERY of indexer/apply_run.c

await part('following', async () => {
  const payouts = new Set(readChain(file).blocks.filter(b => b.logs.some(l => eventName(l) === 'PaidOutClaim')).map(b => b.number));
  const node = await startReplay(file, { head: FROM });
  const whole = mirrorOf(meta, `file:${file}`, { extra: { views: { every_blocks: 1, accounts: 'touched' } } });
  const followed = mirrorOf(meta, node.url, { poll: 5, extra: { views: { every_blocks: 0, at_head: true, accounts: 'touched' } } });
  const passed = async (mirror, at) => (await mirror.json('status', '--at', at)).checks.passed;
  equal('a mirror that walks at each block', (await whole.sync('--to', TO)).status, 0);
  const daemon = followed.daemon();
  try {
    for (let n = FROM; n <= TO; n++) { await node.head(n); await daemon.indexed(n); }
    const wrong = [];
    let walks = 0;
    for (let n = FROM + 1; n <= TO; n++) {
      const [all, those] = await Promise.all([whole, followed].map(async m => await passed(m, n) - await passed(m, n - 1)));
      const expected = n % EVERY === 0 || payouts.has(n) ? 0 : 1;
      walks += 1 - expected;
      if (all - those !== expected) wrong.push(`block ${n}: ${all} checks with the walk, ${those} while following; expected ${expected} fewer`);
    }
    none('it walks at each 32nd block and at payouts', wrong);
    ok('there were both', walks > 3 && walks < (TO - FROM) / 2, String(walks));
    equal('and finds nothing', (await followed.status()).findings, { error: 0, warning: 0, info: 0 });
  } finally {
    await daemon.stop('SIGKILL');
    await node.stop();
  }
});
done();
