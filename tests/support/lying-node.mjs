// A proxy before a node, which makes some of the contracts' views say too much for as long as the test wants it: a finding
// opens at the next block, and is resolved at the first block at which they are told right again.
import { createServer } from 'node:http';

// { url, lies, views(), stop() }: `lies` is the set of call data whose answers are one too high; views() those seen so far.
export async function startLyingNode(node, port = 0) {
  const lies = new Set(), seen = new Set();
  const raised = result => '0x' + ((BigInt('0x' + result.slice(-64)) + 1n) % 2n ** 256n).toString(16).padStart(64, '0');
  const change = (question, answer) => {
    const data = question.method === 'eth_call' && (question.params[0].data ?? question.params[0].input);
    if (!data || typeof answer?.result !== 'string' || answer.result.length !== 66) return answer;
    seen.add(data);
    return lies.has(data) ? { ...answer, result: raised(answer.result) } : answer;
  };
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', d => chunks.push(d));
    request.on('end', async () => {
      try {
        const text = Buffer.concat(chunks).toString(), question = JSON.parse(text);
        const answer = await (await fetch(node, { method: 'POST', headers: { 'content-type': 'application/json' }, body: text })).json();
        const byId = new Map([].concat(question).map(q => [q.id, q]));
        const changed = Array.isArray(answer) ? answer.map(a => change(byId.get(a.id) ?? {}, a)) : change(question, answer);
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(changed));
      } catch { request.socket.destroy(); }
    });
  });
  await new Promise((resolve, reject) => server.on('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`, lies,
    views: () => [...seen],
    stop: () => { server.closeAllConnections(); return new Promise(resolve => server.close(resolve)); },
  };
}
