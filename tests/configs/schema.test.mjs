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
  return spawnSync(PROGRAM, ['-c', file, 'config', 'check'], { env: { ...process.env, ETH_RPC_URL: 'http://127.0.0.1:1', COVERMIRROR_LEVEL: 'off', COVERMIRROR_SECRET: 'sixteen-letters!', COVERMIRROR_ORIGIN: 'https://app.example' } }).status === 0;
};

for (const name of readdirSync(join(root, 'configs')).filter(n => n.endsWith('.json') && n !== 'schema.json')) {
  const config = read(name);
  ok(`${name} is valid`, validate(config), JSON.stringify(validate.errors));
  ok(`${name} is accepted by the program`, accepts(config));
}

// One thing more: schema and program must both take it.
const key = '0x' + '0'.repeat(63) + '1';
const hash = '0x' + '5a'.repeat(32);
const extras = {
  'a quorum of all': c => { c.chain.rpc.push({ ...c.chain.rpc[0] }); c.chain.quorum = 2; },
  'a quorum of one': c => { c.chain.quorum = 1; },
  'a quorum of 16': c => { c.chain.rpc = Array(16).fill(c.chain.rpc[0]); c.chain.quorum = 16; },
  'the smallest limits of a rate': c => { c.chain.rpc[0].requests_per_s = 0; c.chain.rpc[0].max_concurrent = 0; },
  'the largest limits of a rate': c => { c.chain.rpc[0].requests_per_s = 1000000; c.chain.rpc[0].max_concurrent = 1000; },
  'an empty proof': c => { c.proof = {}; },
  'no proof': c => { c.proof = { note: 'n', level: 'off' }; },
  'proof of headers': c => { c.proof = { level: 'headers', walk_headers_below: 1000000000, quarantine_s: 1 }; },
  'a proof level from the environment': c => { c.proof = { level: '${COVERMIRROR_LEVEL}' }; },
  'a checkpoint': c => { c.checkpoint = { note: 'n', number: 0, hash }; },
  'a checkpoint in capitals': c => { c.checkpoint = { number: 15537394, hash: '0x' + hash.slice(2).toUpperCase() }; },
  'an empty log': c => { c.log = {}; },
  'a log for programs': c => { c.log = { note: 'n', format: 'json', level: 'warn' }; },
  'a log for people': c => { c.log = { format: 'text', level: 'debug' }; },
  'an alert of each kind': c => { c.alerts = [{ note: 'n', webhook: 'http://h' }, { alertmanager: 'https://h:9093/prefix' }, { slack: 'http://h/s' }, { command: 'cat' }]; },
  'a signed webhook': c => { c.alerts = [{ webhook: 'http://h', hmac_secret: 's', signing_key: key, min_severity: 'info' }]; },
  'secrets of alerts from the environment': c => { c.alerts = [{ webhook: '${ETH_RPC_URL}', hmac_secret: '${ETH_RPC_URL}', headers: { 'X-Key': 'k ${ETH_RPC_URL}' } }]; },
  'an alert of one pool': c => { c.alerts = [{ command: 'cat', pools: [c.pools[0].name] }]; },
  'labels': c => { c.alerts = [{ alertmanager: 'http://h', labels: { team: 'treasury', _a1: 'ü b' }, headers: { Authorization: 'Bearer x' } }]; },
  'views by proof': c => { c.views = { mode: 'proof' }; },
  'an empty serve': c => { c.serve = {}; },
  'readers with a token': c => { c.serve = { listen: '0.0.0.0:8480', token: 'sixteen-letters!' }; },
  'readers from the environment': c => { c.serve = { token: '${COVERMIRROR_SECRET}', origins: ['${COVERMIRROR_ORIGIN}'] }; },
  'everybody': c => { c.serve = { note: 'n', listen: '[::]:0', public: true, origins: ['*', 'https://app.example', 'http://localhost:3000'] }; },
  'the smallest limits of serving': c => { c.serve = { threads: 1, connections: 1, connections_per_address: 1, header_bytes: 4096, target_bytes: 64,
    deadline_ms: 100, idle_ms: 100, page_max: 1, cache_bytes: 0, streams: 0, streams_per_address: 1, stream_heartbeat_ms: 100, stream_behind_blocks: 1,
    ready_lag_blocks: 0, ready_head_age_s: 1, health_silence_s: 1 }; },
  'the largest limits of serving': c => { c.serve = { threads: 64, connections: 100000, connections_per_address: 100000, header_bytes: 1048576, target_bytes: 65536,
    deadline_ms: 3600000, idle_ms: 3600000, page_max: 1000, cache_bytes: 1073741824, streams: 100000, streams_per_address: 100000, stream_heartbeat_ms: 3600000,
    stream_behind_blocks: 1000000, ready_lag_blocks: 1000000, ready_head_age_s: 86400, health_silence_s: 3600 }; },
  'views of one pool by proof': c => { c.pools[0].views = { mode: 'proof' }; },
};
for (const [what, add] of Object.entries(extras)) {
  const config = read('demo.json');
  add(config);
  ok(`the schema takes ${what}`, validate(config), JSON.stringify(validate.errors));
  ok(`the program takes ${what}`, accepts(config));
}

// One thing spoiled: schema and program must both refuse it.
const spoils = {
  'an unknown key': c => { c.chain.rcp = []; },
  'a short token': c => { c.serve = { token: 'fifteen-letters' }; },
  'a token with a space': c => { c.serve = { token: 'sixteen letters and more' }; },
  'a public that is no truth value': c => { c.serve = { public: 'yes' }; },
  'an origin with a path': c => { c.serve = { origins: ['https://app.example/'] }; },
  'an origin without a scheme': c => { c.serve = { origins: ['app.example'] }; },
  'an origin in capitals': c => { c.serve = { origins: ['https://App.example'] }; },
  'no thread that answers': c => { c.serve = { threads: 0 }; },
  'too large a page': c => { c.serve = { page_max: 1001 }; },
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
  'views in another mode': c => { c.views = { mode: 'prove' }; },
  'a mode of one pool that is no word': c => { c.pools[0].views = { mode: true }; },
  'a quorum of none': c => { c.chain.quorum = 0; },
  'a quorum in quotes': c => { c.chain.quorum = '1'; },
  'a quorum above the endpoints': c => { c.chain.quorum = 2; },
  'a quorum above three endpoints': c => { c.chain.rpc = Array(3).fill(c.chain.rpc[0]); c.chain.quorum = 4; },
  'a quorum above 15 endpoints': c => { c.chain.rpc = Array(15).fill(c.chain.rpc[0]); c.chain.quorum = 16; },
  'a rate below nothing': c => { c.chain.rpc[0].requests_per_s = -1; },
  'a rate with a fraction': c => { c.chain.rpc[0].requests_per_s = 0.5; },
  'a rate without end': c => { c.chain.rpc[0].requests_per_s = 1000001; },
  'too many at once': c => { c.chain.rpc[0].max_concurrent = 1001; },
  'a rate of the whole chain': c => { c.chain.requests_per_s = 5; },
  'a proof that is a word': c => { c.proof = 'headers'; },
  'an unknown proof level': c => { c.proof = { level: 'transactions' }; },
  'an unknown key in the proof': c => { c.proof = { levels: 'off' }; },
  'a walk below a negative number': c => { c.proof = { walk_headers_below: -1 }; },
  'a walk below too much': c => { c.proof = { walk_headers_below: 1000000001 }; },
  'a quarantine of no time': c => { c.proof = { quarantine_s: 0 }; },
  'a quarantine of more than a day': c => { c.proof = { quarantine_s: 86401 }; },
  'a checkpoint without a hash': c => { c.checkpoint = { number: 1 }; },
  'a checkpoint without a number': c => { c.checkpoint = { hash }; },
  'a checkpoint below 0': c => { c.checkpoint = { number: -1, hash }; },
  'a checkpoint with a short hash': c => { c.checkpoint = { number: 1, hash: hash.slice(0, -2) }; },
  'a checkpoint with the zero hash': c => { c.checkpoint = { number: 1, hash: '0x' + '0'.repeat(64) }; },
  'an unknown key in the checkpoint': c => { c.checkpoint = { number: 1, hash, block: 1 }; },
  'a log that is a word': c => { c.log = 'json'; },
  'an unknown log format': c => { c.log = { format: 'logfmt' }; },
  'an unknown log level': c => { c.log = { level: 'warning' }; },
  'a log level that is a number': c => { c.log = { level: 2 }; },
  'an unknown key in the log': c => { c.log = { file: '/tmp/x' }; },
  'an alert of nobody': c => { c.alerts = [{ min_severity: 'info' }]; },
  'an alert of two': c => { c.alerts = [{ slack: 'http://h', webhook: 'http://h' }]; },
  'a slack that is no url': c => { c.alerts = [{ slack: '#channel' }]; },
  'an alert of no pool': c => { c.alerts = [{ command: 'cat', pools: [] }]; },
  'a secret with a command': c => { c.alerts = [{ command: 'cat', hmac_secret: 's' }]; },
  'a key with an alertmanager': c => { c.alerts = [{ alertmanager: 'http://h', signing_key: key }]; },
  'a key that is too short': c => { c.alerts = [{ webhook: 'http://h', signing_key: '0x01' }]; },
  'labels with a webhook': c => { c.alerts = [{ webhook: 'http://h', labels: { team: 'a' } }]; },
  'headers with a command': c => { c.alerts = [{ command: 'cat', headers: { A: 'b' } }]; },
  'a label that is ours': c => { c.alerts = [{ alertmanager: 'http://h', labels: { severity: 'page' } }]; },
  'a label with a dash': c => { c.alerts = [{ alertmanager: 'http://h', labels: { 'a-b': 'c' } }]; },
  'a header with a space': c => { c.alerts = [{ webhook: 'http://h', headers: { 'A b': 'c' } }]; },
  'a header that is ours': c => { c.alerts = [{ webhook: 'http://h', headers: { 'x-covermirror-id': 'c' } }]; },
  'a host by a header': c => { c.alerts = [{ webhook: 'http://h', headers: { Host: 'c' } }]; },
  'a header of two lines': c => { c.alerts = [{ webhook: 'http://h', headers: { A: 'b\nC: d' } }]; },
  'a header that is a number': c => { c.alerts = [{ webhook: 'http://h', headers: { A: 1 } }]; },
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
