// The verbs under valgrind, on a whole recorded chain over HTTP, past faults, a liar and a signal: no wrong
// access, nothing lost, no file left open. What is still reachable at the end is libraries' own.
import { join } from 'node:path';
import { PROGRAM, tempFolder, there } from '../support/program.mjs';
import { listChains, readTruth } from '../support/recorded.mjs';
import { startReplay } from '../support/replay.mjs';
import { mirrorOf } from '../chains/truth.mjs';
import { done, equal, none, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const WRONG = 99;
const kinds = 'definite,indirect,possible';
const wrap = ['valgrind', '--quiet', '--leak-check=full', `--show-leak-kinds=${kinds}`, `--errors-for-leak-kinds=${kinds}`,
  `--error-exitcode=${WRONG}`, '--track-fds=yes'];
const { chain, truth } = listChains().find(c => c.name === 'pool-edges');
const { meta } = readTruth(truth);
const folder = tempFolder('valgrind');

const blocks = text => text.split(/^==\d+== *$/m).filter(b => /^==\d+==/m.test(b));
const leftOpen = text => blocks(text).filter(b => /Open (file|AF_)/.test(b) && !/inherited from parent/.test(b));
function clean(name, r, status) {
  equal(`${name}: ends with ${status}`, r.status ?? r.signal, status, r.err.slice(-3000));
  none(`${name}: leaves no file open`, leftOpen(r.err));
}

await part('a whole run', async () => {
  const node = await startReplay(chain, { 'fault-rate': 0.1, seed: 3 });
  const m = mirrorOf(meta, node.url, { extra: { views: { every_blocks: 1, accounts: 'all' } } });
  const verb = (...args) => m.run(args, { wrap });
  clean('sync', await verb('sync'), 0);
  const [payout] = (await m.json('payouts', 'api3')).items;
  const event = `${payout.transaction}:${payout.log_index}`;
  const file = join(folder, 'evidence.json');
  for (const args of [['status', '--json'], ['pools'], ['pool', 'api3', '--at', '100'], ['accounts', 'api3', '--json'], ['payouts', 'api3'], ['events'], ['findings'], ['explain', event],
    ['evidence', event, '-o', file], ['check-store'], ['config', 'check']]) {
    clean(args[0], await verb(...args), 0);
  }
  clean('verify', await verb('verify', file), 0);
  await node.stop();
});

await part('a liar', async () => {
  const node = await startReplay(chain, { 'lie-log': '20:0' });
  const m = mirrorOf(meta, node.url);
  clean('sync past a lie', await m.run(['sync'], { wrap }), 1);
  clean('findings about it', await m.run(['findings'], { wrap }), 3);
  await node.stop();
});

await part('a daemon', async () => {
  const node = await startReplay(chain, { head: 60, step: 5 });
  const m = mirrorOf(meta, node.url);
  const daemon = m.daemon({ wrap });
  await daemon.indexed(75, { timeout: 60000 });
  const end = await daemon.stop();
  clean('run until SIGTERM', { ...end, err: daemon.err }, 0);
  await node.stop();
});
done();
