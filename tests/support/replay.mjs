// Starts a replay node (replay-node.mjs) and talks to its /ctl.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './anvil.mjs';

// REPLAY_NODE: another program of the same options, which has to be told its port.
const script = process.env.REPLAY_NODE ?? join(dirname(fileURLToPath(import.meta.url)), 'replay-node.mjs');
const children = new Set();
process.on('exit', () => { for (const c of children) c.kill('SIGKILL'); });

// startReplay(file, { 'max-range': 40, 'fault-rate': 0.16, seed: 7 }) -> { url, ctl(), head(n), stop() }
export async function startReplay(file, options = {}) {
  if (process.env.REPLAY_NODE) options = { port: await freePort(), ...options };
  const args = Object.entries(options).flatMap(([k, v]) => [`--${k}`, String(v)]);
  const child = spawn(process.execPath, [script, file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  const url = await new Promise((resolve, reject) => {
    let out = '', err = '';
    child.stdout.on('data', d => {
      out += d;
      const m = out.match(/(?:listening on|at) (http:\S+)\n/);
      if (m) resolve(m[1]);
    });
    child.stderr.on('data', d => { err += d; });
    child.on('exit', code => { children.delete(child); reject(new Error(`replay node ended with ${code}: ${err}`)); });
  });
  return {
    url, child,
    ctl: async () => (await fetch(`${url}/ctl`)).json(),
    head: async (n, fork) => (await fetch(`${url}/ctl`, { method: 'POST', body: JSON.stringify({ head: n, fork }) })).json(),
    stop: () => new Promise(resolve => { if (child.exitCode !== null || child.signalCode) return resolve(); child.once('exit', resolve); child.kill('SIGKILL'); }),
  };
}
