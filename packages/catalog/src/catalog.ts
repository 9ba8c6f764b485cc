import { channels, fieldDataTypes, isJsonObject, type Json, type JsonObject } from '@syncline/contract';
import { z } from 'zod';

// The configuration as all services read it: every default filled in, every check done by `loadCatalog`. These schemas
// read back what the store kept; the forms that people write are in schema.ts.

const text = z.string();
const json = z.custom<Json>((value) => value !== undefined, 'expected a value');
const jsonObject = z.custom<JsonObject>(isJsonObject, 'expected an object');
const positive = z.number().int().positive();

export const directions = ['crm-to-erp', 'erp-to-crm'] as const;
export type Direction = (typeof directions)[number];

export const triggers = ['create', 'update', 'invalid', 'recover', 'delete'] as const;
export type Trigger = (typeof triggers)[number];

/** Where an ERP's reply says how it went; paths are keys joined by dots (contract 4). */
const resultPaths = z.object({
  codePath: text,
  successCodes: z.array(text),
  messagePath: text,
  dataPath: text,
});
export type ResultPaths = z.infer<typeof resultPaths>;

const dataCenter = z.object({
  id: text,
  channel: z.enum(channels),
  /** without a slash at its end */
  baseUrl: text,
  /** secret: sent to the ERP in the header `token` */
  token: text,
  format: z.enum(['json', 'xml', 'text']),
  result: resultPaths,
  /** requests in flight at once, over all pusher instances */
  concurrency: positive,
  /** null: no limit */
  requestsPerSecond: z.number().positive().nullable(),
  timeoutMs: positive,
  retryDelaysMs: z.array(positive),
  /** a create with an unknown outcome is sent again only this long after it, with nothing found */
  createSettleSeconds: z.number().nonnegative(),
  breaker: z.object({ failures: positive, probeSeconds: z.number().positive() }),
  onUnknownCreate: z.enum(['hold', 'resend']),
  /** IANA name of the zone of dates that carry none */
  timeZone: text,
});
export type DataCenter = z.infer<typeof dataCenter>;

const pushToken = z.object({
  /** SHA-256, hex */
  hash: text,
  /** null: it was given none */
  name: text.nullable(),
  /** ms; from then on it is not accepted. null: it stays good */
  expiresAt: z.number().int().nullable(),
});
export type PushToken = z.infer<typeof pushToken>;

const tenant = z.object({
  id: text,
  name: text,
  /** SHA-256 of each push token, hex: the tokens themselves are kept nowhere */
  pushTokenHashes: z.array(text),
  /** those that were given a name or an end; absent: none */
  pushTokens: z.array(pushToken).optional(),
  dataCenters: z.array(dataCenter),
});
export type Tenant = z.infer<typeof tenant>;

const field = z.object({ apiName: text, label: text, type: text, required: z.boolean() });
export type Field = z.infer<typeof field>;

const detailObject = z.object({
  apiName: text,
  label: text,
  /** null: its rows carry no id of their own */
  idField: text.nullable(),
  fields: z.array(field),
});
export type DetailObject = z.infer<typeof detailObject>;

const minuteOfDay = z.number().int().nonnegative();
const numbersOrAll = z.array(z.number().int()).nullable();

/** Every `everyMs`, but only in a part of the day: [from, to), minutes of the day. */
const betweenSchedule = z.object({ kind: z.literal('between'), from: minuteOfDay, to: minuteOfDay });
export type BetweenSchedule = z.infer<typeof betweenSchedule>;

/** At fixed times of certain days. Null: all of them; with days of the month and weekdays both, either is enough. */
const slotSchedule = z.object({
  kind: z.literal('slots'),
  /** minutes of the day, rising */
  times: z.array(minuteOfDay),
  daysOfMonth: numbersOrAll,
  /** 1 to 12 */
  months: numbersOrAll,
  /** 0 is Sunday */
  weekdays: numbersOrAll,
  /** as it was written; null: it was not written as cron */
  cron: text.nullable(),
});
export type SlotSchedule = z.infer<typeof slotSchedule>;

const schedule = z.discriminatedUnion('kind', [betweenSchedule, slotSchedule]);
/** When to poll, in the time zone of the data center. */
export type Schedule = z.infer<typeof schedule>;

const poll = z.object({
  /** the time between two polls; with fixed times the shortest one */
  everyMs: positive,
  /** absent: every `everyMs`, day and night */
  schedule: schedule.optional(),
  /** absent: what was read is not read again */
  sweep: z
    .object({
      schedule: slotSchedule,
      /** how far back it begins; null: where polling began */
      days: z.number().positive().nullable(),
    })
    .optional(),
  pageSize: positive,
  /** a window begins this long before the last complete one ended */
  overlapMs: z.number().int().nonnegative(),
  /** a window ends this long before now */
  lagMs: z.number().int().nonnegative(),
  /** where the first window begins; null: 24 hours before `firstAppliedAt` */
  startFrom: z.number().int().nonnegative().nullable(),
  /** the longest window where much time lies behind; absent: a week, or a part of what lies behind */
  sliceMs: positive.optional(),
});
export type Poll = z.infer<typeof poll>;

const adapter = z.discriminatedUnion('kind', [
  /** JavaScript that defines `adapt` */
  z.object({ kind: z.literal('function'), source: text }),
  z.object({ kind: z.literal('expression'), expression: text }),
]);
export type Adapter = z.infer<typeof adapter>;

const erpObject = z.object({
  tenantId: text,
  dataCenterId: text,
  apiName: text,
  label: text,
  idField: text,
  nameField: text,
  /** how to find a record that an earlier, unanswered create made; empty: it cannot be found */
  matchFields: z.array(text),
  /** empty: not listed, any field may occur */
  fields: z.array(field),
  details: z.array(detailObject),
  /** null: not polled */
  poll: poll.nullable(),
  /** null: pushes without id are refused */
  adapter: adapter.nullable(),
  /** ms; kept from the first apply on */
  firstAppliedAt: z.number().int(),
});
export type ErpObject = z.infer<typeof erpObject>;

/** The mapped id of another record; `object` is on the stream's source side, `dest` on the other (null: its only one). */
const reference = z.object({ object: text, dest: text.nullable() });
export type Reference = z.infer<typeof reference>;

/** How one field of the target comes about. Exactly one of `from`, `value` and `expression` is there. */
const fieldMapping = z.object({
  to: text,
  from: text.optional(),
  value: json.optional(),
  expression: text.optional(),
  required: z.boolean(),
  /** source value as text → target value */
  options: jsonObject.nullable(),
  /** taken when there is no value, no option and no lookup entry; null is a default too */
  default: json.optional(),
  lookup: z.enum(fieldDataTypes).nullable(),
  reference: reference.nullable(),
});
export type FieldMapping = z.infer<typeof fieldMapping>;

const detailMapping = z.object({ source: text, dest: text, fields: z.array(fieldMapping) });
export type DetailMapping = z.infer<typeof detailMapping>;

/** JavaScript that defines `execute(syncArg)`; `file` is its place in the config folder, for messages. */
const hook = z.object({ kind: z.literal('function'), file: text, source: text });
export type Hook = z.infer<typeof hook>;

export const hookTimes = ['before', 'during', 'after'] as const;
export type HookTime = (typeof hookTimes)[number];

const stream = z.object({
  /** the product's `ployDetailId` */
  id: text,
  name: text,
  tenantId: text,
  dataCenterId: text,
  direction: z.enum(directions),
  source: text,
  dest: text,
  enabled: z.boolean(),
  triggers: z.array(z.enum(triggers)),
  /** JSONata over the source master record */
  filter: text.nullable(),
  fields: z.array(fieldMapping),
  details: z.array(detailMapping),
  /** before: on the source's data; during: on what it was mapped to; after: when the write is confirmed */
  hooks: z.object({ before: hook.optional(), during: hook.optional(), after: hook.optional() }).optional(),
  /** towards the CRM: a record that is there already is looked for first, by these ERP and CRM fields; {}: by matchFields */
  matchBeforeCreate: z.record(text, text).optional(),
  /** changes with anything that changes what this stream writes; part of every fingerprint */
  configRevision: text,
});
export type Stream = z.infer<typeof stream>;
export type StreamHooks = NonNullable<Stream['hooks']>;

const catalog = z.object({
  tenants: z.array(tenant),
  erpObjects: z.array(erpObject),
  streams: z.array(stream),
});
/** All that operators configure. */
export type Catalog = z.infer<typeof catalog>;

export function emptyCatalog(): Catalog {
  return { tenants: [], erpObjects: [], streams: [] };
}

/**
 * Reads what the store kept.
 * @throws z.ZodError when it is not a catalog of this version
 */
export function parseCatalog(stored: unknown): Catalog {
  return catalog.parse(stored);
}

/** The CRM's object of a stream, whichever way it goes. */
export function crmObjectOf(it: Pick<Stream, 'direction' | 'source' | 'dest'>): string {
  return it.direction === 'crm-to-erp' ? it.source : it.dest;
}

/** The ERP's object of a stream, whichever way it goes. */
export function erpObjectOf(it: Pick<Stream, 'direction' | 'source' | 'dest'>): string {
  return it.direction === 'crm-to-erp' ? it.dest : it.source;
}
