import { h } from '../dom.js';
import { fullTime, number, time, untilText } from '../format.js';
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
import { syncTable } from './syncs.js';

const stateChoices = [...states.values()].map(({ name, label }) => [name, label]);

export const mappingsView = {
  load({ ofTenant, place }) {
    const { id, ...query } = place.query;
    if (!id) return ofTenant(['mappings'], { ...query, limit: 50 });
    return findById(ofTenant, id, query);
  },

  render({ items, next }, { place, go }) {
    return [
      heading('Mappings'),
      filters(place, go, [
        field('Record id', 'id', place, { placeholder: 'in the CRM or the ERP' }),
        field('CRM object', 'crmObject', place, { placeholder: 'AccountObj' }),
        field('ERP object', 'erpObject', place, { placeholder: 'BD_Customer' }),
        choice('Last sync', 'lastSyncStatus', [['', 'All'], ...stateChoices], place, go),
        choice(
          'Mapping',
          'status',
          [
            ['', 'All'],
            ['inForce', 'In force'],
            ['reserved', 'Reserved'],
            ['voided', 'Voided'],
          ],
          place,
          go,
        ),
      ]),
      mappingTable(items, place.tenant),
      pager(place, next),
    ];
  },
};

/** An id may be either side's: both are asked for, and each row is shown once. */
async function findById(ofTenant, id, query) {
  const pages = await Promise.all(
    ['crmId', 'erpId'].map((side) => ofTenant(['mappings'], { ...query, after: '', [side]: id, limit: 100 })),
  );
  const rows = new Map(pages.flatMap(({ items }) => items).map((row) => [row.id, row]));
  return { items: [...rows.values()].sort((a, b) => b.updatedAt - a.updatedAt), next: null };
}

function mappingTable(items, tenant) {
  const rows = items.map((row) =>
    h(
      'tr',
      {},
      h(
        'td',
        {},
        link(
          { tenant, view: 'mappings', id: row.id },
          recordText(row.crmObject, row.crmId, row.crmName),
          row.id,
        ),
      ),
      h('td', {}, recordText(row.erpObject, row.erpId, row.erpName)),
      h('td', {}, stateBadge(row.lastSyncStatus), row.status !== 1 && badge(row.statusText, 'calm')),
      h(
        'td',
        { class: 'words' },
        row.doing ?? row.remark,
        row.nextDueAt !== null && h('span', { class: 'faint' }, ` (${untilText(row.nextDueAt)})`),
      ),
      timeCell(row.updatedAt),
    ),
  );
  return table(
    'Mapping rows, newest first',
    ['CRM', 'ERP', 'Last sync', 'What it does', 'Changed'],
    rows,
    'No mapping row is like this.',
  );
}

export const mappingView = {
  async load({ ofTenant, place }) {
    const [row, syncs] = await Promise.all([
      ofTenant(['mappings', place.id]),
      ofTenant(['mappings', place.id, 'syncs'], { limit: 20, after: place.query.after }),
    ]);
    return { row, syncs };
  },

  render({ row, syncs }, { place }) {
    const { state } = row;
    return [
      heading(row.crmName || row.erpName || row.crmId || row.erpId, stateBadge(row.lastSyncStatus)),
      state.phase !== 'atRest' &&
        h(
          'p',
          { class: 'said' },
          state.words,
          state.nextDueAt !== null &&
            `. It goes on by itself ${untilText(state.nextDueAt)}, at ${time(state.nextDueAt)}.`,
        ),
      h(
        'section',
        { class: 'card' },
        facts(
          [
            ['CRM', recordText(row.crmObject, row.crmId, row.crmName)],
            [
              'ERP',
              [
                recordText(row.erpObject, row.erpId, row.erpName),
                h('span', { class: 'faint' }, ` in ${row.dataCenterId}`),
              ],
            ],
            ['Mapping', `${row.statusText}, began in the ${row.beganOn.toUpperCase()}`],
            ['Streams', streamNames(row.streams)],
            ['Waits for', state.waitsFor.join(', ')],
            ['Failure', state.failure && `${state.failure.code}: ${state.failure.message}`],
            ['Failed attempts', state.attempts > 0 ? number(state.attempts) : ''],
            [
              'Queued behind it',
              state.queued.map((side) => `a newer change of the ${side.toUpperCase()}`).join(', '),
            ],
            [
              'Not settled yet',
              state.unresolved.map((syncId) => [
                link({ tenant: place.tenant, view: 'syncs', id: syncId }, syncId, `open ${syncId}`),
                ' ',
              ]),
            ],
            ['Remark', row.remark],
            ['Since', fullTime(row.createdAt)],
            ['Id', h('code', {}, row.id)],
          ].filter(([, value]) => !Array.isArray(value) || value.length > 0),
        ),
      ),
      h('h2', {}, 'Syncs of this pair'),
      syncTable(syncs.items, place.tenant),
      pager(place, syncs.next),
    ];
  },
};

function streamNames({ toErp, toCrm }) {
  const shown = [
    toErp && `${toErp.name}${toErp.enabled ? '' : ' (off)'}`,
    toCrm && `${toCrm.name}${toCrm.enabled ? '' : ' (off)'}`,
  ];
  return shown.filter(Boolean).join(' and ') || 'none is left';
}
