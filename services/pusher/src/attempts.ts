import { createGroupFlush } from '@syncline/chassis';
import type { ErpWrite } from '@syncline/contract';
import type { ErpAttempt, Store } from '@syncline/store';

const maxItems = 500;
const maxWaiting = 20_000;

/** Guarded writes that left, and what became of them (design, "A create is guarded"). */
export interface Attempts {
  /** Stores that a write is about to leave. `opened`: it may; else what was stored of it before. */
  open(write: ErpWrite, startedAt: number, deadline: number): Promise<'opened' | ErpAttempt>;
  /** Stores the result, as the text that will be published. */
  close(write: ErpWrite, result: string): Promise<void>;
}

const idOf = ({ syncId, attempt }: ErpWrite): string => `${syncId}/${attempt}`;

export function createAttempts({ erpAttempts }: Pick<Store, 'erpAttempts'>): Attempts {
  const opens = createGroupFlush<Omit<ErpAttempt, 'result'>, 'opened' | ErpAttempt>({
    async flush(wanted) {
      const answers = await erpAttempts.open(wanted);
      return wanted.map(({ id }) => {
        const answer = answers.get(id);
        if (answer === undefined) throw new Error(`the store gave no answer for attempt ${id}`);
        return answer;
      });
    },
    maxItems,
    maxWaiting,
  });
  const closes = createGroupFlush<{ id: string; result: string }, undefined>({
    async flush(outcomes) {
      await erpAttempts.close(outcomes);
      return outcomes.map(() => undefined);
    },
    maxItems,
    maxBytes: 4 * 1024 * 1024,
    sizeOf: ({ result }) => result.length,
    maxWaiting,
  });

  return {
    open(write, startedAt, deadline) {
      const { rowId, tenantId, dataCenterId } = write;
      return opens.add({ id: idOf(write), rowId, tenantId, dataCenterId, startedAt, deadline });
    },
    close: (write, result) => closes.add({ id: idOf(write), result }),
  };
}
