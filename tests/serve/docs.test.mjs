// docs/http.md names every route of the server, and its examples are what the demo answers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Document, json } from '../support/api.mjs';
import { Mirror, ROOT, there, PROGRAM } from '../support/program.mjs';
import { done, none, note, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const text = readFileSync(join(ROOT, 'docs', 'http.md'), 'utf8');
const { chain, pools, views } = JSON.parse(readFileSync(join(ROOT, 'configs', 'demo.json')));
for (const rpc of chain.rpc) rpc.url = rpc.url.replace('file:', `file:${ROOT}/`);
const mirror = new Mirror({ chain, pools, views });
await mirror.sync();
const daemon = mirror.daemon();

// [{ target, shown }]: every curl line, and the answer below it.
const examples = [...text.matchAll(/```sh\ncurl -s '(?:http:\/\/127\.0\.0\.1:8480)?(\/[^']*)'\n```\n(?:```json\n([^]*?)```)?/g)].map(([, target, shown]) => ({ target, shown }));
// Each member that is shown with a plain value; what ends in an ellipsis is the beginning of it.
const members = shown => [...shown.matchAll(/"(\w+)": ("(?:[^"\\]|\\.)*"|-?[0-9]+|null|true|false)/g)].map(([, name, value]) => `"${name}":${value.endsWith('…"') ? value.slice(0, -2) : value}`);
const route = (document, target) => {
  const parts = target.split('?')[0].split('/');
  return document.operations.map(o => o.path).filter(path => path.split('/').length === parts.length && path.split('/').every((p, i) => p === parts[i] || p.startsWith('{')))
    .sort((a, b) => a.split('{').length - b.split('{').length)[0];
};

try {
  const url = await daemon.url(), document = new Document((await json(`${url}/openapi.json`)).body);
  await part('routes', async () => {
    const headings = [...text.matchAll(/^### GET (\S+)$/gm)].map(m => m[1]);
    none('each has its heading', document.operations.map(o => o.path).filter(path => !headings.includes(path)));
    none('and each heading is a route', headings.filter(path => !document.document.paths[path]));
    const shown = new Set(examples.map(e => route(document, e.target)));
    none('routes of figures have an example', document.operations.map(o => o.path).filter(path => path.startsWith('/v1/') && path !== '/v1/stream' && !shown.has(path)));
  });
  await part('parameters', async () => {
    const named = new Set([...text.matchAll(/`(\w+)`|[?&](\w+)=/g)].map(m => m[1] ?? m[2]));
    none('each is named', [...new Set(document.operations.flatMap(o => o.parameters.filter(p => p.in === 'query').map(p => p.name)))].filter(name => !named.has(name)));
  });
  await part('examples', async () => {
    const wrong = [];
    let compared = 0;
    for (const { target, shown } of examples) {
      const answer = await json(url + target), isProblem = shown?.includes('"detail"');
      if ((answer.status === 200) === Boolean(isProblem)) wrong.push(`${target}: ${answer.status} ${answer.text.slice(0, 200)}`);
      for (const member of members(shown ?? '')) { compared++; if (!answer.text.includes(member)) wrong.push(`${target}: no ${member} in ${answer.text.slice(0, 300)}`); }
    }
    none('are what the demo answers', wrong);
    note(`${examples.length} examples, ${compared} members`);
    ok('and there are some', examples.length > 15 && compared > 50, `${examples.length}, ${compared}`);
  });
} finally { await daemon.stop(); }
done();
