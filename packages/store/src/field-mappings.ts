import { createHash } from 'node:crypto';
import type { Channel, FieldDataType, Side } from '@syncline/contract';
import type { mongo } from 'mongoose';
import { bounded, longLimitMs } from './bounded.ts';
import { byIds, removeIds, upsertAll, type CollectionSpec, type Database, type Keyed } from './collection.ts';
import { readPage, walkById, type Page, type PageRequest } from './paging.ts';

/** One value and its counterpart (spec 6): an employee, a currency and so on. */
export interface FieldMapping {
  tenantId: string;
  dataCenterId: string;
  channel: Channel;
  dataType: FieldDataType;
  /** spec: fsDataId, fsDataName, erpDataId, erpDataName */
  crmId: string;
  crmName: string;
  erpId: string;
  erpName: string;
  /** ms */
  updatedAt: number;
}

export interface FieldLookup {
  tenantId: string;
  dataCenterId: string;
  dataType: FieldDataType;
  /** whose id is known */
  side: Side;
  id: string;
}

export interface FieldMappingFilter extends PageRequest {
  tenantId: string;
  dataCenterId?: string;
  dataType?: FieldDataType;
  /** in an id or a name of either side */
  text?: string;
}

export interface FieldMappingWalk {
  tenantId: string;
  dataCenterId?: string | undefined;
  dataType?: FieldDataType | undefined;
  /** the last entry of the part before; absent for the first part */
  after?: FieldMapping | undefined;
  limit: number;
}

/** Each entry is kept twice, once under each side's digest, so that either side is found by `_id`. */
interface EntryDocument extends Keyed, FieldMapping {
  side: Side;
}

const entrySpec: CollectionSpec = {
  name: 'field_mappings',
  fields: {
    side: String,
    tenantId: String,
    dataCenterId: String,
    channel: String,
    dataType: String,
    crmId: String,
    crmName: String,
    erpId: String,
    erpName: String,
    updatedAt: Number,
  },
  indexes: [{ keys: { tenantId: 1, side: 1, updatedAt: -1, _id: -1 }, for: 'scans' }],
};

const searched = ['crmId', 'crmName', 'erpId', 'erpName'];

export type FieldMappings = ReturnType<typeof openFieldMappings>;

export function openFieldMappings(database: Database) {
  const entries = database.open<EntryDocument>(entrySpec);

  async function read(ids: readonly string[]): Promise<Map<string, EntryDocument>> {
    const found = await entries.native.find(byIds(ids) as mongo.Filter<EntryDocument>).toArray();
    return new Map(found.map((document) => [document._id, document]));
  }

  return bounded(
    'fieldMappings',
    {
      /**
       * Adds entries, or moves a CRM id to another ERP id. Several CRM ids may share an ERP id; from the ERP's side the
       * one that was put last is found.
       */
      async put(wanted: readonly FieldMapping[]): Promise<void> {
        if (wanted.length === 0) return;
        const before = await read(wanted.map((entry) => idOf(entry, 'crm')));
        const left = [...before.values()].map((entry) => idOf(entry, 'erp'));
        const stale = [...(await read(left)).values()].filter(
          (old) => before.get(idOf(old, 'crm'))?.erpId === old.erpId,
        );
        await removeIds(
          entries.native,
          stale.map(({ _id }) => _id),
        );
        // By id, so that of two entries for one ERP id the later one stays.
        const documents = new Map(wanted.flatMap((entry) => bothSides(entry).map((one) => [one._id, one])));
        const operations = [...documents].map(([_id, document]) => ({
          replaceOne: { filter: { _id }, replacement: document, upsert: true },
        }));
        await upsertAll(entries.native, operations);
      },

      /** One answer for each question, in their order: the entry, or null. */
      async find(lookups: readonly FieldLookup[]): Promise<(FieldMapping | null)[]> {
        const ids = lookups.map(digest);
        const found = await read(ids);
        return ids.map((id) => {
          const document = found.get(id);
          return document === undefined ? null : toEntry(document);
        });
      },

      /** Entries by id: what is there from the first part to the last is met once, whatever changes meanwhile. */
      async walk({ after, limit, ...filter }: FieldMappingWalk): Promise<FieldMapping[]> {
        const last = after === undefined ? undefined : idOf(after, 'crm');
        const found = await walkById(entries.native, {
          filter: { ...filter, side: 'crm' },
          after: last,
          limit,
        });
        return found.map(toEntry);
      },

      /** A tenant's entries, the newest first. */
      list({ after, limit, text, ...filter }: FieldMappingFilter): Promise<Page<FieldMapping>> {
        return readPage(entries, {
          filter: { ...filter, side: 'crm' },
          contains: { paths: searched, text },
          sortBy: 'updatedAt',
          after,
          limit,
          read: toEntry,
        });
      },
    },
    { list: longLimitMs, walk: longLimitMs },
  );
}

function bothSides(entry: FieldMapping): EntryDocument[] {
  return (['crm', 'erp'] as const).map((side) => ({ _id: idOf(entry, side), side, ...entry }));
}

function idOf(entry: FieldMapping, side: Side): string {
  return digest({ ...entry, side, id: side === 'crm' ? entry.crmId : entry.erpId });
}

function digest({ tenantId, dataCenterId, dataType, side, id }: FieldLookup): string {
  const text = JSON.stringify([tenantId, dataCenterId, dataType, side, id]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function toEntry({ _id, side: _side, ...entry }: EntryDocument): FieldMapping {
  return entry;
}
