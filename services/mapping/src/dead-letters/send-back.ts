import type { Clock, Logger } from '@syncline/chassis';
import { topics, type Topic } from '@syncline/contract';
import type { Producer } from '@syncline/kafka';
import type { DeadLetter, Store } from '@syncline/store';

/** How often a message was sent back, as text: one that comes here again shows it. */
const sentBackHeader = 'sent-back';
/** What a dead letter has beside the headers that the message came with (contract 2). */
const letterHeaders = ['reason', 'topic', 'partition', 'offset', sentBackHeader];
/** A process that died while it sent leaves a letter so; after this anybody may send it. */
const claimMs = 60_000;

const notSentTo: readonly Topic[] = [topics.deadLetters, topics.syncOutcomes];
export const topicsToSendTo = Object.values(topics).filter((topic) => !notSentTo.includes(topic));

export interface SentBack {
  id: string;
  /** why it was not sent; null when it was */
  refusal: string | null;
}

interface Deps {
  store: Pick<Store, 'deadLetters'>;
  producer: Pick<Producer, 'publish'>;
  clock: Clock;
  logger: Logger;
  stopping: AbortSignal;
}

/**
 * Sends letters to the topics they came from, one after the other: original bytes, key and headers, and one header more
 * that counts how often. Each is claimed first, so that two people at once send it once.
 */
export async function sendBack(
  ids: readonly string[],
  { by, again }: { by: string; again: boolean },
  deps: Deps,
): Promise<SentBack[]> {
  const results: SentBack[] = [];
  for (const id of ids) {
    if (deps.stopping.aborted) break;
    results.push({ id, refusal: await sendOne(id, { by, again }, deps) });
  }
  return results;
}

async function sendOne(
  id: string,
  { by, again }: { by: string; again: boolean },
  { store, producer, clock, logger }: Deps,
): Promise<string | null> {
  const letter = await store.deadLetters.get(id);
  if (letter === null) return 'it is kept no longer';
  const refusal = whyNot(letter);
  if (refusal !== null) return refusal;
  const now = clock.now();
  if (!(await store.deadLetters.claim(id, { by, now, staleBefore: now - claimMs, again })))
    return 'it was sent back already; again: true sends it once more';
  try {
    await producer.publish([messageOf(letter)]);
  } catch (error) {
    logger.warn('a dead letter could not be sent back', { error, id });
    await store.deadLetters.release(id);
    return error instanceof Error ? error.message : String(error);
  }
  await store.deadLetters.noteSent(id, clock.now());
  return null;
}

function whyNot({ topic, value, isCut }: DeadLetter): string | null {
  if (!topicsToSendTo.some((known) => known === topic))
    return `${topic.slice(0, 100)} is no topic that messages are sent back to`;
  if (value === null) return 'it had no value, and nobody could read it again';
  return isCut ? 'only the beginning of it is kept: let its producer send it again' : null;
}

function messageOf({ topic, key, value, headers }: DeadLetter) {
  const own = Object.fromEntries(Object.entries(headers).filter(([name]) => !letterHeaders.includes(name)));
  const times = timesOf(headers) + 1;
  return {
    topic: topic as Topic,
    key,
    value: Buffer.from(value ?? Buffer.alloc(0)),
    headers: { ...own, [sentBackHeader]: String(times) },
  };
}

/** How often a message had been sent back when it became this letter. */
function timesOf(headers: Record<string, string>): number {
  const times = Number(headers[sentBackHeader] ?? 0);
  return Number.isSafeInteger(times) && times > 0 ? times : 0;
}
