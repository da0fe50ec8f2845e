// What a frontend does with /openapi.json: types by openapi-typescript, a client by openapi-fetch, checked by the TypeScript
// compiler. The client calls every route of the document; a wrong use of it does not compile.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Document, json } from '../support/api.mjs';
import { Mirror, ROOT, tempFolder, there, PROGRAM } from '../support/program.mjs';
import { done, equal, none, note, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const HERE = join(ROOT, 'tests', 'serve', 'client'), MODULES = join(ROOT, 'tests', 'node_modules');
const { chain, pools } = JSON.parse(readFileSync(join(ROOT, 'configs', 'demo.json')));
for (const rpc of chain.rpc) rpc.url = rpc.url.replace('file:', `file:${ROOT}/`);

const run = (script, args, options = {}) => new Promise(resolve => execFile(process.execPath, [script, ...args], { timeout: 120000, maxBuffer: 1 << 26, ...options },
  (error, out, err) => resolve({ status: error ? error.code ?? error.signal : 0, out, err })));
const compile = folder => run(join(MODULES, 'typescript', 'bin', 'tsc'), ['-p', folder], { cwd: folder });

const mirror = new Mirror({ chain, pools, views: { at_head: false } });
await mirror.sync();
const daemon = mirror.daemon();
try {
  const url = await daemon.url(), folder = tempFolder('client');
  const { body } = await json(`${url}/openapi.json`), document = new Document(body);
  cpSync(HERE, folder, { recursive: true });
  symlinkSync(MODULES, join(folder, 'node_modules'));
  writeFileSync(join(folder, 'openapi.json'), JSON.stringify(body));

  await part('types', async () => {
    const r = await run(join(MODULES, 'openapi-typescript', 'bin', 'cli.js'), ['openapi.json', '-o', 'api.d.ts'], { cwd: folder });
    equal('types are generated', r.status, 0, r.out, r.err);
    const typed = await compile(folder);
    equal('the client compiles', typed.status, 0, typed.out.slice(0, 3000));
  });

  await part('calls', async () => {
    const r = await run(join(folder, 'out', 'client.js'), [url]);
    equal('the client runs to its end', r.status, 0, r.err.slice(-3000));
    const told = r.status === 0 ? JSON.parse(r.out) : { called: [], said: {} };
    none('it calls every route of the document', document.operations.map(o => o.path).filter(path => !told.called.includes(path)));
    none('and none besides', told.called.filter(path => !body.paths[path]));
    note(`${told.called.length} routes`);
    for (const [what, value] of Object.entries(told.said)) ok(what, value === true, JSON.stringify(value));
  });

  // Each of these lines is wrong; compiled one by one, each must be an error at just that line.
  await part('mistakes', async () => {
    const text = readFileSync(join(HERE, 'mistakes.txt'), 'utf8').split('\n').filter(l => l && !l.startsWith('#'));
    const wrong = tempFolder('mistakes');
    mkdirSync(join(wrong, 'src'));
    symlinkSync(MODULES, join(wrong, 'node_modules'));
    cpSync(join(folder, 'api.d.ts'), join(wrong, 'api.d.ts'));
    cpSync(join(HERE, 'tsconfig.json'), join(wrong, 'tsconfig.json'));
    const head = ["import createClient from 'openapi-fetch';", "import type { components, paths } from './api.js';", "const client = createClient<paths>({ baseUrl: '' });",
      "type Schemas = components['schemas'];", "declare const event: Schemas['Event'];", "declare const pool: Schemas['Pool'];"];
    writeFileSync(join(wrong, 'client.ts'), [...head, ...text, 'export {};'].join('\n'));
    const r = await compile(wrong);
    const lines = new Set([...r.out.matchAll(/client\.ts\((\d+),\d+\): error/g)].map(m => Number(m[1]) - head.length - 1));
    ok('there are some to make', text.length >= 10, `${text.length}`);
    none('none of them compiles', text.filter((_, i) => !lines.has(i)), r.out.slice(0, 2000));
    equal('and nothing else fails', [...lines].filter(i => i < 0 || i >= text.length), []);
  });
} finally { await daemon.stop(); }
done();
