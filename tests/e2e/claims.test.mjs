// API3's claims managers on a real node: a seeded random scenario of policies, claims, settlements, disputes, quotas, prices
// and time, every figure of the mirror compared with the contracts' views at every block. Then contracts that break one rule
// each: the mirror must say which.
import { createServer } from 'node:http';
import { Anvil } from '../support/anvil.mjs';
import { ClaimsStage, E18, FAULT, claimHash, policyHash } from '../support/claims-stage.mjs';
import { Mirror, there, PROGRAM } from '../support/program.mjs';
import { post } from '../support/rpc.mjs';
import { done, equal, none, note, ok, part, random } from '../support/tap.mjs';

const seed = Number(process.env.SEED ?? 11);
const OPERATIONS = Number(process.env.OPERATIONS ?? 320);
const DAY = 86400;
if (!there()) { ok(`${PROGRAM} is there`, false, 'make first'); done(); }
note(`seed ${seed} (SEED=... for another)`);

const rnd = random(seed);
const anvil = await Anvil.start({ accounts: 12 });
const stage = await ClaimsStage.deploy(anvil);
const LISTS = ['managers', 'policies', 'claims', 'quotas', 'disputes'];
const KEYS = { managers: ['manager'], policies: ['manager', 'policy_hash'], claims: ['manager', 'claim_hash'], quotas: ['manager', 'account'], disputes: ['proxy', 'dispute_id'] };
const ALL = { views: { every_blocks: 1, at_head: true, accounts: 'all' } };
const HEAD = { views: { every_blocks: 0, at_head: true, accounts: 'touched' } };

function mirrorHere(extra = ALL, url = anvil.url) {
  const m = Mirror.api3({ url, pool: stage.pool, token: stage.token, managers: stage.managers, poll: 50, extra });
  m.config.pools[0].contracts.kleros_proxies = [stage.proxy];
  return new Mirror(m.config, { folder: m.folder });
}
const list = (mirror, name, at) => name === 'policies' ? mirror.all('policies', 'api3', '--at', at, '--limit', 50) : mirror.all('items', 'api3', name, '--at', at, '--limit', 50);

async function compare(mirror, block) {
  const [truth, pool, ...lists] = await Promise.all([stage.truth(block), mirror.json('pool', 'api3', '--at', block), ...LISTS.map(l => list(mirror, l, block))]);
  const wrong = [];
  const differ = (where, expected, actual) => {
    for (const [k, v] of Object.entries(expected)) if (JSON.stringify(actual?.[k]) !== JSON.stringify(v)) wrong.push(`block ${block} ${where} ${k}: contract ${JSON.stringify(v)}, mirror ${JSON.stringify(actual?.[k])}`);
  };
  differ('pool', truth.pool, pool.state);
  LISTS.forEach((name, i) => {
    const items = new Map(lists[i].map(item => [KEYS[name].map(k => item[k]).join(':'), item]));
    for (const [key, expected] of Object.entries(truth[name])) {
      // A quota that was reset before anything was charged is none.
      if (name === 'quotas' && !items.has(key) && expected.period === '0' && expected.usage === '0') continue;
      differ(`${name} ${key}`, expected, items.get(key));
      items.delete(key);
    }
    for (const key of items.keys()) wrong.push(`block ${block} ${name} ${key}: the contracts know no such`);
  });
  return wrong;
}
const findings = async m => (await m.all('findings', 'api3')).map(f => `${f.check} ${f.subject}: expected ${f.expected}, actual ${f.actual} (${f.state})`);
const synced = async (what, m, status = 0) => {
  const r = await m.sync();
  return ok(`${what}: sync exits ${status}`, r.status === status, `exit status ${r.status ?? r.signal}`, r.err.slice(-1500));
};

const mirror = mirrorHere();
let payouts = [];
try {
  await part('a scenario', async () => {
    let went = 0, failed = 0;
    while (went < OPERATIONS) {
      for (let k = 1 + rnd.below(3); k > 0; k--) await stage.act(rnd);
      const { ok: good, failed: bad } = await stage.settle(rnd.pick([12, 12, 12, 600, 3600, 9000, 20000, rnd() < 0.2 ? 9 * DAY : DAY / 2]));
      went += good; failed += bad;
    }
    note(`${went} operations went through, ${failed} were refused, in ${stage.head} blocks: ${JSON.stringify(stage.done)}`);
    note(`${stage.made(stage.policies).length} policies, ${stage.made(stage.claims).length} claims, ${stage.disputes.length} disputes at Kleros`);
    ok('at least 300 operations went through', went >= Math.min(300, OPERATIONS));
    none('hashes as ethers computes them', [...stage.made(stage.policies).filter(p => p.hash !== policyHash(p.claimant, p.from, p.text)).map(p => p.text),
      ...stage.made(stage.claims).filter(c => c.hash !== claimHash(c.policyHash, c.policy.claimant, c.amount, c.evidence)).map(c => c.evidence)]);
    await synced('the scenario', mirror);
    none('no findings', await findings(mirror));
    const statuses = new Map();
    for (const c of await list(mirror, 'claims', stage.head)) statuses.set(c.status, (statuses.get(c.status) ?? 0) + 1);
    note(`claims: ${JSON.stringify([...statuses])}`);
    ok('claims ended in at least seven of their states', statuses.size >= 7, JSON.stringify([...statuses]));
  });

  await part('every figure at every block', async () => {
    const wrong = [];
    const blocks = [];
    for (let b = stage.firstBlock; b <= stage.head; b++) blocks.push(b);
    const next = async () => { for (let b; (b = blocks.shift()) !== undefined && wrong.length < 40;) wrong.push(...await compare(mirror, b)); };
    await Promise.all([next(), next(), next()]);
    none(`blocks ${stage.firstBlock} to ${stage.head}`, wrong);
  });

  await part('payouts', async () => {
    payouts = await mirror.all('payouts', 'api3', '--limit', 7);
    const claims = new Map((await list(mirror, 'claims', stage.head)).map(c => [`${c.manager}:${c.claim_hash}`, c]));
    const wrong = [];
    for (const p of payouts) {
      const c = claims.get(`${p.manager}:${p.claim}`);
      if (!c) { wrong.push(`payout ${p.block}:${p.log_index} is of no claim`); continue; }
      const claimed = c.status.endsWith('settlement_accepted') || c.status.endsWith('settlement_payout') ? c.settlement_amount_in_usd : c.claim_amount_in_usd;
      for (const [what, a, b] of [['policy', p.policy, c.policy_hash], ['recipient', p.recipient, c.claimant], ['amount', p.amount, c.paid], ['usd', p.clipped_amount, c.paid_usd],
        ['claimed', p.claimed_amount, claimed], ['block', String(p.block), c.payout_block], ['log', String(p.log_index), c.payout_log]])
        if (a !== b) wrong.push(`payout ${p.block}:${p.log_index} ${what}: ${a}, claim ${b}`);
      const [usd, api3] = [BigInt(p.clipped_amount), BigInt(p.amount)];
      for (const [side, at] of [['before', p.block - 1], ['after', p.block]]) {
        const m = stage.managers.indexOf(p.manager);
        const [[converter]] = await stage.views(p.block, [{ contract: 'ClaimsManager', to: p.manager, name: 'api3UsdAmountConverter' }]);
        const [given] = await stage.views(at, [{ contract: 'UsdConverter', to: converter, name: 'convertQuoteToBase', args: [usd] }]);
        if (p[`converter_${side}`] !== (given === null ? null : String(given[0]))) wrong.push(`payout ${p.block}:${p.log_index} of manager ${m}: converter ${side} ${given}, mirror ${p[`converter_${side}`]}`);
      }
      if (api3 > 0n && p.price_low !== null && BigInt(p.price_low) <= BigInt(p.price_high))
        for (const price of [p.price_low, p.price_high]) if (usd * E18 / BigInt(price) !== api3) wrong.push(`payout ${p.block}:${p.log_index}: ${usd} USD at ${price} are not ${api3}`);
    }
    none(`${payouts.length} payouts are those of their claims, at their converters' rates`, wrong);
    ok('there are enough of them', payouts.length >= 15, String(payouts.length));
    ok('some were clipped', payouts.some(p => BigInt(p.clipped_amount) < BigInt(p.claimed_amount)), 'none');
    const last = payouts.at(-1);
    const told = await mirror.json('explain', last.transaction);
    const event = told.events.find(e => e.payout);
    equal('explain shows the payout through its claim', [event?.payout.claim, event?.payout.policy, event?.payout.claimed_amount], [last.claim, last.policy, last.claimed_amount]);
    const decision = told.events.find(e => /Accepted|Accepting/.test(e.event));
    ok('and how its amount came about', decision?.figures.some(f => f.expression === 'min(amount, remaining cover)') && decision.figures.some(f => f.name === 'highest price'), JSON.stringify(decision?.figures).slice(0, 800));
    const words = await mirror.run(['explain', last.transaction]);
    ok('in words, too', words.status === 0 && words.out.includes(last.claim) && words.out.includes('min(amount, remaining cover)'), words.out.slice(0, 1500), words.err);
  });

  await part('solvency', async () => {
    const wrong = [];
    let covers = 0;
    for (let at = stage.firstBlock; at <= stage.head; at += 15) {
      const [{ items: [told] }, pool, policies] = await Promise.all([mirror.json('solvency', 'api3', '--limit', 3, '--at', at), mirror.json('pool', 'api3', '--at', at), list(mirror, 'policies', at)]);
      const open = policies.filter(p => p.open_cover !== null && p.open_cover !== '0').map(p => BigInt(p.open_cover)).sort((x, y) => x < y ? 1 : x > y ? -1 : 0);
      let left = BigInt(pool.state.liquidity), missing = 0n;
      const largest = open.slice(0, 3).map(cover => {
        if (cover > left) missing += cover - left;
        left = cover > left ? 0n : left - cover;
        return [cover, left, missing].map(String);
      });
      covers += open.length;
      const expected = [pool.state.liquidity, pool.state.cover, pool.state.utilization, open.length, policies.filter(p => p.open_cover === null).length, largest];
      const actual = [told.liquidity, told.cover, told.utilization, told.policies_open, told.policies_unknown, told.largest.map(l => [l.open_cover, l.remaining, l.missing])];
      if (JSON.stringify(expected) !== JSON.stringify(actual)) wrong.push(`block ${at}: expected ${JSON.stringify(expected)}, told ${JSON.stringify(actual)}`);
    }
    none('what remains after the largest claims', wrong);
    ok('there were covers', covers > 10, String(covers));
  });

  await part('the same by another way', async () => {
    const other = mirrorHere({ proof: { level: 'headers' }, ...HEAD });
    for (const to of [stage.firstBlock + 7, Math.floor(stage.head / 2), stage.head - 1]) {
      const r = await other.sync('--to', to);
      ok(`sync --to ${to}`, r.status === 0, r.err.slice(-800));
    }
    await synced('the rest', other);
    equal('the digest of a mirror that walked the headers, in parts', await other.digest(), await mirror.digest());
    none('its figures at the head', await compare(other, stage.head));
    const checked = await other.run(['check-store']);
    ok('check-store adds the sums up again', checked.status === 0, checked.out.slice(-500), checked.err.slice(-500));
  });

  // Runs `body` on a branch of its own, which is gone afterwards.
  async function branch(body) {
    const snapshot = await anvil.snapshot();
    const kept = { now: stage.now, head: stage.head, policies: stage.policies.slice(), claims: stage.claims.slice(), disputes: stage.disputes.slice(), quotas: new Map(stage.quotas) };
    try { await body(); }
    finally {
      await anvil.revert(snapshot);
      Object.assign(stage, kept);
    }
  }

  await part('a reorganisation', async () => {
    const m = mirrorHere(), lived = async n => { for (let k = 0; k < n; k++) { await stage.act(rnd); await stage.act(rnd); await stage.settle(600 * n); } };
    await branch(async () => { await lived(6); await synced('a branch', m); });
    await branch(async () => {
      await lived(9);
      await synced('another one, which is longer', m);
      const fresh = mirrorHere();
      await synced('a fresh mirror', fresh);
      equal('the digest is that of a fresh mirror', await m.digest(), await fresh.digest());
      none('its figures at the head', await compare(m, stage.head));
      none('no open findings', (await m.all('findings', 'api3', '--state', 'open')).map(f => `${f.check} ${f.subject}`));
    });
  });

  await part('reading', async () => {
    const page = await mirror.json('items', 'api3', 'claims', '--limit', 3);
    equal('a page has its limit', page.items.length, 3);
    const rest = await mirror.json('items', 'api3', 'claims', '--limit', 3, '--after', page.next);
    equal('and the next one goes on', rest.items[0] && rest.items[0].claim_hash > page.items.at(-1).claim_hash || rest.items[0].manager > page.items.at(-1).manager, true);
    const unknown = await mirror.run(['items', 'api3', 'claim']);
    ok('an unknown list names those that there are', unknown.status === 2 && /policies, claims, quotas, managers, disputes/.test(unknown.err), unknown.err);
    const bad = await mirror.run(['policies', 'api3', '--after', 'zzz']);
    ok('a cursor that is none', bad.status === 2 && /manager:policy_hash/.test(bad.err), bad.err);
    for (const args of [['policies', 'api3'], ['items', 'api3', 'claims'], ['items', 'api3', 'managers'], ['payouts', 'api3'], ['pool', 'api3']]) {
      const r = await mirror.run([...args, '--limit', 5].slice(0, args[0] === 'pool' ? 2 : undefined));
      ok(`${args.join(' ')} prints a table`, r.status === 0 && r.out.split('\n').length > 3, r.err, r.out.slice(0, 300));
    }
  });

  // ---- contracts that break their rules ----

  const users = stage.users;
  // A policy of that user with an open claim, by the first manager.
  const fresh = async (cover = 1000n * E18, amount = 400n * E18) => {
    await stage.createPolicy(0, users[3], cover, stage.now, stage.now + 100 * DAY);
    await stage.settle(12);
    const policy = stage.policies.at(-1);
    await stage.createClaim(policy, amount);
    await stage.settle(12);
    return { policy, claim: stage.claims.at(-1) };
  };
  const fault = async name => { await stage.manager(stage.admin, 0, 'misbehave', FAULT[name]); await stage.settle(12); };
  const calm = async () => {
    await stage.tell(0, 2n * E18);
    await stage.manager(stage.admin, 0, 'setApi3UsdAmountConverter', stage.converters[0]);
    for (const who of [stage.mediator, stage.arbitrator, stage.admin]) await stage.manager(stage.admin, 0, 'resetQuota', who);
    await stage.settle(12);
    await stage.settle(12);
  };
  // One misdeed on a branch of its own; the checks that must fail, and nothing else.
  async function misdeed(what, checks, body) {
    await part(what, async () => {
      await branch(async () => {
        await calm();
        await body();
        const last = (await anvil.rpc('eth_getBlockReceipts', ['latest'])).filter(r => r.status !== '0x1');
        equal(`${what}: it went through`, last.length, 0);
        const m = mirrorHere(HEAD);
        await synced(what, m, checks.some(c => c !== 'claims-rate') ? 3 : 0);
        const found = await m.all('findings', 'api3');
        equal(`${what}: ${checks.join(', ')}`, [...new Set(found.map(f => f.check))].sort(), [...checks].sort(), ...await findings(m));
        const first = found.find(f => f.check === checks[0]);
        ok(`${what}: with block, transaction and whom it is about`, first?.block >= stage.head - 2 && first.transaction && first.subject.length > 10, JSON.stringify(first));
        const told = first ? await m.json('explain', first.transaction) : { events: [] };
        ok(`${what}: explained with formulas`, found.some(f => f.trace.length) || told.events.some(e => e.figures.length), JSON.stringify(found).slice(0, 800));
      });
    });
  }

  await misdeed('a payout above the remaining cover', ['claim-payout', 'policy-covered'], async () => { const { claim } = await fresh(); await fault('PaysAboveCover'); await stage.accept(claim); await stage.settle(12); });
  await misdeed('a payout of less than the settlement', ['claim-payout'], async () => {
    const { claim } = await fresh(); await stage.propose(claim, 100n * E18); await stage.settle(12); await fault('PaysLess'); await stage.acceptSettlement(claim); await stage.settle(12);
  });
  await misdeed('a decision that pays nothing', ['payout-claim'], async () => { const { claim } = await fresh(); await fault('PaysNothing'); await stage.accept(claim); await stage.settle(12); });
  await misdeed('a payout without a decision', ['payout-claim'], async () => { await stage.manager(stage.admin, 0, 'leak', users[1], 5n * E18); await stage.settle(12); });
  await misdeed('a payout to somebody else', ['payout-claim'], async () => { const { claim } = await fresh(); await fault('PaysSomebodyElse'); await stage.accept(claim); await stage.settle(12); });
  await misdeed('a payout by a manager without the status', ['claims-manager-empowered'], async () => {
    const { claim } = await fresh();
    await stage.tx(stage.admin, 'OpenPool', stage.pool, 'leaveOpen', true);
    await stage.tx(stage.admin, 'OpenPool', stage.pool, 'setClaimsManagerStatus', stage.managers[0], false);
    await stage.settle(12); await stage.accept(claim); await stage.settle(12);
  });
  await misdeed('an expired policy that is claimed on and paid', ['claim-terms'], async () => {
    const { policy } = await fresh(); await fault('TakesLateClaims'); await stage.settle(101 * DAY);
    await stage.createClaim(policy, 10n * E18); await stage.settle(12); await stage.accept(stage.claims.at(-1)); await stage.settle(12);
  });
  await misdeed('a claim above the cover', ['claim-terms'], async () => { const { policy } = await fresh(); await fault('TakesClaimsAboveCover'); await stage.createClaim(policy, 5000n * E18); await stage.settle(12); });
  await misdeed('a claim under another hash', ['claims-hash'], async () => { const { policy } = await fresh(); await fault('WrongClaimHash'); await stage.createClaim(policy, 7n * E18); await stage.settle(12); });
  await misdeed('a policy under another hash', ['claims-hash'], async () => { await fault('WrongPolicyHash'); await stage.createPolicy(0, users[2], 7n * E18, stage.now, stage.now + DAY); await stage.settle(12); });
  await misdeed('one unit of API3 too much', ['claims-rate'], async () => { const { claim } = await fresh(); await fault('PaysMoreApi3'); await stage.accept(claim); await stage.settle(12); });
  await misdeed('a claim accepted after the mediators\' time', ['claim-deadline'], async () => { const { claim } = await fresh(); await fault('IgnoresDeadlines'); await stage.settle(9 * DAY); await stage.accept(claim); await stage.settle(12); });
  await misdeed('a claim accepted twice', ['claim-state'], async () => { const { claim } = await fresh(); await fault('AcceptsTwice'); await stage.accept(claim); await stage.settle(12); await stage.accept(claim); await stage.settle(12); });
  await misdeed('a settlement above the claim', ['settlement-terms'], async () => { const { claim } = await fresh(); await fault('SettlesAboveClaim'); await stage.propose(claim, 401n * E18); await stage.settle(12); });
  await misdeed('a quota that is not kept', ['claims-quota'], async () => {
    const { claim } = await fresh();
    await stage.manager(stage.admin, 0, 'setQuota', stage.mediator, DAY, 199n * E18);
    await fault('IgnoresQuotas'); await stage.accept(claim); await stage.settle(12);
  });
  await misdeed('a settlement charged beyond the quota', ['claims-quota'], async () => {
    const { claim } = await fresh();
    await stage.manager(stage.admin, 0, 'setQuota', stage.mediator, DAY, 199n * E18);
    await fault('IgnoresQuotas'); await stage.propose(claim, 399n * E18); await stage.settle(12);
  });
  await misdeed('a ruling that does not reach the manager', ['kleros-dispute'], async () => {
    const { claim } = await fresh();
    await stage.propose(claim, 100n * E18); await stage.settle(12);
    await stage.dispute(claim, true); await stage.settle(12);
    await stage.tx(stage.admin, 'KlerosProxy', stage.proxy, 'setDeaf', true); await stage.settle(12);
    await stage.decide(stage.disputes.at(-1), 1); await stage.settle(12);
  });

  await part('views that lie', async () => {
    const selectors = Object.fromEntries(['policyHashToState', 'claimHashToState', 'claimHashToProposedSettlementAmountInUsd', 'accountToQuota', 'getQuotaUsage', 'api3Pool', 'api3UsdAmountConverter', 'mediatorResponsePeriod']
      .map(n => [n, stage.abi.ClaimsManager.getFunction(n).selector]).concat([['disputeIdToClaimDetails', stage.abi.KlerosProxy.getFunction('disputeIdToClaimDetails').selector]]));
    const raise = result => '0x' + (BigInt(result.slice(0, 66)) + 1n).toString(16).padStart(64, '0') + result.slice(66);
    for (const [name, selector] of Object.entries(selectors)) {
      const server = createServer((req, res) => {
        const chunks = [];
        req.on('data', d => chunks.push(d));
        req.on('end', async () => {
          try {
            const q = JSON.parse(Buffer.concat(chunks)), answers = [].concat(await post(anvil.url, q));
            for (const one of [].concat(q)) {
              const a = answers.find(x => x.id === one.id);
              if (one.method === 'eth_call' && (one.params[0].data ?? one.params[0].input).startsWith(selector) && a.result?.length > 2) a.result = raise(a.result);
            }
            res.setHeader('content-type', 'application/json');
            res.end(JSON.stringify(Array.isArray(q) ? answers : answers[0]));
          } catch (e) { res.statusCode = 500; res.end(String(e)); }
        });
      });
      await new Promise(r => server.listen(0, '127.0.0.1', r));
      try {
        const m = mirrorHere({ views: { every_blocks: 0, at_head: true, accounts: 'all' } }, `http://127.0.0.1:${server.address().port}`);
        await synced(`${name} lies`, m, 3);
        const found = await m.all('findings', 'api3');
        ok(`${name} lies: view-claims names the item`, found.length > 0 && found.every(f => f.check === 'view-claims' && /^(policy|claim|quota|manager|dispute) 0x/.test(f.subject)), JSON.stringify(found.slice(0, 2)));
        equal(`${name} lies: the digest is the same`, await m.digest(), await mirror.digest());
      } finally { server.closeAllConnections(); server.close(); }
    }
  });
} finally {
  await anvil.stop();
}
done();
