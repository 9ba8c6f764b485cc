import { z } from 'zod';
import { badQuery } from './query.ts';

export interface ApiPage<T> {
  items: T[];
  next: string | null;
}

/** The answer of every list. */
export function pageOf<T>(item: z.ZodType<T>): z.ZodType<ApiPage<T>> {
  return z.object({
    items: z.array(item),
    next: z.string().nullable().describe('`after` of the page that follows; null at the end'),
  });
}

/** A page of a list that is at hand, in its own order. */
export function pageFrom<T>(
  list: readonly T[],
  request: { after?: string | undefined; limit: number },
  idOf: (item: T) => string,
): ApiPage<T> {
  const { after, limit } = request;
  const start = after === undefined ? 0 : 1 + list.findIndex((item) => cursorOf(idOf(item)) === after);
  if (after !== undefined && start === 0) throw badQuery('after', 'is not one that this list gave');
  const items = list.slice(start, start + limit);
  const last = items.at(-1);
  return { items, next: last !== undefined && start + limit < list.length ? cursorOf(idOf(last)) : null };
}

function cursorOf(id: string): string {
  return Buffer.from(id).toString('base64url');
}
