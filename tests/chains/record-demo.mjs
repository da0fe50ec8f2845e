#!/usr/bin/env node
// Makes the demo's chain: node tests/chains/record-demo.mjs
// Its first 309 blocks are api3-seed1, a recording of the real API3 contracts, as it stands. Behind them come blocks of our own
// contracts on anvil (tests/support/demo-story.mjs, seeded), which anvil numbers from 310 on; each is given the parent that it has
// here, and with it another hash. What the program asked of contracts while it followed is in the recording.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Anvil } from '../support/anvil.mjs';
import { CallRecorder } from '../support/call-recorder.mjs';
import { DemoStory } from '../support/demo-story.mjs';
import { Mirror, ROOT } from '../support/program.mjs';
import { CHAINS, readChain, writeLines } from '../support/recorded.mjs';
import { relink } from '../support/relink.mjs';
import { random } from '../support/tap.mjs';

const seed = Number(process.env.SEED ?? 7), views = { every_blocks: 25, accounts: 'touched' };
const before = readChain(join(CHAINS, 'api3-seed1.chain.jsonl.gz')), joint = before.blocks.at(-1);
const anvil = await Anvil.start({ timestamp: joint.timestamp + 3600, accounts: 21, args: ['--number', String(joint.number), '--mnemonic-seed-unsafe', '21'] });
const story = await DemoStory.begin(anvil, random(seed));
await story.live();
const last = story.head;

const blocks = [];
for (let n = joint.number; n <= last; n++) blocks.push(await anvil.block(n));
const recorder = await CallRecorder.start(anvil.url, new Map(blocks.map(b => [b.hash, b.number])));
// A contract is there from its first recorded call on.
const births = new Map();
for (const b of blocks) for (const { contractAddress } of b.receipts) {
  if (!contractAddress) continue;
  const to = contractAddress.toLowerCase();
  births.set(to, b.number);
  recorder.keep(to, '0x', b.number, (await anvil.batch([['eth_call', [{ to, data: '0x' }, '0x' + b.number.toString(16)]]]))[0]);
}
const pools = story.pools(births);
const mirror = new Mirror({ chain: { id: 31337, rpc: [{ url: recorder.url }] }, views, pools });
const r = await mirror.sync();
if (r.status !== 3) throw new Error(`sync: ${r.status}\n${r.err.slice(-2000)}`);
recorder.stop();
await anvil.stop();

const lines = [{ ...before.meta, last }];
lines.push(...before.lines.filter(o => o.type !== 'meta'));
let parent = joint.hash;
for (const b of blocks.slice(1)) {
  const line = relink(b, parent);
  parent = line.block.hash;
  if (line.block.transactions.some(t => t.to === null)) {                      // creation code is bulky
    line.pruned = true;
    line.block.transactions = line.block.transactions.map(t => t.hash);
  }
  lines.push(line);
}
lines.push(...[...recorder.calls].sort(([x, a], [y, b]) => a.block - b.block || (x < y ? -1 : 1)).map(([, call]) => call));
writeLines(join(CHAINS, 'demo.chain.jsonl.gz'), lines);

const old = { name: 'api3', protocol: 'api3', start_block: 1, contracts: { pool: '0xe7f1725e7734ce288f8367e1bb143e90bb3f0512', token: '0x5fbdb2315678afecb367f032d93f642f64180aa3',
  timelock_manager: '0x700b6a60ce7eaaea56f065753d8dcb9653dbad35', claims_managers: ['0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc', '0x976ea74026e726554db657fa54763abd0c3a0aa9'] },
  views: { every_blocks: 1, accounts: 'all' } };
const config = { $schema: './schema.json',
  note: 'The demo: a recorded chain. Its first 309 blocks are of the real API3 contracts (pool api3), the others of contracts of our own, some of which break a rule. Paths start at the checkout.',
  chain: { id: 31337, rpc: [{ url: 'file:tests/chains/demo.chain.jsonl.gz' }] }, store: { path: 'build/demo-mirror' }, serve: { listen: '127.0.0.1:8480' }, views, pools: [old, ...pools] };
writeFileSync(join(ROOT, 'configs', 'demo.json'), JSON.stringify(config, null, 2) + '\n');
console.log(`${last} blocks, ${recorder.calls.size} calls; ${story.refused ?? 0} acts refused, ${story.reverted ?? 0} reverted; last block ${parent}`);
