// `quote` from a table alone: the real contracts' answers come out as they stand there, any order of columns, long tables in
// little memory, and what is wrong is told by line and column.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM, ROOT, run, tempFolder, there } from '../support/program.mjs';
import { listChains, readTruth } from '../support/recorded.mjs';
import { mirrorOf } from '../chains/truth.mjs';
import { done, equal, ok, part } from '../support/tap.mjs';

if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
const data = name => join(ROOT, 'tests', 'protocols', name);
const bridge = readFileSync(data('bridge_mutual/quote.csv'), 'utf8');
const insuredao = readFileSync(data('insuredao/premium.csv'), 'utf8');
const params = data('bridge_mutual/quote.params.json');
const bridgeArgs = ['quote', '--model', 'bridge-mutual-v2', '--params', params, '--csv'];
const insuredaoArgs = ['quote', '--model', 'insuredao', '--csv'];
const folder = tempFolder();
const file = (name, text) => { const path = join(folder, name); writeFileSync(path, text); return path; };
const tell = r => [`exit status ${r.status ?? r.signal}`, `stderr: ${r.err.slice(-700)}`, `stdout: ${r.out.slice(0, 300)}`];
const refused = (name, r, status, ...patterns) =>
  ok(name, r.status === status && patterns.every(p => p.test(r.err)), ...patterns.map(String), ...tell(r));

// The table with its columns in another order; `take` says which of them.
function rearranged(table, take) {
  return table.split('\n').map(line => line === '' || line[0] === '#' ? line : take(line.split(','))).join('\n');
}

await part('the tables of the real contracts', async () => {
  for (const [name, args, table, results] of [['bridge-mutual-v2', bridgeArgs, bridge, 2], ['insuredao', insuredaoArgs, insuredao, 1]]) {
    const same = await run(args, { input: table });
    ok(`${name}: comes out as it went in`, same.status === 0 && same.out === table && same.err === '', ...tell(same));
    const bare = rearranged(table, cells => cells.slice(0, -results).join(','));
    const appended = await run(args, { input: bare });
    ok(`${name}: results are added`, appended.status === 0 && appended.out === table, ...tell(appended));
    const turned = rearranged(table, cells => ['kept', ...cells.toReversed()].join(','));
    const wrong = rearranged(turned, cells => ['kept', ...Array(results).fill('7'), ...cells.slice(1 + results)].join(','))
      .replace(/^kept(,7)+(,.*)$/m, turned.split('\n').find(l => l.startsWith('kept')));
    const filled = await run(args, { input: wrong.replaceAll('\n', '\r\n') });
    ok(`${name}: in any order, over old results, with a column of the user's, with CRLF`,
      filled.status === 0 && filled.out === turned.replaceAll('\n', '\r\n'), ...tell(filled));
  }
});

await part('the documented constants', async () => {
  const input = 'duration_seconds,cover_tokens,total_cover,total_liquidity,leveraged,safe\n31536000,100,0,100,0,false\n';
  const r = await run(['quote', '--model=bridge-mutual-v2', '--csv'], { input });
  ok('hold where no parameters are given, and that is said', r.status === 0 && /no --params: .*85 %/.test(r.err)
    && r.out.endsWith(',false,30,300000000000000000000000000\n'), ...tell(r));
});

await part('a long table', async () => {
  const [header, row] = insuredao.split('\n');
  const rows = 400000;
  const input = `${header}\n${`${row}\n`.repeat(rows)}`;
  // Less memory than the table has bytes.
  const r = await run(insuredaoArgs, { input, wrap: ['prlimit', '--data=16777216'] });
  ok('takes no more memory than a short one', input.length > 16777216 && r.status === 0 && r.out.length === input.length, `${input.length} bytes in, ${r.out.length} out`, `exit status ${r.status}`, r.err.slice(-300));
});

await part('a protocol without a formula', async () => {
  const recorded = listChains().find(c => c.name === 'pool-edges');
  const mirror = mirrorOf(readTruth(recorded.truth).meta, `file:${recorded.chain}`);
  const synced = await mirror.sync('--to', '20');
  const r = await mirror.run(['quote', 'api3', '--amount', '1', '--weeks', '4']);
  ok('says so', synced.status === 0 && r.status === 2 && /pool api3: protocol api3 sells no cover by a formula/.test(r.err), ...tell(synced), ...tell(r));
});

await part('what is wrong', async () => {
  const price = (input, args = insuredaoArgs) => run(args, { input });
  refused('no table', await price(''), 1, /standard input/, /no header/);
  refused('a table without a column', await price(insuredao.replace('amount', 'amout')), 1, /line 1/, /"amount"/, /"amout" is none/);
  refused('a cell that is no number', await price(insuredao.replace('2628000', '2.6e6')), 1, /line 2, column "term_seconds"/, /"2\.6e6"/);
  const lines = insuredao.split('\n');
  const at = 100;
  const cut = await price([...lines.slice(0, at), 'slope,1', ...lines.slice(at)].join('\n'));
  refused('a short row', cut, 1, new RegExp(`line ${at + 1}:`), /10 cells/, /got 2/);
  equal('the rows before it are written', cut.out, lines.slice(0, at).map(l => `${l}\n`).join(''));
  refused('the table of another model', await price(bridge), 1, /line 2/, /"model"/);
  refused('no model', await run(['quote', '--csv']), 2, /--model/);
  refused('a name and a model', await run(['quote', 'api3', '--model', 'insuredao']), 2, /--model MODEL/);
  refused('weeks of a table', await price('', [...insuredaoArgs, '--weeks', '4']), 2, /--weeks N/, /NAME/);
  refused('a pool without an amount', await run(['quote', 'api3', '--weeks', '4']), 2, /--amount/);
  refused('an amount with a point', await run(['quote', 'api3', '--amount', '1.5', '--weeks', '4']), 2, /--amount 1\.5/);
  refused('weeks that are no number', await run(['quote', 'api3', '--amount', '1', '--weeks', 'four']), 2, /--weeks four/);
  refused('weeks without end', await run(['quote', 'api3', '--amount', '1', '--weeks', '18446744073709551615']), 2, /--weeks/);
  refused('a market that is no address', await run(['quote', 'api3', '--amount', '1', '--weeks', '4', '--market', '0x12']), 2, /--market 0x12/);
  refused('a pool without a configuration', await run(['-c', join(folder, 'none.json'), 'quote', 'api3', '--amount', '1', '--weeks', '4']), 2, /none\.json/);
  refused('no --csv', await run(['quote', '--model', 'insuredao']), 2, /--csv/);
  refused('an unknown model', await price('', ['quote', '--model', 'insurdao', '--csv']), 2, /"insurdao"/, /"insuredao"/);
  refused('parameters that the model has not', await price('', [...insuredaoArgs, '--params', params]), 2, /--params/, /insuredao/);
  const withParams = path => price(bridge, ['quote', '--model', 'bridge-mutual-v2', '--params', path, '--csv']);
  refused('no file of parameters', await withParams(join(folder, 'none.json')), 2, /none\.json/);
  const text = readFileSync(params, 'utf8');
  refused('a misspelt parameter', await withParams(file('a.json', text.replace('risky_threshold', 'risky_treshold'))), 2, /a\.json/, /"risky_treshold"/, /"risky_threshold"/);
  refused('a missing parameter', await withParams(file('b.json', text.replace('"minimum_cost":"10000000000000000000",', ''))), 2, /b\.json: minimum_cost: is missing/);
  refused('a parameter that is no whole number', await withParams(file('c.json', text.replace('"18000000000000000000000000"', '1.8e25'))), 2, /c\.json: risky_minimum/, /fraction or an exponent/);
  refused('parameters that are no JSON', await withParams(file('d.json', text.slice(0, 30))), 2, /d\.json: line 1/);
  refused('parameters that are too large', await withParams(file('e.json', ' '.repeat(70000) + text)), 2, /e\.json/, /65536 bytes/);
  const bare = await withParams(file('f.json', text.replace(/"(\d+)"/g, '$1')));
  ok('parameters may stand without quotation marks', bare.status === 0 && bare.out === bridge, ...tell(bare));
  const full = await run(insuredaoArgs, { input: insuredao, wrap: ['sh', '-c', 'exec "$@" >/dev/full', 'sh'] });
  refused('an output that is full', full, 1, /cannot write/);
});

done();
