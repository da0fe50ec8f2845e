// Elements out of values. Text from the chain only ever becomes a text node: nothing here parses
// markup, and style attributes are refused (the page's policy would drop them).

const SVG = 'http://www.w3.org/2000/svg';

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child);
  }
  return element;
}

function set(element, props) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'data') Object.assign(element.dataset, value);
    else if (name === 'value' && 'value' in element && element.tagName !== 'DATA') element.value = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  return element;
}

export const h = (tag, props, ...children) => append(set(document.createElement(tag), props), children);

export const svg = (tag, props, ...children) => append(set(document.createElementNS(SVG, tag), props), children);

export const hidden = text => h('span', { class: 'visually-hidden' }, text);

const ICONS = {
  error: 'M8 1 15 14.5H1zM8 6v4M8 11.6v1.2',
  warning: 'M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2zM8 4.4v4.4M8 10.6v1.4',
  info: 'M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2zM8 4.4v1.4M8 7.4v4.4',
  ok: 'M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2zM4.8 8.2l2.2 2.3 4.2-4.8',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  theme: 'M8 1.5a6.5 6.5 0 1 0 0 13zM8 1.5a6.5 6.5 0 0 1 0 13z',
};

export const icon = name => svg('svg', { class: `icon icon-${name}`, viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' },
  svg('path', { d: ICONS[name] }));

// How the focused element is found again among its successors: by key, else by where it leads.
const keyOf = element => element.dataset.key ?? element.id ?? '';
const traceOf = element => keyOf(element) || element.getAttribute('href') || element.getAttribute('aria-label') || '';

// Replaces what is in a container; focus, open details and places of scrolling regions stay.
export function swap(container, ...children) {
  const focused = container.contains(document.activeElement) ? document.activeElement : null;
  const trace = focused ? traceOf(focused) : '';
  const open = new Set([...container.querySelectorAll('details[open][data-key]')].map(d => d.dataset.key));
  const scrolled = new Map([...container.querySelectorAll('[data-key]')].filter(e => e.scrollLeft || e.scrollTop)
    .map(e => [e.dataset.key, [e.scrollLeft, e.scrollTop]]));
  container.replaceChildren();
  append(container, children);
  for (const details of container.querySelectorAll('details[data-key]')) if (open.has(details.dataset.key)) details.open = true;
  for (const e of container.querySelectorAll('[data-key]')) {
    const place = scrolled.get(e.dataset.key);
    if (place) [e.scrollLeft, e.scrollTop] = place;
  }
  if (trace) {
    const again = [...container.querySelectorAll('a, button, input, select, summary, [tabindex]')].find(e => traceOf(e) === trace);
    again?.focus({ preventScroll: true });
  }
}

// Text to the clipboard; pages that were not served over a safe origin have none.
export async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = h('textarea', { class: 'visually-hidden', 'aria-hidden': 'true' });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) throw new Error('the browser refused');
}

// A button that copies; `label` says what.
export function copyButton(text, label, caption) {
  const said = h('span', { class: 'visually-hidden', role: 'status' });
  const button = h('button', { type: 'button', class: caption ? 'button' : 'copy', 'aria-label': caption ? null : `Copy ${label}`,
    title: `Copy ${label}`, 'data-action': 'copy', onclick: async () => {
      const full = typeof text === 'function' ? text() : text;
      try {
        await copy(full);
        said.textContent = `Copied ${label}.`;
        button.classList.add('done');
      } catch (e) {
        said.textContent = `Could not copy: ${e.message}.`;
        button.classList.add('failed');
      }
      setTimeout(() => { button.classList.remove('done', 'failed'); said.textContent = ''; }, 2000);
    } }, icon('copy'), caption);
  return [button, said];
}
