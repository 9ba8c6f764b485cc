import type { Received } from '@syncline/kafka';
import type { DeadLetter, Store } from '@syncline/store';

/** Keeps each message of `sync.dead-letters` where people find it; the same one again changes nothing. */
export function createOnDeadLetter(store: Pick<Store, 'deadLetters'>) {
  return (message: Received): Promise<void> => store.deadLetters.add([deadLetterOf(message)]);
}

const maxReasonCharacters = 4_000;

/**
 * Names the letter by where the unreadable message was, as its headers say (contract 2); one without them by where the
 * letter itself is.
 */
export function deadLetterOf(message: Received): DeadLetter {
  const { key, value, headers, timestamp } = message;
  return {
    ...(originOf(headers) ?? { topic: message.topic, partition: message.partition, offset: message.offset }),
    key: key === '' ? null : key,
    value,
    headers,
    reason: (headers['reason'] ?? 'no reason was given').slice(0, maxReasonCharacters),
    at: Number.isSafeInteger(timestamp) && timestamp >= 0 ? timestamp : 0,
  };
}

function originOf(
  headers: Record<string, string>,
): Pick<DeadLetter, 'topic' | 'partition' | 'offset'> | null {
  const { topic, partition, offset } = headers;
  const isWhole = (text: string | undefined): text is string => /^\d{1,15}$/.test(text ?? '');
  if (topic === undefined || topic === '' || !isWhole(partition) || !isWhole(offset)) return null;
  return { topic: topic.slice(0, 249), partition: Number(partition), offset: Number(offset) };
}
