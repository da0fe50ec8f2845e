// What happens on the chain, as it happens: /v1/stream read with fetch, which unlike EventSource can
// carry the token. After a break it goes on behind the last event that was seen (Last-Event-ID).
// Where the stream is away for longer, /v1/status is asked now and then instead.

import { get, headers } from './api.js';

const POLL_MS = 4000;
const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 15000;
const DENIED_MS = 600000; // until somebody gives a token, which restarts it
const SILENCE_MS = 60000; // heartbeats come far more often
const LINE_MAX = 1 << 20;

// Server-sent events out of pieces of text; calls take({ id, event, data }).
export function parser(take, setRetry) {
  let rest = '';
  let event = { id: null, event: 'message', data: [] };
  function line(text) {
    if (text === '') {
      if (event.data.length) take({ id: event.id, event: event.event, data: event.data.join('\n') });
      event = { id: null, event: 'message', data: [] };
      return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) return; // a comment: a heartbeat
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') event.data.push(value);
    else if (field === 'event') event.event = value;
    else if (field === 'id') event.id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) setRetry(Number(value));
  }
  return text => {
    const parts = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = parts.pop();
    if (rest.length > LINE_MAX) throw new Error('a line of the stream is too long');
    parts.forEach(line);
  };
}

// Of a block, "block" comes last: then all of it is there to be asked for.
const WANTED = 'block,finding,status';

/*
 * tell(kind, data): "block", "finding", "status" and "rewound" as the stream tells them, data parsed;
 * and "state": "live", "polling", "lost", "denied". Gives { stop, restart }.
 */
export function follow(tell) {
  let lastId = null;
  let pause = FIRST_PAUSE_MS;
  let told = null;
  let stopped = false;
  let control = null;
  let wake = null;
  let seen = null; // the status that polling saw last

  const setState = state => {
    if (state !== told) tell('state', state);
    told = state;
  };
  const sleep = ms => new Promise(resolve => {
    const timer = setTimeout(resolve, ms);
    wake = () => { clearTimeout(timer); resolve(); };
  });

  async function stream() {
    control = new AbortController();
    const mine = control;
    let quiet = setTimeout(() => mine.abort(), SILENCE_MS);
    try {
      const response = await fetch(`/v1/stream?kinds=${WANTED}`, { credentials: 'omit', cache: 'no-store', signal: mine.signal,
        headers: { Accept: 'text/event-stream', ...headers(), ...(lastId === null ? {} : { 'Last-Event-ID': lastId }) } });
      if (!response.ok || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
        await response.body?.cancel();
        return;
      }
      setState('live');
      seen = null;
      const feed = parser(message => {
        if (message.id !== null) lastId = message.id;
        pause = FIRST_PAUSE_MS;
        if (message.data) tell(message.event, JSON.parse(message.data));
      }, ms => { pause = Math.min(Math.max(ms, FIRST_PAUSE_MS), LAST_PAUSE_MS); });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(quiet);
        quiet = setTimeout(() => mine.abort(), SILENCE_MS);
        feed(value);
      }
    } catch (e) {
      if (e.name !== 'AbortError' && !(e instanceof TypeError)) console.error(e); // a TypeError is a broken connection
    } finally {
      clearTimeout(quiet);
    }
  }

  async function poll() {
    try {
      const status = await get('/v1/status');
      setState('polling');
      const before = seen;
      seen = status;
      if (!before) return;
      if (status.reorgs.count > before.reorgs.count) tell('rewound', { to: status.reorgs.items[0].fork });
      if (status.indexed && status.indexed.hash !== before.indexed?.hash) tell('block', status.indexed);
    } catch (e) {
      setState(e.status === 401 ? 'denied' : 'lost'); // which the page then says
    }
  }

  async function run() {
    for (;;) {
      await stream();
      if (told === 'live') setState('lost');
      const until = Date.now() + pause;
      pause = Math.min(pause * 2, LAST_PAUSE_MS);
      do {
        await sleep(Math.min(POLL_MS, Math.max(until - Date.now(), 0)));
        if (stopped) return;
        await poll();
        if (told === 'denied') await sleep(DENIED_MS);
      } while (Date.now() < until);
    }
  }

  run();
  return {
    stop: () => { stopped = true; control?.abort(); wake?.(); },
    restart: () => { control?.abort(); wake?.(); },
  };
}
