import { z } from 'zod';
import { failureClasses, UnreadableMessage } from './failure.ts';
import { isJsonObject, parseJson, type Json, type JsonObject } from './json.ts';
import { originSchema } from './origin.ts';

// Field values are data: they are checked to be objects and then passed on as they are, exact numbers included.
const jsonObject = z.custom<JsonObject>(isJsonObject, 'expected an object');
const detailRows = z.record(z.string(), z.array(jsonObject));
const id = z.string().min(1);
const ms = z.number().int().nonnegative();
/** Ids compare as text, so a number is taken as its digits. */
const idText = z.union([z.string().min(1), z.number().int().transform(String)]);
const recordData = z.object({ master: jsonObject, details: detailRows });

export const crmOperations = ['create', 'update', 'invalid', 'recover', 'delete'] as const;

/** One change in the CRM, with the whole record (contract 2, `crm.events`). */
export const crmEventSchema = z.object({
  eventId: idText,
  tenantId: idText,
  objectApiName: id,
  dataId: idText,
  operation: z.enum(crmOperations),
  occurredAt: ms,
  origin: z.enum(['user', 'integration']).default('user'),
  /** the `writeId` behind the change, where the CRM knows it */
  causedBy: z.string().nullish(),
  data: jsonObject,
  details: detailRows.nullish().transform((details) => details ?? {}),
  /** set on a record that answers a `crm.reads` */
  readId: z.string().nullish(),
});
export type CrmEvent = z.infer<typeof crmEventSchema>;

/** The end of the answer to a `crm.reads` (contract 2). */
export const crmReadEndSchema = z.object({
  readId: id,
  tenantId: idText,
  last: z.literal(true),
  count: z.number().int().nonnegative(),
});
export type CrmReadEnd = z.infer<typeof crmReadEndSchema>;

/** One ERP record that was pushed, polled or fetched, or a reference to its body (contract 2, `erp.records`). */
export const erpRecordSchema = z
  .object({
    /** names this arrival: the push, or the page and its row; for the history */
    arrivalId: id,
    tenantId: id,
    dataCenterId: id,
    objectApiName: id,
    dataId: id,
    operation: z.enum(['upsert', 'void', 'recover']),
    /** from the store's counter `erpOrder`: higher is newer (design, "What is newer is defined") */
    order: z.number().int().nonnegative(),
    receivedAt: ms,
    via: z.enum(['push', 'poll', 'fetch']),
    /** absent when it travels by reference */
    record: recordData.optional(),
    /** `_id` in the bodies collection, whose text is the `RecordData` as JSON */
    bodyRef: id.optional(),
    /** the batch that counts it; absent when none does, or has already */
    origin: originSchema.optional(),
    traceparent: z.string().optional(),
  })
  .refine((r) => r.record !== undefined || r.bodyRef !== undefined, 'record or bodyRef is required');
export type ErpRecord = z.infer<typeof erpRecordSchema>;

/**
 * What the ERP is asked to do for one sync (contract 2, `erp.writes`).
 * `read` fetches the record again (`queryMasterById`); `find` looks for what an unanswered create made (`queryMasterBatch`).
 */
export const erpWriteSchema = z.object({
  /** begins with `rowId`, so that the result finds its row; also the `Idempotency-Key` */
  syncId: id,
  attempt: z.number().int().positive(),
  rowId: id,
  tenantId: id,
  dataCenterId: id,
  streamId: id,
  objectApiName: id,
  operation: z.enum(['create', 'update', 'void', 'recover', 'read', 'find']),
  /** the ERP's id; absent on create and find */
  dataId: id.optional(),
  /** absent on read and find, or when it travels by reference */
  record: recordData.optional(),
  bodyRef: id.optional(),
  /** a create, or an update that adds detail rows: its attempt is stored before it leaves */
  guarded: z.boolean(),
  /** for find: what the created record would carry in the object's match fields */
  match: z.array(z.object({ field: id, value: z.string() })).default([]),
  /** for find: when the unanswered attempt began and ended, our clock, ms */
  attemptedFrom: ms.optional(),
  attemptedTo: ms.optional(),
  source: z.object({ objectApiName: id, dataId: z.string() }),
  requestedAt: ms,
  traceparent: z.string().optional(),
});
export type ErpWrite = z.infer<typeof erpWriteSchema>;

/** The call behind a result, for the history; secrets removed, answer cut to a few KiB. */
const erpCall = z.object({
  method: z.string(),
  url: z.string(),
  status: z.number().int().optional(),
  durationMs: z.number(),
  answer: z.string().optional(),
});
export type ErpCall = z.infer<typeof erpCall>;

const erpWriteOutcome = z.discriminatedUnion('kind', [
  /** the ERP said yes; `order` is a counter number taken after its answer */
  z.object({
    kind: z.literal('accepted'),
    dataId: z.string().optional(),
    detailIds: z.record(z.string(), z.array(z.string())),
    order: z.number().int(),
  }),
  z.object({
    kind: z.literal('transient'),
    code: z.string(),
    message: z.string(),
    retryAfterMs: z.number().optional(),
  }),
  /** it may or may not have happened; not to be asked about before `askAfter` (ms) */
  z.object({
    kind: z.literal('unknown'),
    code: z.string(),
    message: z.string(),
    attemptedFrom: ms,
    attemptedTo: ms,
    askAfter: ms.optional(),
  }),
  z.object({ kind: z.literal('rejected'), code: z.string(), message: z.string() }),
  z.object({ kind: z.literal('broken'), code: z.string(), message: z.string() }),
  /** not sent: the data center's breaker is open or its pace would make it wait; uses no attempt */
  z.object({ kind: z.literal('deferred'), retryAfterMs: z.number(), reason: z.string() }),
  /** answers find */
  z.object({ kind: z.literal('found'), candidates: z.array(z.object({ dataId: z.string() })) }),
  /** answers read; null when the ERP has no such record */
  z.object({ kind: z.literal('read'), record: recordData.nullable(), order: z.number().int() }),
]);
export type ErpWriteOutcome = z.infer<typeof erpWriteOutcome>;

/** What became of an `ErpWrite` (contract 2, `erp.write-results`). */
export const erpWriteResultSchema = z.object({
  syncId: id,
  attempt: z.number().int().positive(),
  rowId: id,
  tenantId: id,
  dataCenterId: id,
  operation: erpWriteSchema.shape.operation,
  outcome: erpWriteOutcome,
  call: erpCall.optional(),
  at: ms,
});
export type ErpWriteResult = z.infer<typeof erpWriteResultSchema>;

/** What the CRM is asked to do (contract 2, `crm.writes`). */
export const crmWriteSchema = z.object({
  writeId: id,
  tenantId: id,
  objectApiName: id,
  operation: z.enum(['create', 'update', 'invalid', 'recover']),
  dataId: id.optional(),
  revision: z.number().int().nonnegative(),
  data: jsonObject,
  details: detailRows,
  source: z.object({ dataCenterId: id, objAPIName: id, dataId: z.string() }),
});
export type CrmWrite = z.infer<typeof crmWriteSchema>;

/** The CRM's answer (contract 2, `crm.write-results`). */
export const crmWriteResultSchema = z.object({
  writeId: id,
  tenantId: idText,
  success: z.boolean(),
  dataId: idText.nullish(),
  detailDataIds: z
    .record(z.string(), z.array(idText.nullable()))
    .nullish()
    .transform((ids) => ids ?? {}),
  errorCode: z.union([z.string(), z.number().transform(String)]).nullish(),
  errorMessage: z.string().nullish(),
});
export type CrmWriteResult = z.infer<typeof crmWriteResultSchema>;

/** Asks the CRM to emit records again (contract 2, `crm.reads`). */
export const crmReadSchema = z.object({
  readId: id,
  tenantId: id,
  objectApiName: id,
  ids: z.array(id).optional(),
  changedFrom: ms.optional(),
  changedTo: ms.optional(),
});
export type CrmRead = z.infer<typeof crmReadSchema>;

/** One finished sync, good or bad (contract 2, `sync.outcomes`). */
export const syncOutcomeSchema = z.object({
  syncId: id,
  tenantId: id,
  dataCenterId: id,
  streamId: z.string(),
  direction: z.enum(['crm-to-erp', 'erp-to-crm']),
  operation: z.string(),
  source: z.object({ objectApiName: id, dataId: z.string(), name: z.string() }),
  dest: z.object({ objectApiName: id, dataId: z.string(), name: z.string() }),
  /** `lastSyncStatus` of the sync: 5 failed, 6 success, 7 skipped, 8 superseded, 10 outcome unknown */
  status: z.number().int(),
  errorClass: z.enum(failureClasses).nullable(),
  errorCode: z.string().nullable(),
  errorMessage: z.string().nullable(),
  attempts: z.number().int().nonnegative(),
  at: ms,
});
export type SyncOutcome = z.infer<typeof syncOutcomeSchema>;

/**
 * Reads one message value.
 * @param schema one of the schemas of this file
 * @param value the message's bytes as they came
 * @throws UnreadableMessage naming the first path that is wrong
 */
export function readMessage<T>(schema: z.ZodType<T>, value: Buffer | null): T {
  if (value === null) throw new UnreadableMessage('the value is null');
  let json: Json;
  try {
    json = parseJson(value.toString('utf8'));
  } catch {
    throw new UnreadableMessage('the value is not JSON');
  }
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw new UnreadableMessage(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
}
