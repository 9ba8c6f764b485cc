import { topics } from '@syncline/contract';
import type { CatalogView } from '@syncline/catalog';
import type { Clock } from '@syncline/chassis';
import type { Received } from '@syncline/kafka';
import type { Store } from '@syncline/store';
import type { Addressed } from './addressed.ts';
import type { Batcher } from './batcher.ts';
import { onCrmEvent } from './on-crm-event.ts';
import { onErpRecord } from './on-erp-record.ts';
import { onWriteResult } from './on-write-result.ts';

/** Each message that mapping consumes, to its inputs and on to the batch; done when their effects are produced. */
export function handleMessage(deps: {
  catalog: { view(): CatalogView };
  store: Pick<Store, 'bodies'>;
  batcher: Pick<Batcher, 'submit'>;
  clock: Clock;
}): (message: Received) => Promise<void> {
  const { catalog, store, batcher, clock } = deps;
  const inputsOf = (message: Received): Addressed[] | Promise<Addressed[]> => {
    if (message.topic === topics.crmEvents) return onCrmEvent(message, catalog.view(), clock.now());
    if (message.topic === topics.erpRecords) return onErpRecord(message, catalog.view(), store, clock.now());
    return onWriteResult(message);
  };
  return async (message) => {
    const inputs = inputsOf(message);
    // Only a body that stands elsewhere is waited for; the others keep the order in which they arrived.
    await batcher.submit(Array.isArray(inputs) ? inputs : await inputs);
  };
}
