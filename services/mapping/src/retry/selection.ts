import {
  failureClasses,
  isJsonObject,
  parseJson,
  stringifyJson,
  syncStatus,
  type SyncStatus,
} from '@syncline/contract';
import type { HistoryFilter } from '@syncline/store';
import { z } from 'zod';

const mostNamed = 1_000;
const text = z.string().min(1).max(512).optional();
const names = z.array(z.string().min(1).max(512)).min(1).max(mostNamed).optional();

/** What a person may have tried again; what is in flight or was not begun needs nobody. */
const states = [
  syncStatus.waiting,
  syncStatus.retrying,
  syncStatus.failed,
  syncStatus.success,
  syncStatus.skipped,
  syncStatus.superseded,
  syncStatus.held,
  syncStatus.unknown,
] as const satisfies readonly SyncStatus[];

/** Which syncs a bulk retry is about. */
export const selectionSchema = z.strictObject({
  states: z
    .array(z.union(states.map((one) => z.literal(one))))
    .min(1)
    .default([syncStatus.failed])
    .describe('lastSyncStatus; 5 (failed) where none is named'),
  streamId: text,
  dataCenterId: text,
  object: text.describe('at either end'),
  dataIds: names.describe('ids of records, at either end'),
  syncIds: names,
  errorClass: z.enum(failureClasses).optional(),
  errorCode: text,
  text: text.describe('in an id, a name or the words of the error'),
  from: z.number().int().nonnegative().optional().describe('ms; changed last from then on'),
  to: z.number().int().positive().optional().describe('ms; and before then'),
});
export type Selection = z.output<typeof selectionSchema>;

/** The selection as the store is asked for it. What changes after `now` is not meant: a retry may fail again. */
export function filterOf(selection: Selection, now: number): HistoryFilter {
  const { states: status, object, dataIds, syncIds, to, ...rest } = selection;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    ...(given as Pick<
      HistoryFilter,
      'streamId' | 'dataCenterId' | 'errorClass' | 'errorCode' | 'text' | 'from'
    >),
    status,
    unresolved: true,
    to: Math.min(to ?? now, now),
    ...(object !== undefined && { objectApiName: object }),
    ...(dataIds !== undefined && { dataId: dataIds }),
    ...(syncIds !== undefined && { syncId: syncIds }),
  };
}

export function selectionText(selection: Selection): string {
  return stringifyJson(selection);
}

export function selectionFrom(stored: string): Selection {
  const json = parseJson(stored);
  return selectionSchema.parse(isJsonObject(json) ? json : {});
}
