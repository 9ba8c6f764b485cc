import { randomUUID } from 'node:crypto';
import type { CachedPush, Store } from '@syncline/store';
import { withStore } from '../../clients.ts';
import { Sheet } from '../figures.ts';
import { dataCenterId, erpObject, tenantId } from '../records.ts';
import type { Scenario } from '../scenario.ts';
import { repeat } from './repeat.ts';

const storeLimitMs = 30_000;
const kinds = [
  { id: 'save-500', label: 'push cache, 500 in one insert', batch: 500, callers: 2, write: savePushes },
  { id: 'save-1', label: 'push cache, one by one', batch: 1, callers: 1, write: savePushes },
  { id: 'upsert-500', label: 'upserts, 500 in one bulk', batch: 500, callers: 1, write: upsert },
];

/** What the store takes, durable (write concern majority, journaled) when it answers. */
export const rawStore: Scenario = {
  name: 'raw-store',
  about:
    'Documents of 1 KB, durable when they count. A push is two inserts side by side: its body, and the note that it is not announced yet.',
  async measure(bench) {
    const sheet = new Sheet();
    await withStore(bench.place.named('raw'), storeLimitMs, async (store) => {
      for (const { id, label, batch, callers, write } of kinds) {
        await repeat(bench, async (seconds, counts) => {
          const startedAt = performance.now();
          const end = startedAt + seconds * 1000;
          let written = 0;
          const caller = async (): Promise<void> => {
            while (performance.now() < end) {
              await write(store, batch);
              written += batch;
            }
          };
          await Promise.all(Array.from({ length: callers }, caller));
          const perSecond = written / ((performance.now() - startedAt) / 1000);
          if (counts) sheet.add({ id, label, unit: 'documents/s' }, perSecond);
        });
      }
    });
    return sheet.figures();
  },
};

const body = Buffer.alloc(1024, 'x');

function savePushes(store: Store, count: number): Promise<void> {
  const now = Date.now();
  const push = (): CachedPush => ({
    id: randomUUID(),
    tenantId,
    dataCenterId,
    objectApiName: erpObject,
    dataId: 'bench',
    operationType: null,
    order: 1,
    contentType: 'application/json',
    headers: {},
    body,
    receivedAt: now,
    traceId: 'bench',
    announcedAt: null,
  });
  return store.pushCache.save(Array.from({ length: count }, push));
}

let letters = 0;

function upsert(store: Store, count: number): Promise<void> {
  const letter = () => ({
    topic: 'bench',
    partition: 0,
    offset: (letters += 1),
    key: null,
    value: body,
    headers: {},
    reason: 'bench',
    at: 0,
  });
  return store.deadLetters.add(Array.from({ length: count }, letter));
}
