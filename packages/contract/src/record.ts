import type { Json, JsonObject } from './json.ts';

/** The two sides of a pair. */
export type Side = 'crm' | 'erp';

export function otherSide(side: Side): Side {
  return side === 'crm' ? 'erp' : 'crm';
}

/** One record as it travels inside: the master's fields, and rows of each detail object by its API name. */
export interface RecordData {
  master: JsonObject;
  details: Record<string, JsonObject[]>;
}

/** A record of the ERP as it stands on the wire (spec 2.1, 3.1, 4.1). */
export interface StandardRecord {
  objAPIName: string;
  masterFieldVal: JsonObject;
  detailFieldVals?: Record<string, JsonObject[]>;
}

export const channels = ['ERP_K3CLOUD', 'ERP_SAP', 'ERP_U8', 'OA', 'STANDARD_CHANNEL'] as const;
export type Channel = (typeof channels)[number];

/** What field mappings of spec 6 are about. */
export const fieldDataTypes = ['employee', 'department', 'option', 'currency', 'country', 'unit'] as const;
export type FieldDataType = (typeof fieldDataTypes)[number];

/** `lastSyncStatus` of a mapping and the state of a sync record (contract 5). */
export const syncStatus = {
  pending: 1,
  waiting: 2,
  inFlight: 3,
  retrying: 4,
  failed: 5,
  success: 6,
  skipped: 7,
  superseded: 8,
  held: 9,
  unknown: 10,
} as const;
export type SyncStatus = (typeof syncStatus)[keyof typeof syncStatus];

/** `status` of a mapping (contract 5): in force, reserved while a create is under way, voided. */
export const mappingStatus = { inForce: 1, reserved: 2, voided: 3 } as const;
export type MappingStatus = (typeof mappingStatus)[keyof typeof mappingStatus];

/** The wire's form of a record. */
export function toStandardRecord(objAPIName: string, record: RecordData): StandardRecord {
  return { objAPIName, masterFieldVal: record.master, detailFieldVals: record.details };
}

export function fromStandardRecord(record: StandardRecord): RecordData {
  return { master: record.masterFieldVal, details: record.detailFieldVals ?? {} };
}

/** An empty object for keys that come from outside: no prototype, so `__proto__` is data like any other key. */
export function emptyFields(): JsonObject {
  return Object.create(null) as Record<string, Json>;
}
