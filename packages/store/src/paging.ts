import mongoose, { type mongo } from 'mongoose';
import { asText, type Collection, type Keyed } from './collection.ts';
import { BadCursor } from './failure.ts';

export interface PageRequest {
  /** a page's `next`; absent for the first page */
  after?: string | null | undefined;
  limit: number;
}

export interface Page<T> {
  items: T[];
  /** pass it as `after` for what follows; null at the end */
  next: string | null;
}

export type FilterValue = string | number | boolean | null | readonly (string | number)[] | undefined;

/** Which documents are meant. */
export interface Selection {
  /** by path: equal to the value, or to one of a list; undefined is no condition */
  filter: Record<string, FilterValue>;
  /** bounds by path: [from, to) */
  ranges?: Record<string, { from?: number | undefined; to?: number | undefined }>;
  /** of these sets of conditions at least one holds; each is like `filter` */
  either?: readonly Record<string, FilterValue>[];
  /** at least one of these paths holds the text, in capitals or small letters */
  contains?: { paths: readonly string[]; text: string | undefined };
}

export interface PageOptions<D extends Keyed, T> extends Selection {
  /** a number field, highest first; ids decide among equals */
  sortBy: string;
  /** a field that is not read */
  without?: string;
  after: string | null | undefined;
  limit: number;
  read(document: D): T;
}

const maxPage = 1000;
const maxTimeMS = 15_000;
const batchSize = 100;

/** One page, newest first. A record that changes while someone leafs may move to the front, and is met again there. */
export async function readPage<D extends Keyed, T>(
  { model }: Collection<D>,
  options: PageOptions<D, T>,
): Promise<Page<T>> {
  const { sortBy, without, after, read } = options;
  const limit = Math.min(Math.max(1, options.limit), maxPage);
  const conditions = [...conditionsOf(options), ...beyond(sortBy, after)];
  const found = (await model
    .find(conditions.length > 0 ? { $and: conditions } : {})
    .sort({ [sortBy]: -1, _id: -1 })
    .limit(limit + 1)
    .batchSize(batchSize)
    .select(without === undefined ? {} : { [without]: 0 })
    .maxTimeMS(maxTimeMS)
    .setOptions({ sanitizeFilter: true })
    .lean()
    .exec()) as unknown as D[];
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const next = found.length > limit && last !== undefined ? cursorOf(last, sortBy) : null;
  return { items: page.map(read), next };
}

/** Some of the documents that are meant, in the order of their ids, behind one of them. */
export async function walkSelection<D extends Keyed>(
  { model }: Collection<D>,
  selection: Selection & { after: string; limit: number; only: readonly string[] },
): Promise<D[]> {
  const { after, limit, only } = selection;
  const conditions = [...conditionsOf(selection), { _id: mongoose.trusted({ $gt: after }) }];
  return await model
    .find({ $and: conditions })
    .sort({ _id: 1 })
    .limit(Math.min(Math.max(1, limit), maxPage))
    .batchSize(maxPage)
    .select(Object.fromEntries(only.map((path) => [path, 1])))
    .maxTimeMS(maxTimeMS)
    .setOptions({ sanitizeFilter: true })
    .lean()
    .exec();
}

/** How many documents are meant. */
export function countSelection<D extends Keyed>(
  { model }: Collection<D>,
  selection: Selection,
): Promise<number> {
  return model
    .countDocuments({ $and: conditionsOf(selection) })
    .maxTimeMS(maxTimeMS)
    .setOptions({ sanitizeFilter: true })
    .exec();
}

function conditionsOf({ filter, ranges = {}, either = [], contains }: Selection): mongo.Document[] {
  return [...equalities(filter), ...bounds(ranges), ...anyOf(either), ...holding(contains)];
}

/** A part of a collection in the order of its ids, which never change; no index but that of the ids is needed. */
export async function walkById<D extends Keyed>(
  native: mongo.Collection<D>,
  options: {
    filter: Record<string, string | undefined>;
    after: string | undefined;
    limit: number;
    without?: string;
  },
): Promise<mongo.WithId<D>[]> {
  const { filter, after, limit, without } = options;
  const equal = Object.entries(filter).flatMap(([path, value]) =>
    value === undefined ? [] : [[path, { $eq: asText(value) }] as const],
  );
  const beyondLast = after === undefined ? {} : { _id: { $gt: asText(after) } };
  return native
    .find({ ...Object.fromEntries(equal), ...beyondLast } as mongo.Filter<D>, {
      sort: { _id: 1 },
      limit: Math.min(Math.max(1, limit), maxPage),
      batchSize,
      maxTimeMS,
      ...(without !== undefined && { projection: { [without]: 0 } }),
    })
    .toArray();
}

function equalities(filter: Record<string, FilterValue>): mongo.Document[] {
  return Object.entries(filter).flatMap(([path, value]): mongo.Document[] => {
    if (value === undefined) return [];
    if (Array.isArray(value)) return [{ [path]: mongoose.trusted({ $in: [...(value as unknown[])] }) }];
    return [{ [path]: { $eq: value } }];
  });
}

function bounds(ranges: Required<Selection>['ranges']): mongo.Document[] {
  return Object.entries(ranges).flatMap(([path, { from, to }]) => [
    ...(from === undefined ? [] : [{ [path]: mongoose.trusted({ $gte: from }) }]),
    ...(to === undefined ? [] : [{ [path]: mongoose.trusted({ $lt: to }) }]),
  ]);
}

function anyOf(either: readonly Record<string, FilterValue>[]): mongo.Document[] {
  const sets = either.map(equalities).filter((conditions) => conditions.length > 0);
  return sets.length === 0 ? [] : [{ $or: sets.map((conditions) => ({ $and: conditions })) }];
}

/** What a person typed is text, whatever a pattern would make of it. Scans: for people, not for the hot path. */
function holding(contains: Selection['contains']): mongo.Document[] {
  if (contains?.text === undefined) return [];
  const pattern = { $regex: contains.text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'), $options: 'i' };
  return [{ $or: contains.paths.map((path) => ({ [path]: mongoose.trusted({ ...pattern }) })) }];
}

function beyond(sortBy: string, after: string | null | undefined): mongo.Document[] {
  if (after === undefined || after === null) return [];
  const [value, id] = readCursor(after);
  return [
    {
      $or: [
        { [sortBy]: mongoose.trusted({ $lt: value }) },
        { [sortBy]: { $eq: value }, _id: mongoose.trusted({ $lt: id }) },
      ],
    },
  ];
}

function cursorOf(document: Keyed, sortBy: string): string {
  const value = sortBy
    .split('.')
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], document);
  return Buffer.from(JSON.stringify([value, document._id])).toString('base64url');
}

function readCursor(after: string): [number, string] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(after, 'base64url').toString());
    if (Array.isArray(parts) && typeof parts[0] === 'number' && typeof parts[1] === 'string') {
      return [parts[0], parts[1]];
    }
  } catch {
    // told below, like any other that is not one of ours
  }
  throw new BadCursor('the page mark "after" is not one that this list gave');
}
