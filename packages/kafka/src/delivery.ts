import { sleep } from '@syncline/chassis';
import { UnreadableMessage } from '@syncline/contract';
import type { KafkaMessage } from 'kafkajs';
import type { BuryMessage } from './dead-letter.ts';
import type { Received } from './received.ts';

export type HandleMessage = (message: Received, signal: AbortSignal) => Promise<void>;

export interface DeliveryOptions {
  handle: HandleMessage;
  bury: BuryMessage;
  /** hears of each failure before the wait for the next try */
  onFailure(message: Received, error: unknown, next: { failures: number; delayMs: number }): void;
  /** tells the handler to give up */
  signal: AbortSignal;
}

const firstDelayMs = 100;
const maxDelayMs = 10_000;

/** The delay before a message is handled again after so many failures: 100 ms, doubled each time, at most 10 s. */
export function redeliveryDelayMs(failures: number): number {
  return Math.min(firstDelayMs * 2 ** (failures - 1), maxDelayMs);
}

export interface Delivery {
  message: Received;
  original: KafkaMessage;
  /** aborts when nobody waits for the message any more */
  ended: AbortSignal;
  /** told before each wait for another try, and after the last */
  failing(failing: boolean): void;
}

/**
 * Hands one message to the handler until it is finished: handled, or buried because no one can read it. Any other
 * error is trouble around the message and not in it, so it is handed over again.
 * @returns false when it ended unfinished
 */
export async function deliver(delivery: Delivery, options: DeliveryOptions): Promise<boolean> {
  const { message, ended, failing } = delivery;
  const isEnded = (): boolean => ended.aborted;
  if (isEnded()) return false;
  for (let failures = 1; ; failures += 1) {
    try {
      await handleOrBury(delivery, options);
      if (failures > 1) failing(false);
      return true;
    } catch (error) {
      if (failures === 1) failing(true);
      const delayMs = redeliveryDelayMs(failures);
      if (!isEnded()) options.onFailure(message, error, { failures, delayMs });
      await sleep(delayMs, ended);
      if (!isEnded()) continue;
      failing(false);
      return false;
    }
  }
}

async function handleOrBury(delivery: Delivery, { handle, bury, signal }: DeliveryOptions): Promise<void> {
  const { message, original } = delivery;
  try {
    await handle(message, signal);
  } catch (error) {
    if (!(error instanceof UnreadableMessage)) throw error;
    await bury(message, original, error);
  }
}
