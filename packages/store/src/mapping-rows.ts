import type { MappingStatus, Side, SyncStatus } from '@syncline/contract';
import type { mongo } from 'mongoose';
import { bounded, longLimitMs } from './bounded.ts';
import {
  asText,
  byIds,
  type Collection,
  type CollectionSpec,
  type Database,
  type Keyed,
} from './collection.ts';
import { duplicatesOf, isUnreachable } from './failure.ts';
import { readPage, walkById, type Page, type PageRequest } from './paging.ts';

/** A pair's row: what the spec's query returns, and the record's whole state (design, "The record's state is its mapping row"). */
export interface MappingRow {
  /** 32-hex digest of tenant, data center, object pair, side it began on, id there */
  id: string;
  /** rises by 1 with every write; the first is 1 */
  version: number;
  tenantId: string;
  dataCenterId: string;
  crmObject: string;
  erpObject: string;
  beganOn: Side;
  /** '' while unknown, as for all ids and names */
  crmId: string;
  erpId: string;
  crmName: string;
  erpName: string;
  isCreated: boolean;
  status: MappingStatus;
  lastSyncStatus: SyncStatus;
  lastSyncDataId: string;
  /** the attempt that is in flight, `syncId/attempt`; null for none */
  inFlightId: string | null;
  /** keys of the records it waits for */
  waitsOn: string[];
  streamId: string | null;
  remark: string;
  createdAt: number;
  updatedAt: number;
  /** JSON text of what `decide` keeps */
  state: string;
}

interface RowDocument extends Keyed, Omit<MappingRow, 'id'> {
  /** who wrote this version */
  token: string;
}

export interface MappingRowFilter extends PageRequest {
  tenantId: string;
  dataCenterId?: string;
  crmObject?: string;
  erpObject?: string;
  crmId?: string;
  erpId?: string;
  streamId?: string;
  status?: MappingStatus;
  lastSyncStatus?: SyncStatus | readonly SyncStatus[];
  /** in an id or a name of either side */
  text?: string;
}

/** A row without its state, for lists of many. */
export type MappingRowHead = Omit<MappingRow, 'state'>;

export interface MappingRowWalk {
  tenantId: string;
  dataCenterId?: string | undefined;
  crmObject?: string | undefined;
  erpObject?: string | undefined;
  /** the id of the last row of the part before; absent for the first part */
  after?: string | undefined;
  limit: number;
}

/** How many rows of a stream stand at a status. */
export interface RowCount {
  streamId: string | null;
  lastSyncStatus: SyncStatus;
  count: number;
}

const searched = ['crmId', 'crmName', 'erpId', 'erpName'];
const newestFirst = { updatedAt: -1, _id: -1 } as const;

const rowSpec: CollectionSpec = {
  name: 'sync_data_mappings',
  fields: {
    version: Number,
    token: String,
    tenantId: String,
    dataCenterId: String,
    crmObject: String,
    erpObject: String,
    beganOn: String,
    crmId: String,
    erpId: String,
    crmName: String,
    erpName: String,
    isCreated: Boolean,
    status: Number,
    lastSyncStatus: Number,
    lastSyncDataId: String,
    inFlightId: String,
    waitsOn: [String],
    streamId: String,
    remark: String,
    createdAt: Number,
    updatedAt: Number,
    state: String,
  },
  indexes: [
    { keys: { _id: 1, version: 1 }, unique: true, for: 'exact' },
    { keys: { tenantId: 1, ...newestFirst }, for: 'scans' },
    { keys: { tenantId: 1, lastSyncStatus: 1, ...newestFirst }, for: 'scans' },
    { keys: { tenantId: 1, streamId: 1, ...newestFirst }, for: 'scans' },
    { keys: { tenantId: 1, crmId: 1 }, for: 'scans' },
    { keys: { tenantId: 1, erpId: 1 }, for: 'scans' },
  ],
};

export type MappingRows = ReturnType<typeof openMappingRows>;

/** A state may take some hundred KiB: more rows at once could pass the driver's limit for a message. */
const batchSize = 100;

type Rows = Collection<RowDocument>;

/** Each is written only over the version before it; returns the rows that met another version. */
async function writeAll(
  { native }: Rows,
  batch: readonly MappingRow[],
  token: string,
): Promise<MappingRow[]> {
  // An upsert that finds another version tries to insert the same `_id`, and that error names the very row that lost.
  const operations = batch.map((row) => ({
    replaceOne: {
      filter: { _id: asText(row.id), version: row.version - 1 },
      replacement: toDocument(row, token),
      upsert: true,
    },
  }));
  try {
    await native.bulkWrite(operations, { ordered: false });
    return [];
  } catch (error) {
    return duplicatesOf(error).flatMap((index) => batch[index] ?? []);
  }
}

/** Again if nobody knows what became of it: the token tells then which rows the first try had written. */
async function writeAllSurely(
  rows: Rows,
  batch: readonly MappingRow[],
  token: string,
): Promise<MappingRow[]> {
  try {
    return await writeAll(rows, batch, token);
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    return writeAll(rows, batch, token);
  }
}

async function countRows(
  { native }: Rows,
  tenantId: string,
  statuses: readonly SyncStatus[],
): Promise<RowCount[]> {
  const group = { streamId: '$streamId', lastSyncStatus: '$lastSyncStatus' };
  const found = await native
    .aggregate<{ _id: Omit<RowCount, 'count'>; count: number }>(
      [
        { $match: { tenantId: { $eq: asText(tenantId) }, lastSyncStatus: { $in: statuses.map(Number) } } },
        { $group: { _id: group, count: { $sum: 1 } } },
      ],
      { maxTimeMS: longLimitMs },
    )
    .toArray();
  return found.map(({ _id, count }) => ({
    streamId: _id.streamId ?? null,
    lastSyncStatus: _id.lastSyncStatus,
    count,
  }));
}

export function openMappingRows(database: Database) {
  const rows = database.open<RowDocument>(rowSpec);

  async function read(ids: readonly string[], options: mongo.FindOptions): Promise<RowDocument[]> {
    if (ids.length === 0) return [];
    return rows.native.find(byIds(ids) as mongo.Filter<RowDocument>, options).toArray();
  }

  return bounded(
    'mappingRows',
    {
      async readMany(ids: readonly string[]): Promise<Map<string, MappingRow>> {
        const found = await read(ids, { batchSize });
        return new Map(found.map((document) => [document._id, toRow(document)]));
      },

      /**
       * Writes each row over the version before its own, or as a new one when its version is 1.
       *
       * A row counts as written by this batch if the store holds this version with this token: so a call whose answer was
       * lost may be made again, and tells the truth.
       * @param token unique to the batch, and the same when the batch is tried again
       * @returns the ids of rows that another writer changed first; nothing of theirs was written
       */
      async compareAndSet(batch: readonly MappingRow[], token: string): Promise<Set<string>> {
        if (batch.length === 0) return new Set();
        const refused = await writeAllSurely(rows, batch, token);
        if (refused.length === 0) return new Set();
        const ids = refused.map(({ id }) => id);
        const now = await read(ids, { projection: { version: 1, token: 1 } });
        const current = new Map(now.map(({ _id, version, token: by }) => [_id, { version, by }]));
        const isOurs = (row: MappingRow) =>
          current.get(row.id)?.version === row.version && current.get(row.id)?.by === token;
        return new Set(refused.filter((row) => !isOurs(row)).map(({ id }) => id));
      },

      /** The write in flight for each row that exists. */
      async inFlightIds(ids: readonly string[]): Promise<Map<string, string | null>> {
        const found = await read(ids, { projection: { inFlightId: 1 } });
        return new Map(found.map(({ _id, inFlightId }) => [_id, inFlightId]));
      },

      /** The status of each row that is there, without the rows themselves. */
      async statusesOf(ids: readonly string[]): Promise<Map<string, MappingRow['status']>> {
        const found = await read(ids, { projection: { status: 1 } });
        return new Map(found.map(({ _id, status }) => [_id, status]));
      },

      /** Rows by id, those of other tenants left out. */
      async findByIds(tenantId: string, ids: readonly string[]): Promise<MappingRow[]> {
        const found = await read(ids, { batchSize });
        return found.filter((document) => document.tenantId === tenantId).map(toRow);
      },

      /** How many of a tenant's rows stand at each of these statuses, by stream. Scans in the embedded store. */
      countByStatus(tenantId: string, statuses: readonly SyncStatus[]): Promise<RowCount[]> {
        return countRows(rows, tenantId, statuses);
      },

      /** All rows of all tenants by id, whole, after the id of the part before. */
      async walkWhole(after: string | undefined, limit: number): Promise<MappingRow[]> {
        const found = await walkById(rows.native, { filter: {}, after, limit });
        return found.map(toRow);
      },

      /** Rows by id: what is there from the first part to the last is met once, whatever changes meanwhile. */
      async walk({ after, limit, ...filter }: MappingRowWalk): Promise<MappingRowHead[]> {
        const found = await walkById(rows.native, { filter, after, limit, without: 'state' });
        return found.map(({ _id, token: _token, ...row }) => ({ id: _id, ...row }));
      },

      /** A tenant's rows, the one changed last first. */
      list({ after, limit, text, ...filter }: MappingRowFilter): Promise<Page<MappingRow>> {
        const contains = { paths: searched, text };
        return readPage(rows, { filter, contains, sortBy: 'updatedAt', after, limit, read: toRow });
      },
    },
    { list: longLimitMs, walk: longLimitMs, walkWhole: longLimitMs, countByStatus: longLimitMs },
  );
}

function toDocument({ id, ...row }: MappingRow, token: string): RowDocument {
  return { _id: id, token, ...row };
}

function toRow({ _id, token: _token, ...row }: RowDocument): MappingRow {
  return { id: _id, ...row };
}
