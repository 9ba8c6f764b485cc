import type { CatalogView } from '@syncline/catalog';
import { sleep, type Clock } from '@syncline/chassis';
import type { Batcher } from '../batcher.ts';
import type { CrmReader, CrmReadProgress, CrmReadUse } from '../crm-reader.ts';
import { onCrmEvent } from '../on-crm-event.ts';
import { isPairOf } from '../task-records.ts';

const useName = 'retry';
/** Names no task: what is read for it is counted by none. */
export const noTask = 'once';
const lookEveryMs = 250;

/** What the CRM gives when a person asks for records again: decided though it may say nothing new, in one stream alone. */
export function crmRetryUse(deps: {
  catalog: { view(): CatalogView };
  batcher: Pick<Batcher, 'submit'>;
  clock: Clock;
}): CrmReadUse {
  const { catalog, batcher, clock } = deps;
  return {
    name: useName,
    async take(event, message) {
      const [, taskId = noTask, , streamId = ''] = event.readId.split('/');
      const stream = catalog.view().stream(decodeURIComponent(streamId));
      const inputs = onCrmEvent(message, event, catalog.view(), clock.now());
      const own = inputs.filter(({ pair }) => stream !== undefined && isPairOf(stream, pair));
      await batcher.submit(
        own.map((one) => {
          const { order } = one.change;
          const change = {
            ...one.change,
            via: 'read' as const,
            order: order.kind === 'log' ? { ...order, isReading: true as const } : order,
            forced: true,
            note: 'asked for again by a person',
            ...(taskId !== noTask && { origin: { taskId } }),
          };
          return { ...one, change };
        }),
      );
    },
  };
}

export interface CrmFetch {
  tenantId: string;
  streamId: string;
  objectApiName: string;
  ids: string[];
  /** `noTask` for none */
  taskId: string;
  /** tells this question from others of its task */
  part: string;
}

/**
 * Asks the CRM for records and waits for the end of its answer, which are decided when they have come.
 * @throws the signal's reason
 */
export async function fetchFromCrm(
  { tenantId, streamId, objectApiName, ids, taskId, part }: CrmFetch,
  reader: Pick<CrmReader, 'ask' | 'progress' | 'close'>,
  signal: AbortSignal,
): Promise<CrmReadProgress> {
  const readId = [useName, taskId, part, encodeURIComponent(streamId)].join('/');
  try {
    await reader.ask({ readId, tenantId, objectApiName, ids });
    for (;;) {
      signal.throwIfAborted();
      const progress = await reader.progress(readId);
      if (progress.state !== 'reading') return progress;
      await sleep(lookEveryMs, signal);
    }
  } finally {
    await reader.close(readId);
  }
}
