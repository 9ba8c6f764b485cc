import { mongo } from 'mongoose';
import { archived, countsAsEmpty } from './archive-plan.ts';
import { readBySize } from './by-size.ts';
import type { Database, Keyed } from './collection.ts';

const { EJSON } = mongo.BSON;

export interface ArchivedDocument {
  collection: string;
  /** extended JSON of the document as it is stored */
  text: string;
}

export type ArchivedFields = Keyed & Record<string, unknown>;

type Native = mongo.Collection<ArchivedFields>;

const pageSize = 200;
/** documents that may be large are read by their size, so more of them may be looked at */
const sizedPage = 1000;

export type Archive = ReturnType<typeof openArchive>;

/** The documents of all collections as they are stored, for backup and restore. Never on the hot path. */
export function openArchive(database: Database) {
  const native = (name: string): Native => database.native(name) as unknown as Native;
  const isSized = (name: string): boolean =>
    database.specs.some((spec) => spec.name === name && 'bytes' in spec.fields);

  async function* documentsOf(name: string, pushesFrom: number): AsyncGenerator<ArchivedFields[]> {
    const isWanted = name === 'push_cache' ? await wantedPushes(native, pushesFrom) : () => true;
    for (let after = ''; ;) {
      const { page, wanted } = isSized(name)
        ? await sizedPageAfter(native(name), after, isWanted)
        : await pageAfter(native(name), after);
      const end = page.at(-1);
      if (end === undefined) return;
      for await (const some of wanted) yield some;
      after = end;
    }
  }

  return {
    /**
     * Every document that is there from the beginning to the end, once, some at a time.
     * @param pushesFrom ms; pushes received before it are left out, unless they are not announced yet
     */
    async *read(pushesFrom: number): AsyncGenerator<ArchivedDocument[]> {
      for (const collection of archived(database.specs.map(({ name }) => name))) {
        for await (const documents of documentsOf(collection, pushesFrom)) {
          yield documents.map((document) => ({ collection, text: EJSON.stringify(document) }));
        }
      }
    },

    /** Which collections hold something, and how much. */
    async occupied(): Promise<{ collection: string; documents: number }[]> {
      const found: { collection: string; documents: number }[] = [];
      for (const { name } of database.specs) {
        if (countsAsEmpty.has(name)) continue;
        const documents = await native(name).estimatedDocumentCount();
        if (documents > 0) found.push({ collection: name, documents });
      }
      return found;
    },

    /** Removes everything, for a restore that is begun anew. */
    async clear(): Promise<void> {
      for (const { name } of database.specs) if (!countsAsEmpty.has(name)) await native(name).deleteMany({});
    },

    parse: (text: string): ArchivedFields => EJSON.parse(text) as ArchivedFields,

    /** Writes documents over those of the same id. */
    async put(collection: string, documents: readonly ArchivedFields[]): Promise<void> {
      if (documents.length === 0) return;
      const operations = documents.map((document) => ({
        replaceOne: { filter: { _id: document._id }, replacement: document, upsert: true },
      }));
      await native(collection).bulkWrite(operations, { ordered: false });
    },

    /** Which of these ids are there. */
    async present(collection: string, ids: readonly string[]): Promise<Set<string>> {
      const found = await native(collection)
        .find({ _id: { $in: [...ids] } }, { projection: { _id: 1 } })
        .toArray();
      return new Set(found.map(({ _id }) => _id));
    },
  };
}

interface PageOf {
  /** the ids of all that were looked at, in order */
  page: string[];
  wanted: AsyncIterable<ArchivedFields[]> | Iterable<ArchivedFields[]>;
}

const beyond = (after: string): mongo.Filter<ArchivedFields> => (after === '' ? {} : { _id: { $gt: after } });

async function pageAfter(native: Native, after: string): Promise<PageOf> {
  const options = { sort: { _id: 1 }, limit: pageSize, batchSize: pageSize / 2 } as const;
  const found = await native.find(beyond(after), options).toArray();
  return { page: found.map(({ _id }) => _id), wanted: [found] };
}

async function sizedPageAfter(
  native: Native,
  after: string,
  isWanted: (document: ArchivedFields) => boolean,
): Promise<PageOf> {
  const projection = { bytes: 1, receivedAt: 1 };
  const heads = await native
    .find(beyond(after), { sort: { _id: 1 }, limit: sizedPage, projection })
    .toArray();
  const sizes = heads.filter(isWanted).map(({ _id, bytes }) => ({ id: _id, bytes: Number(bytes) }));
  return { page: heads.map(({ _id }) => _id), wanted: groups(native, sizes) };
}

async function* groups(
  native: Native,
  sizes: { id: string; bytes: number }[],
): AsyncGenerator<ArchivedFields[]> {
  for (let from = 0; from < sizes.length; from += pageSize / 2)
    yield await readBySize(native, sizes.slice(from, from + pageSize / 2));
}

async function wantedPushes(
  native: (name: string) => Native,
  from: number,
): Promise<(document: ArchivedFields) => boolean> {
  const waiting = await native('unannounced_pushes')
    .find({}, { projection: { _id: 1 } })
    .toArray();
  const unannounced = new Set(waiting.map(({ _id }) => _id));
  return ({ _id, receivedAt }) => Number(receivedAt) >= from || unannounced.has(_id);
}
