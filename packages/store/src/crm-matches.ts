import { bounded } from './bounded.ts';
import { asText, byIds, upsertAll, type Database, type Keyed } from './collection.ts';
import { openRowRegister } from './row-register.ts';

/** A CRM record of a pair of objects, and the values that an ERP record is matched with it by. */
export interface CrmMatch {
  /** the record's digest in its pair */
  id: string;
  dataId: string;
  name: string;
  /** equal values of one pair have equal keys; '' when a value is missing */
  key: string;
  /** voided or deleted */
  isGone: boolean;
  /** when it changed, ms; what is said of an earlier time changes nothing. 0: any event says it newer */
  at: number;
}

/** What is known of the CRM's records with one key. */
export interface CrmMatches {
  records: Pick<CrmMatch, 'id' | 'dataId' | 'name'>[];
  /** so many have had these values that some may be missing here */
  isFull: boolean;
}

interface KeyDocument extends Keyed {
  ids: string[];
}

/** More records than this with one value tell nothing apart. */
const mostOfAKey = 100;

export type CrmMatchRegister = ReturnType<typeof openCrmMatches>;

/**
 * Which records the CRM holds, by their match values: of pairs whose stream looks for a match before it creates. A
 * record stands under each key that it has had, and says itself which one it has now.
 */
export function openCrmMatches(database: Database) {
  const records = openRowRegister<Omit<CrmMatch, 'id' | 'at'>>(database, {
    name: 'crm_match_records',
    fields: { dataId: String, name: String, key: String, isGone: Boolean },
    scans: [],
  });
  const keys = database.open<KeyDocument>({ name: 'crm_match_keys', fields: { ids: [String] } });

  async function readKeys(wanted: readonly string[]): Promise<Map<string, string[]>> {
    const found = await keys.native.find(byIds(wanted)).toArray();
    return new Map(found.map(({ _id, ids }) => [_id, ids]));
  }

  async function addToKeys(noted: readonly CrmMatch[]): Promise<void> {
    const wanted = new Map<string, Set<string>>();
    for (const { key, id, isGone } of noted) {
      if (key === '' || isGone) continue;
      wanted.set(key, (wanted.get(key) ?? new Set()).add(id));
    }
    if (wanted.size === 0) return;
    const there = await readKeys([...wanted.keys()]);
    const operations = [...wanted].flatMap(([key, ids]) => {
      const known = there.get(key) ?? [];
      const missing = [...ids].filter((id) => !known.includes(id)).slice(0, mostOfAKey - known.length);
      if (missing.length === 0) return [];
      const update = { $addToSet: { ids: { $each: missing } } };
      return [{ updateOne: { filter: { _id: asText(key) }, update, upsert: true } }];
    });
    await upsertAll(keys.native, operations);
  }

  return bounded('crmMatches', {
    /** Keeps what each record holds now. */
    async note(noted: readonly CrmMatch[]): Promise<void> {
      if (noted.length === 0) return;
      const newest = new Map<string, CrmMatch>();
      for (const one of noted) if (one.at >= (newest.get(one.id)?.at ?? 0)) newest.set(one.id, one);
      const entries = [...newest.values()].map(({ id, at, ...value }) => ({ rowId: id, version: at, value }));
      await records.put(entries);
      await addToKeys([...newest.values()]);
    },

    /** The records that have each key now, linked or not. */
    async find(wanted: readonly string[]): Promise<Map<string, CrmMatches>> {
      const idsOf = await readKeys(wanted);
      const ids = [...new Set([...idsOf.values()].flat())];
      const found = ids.length === 0 ? [] : await records.native.find(byIds(ids) as object).toArray();
      const byRecord = new Map(found.map(({ _id, slot }) => [_id, slot]));
      return new Map(
        wanted.map((key) => {
          const listed = idsOf.get(key) ?? [];
          const having = listed.flatMap((id) => {
            const slot = byRecord.get(id);
            return slot?.key === key && !slot.isGone ? [{ id, dataId: slot.dataId, name: slot.name }] : [];
          });
          return [key, { records: having, isFull: listed.length >= mostOfAKey }];
        }),
      );
    },
  });
}
