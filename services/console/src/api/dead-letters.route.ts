import { topics } from '@syncline/contract';
import type { DeadLetter } from '@syncline/store';
import { z } from 'zod';
import { pageOf } from './page.ts';
import { given, pageLimit, pageQuery } from './query.ts';
import { route } from './route.ts';

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
});

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
];

function toLetter({ value, ...letter }: DeadLetter): z.infer<typeof deadLetterSchema> {
  return { ...letter, value: value === null ? null : shownValue(Buffer.from(value)) };
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
