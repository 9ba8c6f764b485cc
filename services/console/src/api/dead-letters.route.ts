import { stringifyJson, topics } from '@syncline/contract';
import type { DeadLetter } from '@syncline/store';
import { z } from 'zod';
import { pageOf } from './page.ts';
import { given, pageLimit, pageQuery } from './query.ts';
import { callMapping } from './mapping-call.ts';
import { postRoute, route } from './route.ts';

/** A letter may hold a MiB: few on a page, and of each the beginning. */
const maxOnPage = 50;
const maxShownBytes = 4 * 1024;

const names = Object.values(topics);

const deadLetterSchema = z.object({
  topic: z.string(),
  partition: z.number(),
  offset: z.number(),
  key: z.string().nullable(),
  reason: z.string(),
  at: z.number(),
  headers: z.record(z.string(), z.string()),
  value: z
    .object({
      encoding: z.enum(['utf8', 'base64']).describe('base64 for what is no text'),
      content: z.string().describe('the first 4 KiB'),
      bytes: z.number().describe('of what is kept: the first MiB; all of it is on the topic'),
    })
    .nullable()
    .describe('null when the message had no value'),
  state: z.enum(['open', 'sending', 'sent back']),
  sentBack: z
    .object({ by: z.string(), at: z.number() })
    .nullable()
    .describe('who had it sent to its topic again, and when'),
  timesSentBack: z.number().describe('how often it had been sent back when it came here'),
});

const sentSchema = z.object({
  found: z.number(),
  hasMore: z.boolean(),
  sent: z.number(),
  refused: z.array(z.object({ id: z.string(), message: z.string() })),
  sample: z.array(z.string()),
});
const letterTopic = z.enum(names, `expected one of ${names.join(', ')}`).optional();
const moment = z.number().int().nonnegative().optional();

export const deadLetterRoutes = [
  route({
    role: 'viewer',
    isOfAllTenants: true,
    path: '/dead-letters',
    summary: 'Messages that no one could read, the newest first',
    query: {
      ...pageQuery,
      limit: pageLimit(maxOnPage),
      topic: z
        .enum(names, `expected one of ${names.join(', ')}`)
        .optional()
        .describe('where the message was'),
    },
    answer: pageOf(deadLetterSchema),
    async handle({ query }, { store }) {
      const { limit, ...filter } = query;
      const page = await store.deadLetters.list({ ...given(filter), limit });
      return { ...page, items: page.items.map(toLetter) };
    },
  }),
  postRoute({
    role: 'operator',
    isOfAllTenants: true,
    audited: ['ids', 'filter', 'again', 'dryRun'],
    path: '/dead-letters/send-back',
    summary: 'Sends messages that no one could read to their topics once more, as they came',
    body: {
      ids: z
        .array(z.string().min(1).max(400))
        .min(1)
        .max(500)
        .optional()
        .describe('topic/partition/offset of each'),
      filter: z
        .strictObject({
          topic: letterTopic,
          text: z.string().min(1).max(512).optional().describe('in the reason or the key'),
          from: moment,
          to: moment,
        })
        .optional(),
      again: z.boolean().default(false).describe('those that were sent back before, too'),
      dryRun: z.boolean().default(false),
    },
    answer: sentSchema,
    async handle({ body, caller }, sources) {
      const asked = stringifyJson({ ...body, by: caller.name });
      return sentSchema.parse(await callMapping(sources, '/dead-letters/send-back', asked));
    },
  }),
];

function toLetter({
  value,
  sentBack = null,
  isCut: _isCut,
  ...letter
}: DeadLetter): z.infer<typeof deadLetterSchema> {
  const times = Number(letter.headers['sent-back'] ?? 0);
  return {
    ...letter,
    value: value === null ? null : shownValue(Buffer.from(value)),
    state: sentBack === null ? 'open' : sentBack.sentAt === null ? 'sending' : 'sent back',
    sentBack: sentBack === null ? null : { by: sentBack.by, at: sentBack.sentAt ?? sentBack.at },
    timesSentBack: Number.isSafeInteger(times) ? times : 0,
  };
}

/** The beginning of a value as text, or as base64 when it is none. */
export function shownValue(value: Buffer): { encoding: 'utf8' | 'base64'; content: string; bytes: number } {
  const bytes = value.length;
  const shown = value.subarray(0, maxShownBytes);
  try {
    // `stream`: a character that the cut went through is left out and no error.
    const content = new TextDecoder('utf-8', { fatal: true }).decode(shown, { stream: bytes > shown.length });
    return { encoding: 'utf8', content, bytes };
  } catch {
    return { encoding: 'base64', content: shown.toString('base64'), bytes };
  }
}
