// A block of anvil's put behind another parent: its header, and with it its hash, are new; what is in it stays.
import { encodeRlp, keccak256 } from 'ethers';

const ORDER = ['parentHash', 'sha3Uncles', 'miner', 'stateRoot', 'transactionsRoot', 'receiptsRoot', 'logsBloom', 'difficulty', 'number', 'gasLimit', 'gasUsed',
  'timestamp', 'extraData', 'mixHash', 'nonce', 'baseFeePerGas', 'withdrawalsRoot', 'blobGasUsed', 'excessBlobGas', 'parentBeaconBlockRoot'];
const NUMBERS = new Set(['difficulty', 'number', 'gasLimit', 'gasUsed', 'timestamp', 'baseFeePerGas', 'blobGasUsed', 'excessBlobGas']);
const even = digits => digits.length % 2 ? '0' + digits : digits;
const item = (name, value) => !NUMBERS.has(name) ? value : BigInt(value) === 0n ? '0x' : '0x' + even(BigInt(value).toString(16));

// The hash of a header in the form of the Cancun fork.
export const headerHash = block => keccak256(encodeRlp(ORDER.map(name => item(name, block[name]))));

// The line of a recorded chain for it.
export function relink({ block, receipts }, parentHash) {
  if (headerHash(block) !== block.hash) throw new Error(`block ${Number(block.number)}: its header has members that are not known here`);
  const blockHash = headerHash({ ...block, parentHash });
  return { type: 'block', block: { ...block, parentHash, hash: blockHash, transactions: block.transactions.map(t => ({ ...t, blockHash })) },
    receipts: receipts.map(r => ({ ...r, blockHash, logs: r.logs.map(l => ({ ...l, blockHash })) })) };
}
