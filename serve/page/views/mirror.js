// The mirror itself: how far it is, how far what it holds is proved, its nodes, its reorganisations.

import { get } from '../api.js';
import { h, icon } from '../dom.js';
import { blockLink, count, facts, hex, nothing } from '../figure.js';
import { duration, group, time, words } from '../format.js';
import { panel, panels } from '../panel.js';
import { at, state } from '../state.js';
import { table } from '../table.js';

const block = (name, b) => (b ? [blockLink(name, b.number), ' ', b.timestamp === null ? null : time(b.timestamp), ' ', hex(`${name}_hash`, b.hash)] : nothing(name));

const load = signal => get('/v1/status', at(), signal);

function progress() {
  return panel({ name: 'progress', title: 'How far it is', load, render: s => facts([
    ['State', h('span', { class: `severity ${s.state === 'ok' ? 'ok' : 'error'}`, data: { figure: 'status.state', value: s.state } }, icon(s.state === 'ok' ? 'ok' : 'error'), s.state === 'ok' ? 'OK' : words(s.state))],
    s.reason ? ['Reason', s.reason] : null,
    ['Chain', count('status.chain_id', s.chain_id)],
    ['Newest block', block('status.indexed', s.indexed)],
    ['Head as the node tells it', block('status.node_head', s.node_head)],
    ['Finalized', s.finalized === null ? nothing('status.finalized') : blockLink('status.finalized', s.finalized)],
    ['Behind', s.lag ? [count('status.lag', s.lag.blocks), ` blocks, ${duration(String(s.lag.seconds))}`] : nothing('status.lag')],
    ['Events', count('status.events', s.events)],
    ['Checks', [count('status.checks.passed', s.checks.passed), ' passed, ', count('status.checks.failed', s.checks.failed), ' failed']],
    s.rate ? ['In the last minute', [count('status.rate.blocks', s.rate.blocks), ' blocks, ', count('status.rate.events', s.rate.events), ' events']] : null,
    ['Written by', s.daemon ? `process ${s.daemon.pid}, since ${time(s.daemon.since)}` : 'nobody now'],
    ['Store', [count('status.store_bytes', s.store_bytes), ' bytes']],
    ['Digest', hex('status.digest', s.digest, { isWhole: true, hasCopy: true })],
  ]) });
}

function proved() {
  return panel({ name: 'proved', title: 'How far blocks are proved', load, empty: 'Nothing is proved up to this block.',
    render: s => (s.proved.length ? [table({ caption: 'Ranges of proved blocks', view: 'proved', rows: [...s.proved].reverse(), key: r => r.from, columns: [
      { label: 'Blocks', cell: r => [blockLink('proved.from', r.from), ' to ', blockLink('proved.to', r.to)] },
      { label: 'Held', isNumber: true, cell: r => count('proved.blocks', r.blocks) },
      { label: 'Proved', cell: r => h('span', { class: 'tag', data: { figure: 'proved.level', value: r.level } }, r.level) },
    ] }), s.proved_truncated ? h('p', { class: 'note' }, 'The newest 1,000 ranges.') : null] : null) });
}

function nodes() {
  return panel({ name: 'nodes', title: 'Nodes', isWide: true, load, empty: 'No node is known.',
    render: s => (s.nodes?.length ? table({ caption: 'Nodes', view: 'nodes', rows: s.nodes, key: n => n.node, columns: [
      { label: 'Node', cell: n => h('bdi', {}, n.node) },
      { label: 'State', cell: n => (n.quarantined ? h('span', { class: 'severity error' }, icon('error'), 'lied, left alone')
        : n.paused_ms > 0 ? h('span', { class: 'severity warning' }, icon('warning'), 'had trouble') : h('span', { class: 'severity ok' }, icon('ok'), 'asked')) },
      { label: 'Head', isNumber: true, cell: n => (n.head === null ? nothing('node.head') : blockLink('node.head', n.head)) },
      { label: 'Latency', isNumber: true, cell: n => [count('node.latency_ms', n.latency_ms), ' ms'] },
      ...['answers', 'troubles', 'rate_limited', 'hedges', 'lies', 'omissions'].map(name => ({ label: words(name), isNumber: true, cell: n => count(`node.${name}`, n[name]) })),
    ] }) : null) });
}

function reorgs() {
  return panel({ name: 'reorgs', title: 'Reorganisations', isWide: true, load, empty: 'None so far.',
    render: s => (s.reorgs.items.length ? table({ caption: 'Reorganisations, newest first', view: 'reorgs', rows: s.reorgs.items, key: r => r.number, columns: [
      { label: 'Number', cell: r => group(r.number) },
      { label: 'Kept', cell: r => block('reorg.fork', r.fork) },
      { label: 'Dropped up to', cell: r => block('reorg.old', r.old) },
      { label: 'Noticed at head', cell: r => block('reorg.head', r.head) },
      { label: 'Depth', isNumber: true, cell: r => count('reorg.depth', r.depth) },
      { label: 'Blocks dropped', isNumber: true, cell: r => count('reorg.dropped', r.dropped) },
      { label: 'Findings withdrawn', isNumber: true, cell: r => count('reorg.withdrawn', r.withdrawn) },
    ] }) : null) });
}

function checks() {
  return panel({ name: 'checks', title: 'What is checked', isWide: true, load: async () => [...state.protocols.values()].map(p => ({ title: p.title, checks: p.checks })),
    render: all => all.map(p => h('details', { data: { key: `checks-${p.title}` } }, h('summary', {}, `${p.title}: ${p.checks.length} checks`),
      table({ caption: `Checks of ${p.title}`, view: 'checks', rows: p.checks, key: c => c.id, columns: [
        { label: 'Check', cell: c => h('code', {}, c.id) }, { label: 'Level', cell: c => c.level }, { label: 'Severity', cell: c => c.severity },
        { label: 'Holds when', cell: c => h('span', { class: 'prose' }, c.sentence) }] }))) });
}

export function mirrorView() {
  return { name: 'mirror', title: 'Mirror', intro: h('p', {}, 'What this copy is of, how sure it is, and how it is doing.'), ...panels([progress(), proved(), nodes(), reorgs(), checks()]) };
}
