// A pool with claims managers on a real node: our contracts deployed, and people who are covered, claim, decide and sue.
import { Interface, solidityPackedKeccak256 } from 'ethers';
import { compile } from './solc.mjs';

export const E18 = 10n ** 18n;
const DAY = 86400;
const hex = n => '0x' + BigInt(n).toString(16);
export const STATUS = ['none', 'claim_created', 'claim_accepted', 'settlement_proposed', 'settlement_accepted', 'dispute_created',
  'dispute_resolved_without_payout', 'dispute_resolved_with_claim_payout', 'dispute_resolved_with_settlement_payout'];
export const FAULT = Object.fromEntries(['None', 'PaysAboveCover', 'PaysNothing', 'TakesLateClaims', 'WrongClaimHash', 'WrongPolicyHash', 'PaysLess', 'PaysMoreApi3',
  'IgnoresDeadlines', 'PaysSomebodyElse', 'AcceptsTwice', 'IgnoresQuotas', 'SettlesAboveClaim', 'TakesClaimsAboveCover'].map((n, i) => [n, i]));

export class ClaimsStage {
  static async deploy(anvil, { stake = 50_000_000n * E18, called } = {}) {
    const s = new ClaimsStage();
    const built = compile();
    s.anvil = anvil;
    s.abi = Object.fromEntries(Object.entries(built).map(([k, v]) => [k, new Interface(v.abi)]));
    [s.admin, s.mediator, s.mediator2, s.arbitrator, s.outsider, ...s.users] = anvil.accounts;
    s.now = Number((await anvil.rpc('eth_getBlockByNumber', ['latest', false])).timestamp);
    s.times = new Map();
    s.policies = [];      // { manager, hash, claimant, from, until, text, block }
    s.claims = [];        // { manager, hash, policy, amount, evidence, block }
    s.quotas = new Map(); // "manager:account" -> block
    s.disputes = [];      // { id, block }
    s.done = {};
    const create = async (name, ...args) => {
      const hash = await anvil.send(s.admin, null, built[name].bytecode + s.abi[name].encodeDeploy(args).slice(2), 20000000);
      await s.mine(12);
      const receipt = await anvil.rpc('eth_getTransactionReceipt', [hash]);
      if (receipt?.status !== '0x1') throw new Error(`${name} was not deployed`);
      return receipt.contractAddress.toLowerCase();
    };
    s.token = await create('Token', 100_000_000n * E18);
    if (called) await s.tx(s.admin, 'Token', s.token, 'rename', ...called);
    s.timelock = await create('Timelock', s.token);
    s.pool = await create('OpenPool', s.token, s.timelock);
    s.feeds = [await create('PriceFeed'), await create('PriceFeed')];
    s.decimals = [18, 8];
    s.prices = [2n * E18, 3n * 10n ** 8n];
    s.converters = [await create('UsdConverter', s.feeds[0], 18), await create('UsdConverter', s.feeds[1], 8)];
    s.managers = [await create('ClaimsManager', s.pool, 3 * DAY, 2 * DAY, 4 * DAY), await create('ClaimsManager', s.pool, DAY, DAY, DAY)];
    s.converterOf = [0, 1];
    s.court = await create('Court');
    s.proxy = await create('KlerosProxy', s.managers[0], s.court);
    for (const i of [0, 1]) {
      await s.tx(s.admin, 'PriceFeed', s.feeds[i], 'tell', s.prices[i]);
      await s.tx(s.admin, 'OpenPool', s.pool, 'setClaimsManagerStatus', s.managers[i], true);
      await s.tx(s.admin, 'ClaimsManager', s.managers[i], 'setApi3UsdAmountConverter', s.converters[i]);
      for (const m of [s.mediator, s.mediator2]) await s.tx(s.admin, 'ClaimsManager', s.managers[i], 'appoint', m, true, false);
      await s.tx(s.admin, 'ClaimsManager', s.managers[i], 'appoint', s.arbitrator, false, true);
    }
    await s.tx(s.admin, 'ClaimsManager', s.managers[0], 'appoint', s.proxy, false, true);
    await s.tx(s.admin, 'Token', s.token, 'updateMinterStatus', s.pool, true);
    await s.tx(s.admin, 'Token', s.token, 'approve', s.pool, 10n ** 40n);
    await s.tx(s.admin, 'OpenPool', s.pool, 'depositAndStake', stake);
    await s.mine(12);
    s.firstBlock = s.head;
    return s;
  }
  tx(from, contract, address, name, ...args) { return this.anvil.send(from, address, this.abi[contract].encodeFunctionData(name, args)); }
  manager(from, m, name, ...args) { return this.tx(from, 'ClaimsManager', this.managers[m], name, ...args); }
  async mine(seconds = 12) {
    this.now += seconds;
    this.head = await this.anvil.mine(this.now);
    this.times.set(this.head, this.now);
    return this.head;
  }
  // Mines what is queued; how many of its transactions went through.
  async settle(seconds) {
    await this.mine(seconds);
    const receipts = await this.anvil.rpc('eth_getBlockReceipts', [hex(this.head)]);
    this.learn(receipts);
    return { ok: receipts.filter(r => r.status === '0x1').length, failed: receipts.filter(r => r.status !== '0x1').length };
  }
  // What was made is known by the contracts' own events.
  learn(receipts) {
    for (const r of receipts) for (const log of r.logs) {
      const m = this.managers.indexOf(log.address.toLowerCase());
      const e = m >= 0 ? this.abi.ClaimsManager.parseLog(log) : log.address.toLowerCase() === this.proxy ? this.abi.KlerosProxy.parseLog(log) : null;
      if (!e) continue;
      if (e.name === 'CreatedPolicy') Object.assign(this.policies.find(p => p.text === e.args.policy), { hash: e.args.policyHash, block: this.head });
      if (e.name === 'CreatedClaim') Object.assign(this.claims.find(c => c.evidence === e.args.evidence), { hash: e.args.claimHash, policyHash: e.args.policyHash, block: this.head });
      const next = { CreatedClaim: 'new', AcceptedClaim: 'over', ProposedSettlement: 'proposed', AcceptedSettlement: 'over', CreatedDispute: 'disputed' }[e.name] ?? (/^Resolved/.test(e.name) ? 'over' : null);
      if (m >= 0 && next) Object.assign(this.claims.find(c => c.hash === e.args.claimHash), { state: next, since: this.now });
      if (e.name === 'CreatedDispute' && m < 0) this.disputes.push({ id: e.args.disputeId, claim: e.args.claimHash, block: this.head });
      const charged = { AcceptedClaim: 'sender', ProposedSettlement: 'sender', ResolvedDisputeByAcceptingClaim: 'arbitrator', ResolvedDisputeByAcceptingSettlement: 'arbitrator', SetQuota: 'account' }[e.name];
      if (charged) { const key = `${this.managers[m]}:${e.args[charged].toLowerCase()}`; if (!this.quotas.has(key)) this.quotas.set(key, this.head); }
    }
  }

  // ---- single acts; each queues one transaction ----
  createPolicy(m, claimant, cover, from, until) {
    const p = { m, claimant, cover, from, until, text: `/ipfs/policy-${this.policies.length}` };
    this.policies.push(p);
    return this.manager(this.admin, m, 'createPolicy', claimant, cover, from, until, p.text);
  }
  createClaim(p, amount) {
    const c = { policy: p, amount, evidence: `evidence ${this.claims.length}` };
    this.claims.push(c);
    return this.manager(p.claimant, p.m, 'createClaim', p.from, p.text, amount, c.evidence);
  }
  args(c) { return [c.policyHash, c.policy.claimant, c.amount, c.evidence]; }
  accept(c, who = this.mediator) { return this.manager(who, c.policy.m, 'acceptClaim', ...this.args(c)); }
  propose(c, settlement, who = this.mediator) { return this.manager(who, c.policy.m, 'proposeSettlement', ...this.args(c), settlement); }
  acceptSettlement(c) { return this.manager(c.policy.claimant, c.policy.m, 'acceptSettlement', c.policyHash, c.amount, c.evidence, 0); }
  dispute(c, kleros) {
    return kleros ? this.tx(c.policy.claimant, 'KlerosProxy', this.proxy, 'createDispute', ...this.args(c))
      : this.manager(this.arbitrator, c.policy.m, 'createDispute', ...this.args(c));
  }
  resolve(c, ruling, who = this.arbitrator) { return this.manager(who, c.policy.m, 'resolveDispute', ...this.args(c), ruling); }
  decide(d, ruling) { return this.tx(this.outsider, 'Court', this.court, 'decide', d.id, ruling); }
  tell(i, price) { this.prices[i] = price; return this.tx(this.admin, 'PriceFeed', this.feeds[i], 'tell', price); }

  // ---- views ----
  async views(block, wanted) {
    const answers = await this.anvil.batch(wanted.map(w => ['eth_call', [{ to: w.to, data: this.abi[w.contract].encodeFunctionData(w.name, w.args ?? []) }, hex(block)]]));
    return answers.map((a, i) => a.error ? null : this.abi[wanted[i].contract].decodeFunctionResult(wanted[i].name, a.result));
  }
  // Everything that the contracts say of one block, by the mirror's names.
  async truth(block) {
    const wanted = [], takers = [];
    const ask = (contract, to, name, args, take) => { wanted.push({ contract, to, name, args }); takers.push(take); };
    const out = { pool: {}, managers: {}, policies: {}, claims: {}, quotas: {}, disputes: {} };
    const hash = v => v.toLowerCase();
    this.managers.forEach((to, m) => {
      const o = out.managers[to] = {};
      const one = (name, field, shown) => ask('ClaimsManager', to, name, [], v => { o[field] = shown(v[0]); });
      one('api3Pool', 'api3_pool', hash); one('api3UsdAmountConverter', 'api3_usd_amount_converter', hash);
      for (const who of ['mediator', 'claimant', 'arbitrator']) one(`${who}ResponsePeriod`, `${who}_response_period`, String);
      ask('ClaimsManager', to, 'openCover', [], v => { o.cover_usd = String(v[0]); o.open_policies = String(v[1]); o.usd = v[0]; });
      ask('OpenPool', this.pool, 'claimsManagerStatus', [to], v => { o.is_empowered = v[0]; });
      o.policies = String(this.policies.filter(p => p.m === m && p.block <= block).length);
      o.claims = String(this.claims.filter(c => c.policy.m === m && c.block <= block).length);
    });
    ask('OpenPool', this.pool, 'totalStake', [], v => { out.pool.stake = v[0]; });
    for (const p of this.policies) if (p.block <= block) {
      const to = this.managers[p.m], o = out.policies[`${to}:${p.hash}`] = { claimant: p.claimant, claims_allowed_from: String(p.from), policy: p.text };
      ask('ClaimsManager', to, 'policyHashToState', [p.hash], v => {
        o.claims_allowed_until = String(v[0]); o.coverage_amount_in_usd = String(v[1]);
        const t = this.times.get(block);
        o.is_open = t >= p.from && t <= v[0] && v[1] > 0n;
      });
    }
    for (const c of this.claims) if (c.block <= block) {
      const to = this.managers[c.policy.m], o = out.claims[`${to}:${c.hash}`] = { policy_hash: c.policyHash, claimant: c.policy.claimant, claim_amount_in_usd: String(c.amount), evidence: c.evidence };
      ask('ClaimsManager', to, 'claimHashToState', [c.hash], v => { o.status = STATUS[Number(v[0])]; o.update_time = String(v[1]); o.arbitrator = hash(v[2]); });
      ask('ClaimsManager', to, 'claimHashToProposedSettlementAmountInUsd', [c.hash], v => { o.settlement_amount_in_usd = String(v[0]); });
      ask('ClaimsManager', to, 'isExpired', [c.hash], v => { o.is_expired = v[0]; });
      if (c.policy.m === 0) ask('KlerosProxy', this.proxy, 'claimHashToDisputeIdPlusOne', [c.hash], v => { o.dispute_id = v[0] ? String(v[0] - 1n) : null; });
    }
    for (const [key, since] of this.quotas) if (since <= block) {
      const [to, account] = key.split(':'), o = out.quotas[key] = {};
      ask('ClaimsManager', to, 'accountToQuota', [account], v => { o.period = String(v[0]); o.amount_in_api3 = String(v[1]); });
      ask('ClaimsManager', to, 'getQuotaUsage', [account], v => { o.usage = v === null ? null : String(v[0]); });
    }
    for (const d of this.disputes) if (d.block <= block) {
      const o = out.disputes[`${this.proxy}:${d.id}`] = { claim_hash: d.claim };
      ask('KlerosProxy', this.proxy, 'disputeIdToClaimDetails', [d.id], v => { o.policy_hash = v[0]; o.claimant = hash(v[1]); o.claim_amount_in_usd = String(v[2]); });
      ask('Court', this.court, 'cases', [d.id], v => { o.ruling = v[2] ? ['do_not_pay', 'pay_claim', 'pay_settlement'][Number(v[1])] : null; });
    }
    const answers = await this.views(block, wanted);
    answers.forEach((v, i) => takers[i](v));
    await this.worth(block, out);
    return out;
  }
  // Open cover in API3, by the converters in force; utilization against what could be paid.
  async worth(block, out) {
    const list = Object.entries(out.managers);
    const answers = await this.views(block, list.flatMap(([, o]) => [{ contract: 'UsdConverter', to: o.api3_usd_amount_converter, name: 'convertQuoteToBase', args: [o.usd] },
      { contract: 'UsdConverter', to: o.api3_usd_amount_converter, name: 'convertBaseToQuote', args: [E18] }]));
    let usd = 0n, api3 = 0n;
    list.forEach(([, o], i) => {
      const [cover, price] = [answers[2 * i], answers[2 * i + 1]];
      usd += o.usd;
      if (o.usd) { o.cover = cover === null ? null : String(cover[0]); o.price = price === null ? null : String(price[0]); } else o.cover = '0';
      api3 = api3 === null || o.cover === null ? null : api3 + BigInt(o.cover);
      delete o.usd;
    });
    for (const [key, o] of Object.entries(out.policies)) {
      const { price } = out.managers[key.split(':')[0]];
      o.open_cover = !o.is_open ? '0' : price ? String(BigInt(o.coverage_amount_in_usd) * E18 / BigInt(price)) : null;
    }
    const ratio = api3 === null ? null : api3 * E18 / (out.pool.stake - 1n);
    out.pool = { cover_usd: String(usd), cover: api3 === null ? null : String(api3),
      utilization: ratio === null ? null : `${ratio / E18}.${String(ratio % E18).padStart(18, '0')}` };
  }

  // ---- a random act; most are what somebody would try, some must fail ----
  async act(random) {
    const kind = this.choose(random);
    this.done[kind] = (this.done[kind] ?? 0) + 1;
    await this[`act_${kind}`](random);
    return kind;
  }
  choose(random) {
    const weights = { policy: 9, upgrade: 5, downgrade: 4, metadata: 2, claim: 15, accept: 8, propose: 11, settle: 7, dispute: 11, resolve: 8, rule: 8, evidence: 2,
      appeal: 2, quota: 5, price: 9, period: 1, converter: 1, stake: 4 };
    let r = random() * Object.values(weights).reduce((a, b) => a + b);
    for (const [kind, w] of Object.entries(weights)) { r -= w; if (r < 0) return kind; }
    return 'price';
  }
  made(list) { return list.filter(x => x.hash); }
  act_policy(random) {
    const from = this.now + random.pick([-20 * DAY, -3600, 12, DAY, 5 * DAY]) + random.below(3600);
    const until = from + random.pick([3600, 3 * DAY, 30 * DAY, 200 * DAY]) + random.below(3600);
    return this.createPolicy(random() < 0.75 ? 0 : 1, random.pick(this.users), (random.big(500_000n) + 1n) * E18 + random.big(E18), from, until);
  }
  async terms(random, change) {
    const p = random.pick(this.made(this.policies));
    if (!p) return this.act_policy(random);
    const [[until, cover]] = await this.views(this.head, [{ contract: 'ClaimsManager', to: this.managers[p.m], name: 'policyHashToState', args: [p.hash] }]);
    return change(p, BigInt(until), cover);
  }
  act_upgrade(random) {
    return this.terms(random, (p, until, cover) => this.manager(this.admin, p.m, 'upgradePolicy', p.claimant, cover + random.pick([0n, random.big(100_000n * E18)]), p.from,
      until + BigInt(random.pick([0, random.below(30 * DAY)])), p.text));
  }
  act_downgrade(random) {
    return this.terms(random, (p, until, cover) => this.manager(random.pick([p.claimant, p.claimant, this.admin, this.outsider]), p.m, 'downgradePolicy', p.claimant, cover - random.big(cover / 3n + 1n),
      p.from, until - BigInt(random.pick([0, random.below(3 * DAY)])), p.text));
  }
  act_metadata(random) {
    const p = random.pick(this.made(this.policies));
    return p ? this.manager(this.admin, p.m, 'announcePolicyMetadata', p.claimant, p.from, p.text, `about ${p.text}`) : this.act_policy(random);
  }
  act_claim(random) {
    const open = this.made(this.policies).filter(p => p.from <= this.now && p.until >= this.now).slice(-5);
    const p = random.pick(open.length && random() < 0.92 ? open : this.made(this.policies));
    return p ? this.createClaim(p, random.pick([1n, random.big(20_000n * E18) + 1n, random.big(p.cover) + 1n, p.cover * 7n / 10n])) : this.act_policy(random);
  }
  // Mostly a claim of the last ones that stand where the step begins; else any.
  someClaim(random, ...states) {
    const made = this.made(this.claims), fit = made.filter(c => states.includes(c.state) && this.now - c.since < 1.8 * DAY).slice(-5);
    return random.pick(fit.length && random() < 0.9 ? fit : made);
  }
  act_accept(random) { const c = this.someClaim(random, 'new'); return c ? this.accept(c, random.pick([this.mediator, this.mediator, this.mediator2, this.admin, this.outsider])) : this.act_policy(random); }
  act_propose(random) { const c = this.someClaim(random, 'new'); return c ? this.propose(c, random.big(c.amount + c.amount / 20n + 1n), random.pick([this.mediator, this.mediator2])) : this.act_policy(random); }
  act_settle(random) { const c = this.someClaim(random, 'proposed'); return c ? this.acceptSettlement(c) : this.act_policy(random); }
  act_dispute(random) {
    const late = this.made(this.claims).filter(c => c.state === 'new' && c.policy.m === 0 && this.now - c.since > 2.9 * DAY && this.now - c.since < 5.2 * DAY);
    const c = late.length && random() < 0.4 ? random.pick(late) : this.someClaim(random, 'proposed');
    return c ? this.dispute(c, c.policy.m === 0 && random() < 0.75) : this.act_policy(random);
  }
  act_resolve(random) { const c = this.someClaim(random, 'disputed'); return c ? this.resolve(c, random.below(3), random.pick([this.arbitrator, this.arbitrator, this.admin])) : this.act_policy(random); }
  act_rule(random) { const d = random.pick(this.disputes.slice(-3)); return d ? this.decide(d, random.below(3)) : this.act_claim(random); }
  act_evidence(random) { const d = random.pick(this.disputes); return d ? this.tx(this.mediator, 'KlerosProxy', this.proxy, 'submitEvidenceToKlerosArbitrator', d.id, 'another paper') : this.act_claim(random); }
  act_appeal(random) { const d = random.pick(this.disputes); return d ? this.tx(this.mediator, 'KlerosProxy', this.proxy, 'appealKlerosArbitratorRuling', d.claim) : this.act_claim(random); }
  act_quota(random) {
    const who = random.pick([this.mediator, this.mediator2, this.arbitrator]), m = random.below(2);
    return random() < 0.3 ? this.manager(this.admin, m, 'resetQuota', who)
      : this.manager(this.admin, m, 'setQuota', who, random() < 0.04 ? 4294967295 : random.pick([1, 3600, 2 * DAY]), (random.big(400_000n) + 50_000n) * E18);
  }
  // One price a block: what the mirror is asked about lies between those of two blocks.
  async act_price(random) {
    const i = random.below(2);
    if (this.told === this.head) return this.act_stake(random);
    this.told = this.head;
    await this.tell(i, random() < 0.03 ? 0n : (random.big(90n) + 10n) * 10n ** BigInt(this.decimals[i] - 1) + random.big(10n ** BigInt(this.decimals[i] - 2)));
  }
  act_period(random) { return this.manager(this.admin, random.below(2), random.pick(['setMediatorResponsePeriod', 'setClaimantResponsePeriod', 'setArbitratorResponsePeriod']), DAY + random.below(4 * DAY)); }
  act_converter(random) { const m = random.below(2); this.converterOf[m] ^= 1; return this.manager(this.admin, m, 'setApi3UsdAmountConverter', this.converters[this.converterOf[m]]); }
  act_stake(random) { return this.tx(this.admin, 'OpenPool', this.pool, 'depositAndStake', random.big(100_000n * E18)); }
}

// The hashes as anybody can compute them.
export const policyHash = (claimant, from, text) => solidityPackedKeccak256(['address', 'uint32', 'string'], [claimant, from, text]);
export const claimHash = (policy, claimant, amount, evidence) => solidityPackedKeccak256(['bytes32', 'address', 'uint224', 'string'], [policy, claimant, amount, evidence]);
