import { h } from '../dom.js';
import { number, time, untilText } from '../format.js';
import { badge, choice, filters, heading, pager, table, timeCell } from '../parts.js';

const tones = { open: 'busy', complete: 'good', short: 'bad', failed: 'bad' };
const kinds = ['increment', 'sweep', 'run-now'];

export const pollsView = {
  async load({ ofTenant, place }) {
    const [tasks, windows] = await Promise.all([
      ofTenant(['poll-tasks'], { limit: 200 }),
      ofTenant(['poll-windows'], { ...place.query, limit: 50 }),
    ]);
    return { tasks: tasks.items, windows };
  },

  render({ tasks, windows }, { place, go }) {
    const objects = [...new Set(tasks.map(({ objectApiName }) => objectApiName))];
    return [
      heading('Polls'),
      h('h2', {}, 'Polled objects'),
      table(
        'Polled objects',
        ['Object', 'Schedule', 'Complete up to', 'Next', 'State'],
        tasks.map(taskRow),
        'This tenant has no polled objects.',
      ),
      h('h2', {}, 'Windows of ERP time'),
      filters(place, go, [
        choice('Object', 'objectApiName', [['', 'All'], ...objects.map((one) => [one, one])], place, go),
        choice('State', 'status', [['', 'All'], ...Object.keys(tones).map((one) => [one, one])], place, go),
        choice('Kind', 'kind', [['', 'All'], ...kinds.map((one) => [one, one])], place, go),
      ]),
      table(
        'Windows, newest first',
        [
          'Opened',
          'Object',
          'Kind',
          'From',
          'To',
          { text: 'Said', end: true },
          { text: 'Received', end: true },
          { text: 'Pages', end: true },
          { text: 'Changed', end: true },
          { text: 'Unchanged', end: true },
          { text: 'Errors', end: true },
          { text: 'Waiting', end: true },
          'State',
        ],
        windows.items.map(windowRow),
        'No window is like this.',
      ),
      pager(place, windows.next),
    ];
  },
};

function taskRow({
  objectApiName,
  dataCenterId,
  schedule,
  timeZone,
  fullSweep,
  checkpoint,
  nextDueAt,
  failures,
  lastError,
  isHeld,
}) {
  const state =
    failures > 0
      ? badge(`failed ${number(failures)}×`, 'bad')
      : isHeld
        ? badge('polling', 'busy')
        : badge('resting', 'calm');
  return h(
    'tr',
    {},
    h('td', {}, objectApiName, ' ', h('span', { class: 'faint' }, dataCenterId)),
    h('td', { class: 'words' }, schedule, ' ', h('span', { class: 'faint' }, timeZone), sweepText(fullSweep)),
    h('td', {}, time(checkpoint)),
    h('td', {}, nextDueAt === null ? 'soon' : untilText(nextDueAt)),
    h('td', { class: 'words' }, state, lastError !== null && ` ${lastError}`),
  );
}

function sweepText(sweep) {
  if (sweep === null) return '';
  const next = sweep.nextDueAt === null ? 'soon' : untilText(sweep.nextDueAt);
  const state = sweep.checkpoint === null ? `next ${next}` : `under way, at ${time(sweep.checkpoint)}`;
  return `; full sweep ${sweep.schedule}, ${state}`;
}

function windowRow({
  openedAt,
  objectApiName,
  kind,
  startTime,
  endTime,
  totalNum,
  received,
  pages,
  readings,
  fates,
  status,
  error,
}) {
  return h(
    'tr',
    {},
    timeCell(openedAt),
    h('td', {}, objectApiName),
    h('td', {}, kind),
    h('td', {}, time(startTime)),
    h('td', {}, time(endTime)),
    h('td', { class: 'end' }, number(totalNum)),
    h('td', { class: 'end' }, number(received)),
    h('td', { class: 'end' }, number(pages), readings > 1 && ` in ${number(readings)} readings`),
    h('td', { class: 'end' }, number(fates.changed)),
    h('td', { class: 'end' }, number(fates.unchanged)),
    h('td', { class: 'end' }, number(fates.errors)),
    h('td', { class: 'end' }, number(fates.waiting)),
    h('td', { class: 'words' }, badge(status, tones[status] ?? 'calm'), error !== null && ` ${error}`),
  );
}
