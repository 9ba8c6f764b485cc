import { randomUUID } from 'node:crypto';
import type { CatalogView, Stream } from '@syncline/catalog';
import { checkExpression } from '@syncline/functions';
import type { HistoryTaskOrder } from '@syncline/store';
import { z } from 'zod';
import { badField, momentOf } from './query.ts';

const mostIds = 2_000;
const maxIdLength = 512;
const maxWhereLength = 20_000;
const usualRate = 20;
const mostRate = 1_000;
const yearMs = 366 * 24 * 3_600_000;

const momentText = 'expected ms since the epoch, or 2026-01-31T10:00:00Z';
const moment = z
  .union([z.string(), z.number()], momentText)
  .refine((given) => momentOf(String(given)) !== null, momentText)
  .transform((given) => momentOf(String(given)) ?? 0)
  .optional();

/** What a person says of a new historical sync task. */
export const orderFields = {
  stream: z
    .string('expected the id or the name of a stream')
    .min(1, 'expected the id or the name of a stream')
    .describe("the stream's id, or a name that only one has"),
  from: moment.describe('records that changed from then on: ms since the epoch, or ISO 8601 with a zone'),
  to: moment.describe('and before then; now if absent'),
  ids: z
    .array(z.string().min(1, 'expected an id').max(maxIdLength, 'is too long'), 'expected a list of ids')
    .min(1, 'expected one id at least')
    .max(mostIds, `expected ${mostIds} ids at most: make several tasks, or one by time`)
    .optional()
    .describe('these records instead of a range of time'),
  where: z
    .string('expected a JSONata expression')
    .min(1, 'expected a JSONata expression')
    .max(maxWhereLength, 'is too long')
    .optional()
    .describe('JSONata over the source record: only those for which it is true'),
  force: z.boolean('expected true or false').default(false).describe('write unchanged records, too'),
  startAt: moment.describe('not before then; at once if absent'),
  rate: z
    .number(`expected a number from 1 to ${mostRate}`)
    .min(1, `expected a number from 1 to ${mostRate}`)
    .max(mostRate, `expected a number from 1 to ${mostRate}`)
    .default(usualRate)
    .describe('records a second'),
};

type OrderFields = z.output<z.ZodObject<typeof orderFields>>;

/**
 * The task that is asked for.
 * @throws RefusedRequest naming the field and what to do
 */
export function orderOf(asked: OrderFields, view: CatalogView, now: number): HistoryTaskOrder {
  const stream = findStream(asked.stream, view);
  const startAt = asked.startAt ?? now;
  if (startAt > now + yearMs) throw badField('startAt', 'lies more than a year ahead');
  const wrong = asked.where === undefined ? null : checkExpression(asked.where);
  if (wrong !== null) throw badField('where', `is no JSONata expression: ${wrong}`);
  const { id: streamId, tenantId, dataCenterId, direction, source: objectApiName } = stream;
  return {
    id: randomUUID(),
    tenantId,
    dataCenterId,
    streamId,
    direction,
    objectApiName,
    ...whichRecords(asked, Math.max(now, startAt)),
    where: asked.where ?? null,
    force: asked.force,
    rate: asked.rate,
    startAt,
    createdAt: now,
  };
}

function findStream(named: string, view: CatalogView): Stream {
  const byId = view.stream(named);
  const byName = view.streams.filter(({ name }) => name === named);
  const stream = byId ?? (byName.length === 1 ? byName[0] : undefined);
  if (stream === undefined && byName.length > 1)
    throw badField(
      'stream',
      `${byName.length} streams have this name; take an id: ${byName.map(({ id }) => id).join(', ')}`,
    );
  if (stream === undefined)
    throw badField(
      'stream',
      `there is no stream ${JSON.stringify(named)}; /api/tenants/{tenantId}/streams lists them`,
    );
  if (!stream.enabled)
    throw badField('stream', `${stream.name} is off, and its records would only be held: switch it on first`);
  return stream;
}

function whichRecords(
  { ids, from, to }: OrderFields,
  latest: number,
): Pick<HistoryTaskOrder, 'ids' | 'from' | 'to'> {
  if (ids !== undefined) {
    if (from !== undefined || to !== undefined)
      throw badField('ids', 'goes without from and to: give one or the other');
    return { ids: [...new Set(ids)], from: null, to: null };
  }
  if (from === undefined) throw badField('from', 'is missing: give from (and to), or ids');
  const end = to ?? latest;
  if (end > latest) throw badField('to', 'lies ahead of the start: leave it out to read up to then');
  if (from >= end) throw badField('from', 'is not before to: nothing can have changed in between');
  return { ids: null, from, to: end };
}
