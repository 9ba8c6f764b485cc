import { failureClasses, RefusedRequest, syncStatus, type SyncStatus } from '@syncline/contract';
import { z } from 'zod';
import { statusNames } from '../status-words.ts';

/** As Node reads it: a parameter that came twice is a list. */
export type RawQuery = Readonly<Record<string, unknown>>;

const maxTextLength = 512;

/** Any text, `__proto__` and `$ne` among them: it is compared and nothing else. */
export const text = z.string().min(1, 'expected a value').max(maxTextLength, 'is too long').optional();

/** How many items a page has. */
export function pageLimit(most: number) {
  const message = `expected a whole number from 1 to ${most}`;
  return z
    .string()
    .refine((digits) => /^\d{1,6}$/.test(digits) && Number(digits) >= 1 && Number(digits) <= most, message)
    .transform(Number)
    .default(Math.min(50, most))
    .describe(`items on a page, 1 to ${most}`);
}

export const pageQuery = {
  limit: pageLimit(200),
  after: z.string().max(4_000, 'is too long').optional().describe("a page's `next`, for the one after it"),
};

/** A moment: ms since the epoch, or ISO 8601 with a zone. */
export const moment = z
  .string()
  .refine((given) => momentOf(given) !== null, 'expected ms since the epoch, or 2026-01-31T10:00:00Z')
  .transform((given) => momentOf(given) ?? 0)
  .optional()
  .describe('ms since the epoch, or ISO 8601 with a zone');

export function momentOf(given: string): number | null {
  if (/^\d{1,15}$/.test(given)) return Number(given);
  const isIso = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(given);
  const at = isIso ? Date.parse(given) : NaN;
  return Number.isNaN(at) || at < 0 ? null : at;
}

const numbersByName = new Map<string, SyncStatus>(
  Object.entries(syncStatus).flatMap(([name, number]): [string, SyncStatus][] => [
    [name, number],
    [String(number), number],
  ]),
);

/** One or several `lastSyncStatus`, by number or name, with commas between them. */
export const syncStatuses = z
  .string()
  .refine(
    (given) => given.split(',').every((one) => numbersByName.has(one)),
    `expected some of ${[...statusNames].map(([number, name]) => `${number} (${name})`).join(', ')}, with commas between them`,
  )
  .transform((given) => given.split(',').flatMap((one) => numbersByName.get(one) ?? []))
  .optional()
  .describe('one or several, by number (1 to 10) or name, with commas between them');

export const errorClass = z
  .enum(failureClasses, `expected one of ${failureClasses.join(', ')}`)
  .optional()
  .describe('the class of failure');

/** Only failures that no later success has settled. */
export const unresolved = z
  .literal('true', 'expected true, or nothing')
  .transform(() => true as const)
  .optional()
  .describe('true: only failures that no later success has settled');

/**
 * The query by its schema.
 * @throws RefusedRequest naming the parameter that is wrong
 */
export function readQuery<T extends z.ZodObject>(schema: T, raw: RawQuery): z.output<T> {
  for (const [name, value] of Object.entries(raw)) {
    if (!Object.hasOwn(schema.shape, name)) {
      const known = Object.keys(schema.shape).join(', ');
      throw badQuery(name, `is not known here; ${known === '' ? 'there are none' : `there are ${known}`}`);
    }
    if (typeof value !== 'string') throw badQuery(name, 'came more than once');
  }
  const read = schema.safeParse(raw);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw badQuery(String(issue?.path[0] ?? ''), issue?.message ?? 'is not valid');
}

/**
 * A JSON body by its schema.
 * @throws RefusedRequest naming the field that is wrong
 */
export function readBody<T extends z.ZodObject>(schema: T, raw: unknown): z.output<T> {
  const read = schema.safeParse(raw ?? {});
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  if (issue?.code === 'unrecognized_keys')
    throw badField(
      issue.keys[0] ?? '',
      `is not known here; there are ${Object.keys(schema.shape).join(', ')}`,
    );
  throw badField(issue?.path.join('.') ?? '', issue?.message ?? 'is not valid');
}

export function badField(name: string, problem: string): RefusedRequest {
  return new RefusedRequest(
    'badBody',
    name === '' ? `The body: ${problem}` : `The field ${JSON.stringify(name)}: ${problem}`,
  );
}

export function badQuery(name: string, problem: string): RefusedRequest {
  return new RefusedRequest('badQuery', `The query parameter ${JSON.stringify(name)}: ${problem}`);
}

/** What was given of it: parameters that are absent have no key at all. */
export function given<T extends object>(query: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
