// A coverage book of either version that the mirror follows on a node: at every block every figure is held against the
// contracts' views.
import { DAY } from './bridge-scene.mjs';
import { equal, none, note, ok } from './tap.mjs';

const text = v => v === null || typeof v === 'boolean' ? v : String(v);
export const differences = (where, truth, shown) => Object.entries(truth).filter(([k, v]) => text(v) !== text(shown?.[k] ?? null))
  .map(([k, v]) => `${where} ${k}: view ${text(v)}, mirror ${text(shown?.[k] ?? null)}`);

export class BridgeFollower {
  seen = {}; // how many events there were, by their names

  constructor(scene, mirror, daemon) { Object.assign(this, { scene, mirror, daemon }); }
  reached() { return this.daemon.indexed(this.scene.head, { hash: this.scene.blocks[this.scene.head].hash }); }
  async compare(block = this.scene.head) {
    const { scene, mirror } = this, everyone = [...scene.users, scene.at.book];
    const [truth, accounts, shown, page] = await Promise.all([scene.pool(block), scene.accounts(everyone, block), mirror.json('pool', 'book', '--at', block),
      mirror.json('accounts', 'book', '--at', block, '--limit', 1000)]);
    const wrong = differences(`block ${block}`, truth, shown.state);
    for (const [i, who] of everyone.entries()) {
      const item = page.items.find(a => a.account.toLowerCase() === who), account = accounts[i];
      if (item) wrong.push(...differences(`block ${block} ${who}`, account, item));
      else if (account.x_tokens || account.policy_cover) wrong.push(`block ${block} ${who} is not in the list`);
    }
    return wrong;
  }
  // What a view said of a block that went away is withdrawn.
  async findings() {
    return (await this.mirror.json('findings')).items.filter(f => f.state !== 'withdrawn')
      .map(f => `${f.check} block ${f.block} ${JSON.stringify(f.subject)}: expected ${f.expected}, actual ${f.actual}\n${JSON.stringify(f.trace)}`);
  }
  // Mines what is queued; whether the mirror shows it as the views do.
  async step(what, seconds) {
    const { scene } = this;
    await scene.mine(seconds);
    await this.reached();
    for (const name of scene.events(scene.head)) this.seen[name] = (this.seen[name] ?? 0) + 1;
    const wrong = await this.compare();
    none(`block ${scene.head}: ${what}`, wrong);
    return wrong.length === 0;
  }
  // Acts by chance until so many went through. Of the blocks a part is `idle`, of the others a part has `several` acts: two to
  // `most`. Answers the seconds that it took on the chain.
  async live(driver, random, { operations, idle, several, most, pause }) {
    const { scene } = this, began = scene.now;
    let acts = 0, reverted = 0, empty = 0;
    while (acts - reverted < operations) {
      const kinds = [];
      if (random() < idle) empty++;
      else for (let k = random() < several ? 2 + random.below(most - 1) : 1; k > 0; k--) kinds.push(await driver.act());
      acts += kinds.length;
      const right = await this.step(kinds.join(', ') || 'nothing', pause());
      reverted += scene.failed();
      if (!right) break;
    }
    const lived = scene.now - began;
    note(`${acts} operations in ${scene.head} blocks, ${reverted} reverted, ${empty} idle blocks, ${(lived / DAY).toFixed(0)} days: ${JSON.stringify(driver.done)}`);
    note(JSON.stringify(this.seen));
    return lived;
  }
  // Claims as the registry's views say them; `more`: further figures of one, out of the words of claims().
  async claimsAre(claims, states, more) {
    const views = await this.scene.views(claims.flatMap(c => [['claims', 'claimStatus', c.claim], ['claims', 'claims', c.claim]]));
    none('every claim is what the registry says', claims.flatMap((c, i) => {
      const [status] = views[2 * i], words = views[2 * i + 1], [claimer, , submitted, ended, appeal, , amount] = words;
      return differences(`claim ${c.claim}`, { status: states[Number(status)], claimer, submitted, ended, is_appeal: appeal, amount, ...more(words) }, c);
    }));
    equal('and there are no others', claims.length, Number(await this.scene.view('claims', 'count')));
  }
  // Prices by the mirror and by a view(weeks, amount).
  async quotes(everyWeeks, amounts, view) {
    const wrong = [];
    for (const weeks of everyWeeks) for (const amount of amounts) {
      const [answer] = await this.scene.views([view(weeks, amount)]);
      const q = await this.mirror.json('quote', 'book', '--amount', amount, '--weeks', weeks);
      if (String(answer?.[1] ?? null) !== String(q.premium ?? null)) wrong.push(`${amount} for ${weeks} weeks: view ${answer?.[1]}, mirror ${JSON.stringify(q).slice(0, 300)}`);
    }
    none('quotes are the contract\'s', wrong);
  }
  // A mirror made anew has the same digest.
  async again() {
    const fresh = this.scene.mirror(), r = await fresh.sync();
    ok('a fresh sync', r.status === 0, `exit status ${r.status ?? r.signal}`, r.err.slice(-1000));
    const [a, b] = [await this.mirror.status(), await fresh.status()];
    equal('the digest of a fresh sync', [a.indexed.hash, a.digest], [b.indexed.hash, b.digest]);
    return fresh;
  }
}
