import { stringifyJson } from '@syncline/contract';
import { ConsoleApi } from '../console-api.ts';
import { momentOf } from '../moment.ts';
import { operatorCalls } from '../operator-calls.ts';
import { Refused } from '../refused.ts';
import type { Context } from './command.ts';

export interface LettersOptions {
  topic?: string;
  text?: string;
  from?: string;
  to?: string;
  ids: string[];
  again: boolean;
  yes: boolean;
  limit?: number;
  json: boolean;
}

interface Letter {
  topic: string;
  partition: number;
  offset: number;
  key: string | null;
  reason: string;
  at: number;
  state: string;
  sentBack: { by: string; at: number } | null;
  timesSentBack: number;
}

interface SentBack {
  found: number;
  hasMore: boolean;
  sent: number;
  refused: { id: string; message: string }[];
  sample: string[];
}

const usualCount = 20;

export async function listLetters(options: LettersOptions, { installation, output }: Context): Promise<void> {
  const topic = options.topic === undefined ? '' : `&topic=${encodeURIComponent(options.topic)}`;
  const limit = options.limit ?? usualCount;
  const path = `/dead-letters?limit=${limit}${topic}`;
  const { items } = await new ConsoleApi(installation).get<{ items: Letter[] }>(path);
  if (options.json) output.say(stringifyJson(items));
  else if (items.length === 0) output.say('There are no dead letters.');
  else for (const letter of items) for (const line of linesOf(letter)) output.say(line);
}

function linesOf(letter: Letter): string[] {
  const { topic, partition, offset, key, reason, at, state, sentBack, timesSentBack } = letter;
  const who = sentBack === null ? '' : ` by ${sentBack.by} ${new Date(sentBack.at).toISOString()}`;
  const before = timesSentBack === 0 ? '' : `; had been sent back ${timesSentBack} times`;
  return [
    `${topic}/${partition}/${offset}  ${new Date(at).toISOString()}  ${state}${who}${before}`,
    `  ${key ?? 'no key'}: ${reason}`,
  ];
}

export async function sendBackLetters(
  options: LettersOptions,
  { installation, output }: Context,
): Promise<void> {
  const { ids, topic, text, from, to, again, yes } = options;
  const filter = {
    topic,
    text,
    from: from === undefined ? undefined : momentOf(from, '--from'),
    to: to === undefined ? undefined : momentOf(to, '--to'),
  };
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  if (ids.length === 0 && !isFiltered)
    throw new Refused('Say which: TOPIC/PARTITION/OFFSET of each, or --topic, --text, --from, --to.', 2);
  const call = await operatorCalls(installation);
  const asked = { ...(ids.length > 0 && { ids }), ...(isFiltered && { filter }), again };
  const answer = await call<SentBack>('/dead-letters/send-back', { ...asked, dryRun: !yes });
  if (options.json) output.say(stringifyJson(answer));
  else for (const line of sentLines(answer, yes)) output.say(line);
  if (answer.refused.length > 0) throw new Refused(`${answer.refused.length} were not sent back.`);
}

function sentLines({ found, hasMore, sent, refused, sample }: SentBack, isSent: boolean): string[] {
  const more = hasMore ? '; there are more, for the next time' : '';
  if (!isSent)
    return [
      `${found} would be sent back${more}:`,
      ...sample.map((id) => `  ${id}`),
      'Nothing has been changed. Add --yes to send them.',
    ];
  return [
    `${sent} of ${found} sent back${more}.`,
    ...refused.map(({ id, message }) => `  ${id}: ${message}`),
  ];
}
