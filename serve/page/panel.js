// A part of a view that loads by itself: while it loads, when it is empty, when it failed, when it
// is there. It is loaded anew when the moment or the chain moved, and painted anew only if its
// document changed.

import { dropCharts } from './charts.js';
import { h, icon, swap } from './dom.js';

export function problemBox(problem, retry) {
  return h('div', { class: 'problem', role: 'alert', data: { state: 'error' } }, icon('error'),
    h('div', {}, h('p', { class: 'problem-title' }, problem.title ?? 'Something went wrong on this page'),
      h('p', {}, problem.detail ?? problem.message),
      retry ? h('button', { type: 'button', class: 'button', onclick: retry, data: { key: 'retry' } }, 'Try again') : null));
}

export const emptyBox = text => h('p', { class: 'empty', data: { state: 'empty' } }, text);

const HELD = 30; // seconds that an error of a refresh stands over what was there before

let ids = 0;

/*
 * load(signal) gives the panel's document; render(document) nodes, or null where there is nothing,
 * which `empty` says in words. `head`: nodes beside the heading.
 */
export function panel({ name, title, load, render, empty = 'Nothing here.', head, isWide = false }) {
  const id = `panel-${++ids}`;
  const body = h('div', { class: 'panel-body', 'aria-busy': 'true' }, h('p', { class: 'loading', data: { state: 'loading' } }, 'Loading…'));
  const element = h('section', { class: isWide ? 'panel wide' : 'panel', 'aria-labelledby': id, data: { panel: name } },
    h('div', { class: 'panel-head' }, h('h2', { id }, title), head), body);
  let running = null;
  let painted = null;
  let failedSince = 0;

  function paint(...children) {
    dropCharts(body);
    swap(body, ...children);
  }

  async function refresh() {
    running?.abort();
    const mine = running = new AbortController();
    body.setAttribute('aria-busy', 'true');
    try {
      const document = await load(mine.signal);
      if (mine.signal.aborted) return;
      failedSince = 0;
      const text = JSON.stringify(document);
      if (text !== painted) {
        paint(render(document) ?? emptyBox(empty));
        painted = text;
      }
      element.dataset.ready = 'true';
    } catch (e) {
      if (e.name === 'AbortError' || mine.signal.aborted) return;
      if (!(e.status >= 0)) console.error(e);
      failedSince ||= Date.now();
      // a moment's trouble does not take away what was shown
      if (painted === null || e.status >= 400 || Date.now() - failedSince > HELD * 1000) {
        paint(problemBox(e, refresh));
        painted = null;
      }
      element.dataset.ready = 'failed';
    } finally {
      if (running === mine) body.removeAttribute('aria-busy');
    }
  }

  return { element, refresh, close: () => { running?.abort(); dropCharts(body); } };
}

// A view of panels: what most views are.
export function panels(list) {
  const all = list.filter(Boolean);
  return { element: h('div', { class: 'panels' }, all.map(p => p.element)),
    refresh: () => Promise.all(all.map(p => p.refresh())), close: () => all.forEach(p => p.close()) };
}
