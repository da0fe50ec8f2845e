// The places of the page that the demo has something for: { name, place, view, pool, ... }, with what the place is about.

export async function everyPlace(mirror) {
  const places = [], put = (name, view, path, about = {}) => places.push({ name, view, place: `#/${path}`, ...about });
  const { items: pools } = await mirror.json('pools');
  put('overview', 'overview', '');
  for (const { name: pool, protocol } of pools) {
    put(`pool-${pool}`, 'pool', `pools/${pool}`, { pool, protocol });
    put(`figures-${pool}`, 'figures', `pools/${pool}/figures`, { pool });
    put(`accounts-${pool}`, 'accounts', `pools/${pool}/accounts`, { pool });
    put(`payouts-${pool}`, 'payouts', `pools/${pool}/payouts`, { pool });
    const payout = (await mirror.all('payouts', pool)).at(-1), { transaction, log_index: log } = payout;
    put(`payout-${pool}`, 'transaction', `tx/${transaction}/${log}`, { pool, transaction, log });
    const account = (await mirror.json('accounts', pool, '--limit', 2)).items.at(-1).account;
    put(`account-${pool}`, 'account', `pools/${pool}/accounts/${account}`, { pool, account });
  }
  put('events', 'events', 'pools/feeds/events', { pool: 'feeds' });
  const lists = { feeds: ['policies', 'claims', 'managers', 'quotas', 'disputes'], book: ['policies', 'claims'], vault: ['policies', 'markets', 'indices', 'reserves', 'incidents', 'holdings'] };
  for (const [pool, names] of Object.entries(lists)) for (const list of names) put(`${list}-${pool}`, 'list', `pools/${pool}/lists/${list}`, { pool, list });
  const [finding] = await mirror.all('findings', 'feeds');
  put('transaction-finding', 'transaction', `tx/${finding.transaction}`, { pool: 'feeds', transaction: finding.transaction });
  const { recipient } = (await mirror.all('payouts', 'feeds')).at(-1);
  put('holder', 'holder', `accounts/${recipient}`, { account: recipient });
  put('block', 'block', `blocks/${finding.block}`, { block: finding.block });
  put('findings', 'findings', 'findings');
  put('finding', 'findings', `findings?id=${finding.id}`);
  put('mirror', 'mirror', 'mirror');
  put('search', 'search', 'search?q=nothing-of-that-name');
  put('missing', 'missing', 'nowhere');
  return places;
}
