import { h } from '../dom.js';
import { bytes, prettyJson, time } from '../format.js';
import { choice, facts, filters, heading, pager } from '../parts.js';

const topics = [
  'crm.events',
  'erp.records',
  'erp.writes',
  'erp.write-results',
  'crm.writes',
  'crm.write-results',
  'crm.reads',
  'sync.outcomes',
];

export const deadLettersView = {
  load: ({ read, place }) => read(['dead-letters'], { ...place.query, limit: 20 }),

  render({ items, next }, { place, go }) {
    return [
      heading('Dead letters'),
      h(
        'p',
        { class: 'faint' },
        'Messages that no one could read. They were left out, and their topics went on.',
      ),
      filters(place, go, [
        choice('Topic', 'topic', [['', 'All'], ...topics.map((one) => [one, one])], place, go),
      ]),
      items.length === 0 && h('p', { class: 'empty' }, 'There are none.'),
      h('div', { class: 'stack' }, items.map(letterCard)),
      pager(place, next),
    ];
  },
};

function letterCard({ topic, partition, offset, key, reason, at, headers, value }) {
  const id = `${topic}/${partition}/${offset}`;
  const others = Object.entries(headers).filter(
    ([name]) => !['reason', 'topic', 'partition', 'offset'].includes(name),
  );
  return h(
    'section',
    { class: 'card' },
    h('div', { class: 'card-head' }, h('h2', {}, reason), h('span', { class: 'faint' }, time(at))),
    facts([
      ['Where', h('code', {}, `${topic}, partition ${partition}, offset ${offset}`)],
      ['Key', key === null ? null : h('code', {}, key)],
      [
        'Headers',
        others.length === 0
          ? null
          : h('code', {}, others.map(([name, text]) => `${name}: ${text}`).join('\n')),
      ],
    ]),
    value === null
      ? h('p', { class: 'faint' }, 'It had no value.')
      : h(
          'details',
          { 'data-key': `value ${id}` },
          h(
            'summary',
            { 'data-key': `summary ${id}` },
            `Value, ${bytes(value.bytes)}${value.encoding === 'base64' ? ', not text: shown as base64' : ''}`,
          ),
          h(
            'pre',
            { tabindex: 0, 'data-key': `text ${id}` },
            value.encoding === 'utf8' && /^\s*[{[]/.test(value.content)
              ? prettyJson(value.content)
              : value.content,
          ),
        ),
  );
}
