// Requests to the API of the same program. Answers are JSON documents, errors problem documents
// (RFC 9457). The bearer token, where one is needed, is kept for the tab's life only.

const TOKEN = 'token';

export class Problem extends Error {
  constructor(status, title, detail) {
    super(detail ? `${title}: ${detail}` : title);
    this.status = status;
    this.title = title;
    this.detail = detail;
  }
}

export const token = {
  get: () => sessionStorage.getItem(TOKEN),
  set: value => sessionStorage.setItem(TOKEN, value),
  drop: () => sessionStorage.removeItem(TOKEN),
};

export const headers = () => (token.get() ? { Authorization: `Bearer ${token.get()}` } : {});

let onDenied = () => {};
export const whenDenied = call => { onDenied = call; };

export function url(path, params = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) if (value !== null && value !== undefined && value !== '') query.set(name, value);
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

async function problemOf(response) {
  let document = {};
  try {
    document = await response.json();
  } catch {
    // an answer that is none of ours, a proxy's perhaps: its status says what there is to say
  }
  return new Problem(response.status, document.title ?? `HTTP ${response.status}`, document.detail ?? response.statusText);
}

// How many items this server gives at once, from /v1/protocols; more is refused.
let pageMax = 100;
export const allowPages = most => { pageMax = most; };

export async function get(path, params, signal) {
  let response;
  const asked = params?.limit > pageMax ? { ...params, limit: pageMax } : params;
  try {
    response = await fetch(url(path, asked), { headers: headers(), signal, credentials: 'omit' });
  } catch (e) {
    if (e.name === 'AbortError') throw e;
    throw new Problem(0, 'No answer', 'The program cannot be reached. It may have been stopped.');
  }
  if (response.status === 401) onDenied();
  if (!response.ok) throw await problemOf(response);
  return response.json();
}

// The items of a list, `most` at most, however many pages they are: { items, isWhole, at }.
export async function getAll(path, params, signal, most = 20000) {
  const items = [];
  let after = null;
  let at = null;
  do {
    const page = await get(path, { ...params, limit: Math.min(pageMax, most - items.length), after }, signal);
    items.push(...page.items);
    at = page.at ?? at;
    after = page.next;
  } while (after !== null && items.length < most);
  return { items, isWhole: after === null, at };
}
