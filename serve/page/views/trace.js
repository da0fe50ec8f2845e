// A formula with its numbers filled in.

import { h } from '../dom.js';
import { fillIn, group, isInteger } from '../format.js';

const shown = value => (value === null || value === undefined ? 'not computable' : isInteger(String(value)) ? group(String(value)) : String(value));

// trace: [{ name, expression, inputs, value }] as findings, quotes and explanations carry it.
export function formulas(trace, name = 'trace') {
  return h('ol', { class: 'formula' }, trace.map(step => h('li', { data: { step: step.name } },
    h('p', { class: 'name' }, step.name),
    h('code', { class: 'step-line' }, '= ', step.expression),
    Object.keys(step.inputs ?? {}).length ? h('code', { class: 'step-line filled' }, '= ', fillIn(step.expression, step.inputs)) : null,
    h('code', { class: 'step-line value' }, '= ', h('data', { class: 'figure', value: step.value ?? 'null',
      data: { figure: `${name}.${step.name}`, value: step.value ?? 'null' } }, shown(step.value))))));
}
