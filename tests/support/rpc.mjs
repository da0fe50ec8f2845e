// A small JSON-RPC client: one keep-alive connection pool, batches, no retries.
import http from 'node:http';

const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });

export function post(url, body) {
  return new Promise((resolve, reject) => {
    const req = http.request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json' } }, res => {
      const chunks = [];
      res.on('data', c => chunks.push(c));
      res.on('error', reject);
      res.on('end', () => {
        try { resolve(JSON.parse(Buffer.concat(chunks))); }
        catch { reject(new Error(`not JSON: ${Buffer.concat(chunks).toString().slice(0, 200)}`)); }
      });
    });
    req.on('error', reject);
    req.end(JSON.stringify(body));
  });
}

export async function call(url, method, params = []) {
  const { result, error } = await post(url, { jsonrpc: '2.0', id: 1, method, params });
  if (error) throw Object.assign(new Error(`${method}: ${error.message}`), { code: error.code, data: error.data });
  return result;
}

// [[method, params], ...] -> [{ result } or { error }, ...] in the same order
export async function batch(url, requests, size = 500) {
  const out = [];
  for (let i = 0; i < requests.length; i += size) {
    const part = requests.slice(i, i + size);
    const answers = await post(url, part.map(([method, params], k) => ({ jsonrpc: '2.0', id: k, method, params })));
    if (!Array.isArray(answers)) throw new Error(`batch: ${JSON.stringify(answers).slice(0, 300)}`);
    answers.sort((a, b) => a.id - b.id);
    out.push(...answers);
  }
  return out;
}
