import type { CatalogView, Stream } from '@syncline/catalog';
import { sleep, type Clock } from '@syncline/chassis';
import type { Slice, SliceContext, SliceRead, SourceReader } from '@syncline/history-tasks';
import type { HistoryTask, Store } from '@syncline/store';
import type { Addressed } from './addressed.ts';
import type { Batcher } from './batcher.ts';
import { fingerprintOf, type Change } from './change.ts';
import type { CrmReader, CrmReadProgress, CrmReadUse } from './crm-reader.ts';
import { onCrmEvent } from './on-crm-event.ts';
import { snapshotsChangedIn, snapshotsOfIds, type StoredSnapshot } from './stored-snapshots.ts';
import type { TaskRecords } from './task-records.ts';

export interface CrmHistoryDeps {
  store: Store;
  catalog: { view(): CatalogView };
  batcher: Pick<Batcher, 'submit'>;
  reader: Pick<CrmReader, 'ask' | 'progress' | 'close'>;
  records: TaskRecords;
  clock: Clock;
}

const useName = 'history';
const sizes = { ms: 24 * 3_600_000, ids: 50 };
const mostRecords = 500;
const lookEveryMs = 250;

/** Records that the CRM gives for historical sync tasks: readings, decided in the task's stream alone. */
export function crmHistoryUse({ catalog, batcher, records, clock }: CrmHistoryDeps): CrmReadUse {
  return {
    name: useName,
    async take(event, message) {
      const taskId = event.readId.split('/')[1] ?? '';
      const inputs = onCrmEvent(message, event, catalog.view(), clock.now());
      const readings = inputs.map((one) => ({ ...one, change: asReading(one.change, taskId) }));
      await batcher.submit(await records.select(readings, taskId));
    },
  };
}

function asReading(change: Change, taskId: string): Change {
  const order = change.order.kind === 'log' ? { ...change.order, isReading: true as const } : change.order;
  return { ...change, via: 'read', order, origin: { taskId } };
}

/** The CRM's past, asked for on `crm.reads` (contract 2); what is stored of it where the CRM does not answer. */
export function createCrmHistory(deps: CrmHistoryDeps): SourceReader {
  const { reader } = deps;
  return {
    sizes,
    mostRecords,
    total: ({ task }) => Promise.resolve(task.ids?.length ?? null),
    async readSlice(slice, context) {
      const { id, tenantId, objectApiName, cursor } = context.task;
      const readId = `${useName}/${id}/${String(cursor)}`;
      const what =
        slice.kind === 'ids' ? { ids: slice.ids } : { changedFrom: slice.from, changedTo: slice.to };
      try {
        await reader.ask({ readId, tenantId, objectApiName, ...what });
        const answer = await untilAnswered(readId, context, reader);
        if (answer.state === 'silent') return await useStored(slice, context, deps);
        await context.pace.pass(answer.received, context.signal);
        return { records: answer.received, problem: shortageOf(answer, slice) };
      } finally {
        await reader.close(readId);
      }
    },
    // A record counts as read when it is decided.
    hasArrived: () => Promise.resolve(true),
  };
}

async function untilAnswered(
  readId: string,
  { signal, show }: SliceContext,
  reader: Pick<CrmReader, 'progress'>,
): Promise<CrmReadProgress> {
  for (;;) {
    signal.throwIfAborted();
    const progress = await reader.progress(readId);
    if (progress.state !== 'reading') return progress;
    show(progress.received);
    await sleep(lookEveryMs, signal);
  }
}

function shortageOf({ received, count }: CrmReadProgress, slice: Slice): string | null {
  if (count !== null && received < count)
    return `the CRM sent ${String(count)} records and ${String(received)} could be read; the others are among the dead letters`;
  if (slice.kind === 'ids' && received < slice.ids.length)
    return `the CRM has ${String(received)} of ${String(slice.ids.length)} records that were asked for by id`;
  return null;
}

/** All that is left of the task at once: whoever did not answer within 60 s is not asked for each slice. */
async function useStored(slice: Slice, context: SliceContext, deps: CrmHistoryDeps): Promise<SliceRead> {
  const { task, signal, pace } = context;
  const stream = deps.catalog.view().stream(task.streamId);
  if (stream === undefined) throw new Error('its stream is configured no more');
  let records = 0;
  for await (const snapshots of storedOf(slice, task, stream, deps.store)) {
    await pace.pass(snapshots.length, signal);
    await deps.batcher.submit(snapshots.map((one) => again(one, { task, stream, now: deps.clock.now() })));
    records += snapshots.length;
    context.show(records);
  }
  const end = task.ids?.length ?? task.to ?? slice.end;
  const problem = `the CRM did not answer within 60 s: ${String(records)} stored snapshots were used from there on`;
  return { records, problem, end };
}

async function* storedOf(slice: Slice, task: HistoryTask, stream: Stream, store: Store) {
  const { tenantId, dataCenterId, source: crmObject, dest: erpObject } = stream;
  const pair = { tenantId, dataCenterId, crmObject, erpObject };
  if (slice.kind === 'range') {
    yield* snapshotsChangedIn(store, pair, { from: slice.from, to: task.to ?? slice.to });
    return;
  }
  const left = (task.ids ?? []).slice(task.cursor);
  for (let at = 0; at < left.length; at += sizes.ids) {
    yield await snapshotsOfIds(store, pair, left.slice(at, at + sizes.ids));
  }
}

function again(
  { state, dataId, record }: StoredSnapshot,
  { task, stream, now }: { task: HistoryTask; stream: Stream; now: number },
): Addressed {
  const change: Change = {
    syncId: '',
    side: 'crm',
    dataId,
    operation: 'upsert',
    via: 'read',
    order: state.sides.crm.order ?? { kind: 'log', partition: 0, offset: -1, occurredAt: 0, isReading: true },
    eventId: '',
    causedBy: '',
    fingerprint: fingerprintOf('upsert', record, stream.configRevision),
    body: { record },
    arrivedAt: now,
    forced: task.force,
    endsVoid: false,
    replaces: false,
    isStale: false,
    told: false,
    note: 'from what is stored: the CRM does not answer',
    origin: { taskId: task.id },
  };
  return { kind: 'row', rowId: state.id, input: { kind: 'again', change } };
}
