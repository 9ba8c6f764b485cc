import type { JsonObject } from '@syncline/contract';
import type { DetailIds, DetailRows } from '../shared/rows.ts';

export type CrmOperation = 'create' | 'update' | 'invalid' | 'recover' | 'delete';

/** One thing that arrived at the CRM, and what it applied. */
export interface CrmLedgerDraft {
  at: number;
  /** Syncline's write or read, or a person's edit */
  by: 'write' | 'user' | 'read';
  tenantId: string;
  objectApiName: string;
  operation: CrmOperation | 'read';
  dataId: string | null;
  /** did it change a record? */
  applied: boolean;
  sent?: { data: JsonObject; details: DetailRows };
  /** ids of the detail rows that were sent, in order */
  detailIds?: DetailIds;
  removedDetails?: DetailIds;
  /** of the event, where it is not `at` */
  occurredAt?: number;
  /** key of the message that is answered; the answer carries the same */
  key?: string;
  writeId?: string;
  revision?: number;
  source?: { dataCenterId: string; objAPIName: string; dataId: string };
  /** the entry that applied the same `writeId` before */
  repeatOf?: number;
  /** not applied, since a higher revision was */
  stale?: boolean;
  errorCode?: string;
  errorMessage?: string;
  readId?: string;
  query?: { ids?: string[]; changedFrom?: number; changedTo?: number };
  /** records of a read's answer */
  returned?: number;
  /** kinds of the faults that hit it */
  faults: CrmFaultKind[];
}

/**
 * What the CRM can do wrong.
 * - `silent`: applies nothing and answers nothing · `no-answer`: applies it and answers nothing
 * - `slow`: `delayMs` before it looks at the message
 * - `reject`: answers with `code` and `message`, applies nothing
 * - `duplicate-event`: its event comes twice · `drop-event`: its event never comes
 * - `reorder`: its event comes behind the next one of the same record, or `delayMs` late
 * - `no-caused-by`: its event does not name the `writeId`
 */
export const crmFaultKinds = [
  'silent',
  'no-answer',
  'slow',
  'reject',
  'duplicate-event',
  'drop-event',
  'reorder',
  'no-caused-by',
] as const;
export type CrmFaultKind = (typeof crmFaultKinds)[number];
