// What every view shares: the moment that is looked at, where links lead, what was told of protocols.

import { allowPages, get } from './api.js';

export const state = {
  at: null, // what stands in ?at=, null for the latest block
  status: null, // the last /v1/status, as of that moment
  protocols: null, // by name, from /v1/protocols
  pools: null, // by name, from /v1/pools
};

// The place that a hash names: "#/pools/api3?at=110" → { path: ["pools", "api3"], params }.
export function parsePlace(hash) {
  const [path, query = ''] = hash.replace(/^#\/?/, '').split('?');
  const parts = path.split('/').filter(Boolean).map(part => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return { path: parts, params: Object.fromEntries(new URLSearchParams(query)) };
}

// A link to a place, as of the moment that is looked at; `params.at` null: of the latest.
export function link(path, params = {}) {
  const query = new URLSearchParams();
  const all = { at: state.at, ...params };
  for (const [name, value] of Object.entries(all)) if (value !== null && value !== undefined && value !== '') query.set(name, value);
  const text = query.toString();
  return `#/${path.map(encodeURIComponent).join('/')}${text ? `?${text}` : ''}`;
}

// Goes nowhere in history: for a slider that moves over blocks.
export function replaceAt(at) {
  const { path, params } = parsePlace(location.hash);
  history.replaceState(null, '', link(path, { ...params, at }));
}

export const at = () => ({ at: state.at });

// What protocols and pools there are never changes while the program runs.
export async function loadRecords(signal) {
  if (state.protocols) return;
  const protocols = await get('/v1/protocols', {}, signal);
  const pools = await get('/v1/pools', {}, signal);
  state.pools = new Map(pools.items.map(pool => [pool.name, pool]));
  allowPages(protocols.page_max);
  state.protocols = new Map(protocols.items.map(protocol => [protocol.name, protocol]));
}

export const protocolOf = pool => state.protocols.get(state.pools.get(pool)?.protocol);

export const rulesOf = figures => new Map(figures.map(figure => [figure.name, figure]));

// The sentence of a check, of whatever protocol; "" where nobody knows it.
export function checkSentence(id) {
  for (const protocol of state.protocols.values()) {
    const check = protocol.checks.find(c => c.id === id);
    if (check) return check.sentence;
  }
  return '';
}
