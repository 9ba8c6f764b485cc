import type { Logger } from '@syncline/chassis';
import { topics, type UnreadableMessage } from '@syncline/contract';
import type { KafkaMessage } from 'kafkajs';
import type { RawOutgoing } from './outgoing.ts';
import type { Received } from './received.ts';

/** Puts a message that no one can read where the operator finds it; settles once it is there. */
export type BuryMessage = (
  message: Received,
  original: KafkaMessage,
  why: UnreadableMessage,
) => Promise<void>;

const maxReasonCharacters = 2_000;

/**
 * `sync.dead-letters` (contract 2): the original bytes and key, with the headers `reason`, `topic`, `partition` and
 * `offset` as text beside those it came with.
 */
export function createDeadLetters(
  publish: (messages: RawOutgoing[]) => Promise<void>,
  logger: Logger,
): BuryMessage {
  return async (message, original, why) => {
    const { topic, partition, offset } = message;
    const reason = why.message.slice(0, maxReasonCharacters);
    logger.warn('A message cannot be read', { topic, partition, offset, reason });
    // One that cannot be read there either would come back for ever.
    if (topic === topics.deadLetters) return;
    await publish([
      {
        topic: topics.deadLetters,
        key: original.key,
        value: original.value,
        headers: { ...original.headers, reason, topic, partition: String(partition), offset: String(offset) },
      },
    ]);
  };
}
