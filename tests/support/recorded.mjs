// Recorded chains and their truth files.
import { readFileSync, writeFileSync, readdirSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const CHAINS = join(dirname(fileURLToPath(import.meta.url)), '..', 'chains');

// Every chain in tests/chains that has a truth beside it.
export function listChains(folder = CHAINS) {
  const names = readdirSync(folder);
  return names.filter(n => n.endsWith('.chain.jsonl.gz')).map(n => n.slice(0, -'.chain.jsonl.gz'.length))
    .filter(n => names.includes(`${n}.truth.json.gz`)).sort()
    .map(name => ({ name, chain: join(folder, `${name}.chain.jsonl.gz`), truth: join(folder, `${name}.truth.json.gz`) }));
}
export const readTruth = file => JSON.parse(gunzipSync(readFileSync(file)));

// { meta, blocks: [{ number, timestamp, hash, block, receipts, logs }], calls: [...], lines: all, parsed }
export function readChain(file) {
  const lines = gunzipSync(readFileSync(file)).toString().split('\n').filter(Boolean).map(l => JSON.parse(l));
  const chain = { meta: lines.find(o => o.type === 'meta'), blocks: [], calls: [], lines };
  for (const o of lines) {
    if (o.type === 'block')
      chain.blocks.push({ number: Number(o.block.number), timestamp: Number(o.block.timestamp), hash: o.block.hash,
        block: o.block, receipts: o.receipts, logs: o.receipts.flatMap(r => r.logs) });
    else if (o.type === 'call') chain.calls.push(o);
  }
  return chain;
}
export function writeLines(file, objects) {
  writeFileSync(file, gzipSync(objects.map(o => JSON.stringify(o)).join('\n') + '\n', { level: 9 }));
}
