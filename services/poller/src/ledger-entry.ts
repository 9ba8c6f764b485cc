import { noFates } from '@syncline/contract';
import type { PollWindow } from '@syncline/store';

type Opened = Pick<
  PollWindow,
  | 'taskId'
  | 'tenantId'
  | 'dataCenterId'
  | 'objectApiName'
  | 'kind'
  | 'startTime'
  | 'endTime'
  | 'fence'
  | 'openedAt'
>;

/** A window as it stands in the ledger when nothing of it has been read. */
export function ledgerEntry(opened: Opened): PollWindow {
  const { taskId, startTime, endTime, fence } = opened;
  return {
    id: `${taskId}/${startTime}-${endTime}/${fence}`,
    ...opened,
    status: 'open',
    totalNum: null,
    received: 0,
    pages: 0,
    readings: 0,
    fates: noFates(),
    error: null,
    closedAt: null,
  };
}
