// What a figure on the page must say: its hook's name and row, looked up in the command line's JSON documents of the same block.
// A figure that nobody knows here is a difference, too, so that none goes unjudged.

const told = value => value === undefined ? 'nothing' : typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
// What is another a moment later.
const OF_THE_MOMENT = /^(rate\.|store_bytes)/;
const isOfTheMoment = name => OF_THE_MOMENT.test(name.replace(/^status\./, '')) || name === 'node.latency_ms';
const walk = (document, path) => path.split('.').reduce((o, key) => o?.[key], document);

export class Judge {
  // protocols: the items of /v1/protocols; at: a block or null; place: what the page was told, { pool, account, transaction, log, market, amount, weeks, block }
  constructor(mirror, protocols, place, at = null) {
    Object.assign(this, { mirror, place, at, answers: new Map(), judged: new Map() });
    this.protocols = new Map(protocols.map(p => [p.name, p]));
  }
  json(...args) {
    const key = args.join(' ');
    if (!this.answers.has(key)) this.answers.set(key, this.mirror.json(...args));
    return this.answers.get(key);
  }
  all(...args) {
    const key = `all ${args.join(' ')}`;
    if (!this.answers.has(key)) this.answers.set(key, this.mirror.all(...args));
    return this.answers.get(key);
  }
  get moment() { return this.at === null ? [] : ['--at', this.at]; }
  async protocolOf(pool) { return this.protocols.get((await this.json('pools')).items.find(p => p.name === pool)?.protocol); }
  poolOf(figure) { return figure.pool ?? this.place.pool; }

  // One figure's string by the command line; undefined where it has none.
  async expected(figure) {
    const dot = figure.name.indexOf('.'), head = dot < 0 ? figure.name : figure.name.slice(0, dot), rest = dot < 0 ? '' : figure.name.slice(dot + 1), pool = this.poolOf(figure);
    switch (head) {
    case 'status': return this.status(rest);
    case 'node': return (await this.json('status', ...this.moment)).nodes.find(n => n.node === figure.row)?.[rest];
    case 'proved': return (await this.json('status', ...this.moment)).proved.find(r => String(r.from) === figure.row)?.[rest];
    case 'proof': return await this.levelAt(await this.blockHere()) ?? 'none';
    case 'block': return this.block(rest);
    case 'pools': return (await this.json('pools', ...this.moment)).items.find(p => p.name === figure.row)?.[rest];
    case 'pool': return this.pool(pool, rest, figure);
    case 'account': return this.account(pool, rest, figure);
    case 'account-history': return rest === 'block' ? figure.row : (await this.json('account', pool, this.place.account, '--at', figure.row))[rest];
    case 'curve': return this.curve(pool, rest, figure);
    case 'slider': return this.at ?? (await this.json('status')).indexed.number;
    case 'history': return (await this.json('history', pool, ...this.moment, '--limit', 120)).items.find(p => String(p.block) === figure.row)?.[rest];
    case 'solvency': return this.solvency(pool, rest, figure);
    case 'payout': return this.payout(pool, rest, figure);
    case 'quote': return this.quote(pool, rest, figure);
    case 'finding': return this.finding(rest, figure);
    case 'transaction': return this.transaction(rest);
    case 'event': return this.event(rest, figure);
    case 'explain': case 'slash': case 'posting': return this.explained(head, rest, figure);
    default: return this.item(pool, head, rest, figure);
    }
  }
  explain() { return this.json('explain', this.place.log === undefined ? this.place.transaction : `${this.place.transaction}:${this.place.log}`); }
  async blockHere() { return this.place.block ?? (await this.explain()).block; }
  async levelAt(block) { return (await this.json('status', '--at', block)).proved.find(r => r.from <= block && block <= r.to)?.level; }
  async block(name) {
    const status = await this.json('status', '--at', this.place.block);
    return { hash: status.indexed.hash, timestamp: status.indexed.timestamp, digest: status.digest }[name] ?? walk(status, name);
  }
  async transaction(name) {
    const document = await this.explain(), { indexed } = await this.json('status', '--at', document.block);
    return { '': document.transaction, block: document.block, timestamp: indexed.timestamp, block_hash: indexed.hash, sender: document.events.find(e => e.sender)?.sender ?? null }[name];
  }
  async event(name, figure) {
    const [block, log] = figure.row.split(':');
    const event = (await this.all('events', '--from', block, '--to', block)).find(e => String(e.log_index) === log);
    return name === 'block' ? event?.block : name === 'event' ? event?.event : event && name in event.arguments ? event.arguments[name] : undefined;
  }
  // What stands within one event of a transaction.
  async explained(head, name, figure) {
    const event = (await this.explain()).events.find(e => `${e.block}:${e.log_index}` === figure.event);
    if (head === 'posting') return event?.postings.map(p => told(p[name])).find(v => v === figure.value) ?? `one of ${JSON.stringify(event?.postings.map(p => p[name]))}`;
    if (head === 'slash') return name === 'sum' ? event?.payout.slash_sum : event?.payout.slashes.find(s => s.account === figure.row)?.[name];
    return figure.step === null ? walk(event, name) : this.step(event?.figures, name, figure);
  }
  // The premium curve: a book's model from its parameters, a market's from its rates.
  async curve(pool, name, figure) {
    const { state } = await this.json('pool', pool, ...this.moment), isRate = name === 'rate', ratio = (value, places) => {
      const digits = String(value).padStart(places + 1, '0'), part = digits.slice(-places).replace(/0+$/, '');
      return `${digits.slice(0, -places)}${part ? `.${part}` : ''}`;
    };
    let points;
    if (state.pricing_known !== undefined) {
      const kind = state.safe_pricing_model ? 'safe' : 'risky', [threshold, minimum, maximum, full] = ['threshold', 'minimum', 'maximum', 'maximum_full'].map(n => BigInt(state[`${kind}_${n}`])), x = v => ratio(v, 27);
      points = { 'nothing sold': ['0', x(minimum)], 'the yearly minimum ends': [x(minimum * threshold / maximum), x(minimum)], threshold: [x(threshold), x(maximum)], 'all is sold': ['1', x(full)],
        'you are here': [state.utilization, state.premium_rate] };
    } else {
      const market = (await this.all('items', pool, 'markets', ...this.moment, '--limit', 100)).find(m => m.market === this.place.market), x = v => ratio(v, 6);
      const [base, first, second] = [market.base_rate, market.rate_slope1, market.rate_slope2].map(v => BigInt(v ?? 0)), isFlat = market.premium_kind === 'flat';
      points = { 'nothing sold': ['0', x(base)], 'optimal utilization': [x(market.optimal_utilize_ratio), x(base + first)], 'all is sold': ['1', x(isFlat ? base : base + first + second)],
        'you are here': [x(market.utilization_rate), market.premium_rate === null ? null : x(market.premium_rate)] };
    }
    return points[figure.row]?.[isRate ? 1 : 0];
  }
  step(trace, name, figure) { return trace?.[figure.step]?.name === name ? trace[figure.step].value : `the step ${trace?.[figure.step]?.name}`; }
  async status(name) {
    const status = await this.json('status', ...this.moment);
    const named = { indexed: status.indexed.number, indexed_hash: status.indexed.hash, timestamp: status.indexed.timestamp, node_head: status.node_head?.number, node_head_hash: status.node_head?.hash, lag: status.lag?.blocks };
    return name in named ? named[name] : walk(status, name);
  }
  async pool(pool, name, figure) {
    const shown = await this.json('pool', pool, ...this.moment);
    if (name === 'asset') return shown.asset.address;
    if (name.startsWith('contracts.')) return [shown.contracts[name.slice(10)]].flat().find(a => a === figure.value) ?? `one of ${shown.contracts[name.slice(10)]}`;
    return name.includes('.') ? walk(shown, name) : shown.state[name];
  }
  async account(pool, name, figure) {
    if (figure.panel === 'holder') return (await this.json('account', figure.row, this.place.account, ...this.moment))[name];
    const who = figure.table === 'accounts' ? figure.row : this.place.account;
    if (name === '') return who;
    if (name === 'at') return (await this.json('status', ...this.moment)).indexed.number;
    if (figure.table !== 'accounts') return (await this.json('account', pool, who, ...this.moment))[name];
    return (await this.all('accounts', pool, ...this.moment, '--limit', 1000)).find(a => a.account === who)?.[name];
  }
  async solvency(pool, name, figure) {
    const [shown] = (await this.json('solvency', pool, ...this.moment, '--limit', 5)).items;
    if (figure.row === null) return shown[name];
    return shown.largest.find(l => figure.row.split(':').every(part => Object.values(l).includes(part)))?.[name];
  }
  async payout(pool, name, figure) {
    if (figure.event !== null) return (await this.explain()).events.find(e => `${e.block}:${e.log_index}` === figure.event)?.payout[name];
    const payouts = await this.all('payouts', pool, ...this.moment), [block, log] = (figure.row ?? '').split(':');
    return payouts.find(p => figure.row ? String(p.block) === block && String(p.log_index) === log
      : p.transaction === this.place.transaction && (this.place.log === undefined || p.log_index === Number(this.place.log)))?.[name];
  }
  async quote(pool, name, figure) {
    const { market, amount, weeks } = this.place;
    const quote = await this.json('quote', pool, ...this.moment, ...(market ? ['--market', market] : []), '--amount', amount, '--weeks', weeks);
    return figure.step === null ? quote[name] : this.step(quote.trace, name.slice('trace.'.length), figure);
  }
  async finding(name, figure) {
    const finding = (await this.all('findings', ...this.moment)).find(f => f.id === figure.row);
    if (name === 'account') return finding?.subject.split(' ').find(part => part.toLowerCase() === figure.value.toLowerCase()) && figure.value;
    return figure.step === null ? finding?.[name] : this.step(finding?.trace, name.slice('trace.'.length), figure);
  }
  async item(pool, list, name, figure) {
    const rule = (await this.protocolOf(pool))?.lists.find(l => l.name === list);
    if (!rule || figure.row === null) return undefined;
    const items = await this.all(...(list === 'policies' ? ['policies', pool] : ['items', pool, list]), ...this.moment, '--limit', 100);
    return items.find(i => rule.key.map(part => i[part.name]).join(':') === figure.row)?.[name];
  }

  // The differences of what was read off the page.
  async differences(figures) {
    const wrong = [];
    for (const figure of figures) {
      if (isOfTheMoment(figure.name)) continue;
      const name = figure.name.split('.')[0];
      this.judged.set(name, (this.judged.get(name) ?? 0) + 1);
      const expected = await this.expected(figure);
      if (told(expected) !== figure.value) wrong.push(`${figure.name}${figure.row === null ? '' : ` of ${figure.row}`}: the command line has ${told(expected)}, the page ${figure.value} (${figure.text.trim().slice(0, 80)})`);
    }
    return wrong;
  }
}
