// Tables that scroll within themselves on a narrow screen, never the page.

import { h } from './dom.js';

let ids = 0;

/*
 * columns: [{ label, isNumber, cell(row), title }]; the first one heads its row. `key(row)` names a
 * row for tests (data-row).
 */
export function table({ caption, columns, rows, key, isCaptionHidden = true, foot, view }) {
  const id = `table-${++ids}`;
  const head = columns.map(c => h('th', { scope: 'col', class: c.isNumber ? 'number' : null, title: c.title }, c.label));
  const body = rows.map(row => h('tr', { data: { row: key ? key(row) : '' } }, columns.map((c, i) =>
    h(i ? 'td' : 'th', { scope: i ? null : 'row', class: c.isNumber ? 'number' : null }, c.cell(row)))));
  return h('div', { class: 'scroll', role: 'group', tabindex: '0', 'aria-labelledby': id, data: { key: `scroll-${caption}`, ...(view ? { table: view } : {}) } },
    h('table', {}, h('caption', { id, class: isCaptionHidden ? 'visually-hidden' : null }, caption),
      h('thead', {}, h('tr', {}, head)), h('tbody', {}, body), foot ? h('tfoot', {}, foot) : null));
}

// What a chart shows, in words and figures, for who cannot see it or wants the figures.
export const tableBeside = (key, content) => h('details', { class: 'as-table', data: { key } }, h('summary', {}, 'Show as table'), content);
