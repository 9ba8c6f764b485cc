import { createGroupFlush, type Clock, type Part } from '@syncline/chassis';
import { stringifyJson, topics, type CrmEvent, type CrmRead, type CrmReadEnd } from '@syncline/contract';
import type { Kafka, Producer, Received } from '@syncline/kafka';
import type { CrmReading, Store } from '@syncline/store';

/** Whoever asks the CRM for records takes what it answers. Any instance may be given any record, and more than once. */
export interface CrmReadUse {
  /** its readIds begin with it and a slash */
  name: string;
  /** Settles when the record needs no second look. It is no change then, unless this makes it one. */
  take(event: CrmEvent & { readId: string }, message: Received): Promise<void>;
}

export interface CrmReadProgress {
  /** silent: the CRM does not answer (contract 2: within 60 s); closed: nobody waits for it any more */
  state: 'reading' | 'answered' | 'silent' | 'closed';
  /** distinct records that were taken; above `count` never, below it when some could not be read */
  received: number;
  /** as the CRM said in its end */
  count: number | null;
}

/** Asks the CRM for records (contract 2, `crm.reads`), and knows what came of each question. */
export interface CrmReader extends Part {
  use(use: CrmReadUse): void;
  /** Asks; the same `readId` again asks again, and the time that the CRM has begins anew. What has come stays counted. */
  ask(read: CrmRead): Promise<void>;
  progress(readId: string): Promise<CrmReadProgress>;
  /** Forgets a question. What comes of it later still reaches its use. */
  close(readId: string): Promise<void>;
  /** Is this record the answer to a question of one of the uses? */
  isAsked(event: CrmEvent): boolean;
  take(event: CrmEvent, message: Received): Promise<void>;
  end(end: CrmReadEnd): Promise<void>;
}

export interface CrmReaderDeps {
  store: Pick<Store, 'crmReads'>;
  producer: Pick<Producer, 'publish'>;
  kafka: Pick<Kafka, 'lag'>;
  /** of the consumer of `crm.events` */
  groupId: string;
  clock: Clock;
}

/** Contract 2: a CRM that does not answer within it is done without. */
const silentMs = 60_000;
/** After the end has come, records of other partitions may still be on their way for so long. */
const stragglersMs = 10_000;
/** What a slow consumer of ours has before it does not count as the CRM's silence; then it does. */
const patienceMs = 10 * 60_000;
const mostTogether = 500;
const mostWaiting = 20_000;

interface Taken {
  readId: string;
  dataId: string;
}

export function createCrmReader(deps: CrmReaderDeps): CrmReader {
  const { store, producer, clock } = deps;
  const uses = new Map<string, CrmReadUse>();
  const behind = new Behind(deps);
  const notes = createGroupFlush<Taken, undefined>({
    flush: async (taken) => {
      await store.crmReads.note(taken, clock.now());
      return taken.map(() => undefined);
    },
    maxItems: mostTogether,
    maxWaiting: mostWaiting,
  });
  return {
    name: 'crm-reader',
    start: () => Promise.resolve(),
    stop: () => notes.drain(),
    use(use) {
      uses.set(use.name, use);
    },
    async ask(read) {
      behind.forget(read.readId);
      await store.crmReads.open(read.readId, clock.now());
      const key = `${read.tenantId}/${read.objectApiName}/${read.readId}`;
      await producer.publish([{ topic: topics.crmReads, key, value: stringifyJson(read) }]);
    },
    async progress(readId) {
      const reading = await store.crmReads.get(readId);
      if (reading === null) return { state: 'closed', received: 0, count: null };
      const { received, count } = reading;
      return { state: await stateOf(reading, behind, clock.now()), received, count };
    },
    close: (readId) => {
      behind.forget(readId);
      return store.crmReads.close(readId);
    },
    isAsked: (event) => uses.has(useOf(event)),
    async take(event, message) {
      const { readId = null, dataId } = event;
      if (readId === null) return;
      await uses.get(useOf(event))?.take({ ...event, readId }, message);
      await notes.add({ readId, dataId });
    },
    end: ({ readId, count }) => store.crmReads.end(readId, count, clock.now()),
  };
}

function useOf({ readId }: CrmEvent): string {
  return readId?.split('/', 1)[0] ?? '';
}

async function stateOf(
  { readId, askedAt, heardAt, count, received }: CrmReading,
  behind: Behind,
  now: number,
): Promise<CrmReadProgress['state']> {
  if (count !== null && received >= count) return 'answered';
  const quietMs = now - Math.max(askedAt, heardAt ?? 0);
  if (quietMs < (count === null ? silentMs : stragglersMs)) return 'reading';
  // What it said may stand in the topic behind what else is there.
  if (quietMs < patienceMs && !(await behind.hasCaughtUp(readId))) return 'reading';
  return count === null ? 'silent' : 'answered';
}

/** Has the consumer of `crm.events` taken all that was there when it was first asked about? */
class Behind {
  private readonly deps: Pick<CrmReaderDeps, 'kafka' | 'groupId'>;
  private readonly ends = new Map<string, Map<number, number>>();

  constructor(deps: Pick<CrmReaderDeps, 'kafka' | 'groupId'>) {
    this.deps = deps;
  }

  forget(readId: string): void {
    this.ends.delete(readId);
  }

  async hasCaughtUp(readId: string): Promise<boolean> {
    const { kafka, groupId } = this.deps;
    const lags = (await kafka.lag([groupId])).filter(({ topic }) => topic === topics.crmEvents);
    const ends = this.ends.get(readId) ?? new Map(lags.map(({ partition, end }) => [partition, end]));
    this.ends.set(readId, ends);
    return lags.every(
      ({ partition, lag, end, committed }) =>
        lag === 0 || (committed ?? end - lag) >= (ends.get(partition) ?? 0),
    );
  }
}
