import { h } from '../dom.js';
import { minute, number } from '../format.js';
import { hashOf } from '../place.js';
import { badge, heading, link, minuteBars, recordText, stateBadge, states, table } from '../parts.js';

/** What is open, in the order of urgency. */
const openNames = ['failed', 'unknown', 'retrying', 'waiting', 'held', 'inFlight', 'pending'];
const byName = new Map([...states.values()].map((one) => [one.name, one]));

export const overviewView = {
  async load({ read, ofTenant }) {
    const [overview, attention] = await Promise.all([
      read(['overview']),
      ofTenant(['mappings'], { lastSyncStatus: 'failed,unknown,retrying,waiting,held', limit: 8 }),
    ]);
    return { overview, attention };
  },

  render({ overview, attention }, { place }) {
    const own = overview.tenants.find(({ tenantId }) => tenantId === place.tenant);
    return [
      heading(own?.name ?? 'Overview'),
      h('div', { class: 'tiles' }, tiles(own, overview, place)),
      own && flowCard(own.lastHour, overview.since),
      h(
        'div',
        { class: 'columns' },
        h(
          'section',
          { class: 'card wide' },
          h('h2', {}, 'Waits or failed'),
          attentionTable(attention, place),
        ),
        h('div', { class: 'stack' }, servicesCard(overview.services), lagCard(overview.lag)),
      ),
      overview.tenants.length > 1 && tenantsCard(overview.tenants),
    ];
  },
};

function tiles(own, { records: { deadLetters } }, { tenant }) {
  const open = openNames.map((name) => {
    const count = own?.records?.[name] ?? null;
    const { label, tone } = byName.get(name);
    return tile(label, count, count > 0 ? tone : 'calm', {
      tenant,
      view: 'mappings',
      query: { lastSyncStatus: name },
    });
  });
  return [
    tile('Synced in the last hour', own?.lastHour.success ?? null, 'good', {
      tenant,
      view: 'syncs',
      query: { status: 'success' },
    }),
    ...open,
    tile('Dead letters', deadLetters, deadLetters > 0 ? 'bad' : 'calm', { tenant, view: 'dead-letters' }),
  ];
}

function tile(label, count, tone, place) {
  const content = [h('span', { class: 'count' }, number(count)), h('span', { class: 'label' }, label)];
  return h('a', { class: `tile ${tone}`, href: hashOf(place), 'data-key': `tile ${label}` }, content);
}

function flowCard({ perMinute, success, failed, unknown, skipped, superseded }, since) {
  const words = `${number(success)} synced, ${number(failed + unknown)} failed, ${number(skipped + superseded)} skipped`;
  const startedWithin = Date.parse(since) > perMinute[0].at;
  return h(
    'section',
    { class: 'card' },
    h('div', { class: 'card-head' }, h('h2', {}, 'Last hour'), legend()),
    minuteBars(perMinute, { height: 72, label: `Syncs for each minute of the last hour: ${words}` }),
    h(
      'div',
      { class: 'axis' },
      h('span', {}, minute(perMinute[0].at)),
      h('span', {}, words, startedWithin && ` (this console counts since ${minute(Date.parse(since))})`),
      h('span', {}, 'now'),
    ),
  );
}

function legend() {
  return h(
    'span',
    { class: 'legend' },
    badge('synced', 'good'),
    badge('failed', 'bad'),
    badge('skipped or superseded', 'calm'),
  );
}

function attentionTable({ items }, { tenant }) {
  const rows = items.map((row) =>
    h(
      'tr',
      {},
      h('td', {}, stateBadge(row.lastSyncStatus)),
      h('td', {}, link({ tenant, view: 'mappings', id: row.id }, sourceOf(row), row.id)),
      h('td', { class: 'words' }, row.doing ?? row.remark),
    ),
  );
  return table(
    'Records that wait or failed, newest first',
    ['State', 'Record', 'What it does'],
    rows,
    'Nothing waits and nothing failed.',
  );
}

function sourceOf(row) {
  return row.beganOn === 'crm'
    ? recordText(row.crmObject, row.crmId, row.crmName)
    : recordText(row.erpObject, row.erpId, row.erpName);
}

function servicesCard(services) {
  const items = (services ?? []).map(({ name, ready, reasons }) =>
    h(
      'li',
      {},
      badge(ready ? 'ready' : 'not ready', ready ? 'good' : 'bad'),
      h('span', { class: 'service' }, name),
      reasons.length > 0 && h('p', { class: 'faint' }, reasons.join('; ')),
    ),
  );
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Services'),
    services === null
      ? h('p', { class: 'empty' }, 'Not known just now.')
      : h('ul', { class: 'plain' }, items),
  );
}

function lagCard(lag) {
  const rows = (lag ?? []).map(({ groupId, topic, lag: behind }) =>
    h(
      'tr',
      {},
      h('td', {}, topic),
      h('td', { class: 'faint' }, groupId.replace('syncline-', '')),
      h('td', { class: behind > 0 ? 'end strong' : 'end faint' }, number(behind)),
    ),
  );
  const empty = lag === null ? 'The broker does not answer.' : 'No group has read anything yet.';
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Lag'),
    table('Messages not dealt with yet', ['Topic', 'Read by', { text: 'Lag', end: true }], rows, empty),
  );
}

function tenantsCard(tenants) {
  const rows = tenants.map(({ tenantId, name, records, lastHour }) =>
    h(
      'tr',
      {},
      h('td', {}, link({ tenant: tenantId }, name, `tenant ${tenantId}`), ' ', h('code', {}, tenantId)),
      h('td', { class: 'end' }, number(lastHour.success)),
      openNames.map((one) =>
        h('td', { class: records?.[one] > 0 ? 'end strong' : 'end faint' }, number(records?.[one])),
      ),
    ),
  );
  const columns = ['Tenant', 'Synced', ...openNames.map((one) => byName.get(one).label)];
  const headings = columns.map((text, index) => ({ text, end: index > 0 }));
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'All tenants'),
    table('All tenants', headings, rows, 'There is none.'),
  );
}
