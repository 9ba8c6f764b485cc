import { maxMessageBytes, topics, type Topic } from '@syncline/contract';
import type { IHeaders, Message } from 'kafkajs';

/** One message to send. */
export interface Outgoing {
  topic: Topic;
  key: string | null;
  value: string | Buffer;
  headers?: Record<string, string>;
}

/** As `Outgoing`, with what only a dead letter needs: a value that may be null, key and headers as they came. */
export interface RawOutgoing {
  topic: Topic;
  key: Buffer | string | null;
  value: Buffer | string | null;
  headers?: IHeaders;
}

export class MessageTooLarge extends Error {
  override readonly name = 'MessageTooLarge';
  readonly topic: Topic;
  readonly bytes: number;

  constructor(topic: Topic, bytes: number) {
    super(`a message of ${bytes} bytes for ${topic} is over the limit of ${maxMessageBytes}`);
    this.topic = topic;
    this.bytes = bytes;
  }
}

/** A dead letter may be a message of the full size, and gets headers on top. */
export const deadLetterExtraBytes = 1024 * 1024;

/** @throws MessageTooLarge */
export function refuseTooLarge(message: RawOutgoing): void {
  const bytes = bytesOf(message);
  const limit = maxMessageBytes + (message.topic === topics.deadLetters ? deadLetterExtraBytes : 0);
  if (bytes > limit) throw new MessageTooLarge(message.topic, bytes);
}

/** Key, value and headers. */
export function bytesOf({ key, value, headers }: RawOutgoing): number {
  let bytes = byteLength(key) + byteLength(value);
  for (const [name, header] of Object.entries(headers ?? {})) {
    bytes += Buffer.byteLength(name);
    for (const one of Array.isArray(header) ? header : [header]) bytes += byteLength(one ?? null);
  }
  return bytes;
}

/** In the form of `sendBatch`; messages of one topic stay in order. */
export function groupedByTopic(
  messages: RawOutgoing[],
  fullName: (topic: Topic) => string,
): { topic: string; messages: Message[] }[] {
  const grouped = new Map<Topic, Message[]>();
  for (const { topic, key, value, headers } of messages) {
    const message: Message = { key, value, ...(headers === undefined ? {} : { headers }) };
    const sameTopic = grouped.get(topic);
    if (sameTopic === undefined) grouped.set(topic, [message]);
    else sameTopic.push(message);
  }
  return [...grouped].map(([topic, list]) => ({ topic: fullName(topic), messages: list }));
}

function byteLength(part: Buffer | string | null): number {
  return part === null ? 0 : Buffer.byteLength(part);
}
