import { mappingStatus, syncStatus, type MappingStatus, type SyncStatus } from '@syncline/contract';

export type StatusName = keyof typeof syncStatus;

/** Every `lastSyncStatus` by its number. */
export const statusNames = new Map<number, StatusName>(
  Object.entries(syncStatus).map(([name, number]) => [number, name as StatusName]),
);

/** What is not settled: rows at rest with their newest change applied or skipped stand at none of these. */
export const openStatuses = [
  'pending',
  'waiting',
  'inFlight',
  'retrying',
  'failed',
  'held',
  'unknown',
] as const satisfies StatusName[];
const words: Record<StatusName, string> = {
  pending: 'pending',
  waiting: 'waiting for a dependency',
  inFlight: 'in flight',
  retrying: 'retrying',
  failed: 'failed',
  success: 'success',
  skipped: 'skipped',
  superseded: 'superseded',
  held: 'held',
  unknown: 'outcome unknown',
};

export function statusText(status: SyncStatus): string {
  const name = statusNames.get(status);
  return name === undefined ? String(status) : words[name];
}

export function mappingStatusText(status: MappingStatus): string {
  if (status === mappingStatus.inForce) return 'in force';
  return status === mappingStatus.reserved ? 'reserved' : 'voided';
}
