import { h } from '../dom.js';
import { bytes, fullTime, number, prettyJson, time } from '../format.js';
import {
  badge,
  choice,
  facts,
  field,
  filters,
  heading,
  link,
  pager,
  recordText,
  stateBadge,
  states,
  table,
  timeCell,
} from '../parts.js';

const stateChoices = [...states.values()].map(({ name, label }) => [name, label]);
const errorClasses = ['transient', 'unknown', 'rejected', 'broken', 'partial', 'loop'];

export const syncsView = {
  async load({ ofTenant, place }) {
    const [syncs, streams] = await Promise.all([
      ofTenant(['syncs'], { ...place.query, limit: 50 }),
      ofTenant(['streams'], { limit: 200 }),
    ]);
    return { syncs, streams: streams.items };
  },

  render({ syncs, streams }, { place, go }) {
    return [
      heading('Syncs'),
      filters(place, go, [
        field('Record id', 'id', place, { placeholder: 'at either end' }),
        field('Object', 'object', place, { placeholder: 'AccountObj' }),
        choice('Stream', 'stream', [['', 'All'], ...streams.map(({ id, name }) => [id, name])], place, go),
        choice('State', 'status', [['', 'All'], ...stateChoices], place, go),
        choice('Failure', 'errorClass', [['', 'All'], ...errorClasses.map((one) => [one, one])], place, go),
      ]),
      syncTable(syncs.items, place.tenant),
      pager(place, syncs.next),
    ];
  },
};

export function syncTable(items, tenant) {
  const rows = items.map((sync) =>
    h(
      'tr',
      {},
      timeCell(sync.updatedAt),
      h('td', {}, stateBadge(sync.status)),
      h('td', {}, link({ tenant, view: 'syncs', id: sync.syncId }, sync.operation || 'sync', sync.syncId)),
      h('td', {}, recordText(sync.source.objectApiName, sync.source.dataId, sync.source.name)),
      h('td', {}, recordText(sync.dest.objectApiName, sync.dest.dataId, sync.dest.name)),
      h('td', { class: 'words' }, sync.errorMessage ?? ''),
    ),
  );
  return table(
    'Syncs, newest first',
    ['Changed', 'State', 'Operation', 'From', 'To', 'Message'],
    rows,
    'No sync is like this.',
  );
}

export const syncView = {
  async load({ ofTenant, place }) {
    const [sync, streams] = await Promise.all([
      ofTenant(['syncs', place.id]),
      ofTenant(['streams'], { limit: 200 }),
    ]);
    return { sync, streamName: streams.items.find(({ id }) => id === sync.streamId)?.name ?? sync.streamId };
  },

  render({ sync, streamName }, { place: { tenant } }) {
    const { source, dest } = sync;
    return [
      heading(
        `${capital(sync.operation || 'sync')} of ${source.name || source.dataId}`,
        stateBadge(sync.status),
      ),
      sync.errorMessage && h('p', { class: 'said' }, sync.errorMessage),
      h(
        'section',
        { class: 'card' },
        facts([
          ['From', recordText(source.objectApiName, source.dataId, source.name)],
          ['To', recordText(dest.objectApiName, dest.dataId, dest.name)],
          ['Direction', sync.direction === 'crm-to-erp' ? 'CRM to ERP' : 'ERP to CRM'],
          ['Stream', link({ tenant, view: 'syncs', query: { stream: sync.streamId } }, streamName)],
          ['Mapping', link({ tenant, view: 'mappings', id: sync.rowId }, sync.rowId)],
          ['Failure', sync.errorClass && `${sync.errorClass}${sync.errorCode ? `, ${sync.errorCode}` : ''}`],
          [
            'Settled by',
            sync.resolvedBy && link({ tenant, view: 'syncs', id: sync.resolvedBy }, sync.resolvedBy),
          ],
          ['Attempts', number(sync.attempts)],
          ['Began', fullTime(sync.createdAt)],
          ['Id', h('code', {}, sync.syncId)],
        ]),
      ),
      h('h2', {}, 'What happened'),
      sync.events.length === 0 && h('p', { class: 'empty' }, 'Nothing was written down.'),
      h(
        'ol',
        { class: 'timeline' },
        sync.events.map((event) => eventItem(event, sync, tenant)),
      ),
    ];
  },
};

const kindTones = {
  failed: 'bad',
  retrying: 'wait',
  waiting: 'wait',
  held: 'wait',
  deferred: 'wait',
  unknown: 'bad',
  sent: 'busy',
  accepted: 'good',
  resolved: 'good',
  adopted: 'good',
};

const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

function eventItem(event, sync, tenant) {
  const ended = event.kind === 'finished' ? states.get(sync.status)?.tone : undefined;
  const tone = ended ?? (Object.hasOwn(kindTones, event.kind) ? kindTones[event.kind] : 'calm');
  return h(
    'li',
    { class: tone },
    h(
      'p',
      { class: 'event' },
      h('time', { datetime: new Date(event.at).toISOString(), title: fullTime(event.at) }, time(event.at)),
      badge(event.kind, tone),
      h('span', { class: 'words' }, event.message),
    ),
    event.body && bodyDetails(event, sync, tenant),
  );
}

function bodyDetails({ id, body: { text, characters, isCut } }, { syncId }, tenant) {
  if (text === null) return h('p', { class: 'faint' }, 'The record of this step is kept no longer.');
  const whole = ['', 'api', 'tenants', tenant, 'syncs', syncId, 'events', id, 'body']
    .map(encodeURIComponent)
    .join('/');
  return h(
    'details',
    { 'data-key': `body ${id}` },
    h('summary', { 'data-key': `summary ${id}` }, `Record, ${bytes(characters)}`),
    h('pre', { tabindex: 0, 'data-key': `text ${id}` }, prettyJson(text)),
    isCut &&
      h('p', {}, 'This is its beginning. ', h('a', { href: whole, 'data-key': `whole ${id}` }, 'All of it')),
  );
}
