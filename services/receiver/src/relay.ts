import type { CatalogView } from '@syncline/catalog';
import { QueueFull, type Clock, type Logger } from '@syncline/chassis';
import { SandboxUnavailable } from '@syncline/functions';
import { PublishFailed, type Producer } from '@syncline/kafka';
import { StoreUnavailable, type CachedPush, type Store } from '@syncline/store';
import { adaptPush, type AdaptDeps, type AdaptedPush } from './adapt.ts';
import { recordMessage, type PushFacts, type RecordMessage } from './record-message.ts';
import { reportFailed } from './report-failed.ts';
import { recordTextOf } from './standard-body.ts';
import { XmlThreadStopped } from './xml-thread.ts';

/** Brings cached pushes on `erp.records`. What it throws means "later": the pushes stay unannounced. */
export interface Relay {
  /** Pushes with an id, whose records were checked when they came. */
  announceStandard(messages: readonly RecordMessage[]): Promise<void>;
  /** One push without an id: its adapter makes the records, or it ends as a failed sync. */
  announceAdapted(push: CachedPush): Promise<void>;
}

export interface RelayDeps extends AdaptDeps {
  store: Pick<Store, 'bodies' | 'syncHistory'>;
  catalog: { view(): CatalogView };
  producer: Pick<Producer, 'publish'>;
  clock: Clock;
  logger: Logger;
}

/** An adapter can make more records of one push than may wait in the producer. */
const atOnce = 1_000;

export function createRelay(deps: RelayDeps): Relay {
  const { store, catalog, producer, clock, logger } = deps;

  async function publish(messages: readonly RecordMessage[]): Promise<void> {
    for (let at = 0; at < messages.length; at += atOnce) await publishSome(messages.slice(at, at + atOnce));
  }

  async function publishSome(messages: readonly RecordMessage[]): Promise<void> {
    const bodies = new Map(messages.flatMap(({ body }) => (body === null ? [] : [[body.id, body] as const])));
    // Before the message: whoever reads it looks for the body at once.
    if (bodies.size > 0) await store.bodies.put([...bodies.values()]);
    await producer.publish(messages.map(({ message }) => message));
  }

  async function adapt(push: CachedPush, view: CatalogView): Promise<AdaptedPush> {
    try {
      return await adaptPush(push, view, deps);
    } catch (error) {
      if (isForLater(error)) throw error;
      // Nothing that we know of: kept for a person, or it would be tried for ever.
      logger.error('a push could not be adapted', { error, pushId: push.id, traceId: push.traceId });
      return { records: [], problems: [{ code: 'internal', message: 'an error of Syncline' }], log: [] };
    }
  }

  return {
    announceStandard: publish,
    async announceAdapted(push) {
      const view = catalog.view();
      const { records, problems, log } = await adapt(push, view);
      if (log.length > 0) logger.debug('an adapter logged', { pushId: push.id, lines: log });
      await publish(records.map((record) => recordMessage(push, record)));
      if (problems.length > 0)
        await reportFailed({ push, problems, log, view, at: clock.now() }, { store, producer });
    },
  };
}

const later = [SandboxUnavailable, XmlThreadStopped, StoreUnavailable, PublishFailed, QueueFull];

function isForLater(error: unknown): boolean {
  return later.some((kind) => error instanceof kind);
}

/** The message of a push with an id. */
export function standardMessage(
  push: PushFacts & Pick<CachedPush, 'objectApiName' | 'operationType' | 'order'>,
  { dataId, json }: { dataId: string; json: string },
): RecordMessage {
  const { objectApiName, operationType, order } = push;
  return recordMessage(push, { objectApiName, dataId, operationType, order, index: 0, json });
}

/** The same from the cache, where the record is as it came. */
export function cachedMessage(push: CachedPush & { dataId: string }): RecordMessage {
  const json = recordTextOf(push.body, push.contentType);
  return standardMessage(push, { dataId: push.dataId, json });
}
