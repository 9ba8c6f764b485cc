import type { HistoryRecord } from '@syncline/store';
import { z } from 'zod';
import { statusText } from '../status-words.ts';

const endSchema = z.object({ objectApiName: z.string(), dataId: z.string(), name: z.string() });

/** One sync without its story. */
export const syncSchema = z.object({
  syncId: z.string(),
  rowId: z.string(),
  dataCenterId: z.string(),
  streamId: z.string(),
  direction: z.enum(['crm-to-erp', 'erp-to-crm']),
  operation: z.string(),
  source: endSchema,
  dest: endSchema,
  status: z.number(),
  statusText: z.string(),
  errorClass: z.string().nullable(),
  errorCode: z.string().nullable(),
  errorMessage: z.string().nullable(),
  attempts: z.number(),
  configRevision: z.string(),
  resolvedBy: z.string().nullable().describe('the sync whose success settled this failure'),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type Sync = z.infer<typeof syncSchema>;

export function toSync({ tenantId: _tenantId, events: _events, ...record }: HistoryRecord): Sync {
  return { ...record, statusText: statusText(record.status) };
}
