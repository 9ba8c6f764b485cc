import type { Topic } from '@syncline/contract';
import type { IHeaders, KafkaMessage } from 'kafkajs';

/** One message as a handler sees it. */
export interface Received {
  topic: Topic;
  partition: number;
  offset: number;
  /** empty when the message has none */
  key: string;
  value: Buffer | null;
  /** of a header that is there several times, the last */
  headers: Record<string, string>;
  /** ms since the epoch, from the sender or the broker */
  timestamp: number;
}

export function toReceived(topic: Topic, partition: number, message: KafkaMessage): Received {
  return {
    topic,
    partition,
    offset: Number(message.offset),
    key: message.key?.toString('utf8') ?? '',
    value: message.value,
    headers: headerTexts(message.headers),
    timestamp: Number(message.timestamp),
  };
}

function headerTexts(headers: IHeaders | undefined): Record<string, string> {
  const texts: [string, string][] = [];
  for (const [name, value] of Object.entries(headers ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) texts.push([name, last.toString()]);
  }
  return Object.fromEntries(texts);
}

/** What a message takes in memory and on the wire, near enough for bounds. */
export function sizeOf(message: KafkaMessage): number {
  const perMessageBytes = 100;
  return (message.value?.length ?? 0) + (message.key?.length ?? 0) + perMessageBytes;
}
