import { topics } from '@syncline/contract';
import type { CatalogView } from '@syncline/catalog';
import type { Clock } from '@syncline/chassis';
import type { Received } from '@syncline/kafka';
import type { Store } from '@syncline/store';
import type { Addressed } from './addressed.ts';
import type { Batcher } from './batcher.ts';
import type { CrmMatchNotes } from './crm-matches.ts';
import type { CrmReader } from './crm-reader.ts';
import { onCrmEvent, readCrmMessage } from './on-crm-event.ts';
import { onErpRecord } from './on-erp-record.ts';
import { onWriteResult } from './on-write-result.ts';
import type { Restored } from './restored.ts';
import type { TaskRecords } from './task-records.ts';

/** Each message that mapping consumes, to its inputs and on to the batch; done when their effects are produced. */
export function handleMessage(deps: {
  catalog: { view(): CatalogView };
  store: Pick<Store, 'bodies'>;
  batcher: Pick<Batcher, 'submit'>;
  reader: Pick<CrmReader, 'isAsked' | 'take' | 'end'>;
  records: TaskRecords;
  matches: Pick<CrmMatchNotes, 'note'>;
  /** absent: nothing was restored */
  restored?: Pick<Restored, 'partitionOf'>;
  clock: Clock;
}): (message: Received) => Promise<void> {
  const { catalog, store, batcher, reader, records, matches, restored, clock } = deps;
  const submit = async (inputs: readonly Addressed[]): Promise<void> => {
    await batcher.submit(inputs);
  };

  const forTask = (inputs: Awaited<ReturnType<typeof onErpRecord>>) => {
    const taskId = inputs[0]?.change.origin?.taskId;
    return taskId === undefined ? inputs : records.select(inputs, taskId);
  };

  const takeCrmMessage = async (received: Received): Promise<void> => {
    const partition = restored?.partitionOf(received.partition) ?? received.partition;
    const message = { ...received, partition };
    const read = readCrmMessage(message.value);
    if (read.kind === 'readEnd') return reader.end(read.end);
    // Before it is decided, so that who creates it beside this finds it.
    await matches.note(read.event, catalog.view());
    if (reader.isAsked(read.event)) return reader.take(read.event, message);
    return submit(onCrmEvent(message, read.event, catalog.view(), clock.now()));
  };

  return async (message) => {
    if (message.topic === topics.crmEvents) return takeCrmMessage(message);
    if (message.topic === topics.erpRecords)
      return submit(await forTask(await onErpRecord(message, catalog.view(), store, clock.now())));
    return submit(onWriteResult(message));
  };
}
