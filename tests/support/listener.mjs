// A client of /v1/stream: reads messages as they come, breaks off, and comes back with the last id.
import { request } from 'node:http';

// One connection. onMessage({ event, id, data }) for each whole frame; `status` and `ended` are promises.
export class Connection {
  constructor(url, { id, token, query = {}, onMessage = () => {} } = {}) {
    this.messages = [];
    this.id = id ?? null;
    this.retry = null;
    this.bytes = 0;
    const target = new URL('/v1/stream', url);
    for (const [k, v] of Object.entries(query)) target.searchParams.set(k, v);
    const headers = { accept: 'text/event-stream', ...(id ? { 'last-event-id': id } : {}), ...(token ? { authorization: `Bearer ${token}` } : {}) };
    this.answer = new Promise((resolve, reject) => { this.answered = resolve; this.failed = reject; });
    this.answer.catch(() => {});
    this.ended = new Promise(resolve => { this.over = resolve; });
    let text = '';
    this.request = request(target, { headers, agent: false }, response => {
      this.response = response;
      this.status = response.statusCode;
      this.headers = response.headers;
      this.answered(response);
      response.setEncoding('utf8');
      response.on('data', d => {
        if (this.closed) return;
        this.bytes += d.length;
        text += d;
        if (response.statusCode !== 200) return;
        for (let end; (end = text.indexOf('\n\n')) >= 0 && !this.closed;) {
          this.#take(text.slice(0, end), onMessage);
          text = text.slice(end + 2);
        }
      });
      response.on('close', () => { this.body = text; this.over(); });
      response.on('error', () => {});
    });
    this.request.on('error', e => { this.failed(e); this.over(); });
    this.request.end();
  }
  #take(frame, onMessage) {
    const message = {};
    for (const line of frame.split('\n')) {
      const [, field, value] = line.match(/^(\w*): ?(.*)$/) ?? [null, 'broken', line];
      message[field] = value;
    }
    if (message.retry) this.retry = Number(message.retry);
    if (message.id) this.id = message.id;
    if (message.data) message.data = JSON.parse(message.data);
    this.messages.push(message);
    onMessage(message);
  }
  close() {
    this.closed = true;
    this.request.destroy();
    return this.ended;
  }
}

// What a client believes who is told these messages, one by one: complete blocks, each with all that belongs to it.
// A block and what was told of it, from where that differs from what another was told.
function told(block, other) {
  if (!block) return 'nothing';
  let same = 0;
  while (other && same < block.all.length && block.all[same] === other.all[same]) same++;
  return `block ${block.number} ${block.hash}: …${block.all.slice(Math.max(0, same - 60), same + 100)}`;
}

export class Belief {
  constructor() { this.blocks = []; this.partial = []; this.rewound = 0; this.told = []; }
  hear({ event, data, id }) {
    if (!event || event === 'status' || event === 'dropped') return;
    this.told.push(id);
    if (event === 'rewound') {
      this.rewound++;
      this.partial = [];
      while (this.blocks.length && (data.to === null || this.blocks.at(-1).number > data.to.number)) this.blocks.pop();
      return;
    }
    if (event === 'finding' && data.state === 'withdrawn') return;
    this.partial.push([event, data]);
    if (event === 'block') {
      this.blocks.push({ number: data.number, hash: data.hash, all: JSON.stringify(this.partial) });
      this.partial = [];
    }
  }
  // Where it differs from another: [] where it does not.
  differences(other, who) {
    const wrong = [];
    for (let i = 0; i < Math.max(this.blocks.length, other.blocks.length); i++)
      if (this.blocks[i]?.all !== other.blocks[i]?.all)
        wrong.push(`${who}: ${told(this.blocks[i], other.blocks[i])}, expected ${told(other.blocks[i], this.blocks[i])}`);
    if (this.partial.length) wrong.push(`${who}: ${this.partial.length} messages of a block that is not complete`);
    return wrong;
  }
}

// A client that goes on for as long as it is wanted: whenever its connection ends, it comes back with its last id.
// `patience()`: after how many messages it breaks off by itself (Infinity: never), asked for each connection.
export class Client {
  constructor(url, { query = {}, token, id, patience = () => Infinity, pause = () => 5 } = {}) {
    Object.assign(this, { url, query, token, patience, pause, id: id ?? null, belief: new Belief(), messages: [], connections: 0, wanted: true });
    this.done = this.#go();
  }
  async #go() {
    while (this.wanted) {
      let left = this.patience();
      this.connections++;
      const connection = new Connection(this.url, { id: this.id, query: this.query, token: this.token, onMessage: message => {
        if (message.id) this.id = message.id;
        this.messages.push(message);
        this.belief.hear(message);
        if (--left <= 0) connection.close();
      } });
      this.connection = connection;
      await connection.ended;
      if (this.wanted) await new Promise(r => setTimeout(r, this.pause()));
    }
  }
  // Until it was told that this block is complete; its hash is that one.
  async knows(number, { hash, timeout = 20000 } = {}) {
    const until = Date.now() + timeout;
    for (;;) {
      const last = this.belief.blocks.at(-1);
      if (last?.number === number && !this.belief.partial.length && (!hash || last.hash === hash)) return;
      if (Date.now() > until) throw new Error(`block ${number} was not told within ${timeout} ms; the last was ${last?.number} ${last?.hash}`);
      await new Promise(r => setTimeout(r, 5));
    }
  }
  async stop() {
    this.wanted = false;
    await this.connection?.close();
    await this.done;
  }
}
