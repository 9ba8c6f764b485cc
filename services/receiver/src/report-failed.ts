import type { CatalogView } from '@syncline/catalog';
import { recordKey, stringifyJson, syncStatus, topics, type SyncOutcome } from '@syncline/contract';
import type { Producer } from '@syncline/kafka';
import type { CachedPush, HistoryWrite, Store } from '@syncline/store';
import type { AdaptedPush } from './adapt.ts';

export interface FailedPush extends Pick<AdaptedPush, 'problems' | 'log'> {
  push: CachedPush;
  view: CatalogView;
  /** ms */
  at: number;
}

/**
 * Shows a push that its adapter could not turn into records, or not into all: as a sync in state 5, in the history and on
 * `sync.outcomes`. Repeats change nothing.
 */
export async function reportFailed(
  failed: FailedPush,
  deps: { store: Pick<Store, 'syncHistory'>; producer: Pick<Producer, 'publish'> },
): Promise<void> {
  const outcome = outcomeOf(failed);
  await deps.store.syncHistory.write([historyOf(failed, outcome)]);
  const key = recordKey(outcome.tenantId, outcome.source.objectApiName, outcome.source.dataId);
  await deps.producer.publish([{ topic: topics.syncOutcomes, key, value: stringifyJson(outcome) }]);
}

const maxMessageLength = 2_000;

function outcomeOf({ push, problems, view, at }: FailedPush): SyncOutcome {
  const { tenantId, dataCenterId, objectApiName } = push;
  const [stream] = view.streamsFrom(tenantId, 'erp-to-crm', objectApiName, dataCenterId);
  return {
    syncId: `push-${push.id}`,
    tenantId,
    dataCenterId,
    streamId: stream?.id ?? '',
    direction: 'erp-to-crm',
    operation: 'adapt',
    source: { objectApiName, dataId: '', name: '' },
    dest: { objectApiName: stream?.dest ?? objectApiName, dataId: '', name: '' },
    status: syncStatus.failed,
    errorClass: 'broken',
    errorCode: problems[0]?.code ?? 'adapter-failed',
    errorMessage: messageOf({ push, problems }),
    attempts: 1,
    at,
  };
}

function messageOf({ push, problems }: Pick<FailedPush, 'push' | 'problems'>): string {
  const first = (problems[0]?.message ?? '').slice(0, maxMessageLength);
  const more = problems.length > 1 ? ` (and ${String(problems.length - 1)} more)` : '';
  const received = new Date(push.receivedAt).toISOString();
  return (
    `Push ${push.id} for ${push.objectApiName}, received at ${received}: ${first}${more}. ` +
    'Correct the adapter or what the ERP sends, then let the ERP push it again.'
  );
}

function historyOf({ push, view, log, at }: FailedPush, outcome: SyncOutcome): HistoryWrite {
  const { syncId, operation, source, dest, errorClass, errorCode, errorMessage, attempts } = outcome;
  const received = {
    id: 'received',
    at: push.receivedAt,
    kind: 'received',
    message: `push ${push.id} was received`,
  };
  const logged = { id: 'adapter-log', at, kind: 'log', message: log.join('\n').slice(0, maxMessageLength) };
  const finished = { id: 'finished', at, kind: 'finished', message: errorMessage ?? '' };
  return {
    syncId,
    set: {
      rowId: '',
      tenantId: push.tenantId,
      dataCenterId: push.dataCenterId,
      streamId: outcome.streamId,
      direction: outcome.direction,
      operation,
      source,
      dest,
      status: syncStatus.failed,
      errorClass,
      errorCode,
      errorMessage,
      attempts,
      // A person may have had it adapted again.
      resolvedBy: null,
      configRevision: view.stream(outcome.streamId)?.configRevision ?? '',
      createdAt: push.receivedAt,
      updatedAt: at,
    },
    events: log.length === 0 ? [received, finished] : [received, logged, finished],
  };
}
