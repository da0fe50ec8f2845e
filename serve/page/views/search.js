// What somebody pasted: an address, a transaction, a policy, a block, a pool, a finding.

import { get, getAll, Problem } from '../api.js';
import { h } from '../dom.js';
import { group, shortHex, words } from '../format.js';
import { panel, panels } from '../panel.js';
import { at, link, state } from '../state.js';
import { listItems } from './lists.js';

const found = (kind, text, href) => ({ kind, text, href });

const ifThere = promise => promise.catch(e => {
  if (e instanceof Problem && (e.status === 404 || e.status === 400)) return null;
  throw e;
});

async function transactions(q, signal) {
  const explained = await ifThere(get(`/v1/explain/${q}`, {}, signal));
  return explained ? [found('Transaction', `${group(explained.events.length)} events in block ${group(explained.block)}`, link(['tx', q], { at: null }))] : [];
}

// Items whose key, or a hash among their figures, is what is looked for; numbers only as keys of policies.
async function items(q, isItem, signal) {
  const results = [];
  for (const [name, pool] of state.pools) {
    for (const list of state.protocols.get(pool.protocol).lists) {
      const rules = [...list.key, ...list.figures].filter(rule => isItem(rule, list));
      if (!rules.length) continue;
      const { items: all } = await listItems(name, list, signal);
      const hits = all.filter(item => rules.some(rule => item[rule.name] === q));
      for (const item of hits.slice(0, 20)) {
        const key = list.key.map(part => `${words(part.name)} ${shortHex(String(item[part.name]))}`).join(', ');
        results.push(found(words(list.one), `${key} in ${name}`, link(['pools', name, 'lists', list.name])));
      }
    }
  }
  return results;
}

// By number or hash.
async function blocks(q, signal) {
  const first = Math.min(...[...state.pools.values()].map(pool => pool.start_block));
  if (/^\d+$/.test(q)) {
    const newest = (await get('/v1/status', {}, signal)).indexed?.number;
    if (newest === undefined || BigInt(q) > BigInt(newest) || BigInt(q) < BigInt(first)) return [];
  }
  const status = await ifThere(get('/v1/status', { at: q }, signal));
  return status?.indexed ? [found('Block', `${group(status.indexed.number)}, ${shortHex(status.indexed.hash ?? '')}`, link(['blocks', String(status.indexed.number)]))] : [];
}

async function findings(id, signal) {
  const { items: all } = await getAll('/v1/findings', at(), signal);
  return all.filter(f => f.id === id).map(f => found('Finding', `${f.check} in ${f.pool}, block ${group(f.block)}`, link(['findings'], { id })));
}

const byName = q => [...state.pools.keys()].filter(name => name.includes(q)).map(name => found('Pool', name, link(['pools', name])));

async function search(given, signal) {
  const q = given.trim().toLowerCase();
  const number = q.replaceAll(',', '');
  if (/^0x[0-9a-f]{40}$/.test(q)) {
    // As of the latest block, so that an account is found from a moment before its pool began, too.
    const known = (await get(`/v1/accounts/${q}`, { fields: 'pool' }, signal)).items;
    const accounts = [...known.map(({ pool }) => found('Account', `in ${pool}`, link(['pools', pool, 'accounts', q]))),
      found('Address', 'its events in all pools', link(['accounts', q]))];
    const contracts = [...state.pools.values()].filter(pool => Object.values(pool.contracts).flat().includes(q)).map(pool => found('Contract', `of pool ${pool.name}`, link(['pools', pool.name, 'figures'])));
    return [...contracts, ...accounts, ...await items(q, rule => rule.kind === 'address', signal)];
  }
  if (/^0x[0-9a-f]{64}$/.test(q)) {
    for (const look of [() => items(q, rule => rule.kind === 'hash', signal), () => transactions(q, signal), () => blocks(q, signal)]) {
      const hits = await look(); // what is likelier and cheaper first; a hash is of one thing only
      if (hits.length) return hits;
    }
    return [];
  }
  if (/^[0-9a-f]{32}$/.test(q)) return findings(q, signal);
  if (/^\d{1,18}$/.test(number)) return [...await blocks(number, signal), ...await items(number, (rule, list) => list.name === 'policies' && list.key.includes(rule) && rule.kind === 'number', signal)];
  return byName(q);
}

export function searchView(q) {
  const results = panel({ name: 'results', title: 'Found', isWide: true, empty: 'Nothing. Addresses have 0x and 40 hexadecimal digits, transactions and policy hashes 64, findings 32 without 0x; blocks and policies are numbers.',
    load: async signal => {
      const all = await search(q, signal);
      const unique = [...new Map(all.map(r => [`${r.href} ${r.text}`, r])).values()];
      return unique;
    },
    render: all => (all.length ? h('ul', { data: { table: 'results' } }, all.map(r => h('li', { data: { row: r.kind } }, h('span', { class: 'tag' }, r.kind), ' ', h('a', { href: r.href }, r.text)))) : null) });
  return { name: 'search', title: `Search: ${q}`, heading: ['Search: ', h('bdi', {}, q)], ...panels([results]) };
}
