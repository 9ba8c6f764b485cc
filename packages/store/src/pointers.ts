import { bounded } from './bounded.ts';
import { asText, byIds, removeIds, type Database, type Keyed } from './collection.ts';
import { duplicatesOf, isUnreachable } from './failure.ts';

/** From the digest of the other side's id to the pair's row (design, "The record's state is its mapping row"). */
export interface Pointer {
  id: string;
  rowId: string;
}

interface PointerDocument extends Keyed {
  rowId: string;
}

export type Pointers = ReturnType<typeof openPointers>;

const maxTries = 5;

export function openPointers(database: Database) {
  const { native } = database.open<PointerDocument>({ name: 'pointers', fields: { rowId: String } });

  async function readMany(ids: readonly string[]): Promise<Map<string, string>> {
    const found = ids.length === 0 ? [] : await native.find(byIds(ids)).toArray();
    return new Map(found.map(({ _id, rowId }) => [_id, rowId]));
  }

  /** Inserts what is absent; returns those that were there, or may be because the answer was lost. */
  async function insert(wanted: readonly Pointer[]): Promise<Pointer[]> {
    try {
      await native.insertMany(
        wanted.map(({ id, rowId }) => ({ _id: id, rowId })),
        { ordered: false },
      );
      return [];
    } catch (error) {
      if (isUnreachable(error)) return [...wanted];
      return duplicatesOf(error).flatMap((index) => wanted[index] ?? []);
    }
  }

  return bounded('pointers', {
    readMany,

    /**
     * Makes each pointer if nobody has it, and says who owns it then. Whoever is told another row's id met a conflict.
     * Claiming again what is one's own changes nothing.
     */
    async claim(wanted: readonly Pointer[]): Promise<Map<string, string>> {
      const owners = new Map(wanted.map(({ id, rowId }) => [id, rowId]));
      let open: readonly Pointer[] = wanted;
      for (let tries = 0; open.length > 0; tries += 1) {
        open = await insert(open);
        const found = open.length > 0 ? await readMany(open.map(({ id }) => id)) : new Map<string, string>();
        for (const [id, rowId] of found) owners.set(id, rowId);
        // One that was there and is gone was removed in between, so it is free again.
        open = open.filter(({ id }) => !found.has(id));
        if (tries === maxTries) throw new Error('pointers are claimed and removed all the time');
      }
      return owners;
    },

    /** Removes those that still lead to that row. */
    async release(pointers: readonly Pointer[]): Promise<void> {
      if (pointers.length === 0) return;
      const operations = pointers.map(({ id, rowId }) => ({
        deleteOne: { filter: { _id: asText(id), rowId: asText(rowId) } },
      }));
      await native.bulkWrite(operations, { ordered: false });
    },

    remove(ids: readonly string[]): Promise<void> {
      return removeIds(native, ids);
    },
  });
}
