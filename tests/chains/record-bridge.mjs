#!/usr/bin/env node
// Records a coverage book of our own contracts on anvil, with its figures: node tests/chains/record-bridge.mjs [NAME]
// The scenario is seeded. What the program asked for while it followed is in the recording (so it can follow it again without
// a node); the figures are the contracts' views of every block from the book's own on.
import { gzipSync } from 'node:zlib';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Anvil } from '../support/anvil.mjs';
import { BridgeDriver } from '../support/bridge-scenario.mjs';
import { BridgeScene, DAY, WEEK } from '../support/bridge-scene.mjs';
import { CallRecorder } from '../support/call-recorder.mjs';
import { CHAINS, writeLines } from '../support/recorded.mjs';
import { random } from '../support/tap.mjs';

const name = process.argv[2] ?? 'bridge-mutual';
const OPERATIONS = Number(process.env.OPERATIONS ?? 110), seed = Number(process.env.SEED ?? 25);
const anvil = await Anvil.start({ timestamp: 1660003000, accounts: 12 });
const s = await BridgeScene.deploy(anvil, { users: 7 });
const rnd = random(seed), driver = new BridgeDriver(s, rnd);
const pause = () => 1 + rnd.below(rnd() < 0.5 ? DAY : 5 * DAY);
for (let done = 0; done < OPERATIONS;) {
  const many = rnd() < 0.25 ? 2 : 1;
  for (let k = 0; k < many; k++) await driver.act();
  await s.mine(s.head === 100 ? 57 * WEEK : pause());
  done += many - s.failed();
}

// The program through a proxy that keeps what it asked of contracts.
const heights = new Map();
for (let n = 1; n <= s.head; n++) heights.set((s.blocks[n] ??= await anvil.block(n)).hash, n);
const recorder = await CallRecorder.start(anvil.url, heights);
const mirror = s.mirror();
mirror.config.chain.rpc = [{ url: recorder.url }];
writeFileSync(mirror.file, JSON.stringify(mirror.config));
const r = await mirror.sync();
if (r.status !== 0) throw new Error(`sync: ${r.status}\n${r.err.slice(-2000)}`);

const lines = [{ type: 'meta', chainId: '0x7a69', first: 1, last: s.head }], checkpoints = [], eventCounts = {};
for (let n = 1; n <= s.head; n++) {
  const b = s.blocks[n], block = { ...b.block }, pruned = n <= s.birth;      // creation code is bulky
  if (pruned) block.transactions = block.transactions.map(t => t.hash);
  lines.push({ type: 'block', block, receipts: b.receipts, ...(pruned ? { pruned: true } : {}) });
  for (const e of s.events(n)) eventCounts[e] = (eventCounts[e] ?? 0) + 1;
  if (n < s.birth) continue;
  const accounts = {};
  for (const u of [...s.users, s.at.book]) accounts[u] = await s.account(u, n);
  checkpoints.push({ block: n, pool: await s.pool(n), accounts });
}
lines.push(...recorder.calls.values());
recorder.stop();
await anvil.stop();
const plain = (k, v) => typeof v === 'bigint' ? v.toString() : v;
writeLines(join(CHAINS, `${name}.chain.jsonl.gz`), lines);
const meta = { chainId: 31337, seed, addresses: s.at, distributor: s.distributor, start: s.start, birth: s.birth, last: s.head, eventCounts,
  contractSource: 'tests/e2e/contracts', recorder: 'tests/chains/record-bridge.mjs' };
writeFileSync(join(CHAINS, `${name}.figures.json.gz`), gzipSync(JSON.stringify({ meta, checkpoints }, plain), { level: 9 }));
console.log(`${s.head} blocks, ${recorder.calls.size} calls, ${JSON.stringify(eventCounts)}`);
