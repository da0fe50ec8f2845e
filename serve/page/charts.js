// Chart.js behind one function a kind of chart. A chart is a picture of figures that stand beside it
// in a table, so its canvas is an image with a label; only here do figures become Numbers.

import { h } from './dom.js';

const { Chart } = globalThis;
const charts = new Map(); // by canvas

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const SERIES = ['--series-1', '--series-2', '--series-3'];

function paint(config) {
  const text = colour('--muted');
  const line = colour('--line');
  config.data.datasets.forEach((set, i) => {
    const own = colour(set.colourName ?? SERIES[i % SERIES.length]);
    set.borderColor = own;
    set.backgroundColor = set.isFilled ? `${own}33` : own;
  });
  for (const scale of Object.values(config.options.scales)) {
    scale.ticks.color = text;
    scale.grid.color = line;
    scale.grid.borderColor = line;
    if (scale.title) scale.title.color = text;
  }
  config.options.plugins.legend.labels.color = colour('--text');
  Object.assign(config.options.plugins.tooltip, { backgroundColor: colour('--raised'), titleColor: colour('--text'),
    bodyColor: colour('--text'), borderColor: line, borderWidth: 1 });
}

function scaleOf({ title, format, min, max, type = 'linear' }) {
  return { type, min, max, grid: { drawTicks: false }, title: title ? { display: true, text: title } : undefined,
    ticks: { maxRotation: 0, autoSkipPadding: 16, padding: 6, maxTicksLimit: 7,
      callback: format ? (value => format(value)) : (value => Number(value).toLocaleString('en', { maximumFractionDigits: 6 })) } };
}

function mount(label, config) {
  const canvas = h('canvas', { role: 'img', 'aria-label': label });
  const box = h('div', { class: 'chart' }, canvas);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  // it is measured by where it stands, so it is made once it stands somewhere
  requestAnimationFrame(() => {
    if (!canvas.isConnected) return;
    paint(config);
    const chart = new Chart(canvas, config);
    const again = () => { paint(chart.config); chart.update('none'); };
    dark.addEventListener('change', again);
    addEventListener('themechange', again);
    charts.set(canvas, () => {
      dark.removeEventListener('change', again);
      removeEventListener('themechange', again);
      chart.destroy();
    });
  });
  return box;
}

export function dropCharts(container) {
  for (const canvas of container.querySelectorAll('canvas')) {
    charts.get(canvas)?.();
    charts.delete(canvas);
  }
}

const COMMON = { animation: false, responsive: true, maintainAspectRatio: false, parsing: false, normalized: true };
const FONT = { family: 'system-ui, sans-serif', size: 12 };

function optionsOf({ x, y, hasLegend }) {
  return { ...COMMON, font: FONT, interaction: { mode: 'nearest', axis: 'x', intersect: false },
    layout: { padding: { top: 6, right: 10 } },
    scales: { x: scaleOf(x), y: scaleOf(y) },
    plugins: { legend: { display: hasLegend, align: 'start', labels: { boxWidth: 14, boxHeight: 8, usePointStyle: true, font: FONT, sort: (a, b) => a.datasetIndex - b.datasetIndex } },
      tooltip: { displayColors: false, padding: 8, filter: item => Boolean(item.raw.text),
        callbacks: { title: items => items[0]?.raw.title ?? '', label: item => item.raw.text } } } };
}

/*
 * Lines over x. series: [{ label, points: [{ x, y, title, text }], isStepped, isFilled, isDashed,
 * isMarks, colourName }]; `text` is what a point says, in exact words.
 */
export function lines({ label, series, x = {}, y = {} }) {
  const datasets = series.map(s => ({ label: s.label, data: s.points, stepped: s.isStepped ? 'before' : false, fill: s.isFilled ? 'origin' : false,
    isFilled: s.isFilled, colourName: s.colourName, borderWidth: s.isMarks ? 2 : 1.75, borderDash: s.isDashed ? [5, 4] : [],
    pointRadius: s.isMarks ? 6 : 0, pointHoverRadius: s.isMarks ? 7 : 4, pointStyle: s.pointStyle ?? (s.isMarks ? 'circle' : 'line'), pointHitRadius: 12,
    showLine: !s.isMarks, spanGaps: true, order: s.isMarks ? 0 : 1, tension: 0 }));
  return mount(label, { type: 'line', data: { datasets }, options: optionsOf({ x: { ...x, type: 'linear' }, y, hasLegend: series.length > 1 }) });
}

// A few points as a line of its own, for a row of a table: no axis, no figures.
export function sparkline(values) {
  const known = values.filter(v => v !== null);
  if (known.length < 2) return null;
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  const SVG = 'http://www.w3.org/2000/svg';
  const picture = document.createElementNS(SVG, 'svg');
  const line = document.createElementNS(SVG, 'polyline');
  const points = values.map((v, i) => (v === null ? null : `${(i / (values.length - 1) * 100).toFixed(1)},${(26 - (v - low) / span * 24).toFixed(1)}`));
  line.setAttribute('points', points.filter(Boolean).join(' '));
  picture.setAttribute('viewBox', '0 0 100 28');
  picture.setAttribute('preserveAspectRatio', 'none');
  picture.setAttribute('class', 'sparkline');
  picture.setAttribute('aria-hidden', 'true');
  picture.append(line);
  return picture;
}
