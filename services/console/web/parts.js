import { h, svg } from './dom.js';
import { fullTime, minute, number, time } from './format.js';
import { hashOf } from './place.js';

/** Sync states, by number, with the tone they are shown in. */
export const states = new Map([
  [1, { name: 'pending', label: 'Pending', tone: 'calm' }],
  [2, { name: 'waiting', label: 'Waiting', tone: 'wait' }],
  [3, { name: 'inFlight', label: 'In flight', tone: 'busy' }],
  [4, { name: 'retrying', label: 'Retrying', tone: 'wait' }],
  [5, { name: 'failed', label: 'Failed', tone: 'bad' }],
  [6, { name: 'success', label: 'Success', tone: 'good' }],
  [7, { name: 'skipped', label: 'Skipped', tone: 'calm' }],
  [8, { name: 'superseded', label: 'Superseded', tone: 'calm' }],
  [9, { name: 'held', label: 'Held', tone: 'wait' }],
  [10, { name: 'unknown', label: 'Outcome unknown', tone: 'bad' }],
]);

export function badge(text, tone) {
  return h('span', { class: `badge ${tone}` }, text);
}

export function stateBadge(status) {
  const { label, tone } = states.get(status) ?? { label: String(status), tone: 'calm' };
  return badge(label, tone);
}

export function timeCell(ms) {
  return h(
    'td',
    { class: 'time' },
    ms ? h('time', { datetime: new Date(ms).toISOString(), title: fullTime(ms) }, time(ms)) : '–',
  );
}

/** A record at one end: its object, id and name. */
export function recordText(object, id, name) {
  return [
    h('span', { class: 'object' }, object),
    ' ',
    id === '' ? h('span', { class: 'name' }, 'not known yet') : h('code', {}, id),
    name !== '' && h('span', { class: 'name' }, name),
  ];
}

export function link(place, text, key) {
  return h('a', { href: hashOf(place), 'data-key': key ?? hashOf(place) }, text);
}

/** A table, or a sentence when there is nothing in it. */
export function table(caption, headings, rows, empty) {
  if (rows.length === 0) return h('p', { class: 'empty' }, empty);
  return h(
    'div',
    { class: 'scroll', role: 'region', 'aria-label': caption, tabindex: 0, 'data-key': `table ${caption}` },
    h(
      'table',
      {},
      h('caption', {}, caption),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          headings.map((one) => headingCell(one)),
        ),
      ),
      h('tbody', {}, rows),
    ),
  );
}

function headingCell(heading) {
  const { text, end } = typeof heading === 'string' ? { text: heading, end: false } : heading;
  return h('th', { scope: 'col', class: end && 'end' }, text);
}

/** Links to the first page and to the one that follows. */
export function pager(place, next) {
  const { after, ...filters } = place.query;
  if (!after && next === null) return null;
  return h(
    'nav',
    { class: 'pager', 'aria-label': 'Pages' },
    after ? link({ ...place, query: filters }, '← Newest', 'newest') : h('span'),
    next !== null && link({ ...place, query: { ...filters, after: next } }, 'Older →', 'older'),
  );
}

/** Bars for each minute of an hour: what arrived, what failed, and the rest. */
export function minuteBars(perMinute, { height = 64, label }) {
  const width = 600;
  const step = width / perMinute.length;
  const most = Math.max(1, ...perMinute.map(({ success, failed, other }) => success + failed + other));
  const bars = perMinute.flatMap(({ at, ...counts }, index) => {
    let y = height;
    return ['success', 'failed', 'other'].flatMap((kind) => {
      if (counts[kind] === 0) return [];
      const size = Math.max(1.5, (counts[kind] / most) * (height - 2));
      y -= size;
      const title = svg('title', {}, `${minute(at)}: ${number(counts[kind])} ${kind}`);
      return svg(
        'rect',
        { class: kind, x: index * step + 1, y, width: step - 2, height: size, rx: 1 },
        title,
      );
    });
  });
  return svg(
    'svg',
    {
      class: 'bars',
      viewBox: `0 0 ${width} ${height}`,
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': label,
    },
    svg('line', { x1: 0, x2: width, y1: height - 0.5, y2: height - 0.5 }),
    bars,
  );
}

/** A choice that goes to another place at once. */
export function choice(label, name, options, place, onGo) {
  const chosen = place.query[name] ?? '';
  return h(
    'label',
    {},
    label,
    h(
      'select',
      { 'data-key': name, onchange: (event) => onGo({ [name]: event.target.value, after: '' }) },
      options.map(([value, text]) => h('option', { value, selected: value === chosen }, text)),
    ),
  );
}

/** A field whose value counts when the form is sent. */
export function field(label, name, place, { type = 'search', placeholder = '' } = {}) {
  return h(
    'label',
    {},
    label,
    h('input', {
      type,
      name,
      value: place.query[name] ?? '',
      placeholder,
      maxlength: 512,
      'data-key': name,
      autocomplete: 'off',
      spellcheck: 'false',
    }),
  );
}

/** The filters above a list. What is chosen or typed becomes part of the address. */
export function filters(place, onGo, children) {
  return h(
    'form',
    {
      class: 'filters',
      role: 'search',
      onsubmit: (event) => {
        event.preventDefault();
        onGo({ ...Object.fromEntries(new FormData(event.target)), after: '' });
      },
    },
    children,
    // Choices count at once; what is typed counts when it is sent.
    children.some((label) => label.querySelector('input') !== null) &&
      h('button', { type: 'submit' }, 'Filter'),
    Object.keys(place.query).length > 0 && link({ ...place, query: {} }, 'Clear', 'clear'),
  );
}

export function heading(text, beside = null) {
  return h('div', { class: 'heading' }, h('h1', {}, text), beside);
}

/** Facts as pairs of a term and what is said of it. */
export function facts(pairs) {
  return h(
    'dl',
    { class: 'facts' },
    pairs
      .filter(([, value]) => value !== null && value !== '')
      .flatMap(([term, value]) => [h('dt', {}, term), h('dd', {}, value)]),
  );
}
