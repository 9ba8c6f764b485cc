import { createGroupFlush, type GroupFlush, type Logger, type Part, whenAborted } from '@syncline/chassis';
import type { Producer } from '@syncline/kafka';
import type { CachedPush } from '@syncline/store';
import type { Marks } from './mark.loop.ts';
import { countAnnounced } from './metrics.ts';
import { standardMessage, type Relay } from './relay.ts';
import type { RecordMessage } from './record-message.ts';

/**
 * Announces pushes right after they were answered, in groups. It never makes a sender wait: what is too much, or comes
 * while the broker is away, is left to the relay loop.
 */
export interface Announcer extends Part {
  /** @param json the record of a push with an id; null without one */
  offer(push: CachedPush, json: string | null): void;
  /** Is it being announced here at this moment? */
  isUnderWay(pushId: string): boolean;
}

export interface AnnouncerDeps {
  relay: Relay;
  marks: Pick<Marks, 'add'>;
  producer: Pick<Producer, 'ready'>;
  logger: Logger;
}

interface StandardEntry {
  pushId: string;
  record: RecordMessage;
}

const standardLimits = {
  maxItems: 500,
  maxBytes: 8 * 1024 * 1024,
  maxWaiting: 10_000,
  maxWaitingBytes: 64 * 1024 * 1024,
};
const adaptedLimits = { maxItems: 16, maxWaiting: 2_000, maxWaitingBytes: 64 * 1024 * 1024 };

export function createAnnouncer({ relay, marks, producer, logger }: AnnouncerDeps): Announcer {
  const underWay = new Set<string>();

  /** Marks what was announced; what was not stays for the relay loop. */
  async function announce(pushIds: readonly string[], work: () => Promise<void>): Promise<void> {
    if (!producer.ready().ready) return;
    try {
      await work();
      marks.add(pushIds);
      countAnnounced('direct', pushIds.length);
    } catch (error) {
      logger.warn('pushes could not be announced yet and are left to the relay', {
        error,
        count: pushIds.length,
      });
    }
  }

  const standard: GroupFlush<StandardEntry, null> = createGroupFlush({
    ...standardLimits,
    sizeOf: ({ record }) => record.message.value.length + (record.body?.text.length ?? 0),
    async flush(entries) {
      await announce(
        entries.map(({ pushId }) => pushId),
        () => relay.announceStandard(entries.map(({ record }) => record)),
      );
      return entries.map(() => null);
    },
  });
  const adapted: GroupFlush<CachedPush, null> = createGroupFlush({
    ...adaptedLimits,
    sizeOf: ({ body }) => body.length,
    async flush(pushes) {
      await Promise.all(pushes.map((push) => announce([push.id], () => relay.announceAdapted(push))));
      return pushes.map(() => null);
    },
  });

  function add(push: CachedPush, json: string | null): Promise<null> {
    if (push.dataId === null || json === null) return adapted.add(push);
    return standard.add({ pushId: push.id, record: standardMessage(push, { dataId: push.dataId, json }) });
  }

  return {
    name: 'announcer',
    start: () => Promise.resolve(),
    offer(push, json) {
      if (!producer.ready().ready) return;
      underWay.add(push.id);
      // The only rejection is a full queue, and then the relay loop takes it.
      const settle = (): void => void underWay.delete(push.id);
      void add(push, json).then(settle, settle);
    },
    isUnderWay: (pushId) => underWay.has(pushId),
    async stop(deadline) {
      await Promise.race([Promise.all([standard.drain(), adapted.drain()]), whenAborted(deadline)]);
    },
  };
}
