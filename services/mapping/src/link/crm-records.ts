import { createGroupFlush, sleep, type Logger, type Part } from '@syncline/chassis';
import type { CatalogView } from '@syncline/catalog';
import { textOf, type CrmEvent, type JsonObject } from '@syncline/contract';
import {
  linkKeyOf,
  type LinkReadOptions,
  type LinkRecord,
  type LinkSlice,
  type LinkTask,
  type Store,
} from '@syncline/store';
import { crmMatchOf } from '../crm-matches.ts';
import type { CrmReader, CrmReadUse } from '../crm-reader.ts';
import { snapshotsChangedIn } from '../stored-snapshots.ts';

/** Its readIds: `link/{streamId}/{run}/{from}`. */
const useName = 'link';
const lookEveryMs = 250;
const mostTogether = 500;
const mostWaiting = 20_000;

export interface CrmRecordsDeps {
  store: Store;
  reader: Pick<CrmReader, 'ask' | 'progress' | 'close'>;
  catalog: { view(): CatalogView };
  logger: Logger;
}

/** Keeps the records that the CRM gives for link tasks. They are no changes: nothing is decided about them. */
export function createCrmRecords({ store }: CrmRecordsDeps): CrmReadUse & Part {
  const group = createGroupFlush<LinkRecord, undefined>({
    flush: async (records) => {
      await store.linkRecords.put(records);
      return records.map(() => undefined);
    },
    maxItems: mostTogether,
    maxWaiting: mostWaiting,
  });
  const tasks = new Map<string, Promise<LinkTask | null>>();
  const taskOf = (streamId: string, run: string): Promise<LinkTask | null> => {
    const known = tasks.get(run);
    if (known !== undefined) return known;
    const found = store.linkTasks.get(streamId);
    tasks.set(run, found);
    found.catch(() => tasks.delete(run));
    for (const oldest of tasks.keys()) if (tasks.size > 50) tasks.delete(oldest);
    return found;
  };
  return {
    name: useName,
    start: () => Promise.resolve(),
    stop: () => group.drain(),
    async take(event) {
      const [, streamId = '', run = ''] = event.readId.split('/');
      const task = await taskOf(streamId, run);
      if (task?.run !== run || isGone(event)) return;
      await group.add(recordOf(event.dataId, event.data, task));
    },
  };
}

function isGone({ operation }: CrmEvent): boolean {
  return operation === 'invalid' || operation === 'delete';
}

function recordOf(dataId: string, data: JsonObject, { run, match }: LinkTask): LinkRecord {
  const own = (field: string): string => (Object.hasOwn(data, field) ? textOf(data[field]) : '');
  return {
    run,
    side: 'crm',
    dataId,
    name: own('name').slice(0, 500),
    ...linkKeyOf(match.map(({ crm }) => own(crm))),
  };
}

/** Asks the CRM for a slice; where it does not answer, what is known of its records takes their place (contract 2). */
export function createCrmSlices({ store, reader, catalog }: CrmRecordsDeps): LinkReadOptions['readSlice'] {
  return async (task, slice, signal) => {
    for (const former of task.formerRuns) await removeRecords(former, signal, store);
    const readId = `${useName}/${task.streamId}/${task.run}/${String(slice.from)}`;
    const { tenantId, crmObject: objectApiName } = task;
    try {
      await reader.ask({ readId, tenantId, objectApiName, changedFrom: slice.from, changedTo: slice.to });
      for (;;) {
        signal.throwIfAborted();
        const { state, received, count } = await reader.progress(readId);
        if (state === 'silent') return await useStored(task, slice, signal, { store, catalog });
        if (state !== 'reading') return { records: received, problem: shortage(received, count) };
        await sleep(lookEveryMs, signal);
      }
    } finally {
      await reader.close(readId);
    }
  };
}

export async function removeRecords(
  run: string,
  signal: AbortSignal,
  { linkRecords }: Pick<Store, 'linkRecords'>,
): Promise<void> {
  while ((await linkRecords.removeSome(run, 1000)) > 0) signal.throwIfAborted();
}

function shortage(received: number, count: number | null): string | null {
  return count === null || received >= count
    ? null
    : `The CRM sent ${String(count)} records and ${String(received)} could be read; the others are among the dead letters.`;
}

async function useStored(
  task: LinkTask,
  slice: LinkSlice,
  signal: AbortSignal,
  { store, catalog }: Pick<CrmRecordsDeps, 'store' | 'catalog'>,
): Promise<{ records: number; problem: string }> {
  const { tenantId, dataCenterId, crmObject, erpObject } = task;
  const pair = { tenantId, dataCenterId, crmObject, erpObject };
  const pairs = catalog.view().pairsOfCrmObject(tenantId, crmObject, dataCenterId);
  const matched = pairs.filter((one) => one.erpObject === erpObject && one.match !== undefined);
  let records = 0;
  for await (const snapshots of snapshotsChangedIn(store, pair, slice)) {
    signal.throwIfAborted();
    await store.linkRecords.put(snapshots.map(({ dataId, record }) => recordOf(dataId, record.master, task)));
    // Of an earlier time than any event: what an event says stands.
    const seen = { at: 0, isGone: false };
    await store.crmMatches.note(
      snapshots.flatMap(({ dataId, record: { master } }) =>
        matched.flatMap((one) => crmMatchOf(one, { dataId, master, ...seen })),
      ),
    );
    records += snapshots.length;
  }
  return {
    records,
    problem: `The CRM did not answer within 60 s: ${String(records)} records that are stored here were used in its place. Records that Syncline has never met are missing.`,
  };
}
