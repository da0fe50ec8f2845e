// A real node for tests: anvil's binary out of its npm package (or the PATH, where there is none for the platform), on a
// free port.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { batch, call } from './rpc.mjs';

const modules = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules');
const ARCH = { x64: 'amd64', arm64: 'arm64' };
const packed = join(modules, '@foundry-rs', `anvil-${process.platform}-${ARCH[process.arch] ?? process.arch}`, 'bin', 'anvil');
const inPath = (process.env.PATH ?? '').split(':').map(f => join(f, 'anvil'));
export const binary = [packed, ...inPath].find(existsSync);

export const freePort = () => new Promise((resolve, reject) => {
  const s = createServer();
  s.on('error', reject);
  s.listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => resolve(port)); });
});

const children = new Set();
process.on('exit', () => { for (const c of children) c.kill('SIGKILL'); });

const hex = n => '0x' + BigInt(n).toString(16);

export class Anvil {
  static async start({ timestamp = 1625879442, accounts = 16, args = [] } = {}) {
    if (!binary) throw new Error(`no anvil at ${packed} nor in the PATH: npm ci --prefix tests`);
    const a = new Anvil();
    a.port = await freePort();
    a.url = `http://127.0.0.1:${a.port}`;
    a.child = spawn(binary, ['--host', '127.0.0.1', '--port', String(a.port), '--chain-id', '31337', '--accounts', String(accounts),
      '--balance', '1000000', '--no-mining', '--order', 'fifo', '--gas-limit', '400000000', '--timestamp', String(timestamp),
      '--hardfork', 'cancun', '--silent', '--no-request-size-limit', '--transaction-block-keeper', '1000000', ...args],
    { stdio: ['ignore', 'ignore', 'pipe'] });
    children.add(a.child);
    let err = '';
    a.child.stderr.on('data', d => { err += d; });
    a.child.on('exit', () => { children.delete(a.child); a.ended = true; });
    for (let i = 0; ; i++) {
      try { await a.rpc('eth_chainId'); break; }
      catch (e) {
        if (a.ended || i > 400) throw new Error(`anvil did not start: ${err || e.message}`);
        await new Promise(r => setTimeout(r, 25));
      }
    }
    a.accounts = (await a.rpc('eth_accounts')).map(x => x.toLowerCase());
    return a;
  }
  stop() {
    if (this.ended) return Promise.resolve();
    return new Promise(resolve => { this.child.once('exit', resolve); this.child.kill('SIGTERM'); setTimeout(() => this.child.kill('SIGKILL'), 2000).unref(); });
  }
  rpc(method, params = []) { return call(this.url, method, params); }
  batch(requests) { return batch(this.url, requests); }

  // Transactions wait until mine(); the order in which they are sent is their order in the block.
  send(from, to, data, gas = 6000000) {
    return this.rpc('eth_sendTransaction', [{ from, to: to ?? undefined, data, gas: hex(gas), maxFeePerGas: hex(100e9), maxPriorityFeePerGas: hex(1e9) }]);
  }
  // Mines one block (at that timestamp), answers its number.
  async mine(timestamp) {
    if (timestamp !== undefined) await this.rpc('evm_setNextBlockTimestamp', [hex(timestamp)]);
    await this.rpc('evm_mine');
    return this.head();
  }
  async head() { return Number(await this.rpc('eth_blockNumber')); }
  automine(on) { return this.rpc('evm_setAutomine', [on]); }
  snapshot() { return this.rpc('evm_snapshot'); }
  revert(snapshot) { return this.rpc('evm_revert', [snapshot]); }
  // The last `depth` blocks are replaced by as many empty ones with other hashes.
  reorg(depth) { return this.rpc('anvil_reorg', [depth, []]); }
  async block(n) {
    const [block, receipts] = (await this.batch([['eth_getBlockByNumber', [hex(n), true]], ['eth_getBlockReceipts', [hex(n)]]])).map(x => x.result);
    return { number: n, timestamp: Number(block.timestamp), hash: block.hash, block, receipts, logs: receipts.flatMap(r => r.logs) };
  }
}
