import { sleep, type Clock, type Logger } from '@syncline/chassis';
import {
  stringifyJson,
  topics,
  type ErpWrite,
  type ErpWriteOutcome,
  type ErpWriteResult,
} from '@syncline/contract';
import { MessageTooLarge, type Producer } from '@syncline/kafka';
import type { Attempts } from './attempts.ts';
import type { Carried } from './carried.ts';
import { countWrite } from './metrics.ts';

export interface Report {
  write: ErpWrite;
  carried: Exclude<Carried, 'dropped'>;
  /** of the write: its result stays in order with it */
  key: string;
  signal: AbortSignal;
}

export interface ReportDeps {
  attempts: Attempts;
  producer: Pick<Producer, 'publish'>;
  clock: Clock;
  logger: Logger;
}

/**
 * Tells mapping what became of a write; of a guarded one the answer is stored first.
 *
 * It does not give up while there is time: the ERP has acted, and what it said is known only here.
 */
export async function report({ write, carried, key, signal }: Report, deps: ReportDeps): Promise<void> {
  const value = 'published' in carried ? carried.published : resultText(write, carried, deps.clock);
  if (!('published' in carried) && carried.isAnswer === true && write.guarded) {
    await persist(() => deps.attempts.close(write, value), signal, deps.logger);
  }
  await persist(() => publish(deps.producer, { write, key, value }, deps.clock), signal, deps.logger);
  countWrite('published' in carried ? 'published-again' : carried.outcome.kind);
}

type Known = Extract<Carried, { outcome: ErpWriteOutcome }>;

function resultText(write: ErpWrite, { outcome, call }: Known, clock: Clock): string {
  const { syncId, attempt, rowId, tenantId, dataCenterId, operation } = write;
  const ids = { syncId, attempt, rowId, tenantId, dataCenterId, operation };
  const result: ErpWriteResult = {
    ...ids,
    outcome,
    ...(call === undefined ? {} : { call }),
    at: clock.now(),
  };
  return stringifyJson(result);
}

async function publish(
  producer: Pick<Producer, 'publish'>,
  { write, key, value }: { write: ErpWrite; key: string; value: string },
  clock: Clock,
): Promise<void> {
  const headers = write.traceparent === undefined ? {} : { headers: { traceparent: write.traceparent } };
  try {
    await producer.publish([{ topic: topics.erpWriteResults, key, value, ...headers }]);
  } catch (error) {
    if (!(error instanceof MessageTooLarge)) throw error;
    const message = "the ERP's record is too large for a topic";
    const short = resultText(
      write,
      { outcome: { kind: 'broken', code: 'record-too-large', message } },
      clock,
    );
    await producer.publish([{ topic: topics.erpWriteResults, key, value: short, ...headers }]);
  }
}

const firstPauseMs = 100;
const maxPauseMs = 5_000;

/** Tries again until it works or the process must end; then the message comes again to another. */
async function persist(step: () => Promise<void>, signal: AbortSignal, logger: Logger): Promise<void> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
    try {
      await step();
      return;
    } catch (error) {
      if (signal.aborted) throw error;
      logger.warn('a result cannot be passed on yet and is tried again', { error, pauseMs });
      await sleep(pauseMs, signal);
    }
  }
}
