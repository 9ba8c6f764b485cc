import { readMessage, syncOutcomeSchema } from '@syncline/contract';
import type { Received } from '@syncline/kafka';
import type { Flow } from './flow.ts';

/** Counts each finished sync. */
export function createOnSyncOutcome(flow: Flow) {
  return (message: Received): Promise<void> => {
    flow.note(readMessage(syncOutcomeSchema, message.value));
    return Promise.resolve();
  };
}
