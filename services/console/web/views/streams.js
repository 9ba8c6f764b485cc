import { h } from '../dom.js';
import { number } from '../format.js';
import { badge, heading, link, minuteBars, pager, states } from '../parts.js';

export const streamsView = {
  load: ({ ofTenant, place }) => ofTenant(['streams'], { limit: 50, after: place.query.after }),

  render({ items, next }, { place }) {
    return [
      heading('Streams'),
      items.length === 0 && h('p', { class: 'empty' }, 'This tenant has no streams.'),
      h(
        'div',
        { class: 'cards' },
        items.map((stream) => streamCard(stream, place)),
      ),
      pager(place, next),
    ];
  },
};

function streamCard(stream, { tenant }) {
  const { id, name, direction, source, dest, enabled, lastHour, open } = stream;
  return h(
    'section',
    { class: 'card' },
    h(
      'div',
      { class: 'card-head' },
      h('h2', {}, link({ tenant, view: 'syncs', query: { stream: id } }, name, `stream ${id}`)),
      enabled ? badge('on', 'good') : badge('off', 'wait'),
    ),
    h(
      'p',
      { class: 'route' },
      h('span', { class: 'side' }, direction === 'crm-to-erp' ? 'CRM' : 'ERP'),
      source,
      h('span', { class: 'arrow' }, '→'),
      h('span', { class: 'side' }, direction === 'crm-to-erp' ? 'ERP' : 'CRM'),
      dest,
    ),
    minuteBars(lastHour.perMinute, {
      height: 36,
      label: `${lastHour.success} synced and ${lastHour.failed} failed in the last hour`,
    }),
    h(
      'p',
      { class: 'counts' },
      `${number(lastHour.success)} synced, ${number(lastHour.failed + lastHour.unknown)} failed in the last hour`,
    ),
    openCounts(open, { tenant, id }),
    details(stream),
  );
}

function openCounts(open, { tenant, id }) {
  if (open === null) return h('p', { class: 'counts faint' }, 'What is open is not known just now.');
  const shown = [...states.values()].filter(({ name }) => open[name] > 0);
  if (shown.length === 0) return h('p', { class: 'counts faint' }, 'Nothing is open.');
  const items = shown.map(({ name, label, tone }) =>
    link(
      { tenant, view: 'mappings', query: { streamId: id, lastSyncStatus: name } },
      badge(`${number(open[name])} ${label.toLowerCase()}`, tone),
      `open ${id} ${name}`,
    ),
  );
  return h('p', { class: 'counts badges' }, items);
}

function details({ id, dataCenterId, triggers, filter, fields, details: detailMappings }) {
  const all = [
    { title: 'Fields', fields },
    ...detailMappings.map((one) => ({ title: `Rows of ${one.source} → ${one.dest}`, fields: one.fields })),
  ];
  return h(
    'details',
    { 'data-key': `details ${id}` },
    h(
      'summary',
      { 'data-key': `summary ${id}` },
      `${number(fields.length)} fields, data center ${dataCenterId}`,
    ),
    h('p', { class: 'faint' }, `Id ${id}. Moved on ${triggers.join(', ')}.`),
    filter !== null && h('p', {}, 'Only records where ', h('code', {}, filter)),
    all.map(({ title, fields: some }) => [
      h('h3', {}, title),
      h('ul', { class: 'fields' }, some.map(fieldItem)),
    ]),
  );
}

function fieldItem(field) {
  const notes = [
    field.required && 'required',
    field.lookup !== null && `looked up as ${field.lookup}`,
    field.reference !== null && `the mapped id of a ${field.reference.object}`,
    field.options !== null && 'by options',
    field.default !== undefined && `default ${JSON.stringify(field.default)}`,
  ].filter(Boolean);
  return h(
    'li',
    {},
    h('code', {}, field.to),
    ' ← ',
    h('code', {}, originOf(field)),
    notes.length > 0 && h('span', { class: 'faint' }, ` ${notes.join(', ')}`),
  );
}

function originOf({ from, value, expression }) {
  return from ?? expression ?? JSON.stringify(value);
}
