// Compiles tests/e2e/contracts/*.sol; the result is kept in build/ under the sources' hash (solc takes seconds).
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, '..', 'e2e', 'contracts');
const cache = join(here, '..', '..', 'build', 'contracts');
const SETTINGS = { optimizer: { enabled: true, runs: 200 }, viaIR: false, evmVersion: 'cancun',
  outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.methodIdentifiers'] } } };

// { Token: { abi, bytecode, selectors }, ... }
export function compile() {
  const sources = Object.fromEntries(readdirSync(folder).filter(f => f.endsWith('.sol')).sort()
    .map(f => [f, { content: readFileSync(join(folder, f), 'utf8') }]));
  const version = JSON.parse(readFileSync(join(here, '..', 'node_modules', 'solc', 'package.json'))).version;
  const key = createHash('sha256').update(JSON.stringify([version, SETTINGS, sources])).digest('hex').slice(0, 16);
  const file = join(cache, `${key}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file));
  const solc = createRequire(import.meta.url)('solc');
  const out = JSON.parse(solc.compile(JSON.stringify({ language: 'Solidity', sources, settings: SETTINGS })));
  const errors = (out.errors ?? []).filter(e => e.severity === 'error');
  if (errors.length) throw new Error(errors.map(e => e.formattedMessage).join('\n'));
  const contracts = {};
  for (const parts of Object.values(out.contracts)) for (const [name, c] of Object.entries(parts))
    if (c.evm.bytecode.object) contracts[name] = { abi: c.abi, bytecode: '0x' + c.evm.bytecode.object, selectors: c.evm.methodIdentifiers };
  mkdirSync(cache, { recursive: true });
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(contracts));
  renameSync(`${file}.${process.pid}`, file);
  return contracts;
}
