// configs/schema.json against the configurations that the repository holds, and against what the program refuses.
import { readFileSync, readdirSync, mkdtempSync, writeFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { spawnSync } from 'node:child_process';
import Ajv from 'ajv/dist/2020.js';
import { done, ok } from '../support/tap.mjs';
import { PROGRAM } from '../support/program.mjs';

const root = new URL('../../', import.meta.url).pathname;
const read = name => JSON.parse(readFileSync(join(root, 'configs', name), 'utf8'));
const validate = new Ajv({ strictTypes: false, strictRequired: false }).compile(read('schema.json'));
const dir = mkdtempSync(join(tmpdir(), 'covermirror-schema-'));

const accepts = config => {
  const file = join(dir, 'config.json');
  writeFileSync(file, JSON.stringify(config));
  return spawnSync(PROGRAM, ['-c', file, 'config', 'check'], { env: { ...process.env, ETH_RPC_URL: 'http://127.0.0.1:1' } }).status === 0;
};

for (const name of readdirSync(join(root, 'configs')).filter(n => n.endsWith('.json') && n !== 'schema.json')) {
  const config = read(name);
  ok(`${name} is valid`, validate(config), JSON.stringify(validate.errors));
  ok(`${name} is accepted by the program`, accepts(config));
}

// One thing spoiled: schema and program must both refuse it.
const spoils = {
  'an unknown key': c => { c.chain.rcp = []; },
  'no chain': c => { delete c.chain; },
  'no pools': c => { c.pools = []; },
  'a chain id in quotes': c => { c.chain.id = '1'; },
  'a negative start block': c => { c.pools[0].start_block = -1; },
  'an address too short': c => { c.pools[0].contracts.pool = '0x1234'; },
  'an unknown protocol': c => { c.pools[0].protocol = 'api4'; },
  'an unknown role': c => { c.pools[0].contracts.manager = c.pools[0].contracts.pool; },
  'a role left out': c => { delete c.pools[0].contracts.token; },
  'a list where one address is meant': c => { c.pools[0].contracts.token = [c.pools[0].contracts.token]; },
  'views of another word': c => { c.views = { accounts: 'some' }; },
  'a pool name with a space': c => { c.pools[0].name = 'a pool'; },
};
for (const [what, spoil] of Object.entries(spoils)) {
  const config = read('demo.json');
  spoil(config);
  ok(`the schema refuses ${what}`, !validate(config));
  ok(`the program refuses ${what}`, !accepts(config));
}
rmSync(dir, { recursive: true });
done();
