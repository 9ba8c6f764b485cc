import type { Clock } from '@syncline/chassis';
import type { mongo } from 'mongoose';
import { bounded, longLimitMs } from './bounded.ts';
import { readBySize } from './by-size.ts';
import {
  asText,
  byIds,
  removeIds,
  upsertAll,
  type CollectionSpec,
  type Database,
  type Keyed,
} from './collection.ts';

/** A text that is too big for a topic, a row or the history. */
export interface Body {
  id: string;
  text: string;
}

/** The first part has the body's id, part n has `id#n`. */
interface BodyPart extends Keyed {
  /** how many there are; on the first part only */
  parts?: number;
  /** of this part */
  bytes: number;
  data: Buffer;
}

/** When a body was put: small documents, so that the sweep reads no bodies. */
interface BodyStamp extends Keyed {
  at: number;
  parts: number;
}

export interface UnneededBodies {
  /** ms: younger ones stay, as what refers to them may not be written yet */
  olderThan: number;
  /** tells which of these are still referred to */
  neededIds(ids: readonly string[]): Promise<Set<string>>;
}

/** MongoDB takes documents up to 16 MiB. */
const maxPartBytes = 12 * 1024 * 1024;
const sweepPage = 500;

const partSpec: CollectionSpec = {
  name: 'bodies',
  fields: { parts: Number, bytes: Number, data: Buffer },
};

const stampSpec: CollectionSpec = {
  name: 'body_stamps',
  fields: { at: Number, parts: Number },
  indexes: [{ keys: { at: 1 }, for: 'scans' }],
};

export type Bodies = ReturnType<typeof openBodies>;

type Parts = mongo.Collection<BodyPart>;
type Stamps = mongo.Collection<BodyStamp>;

function putParts(native: Parts, parts: readonly BodyPart[]): Promise<void> {
  const operations = parts.map((part) => ({
    replaceOne: { filter: { _id: part._id }, replacement: part, upsert: true },
  }));
  return upsertAll(native, operations);
}

function putStamps(
  stamps: Stamps,
  bodies: readonly { id: string; parts: BodyPart[] }[],
  at: number,
): Promise<void> {
  const operations = bodies.map(({ id, parts }) => ({
    updateOne: { filter: { _id: asText(id) }, update: { $set: { at, parts: parts.length } }, upsert: true },
  }));
  return upsertAll(stamps, operations);
}

/** All stamps older than a moment, the oldest first, page by page. */
async function* stampsOlderThan(stamps: Stamps, olderThan: number): AsyncGenerator<string[]> {
  let beyond: mongo.Filter<BodyStamp> = {};
  for (;;) {
    const page = await stamps
      .find({ $and: [{ at: { $lt: olderThan } }, beyond] })
      .sort({ at: 1, _id: 1 })
      .limit(sweepPage)
      .toArray();
    const last = page.at(-1);
    if (last === undefined) return;
    yield page.map(({ _id }) => _id);
    beyond = { $or: [{ at: { $gt: last.at } }, { at: { $eq: last.at }, _id: { $gt: last._id } }] };
  }
}

export function openBodies(database: Database, clock: Clock) {
  const { native } = database.open<BodyPart>(partSpec);
  const { native: stamps } = database.open<BodyStamp>(stampSpec);

  async function remove(ids: readonly string[]): Promise<void> {
    const known = await stamps.find(byIds(ids) as mongo.Filter<BodyStamp>).toArray();
    const further = known.flatMap(({ _id, parts }) => partIds(_id, parts));
    await removeIds(native, [...ids, ...further]);
    await removeIds(stamps, ids);
  }

  return bounded(
    'bodies',
    {
      /** Stores texts under ids that name their content: the same id again must mean the same text. */
      async put(bodies: readonly Body[]): Promise<void> {
        if (bodies.length === 0) return;
        const split = bodies.map(({ id, text }) => ({ id, parts: toParts(id, text) }));
        await putStamps(stamps, split, clock.now());
        await putParts(
          native,
          split.flatMap(({ parts }) => parts.slice(1)),
        );
        // First parts come last: whoever finds one finds all of the body.
        await putParts(
          native,
          split.flatMap(({ parts }) => parts.slice(0, 1)),
        );
      },

      /** Texts by id; those that are not there are left out. */
      async getMany(ids: readonly string[]): Promise<Map<string, string>> {
        const heads = await native
          .find(byIds(ids) as mongo.Filter<BodyPart>, { projection: { parts: 1, bytes: 1 } })
          .toArray();
        const sizes = heads.flatMap(({ _id, bytes, parts = 1 }) => [
          { id: _id, bytes },
          ...partIds(_id, parts).map((id) => ({ id, bytes: maxPartBytes })),
        ]);
        const data = new Map((await readBySize(native, sizes)).map((part) => [part._id, part.data]));
        return new Map(heads.flatMap(({ _id, parts = 1 }) => textOf(_id, parts, data)));
      },

      remove,

      /** Removes old bodies that nothing refers to; returns how many. */
      async removeUnneeded({ olderThan, neededIds }: UnneededBodies): Promise<number> {
        let removed = 0;
        for await (const ids of stampsOlderThan(stamps, olderThan)) {
          const needed = await neededIds(ids);
          const unneeded = ids.filter((id) => !needed.has(id));
          await remove(unneeded);
          removed += unneeded.length;
        }
        return removed;
      },
    },
    { put: longLimitMs, getMany: longLimitMs, removeUnneeded: 10 * 60_000 },
  );
}

function partIds(id: string, parts: number): string[] {
  return Array.from({ length: parts - 1 }, (_, index) => `${id}#${String(index + 1)}`);
}

function toParts(id: string, text: string): BodyPart[] {
  const bytes = Buffer.from(text, 'utf8');
  const parts = Math.max(1, Math.ceil(bytes.length / maxPartBytes));
  return [asText(id), ...partIds(id, parts)].map((_id, index) => {
    const data = bytes.subarray(index * maxPartBytes, (index + 1) * maxPartBytes);
    return { _id, bytes: data.length, data, ...(index === 0 && { parts }) };
  });
}

/** The body's id and text as an entry, or nothing if it was removed while it was read. */
function textOf(id: string, parts: number, data: ReadonlyMap<string, Buffer>): [string, string][] {
  const pieces = [id, ...partIds(id, parts)].flatMap((one) => data.get(one) ?? []);
  return pieces.length === parts ? [[id, Buffer.concat(pieces).toString('utf8')]] : [];
}
