import { randomUUID } from 'node:crypto';
import type { CatalogView, Stream } from '@syncline/catalog';
import type { Clock, Logger } from '@syncline/chassis';
import { RefusedRequest, stringifyJson, syncStatus, type RecordData } from '@syncline/contract';
import type { HistoryRecord, Store } from '@syncline/store';
import express from 'express';
import { z } from 'zod';
import type { Batcher } from './batcher.ts';
import type { CrmReader, CrmReadProgress } from './crm-reader.ts';
import { accessOf, type AccessDependencies } from './operator-access.ts';
import { accessIn, anyJson, bodyOf, personField, reasonField, takeBody } from './operator-body.ts';
import { fetchFromCrm, noTask } from './retry/crm-fetch.ts';
import { changesBetween, editedRecord } from './retry/edited.ts';
import { act, decideByHand, nameOf } from './retry/person.ts';
import { sideOf, snapshotOf, snapshotOrRefuse, syncNamed } from './retry/stored-sync.ts';
import { stateOf } from './rows.ts';
import type { Running } from './running.ts';
import { storedChange } from './stored-change.ts';

export interface RetryRouteDeps extends AccessDependencies {
  store: Store;
  batcher: Pick<Batcher, 'submit'>;
  reader: Pick<CrmReader, 'ask' | 'progress' | 'close'>;
  running: Running;
  clock: Clock;
  logger: Logger;
}

/** A CRM that takes longer is read on while the caller is told so. */
const patienceMs = 15_000;

const retrySchema = z.strictObject({
  by: personField,
  mode: z.enum(['stored', 'fetch']).default('stored'),
  asNew: z.boolean().default(false).describe('made anew, whatever the other side holds that equals it'),
});
const editSchema = z.strictObject({ by: personField, record: anyJson, fields: anyJson });
const settleSchema = z.strictObject({
  by: personField,
  exists: z.string().min(1).max(512).optional(),
  sendAgain: z.literal(true).optional(),
});
const resolveSchema = z.strictObject({ by: personField, reason: reasonField });

interface Asked {
  sync: HistoryRecord;
  by: string;
}

/** What the routes answer: the sync that carries on what was asked for. */
interface Answer {
  syncId: string;
  carriedOnBy: string | null;
  message: string;
}

/**
 * `/syncs/{syncId}/…`: a person puts one record right. POST `retry` decides it again, as it is stored or as its source
 * shows it now; `edit` in a corrected form; `settle` says what became of it (state 10); `resolve` that nothing more is
 * needed. GET `record` gives the stored snapshot.
 */
export function createRetryRoute(deps: RetryRouteDeps): express.Router {
  const router = express.Router();
  const post = <T extends z.ZodObject>(
    verb: string,
    schema: T,
    handle: (asked: Asked, body: z.output<T>) => Promise<Answer>,
  ): void => {
    router.post(
      `/syncs/:syncId/${verb}`,
      takeBody(deps),
      async (req: express.Request<{ syncId: string }>, res: express.Response) => {
        const access = accessIn(res);
        const sync = await syncNamed(req.params.syncId, access, deps.store);
        const body = bodyOf(req, schema);
        const by = nameOf((body as { by?: string }).by, access);
        res.json(await handle({ sync, by }, body));
      },
    );
  };
  post('retry', retrySchema, (asked, { mode, asNew }) =>
    mode === 'fetch' ? fetchAgain(asked, deps) : retryStored(asked, asNew, deps),
  );
  post('edit', editSchema, (asked, body) => edit(asked, body, deps));
  post('settle', settleSchema, (asked, body) => settle(asked, body, deps));
  post('resolve', resolveSchema, (asked, { reason }) => resolve(asked, reason, deps));
  router.get('/syncs/:syncId/record', async (req, res) => {
    const access = await accessOf(req, deps);
    const sync = await syncNamed(req.params.syncId, access, deps.store);
    const { master, details } = await snapshotOrRefuse(sync, deps.store);
    const { syncId, source } = sync;
    res.type('json').send(stringifyJson({ syncId, source, record: { data: master, details } }));
  });
  return router;
}

async function retryStored({ sync, by }: Asked, asNew: boolean, deps: RetryRouteDeps): Promise<Answer> {
  const { syncId, rowId } = sync;
  if (rowId === '') return adaptAgain({ sync, by }, deps);
  const record = await snapshotOf(sync, deps.store);
  const side = sideOf(sync);
  const as = asNew ? { asNew } : {};
  const action =
    record === null
      ? ({ do: 'retry', side, syncId, ...as } as const)
      : ({ do: 'replay', syncId, stored: await changeOf(sync, record, deps), ...as } as const);
  return answer(sync, await act(rowId, { by, action }, deps.batcher), 'It is tried again.');
}

/** A push that its adapter could not turn into records has no row: the receiver adapts it anew. */
async function adaptAgain({ sync, by }: Asked, { store, clock }: RetryRouteDeps): Promise<Answer> {
  const { syncId } = sync;
  const pushId = syncId.startsWith('push-') ? syncId.slice('push-'.length) : '';
  if (sync.status !== syncStatus.failed || sync.resolvedBy !== null || pushId === '')
    throw new RefusedRequest('conflict', 'nothing of it that failed can be tried again');
  if (!(await store.pushCache.announceAgain(pushId)))
    throw new RefusedRequest('conflict', 'the push is kept no longer: let the ERP push it again');
  await noteOn(syncId, `adapted again, asked by ${by}`, { resolvedBy: 'retry' }, { store, clock });
  return answer(
    sync,
    null,
    'The receiver adapts the push again; should that fail, it shows as failed again.',
  );
}

async function noteOn(
  syncId: string,
  message: string,
  set: { resolvedBy?: string },
  { store, clock }: Pick<RetryRouteDeps, 'store' | 'clock'>,
): Promise<void> {
  const at = clock.now();
  const event = { id: `op_${randomUUID()}`, at, kind: 'operator', message };
  await store.syncHistory.write([{ syncId, set: { ...set, updatedAt: at }, events: [event] }]);
}

async function fetchAgain({ sync, by }: Asked, deps: RetryRouteDeps): Promise<Answer> {
  if (sync.rowId === '') throw new RefusedRequest('conflict', 'it names no record that could be asked for');
  if (sideOf(sync) === 'erp')
    return answer(
      sync,
      await act(sync.rowId, { by, action: { do: 'fetch' } }, deps.batcher),
      'The ERP is asked for it, and what it shows is decided.',
    );
  const { tenantId, source, streamId, syncId } = sync;
  streamOf(sync, deps.catalog.view());
  await noteOn(syncId, `the CRM is asked for the record again, by ${by}`, {}, deps);
  const asked = { tenantId, streamId, objectApiName: source.objectApiName, ids: [source.dataId] };
  const reading = deps.running.run('crm-fetch', (signal) =>
    fetchFromCrm({ ...asked, taskId: noTask, part: randomUUID() }, deps.reader, signal),
  );
  const progress = await withinPatience(reading, deps.logger);
  return answer(sync, await newestOf(sync, progress, deps.store), textOf(progress));
}

async function withinPatience(
  reading: Promise<CrmReadProgress>,
  logger: Logger,
): Promise<CrmReadProgress | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), patienceMs);
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
    reading.catch((error: unknown) => logger.warn('a record could not be asked for again', { error }));
  }
}

function textOf(progress: CrmReadProgress | null): string {
  if (progress === null) return 'The CRM is asked for it; it has not answered yet.';
  if (progress.state === 'silent')
    throw new RefusedRequest('conflict', 'the CRM did not answer: replay the stored state instead');
  if (progress.received === 0) throw new RefusedRequest('conflict', 'the CRM has no such record');
  return 'The CRM has given it, and it is decided.';
}

async function newestOf(
  { rowId, syncId }: HistoryRecord,
  progress: CrmReadProgress | null,
  store: Store,
): Promise<string | null> {
  if (progress === null) return null;
  const row = (await store.mappingRows.readMany([rowId])).get(rowId);
  return row === undefined || row.lastSyncDataId === syncId ? null : row.lastSyncDataId;
}

async function edit(
  { sync, by }: Asked,
  given: z.output<typeof editSchema>,
  deps: RetryRouteDeps,
): Promise<Answer> {
  const view = deps.catalog.view();
  const stream = streamOf(sync, view);
  const stored = await snapshotOrRefuse(sync, deps.store);
  const record = editedRecord(given, stored, { stream, view, dataId: sync.source.dataId });
  const note = changesBetween(stored, record);
  if (note === 'nothing')
    throw new RefusedRequest('badBody', '$: it changes nothing; retry sends it as it is stored');
  const edited = { ...(await changeOf(sync, record, deps)), note };
  const { syncId, rowId } = sync;
  const action = { do: 'replay', syncId, stored: await changeOf(sync, stored, deps), edited } as const;
  return answer(sync, await act(rowId, { by, action }, deps.batcher), `It is tried with ${note}.`);
}

async function settle(
  { sync, by }: Asked,
  { exists, sendAgain }: z.output<typeof settleSchema>,
  deps: RetryRouteDeps,
): Promise<Answer> {
  if ((exists === undefined) === (sendAgain === undefined))
    throw new RefusedRequest('badBody', '$: expected either exists, the id on the other side, or sendAgain');
  const action =
    exists === undefined
      ? ({ do: 'sendAgain' } as const)
      : ({ do: 'exists', side: sideOf(sync), destId: exists } as const);
  const carriedOnBy = await act(sync.rowId, { by, action }, deps.batcher);
  return answer(sync, carriedOnBy, exists === undefined ? 'It is sent again.' : `It is mapped to ${exists}.`);
}

async function resolve({ sync, by }: Asked, reason: string, deps: RetryRouteDeps): Promise<Answer> {
  const { syncId, rowId, status, resolvedBy } = sync;
  if (reason === '') throw new RefusedRequest('badBody', '$.reason: say why it needs nothing more');
  const isFailure = status === syncStatus.failed || status === syncStatus.unknown;
  if (!isFailure || resolvedBy !== null)
    throw new RefusedRequest('conflict', isFailure ? 'it is resolved already' : 'it has not failed');
  const action = { do: 'resolve', syncId, reason } as const;
  const reply = rowId === '' ? undefined : await decideByHand(rowId, { by, action }, deps.batcher);
  if (reply?.ok === false) throw new RefusedRequest('conflict', reply.message);
  // What has no row, or lost it, has nobody else to tell its end.
  if (reply === undefined)
    await noteOn(syncId, `marked resolved by ${by}: ${reason}`, { resolvedBy: 'operator' }, deps);
  return answer(sync, null, 'It is marked resolved.');
}

function answer({ syncId }: HistoryRecord, carriedOnBy: string | null, message: string): Answer {
  return { syncId, carriedOnBy, message };
}

function streamOf({ streamId }: HistoryRecord, view: CatalogView): Stream {
  const stream = view.stream(streamId);
  if (stream === undefined)
    throw new RefusedRequest('conflict', `its stream ${streamId} is configured no more`);
  return stream;
}

async function changeOf(sync: HistoryRecord, record: RecordData, { store, catalog }: RetryRouteDeps) {
  const row = (await store.mappingRows.readMany([sync.rowId])).get(sync.rowId);
  if (row === undefined)
    throw new RefusedRequest('notFound', 'nothing is known of the record any more: ask its source for it');
  const revision = catalog.view().stream(sync.streamId)?.configRevision ?? '';
  return storedChange(stateOf(row), { side: sideOf(sync), record, revision, at: sync.createdAt });
}
