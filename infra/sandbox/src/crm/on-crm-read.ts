import type { CrmRead } from '@syncline/contract';
import type { Crm, CrmFault } from './crm.ts';

/**
 * Answers one `crm.reads`: the records on `crm.events`, then the end with their count (contract 2).
 * @param key of the message, under which the end goes out
 * @returns the number of its ledger entry
 */
export function onCrmRead(
  crm: Crm,
  read: CrmRead,
  { key, faults }: { key: string; faults: CrmFault[] },
): number {
  const { tenantId, objectApiName, readId, ids, changedFrom, changedTo } = read;
  const query = {
    ...(ids !== undefined && { ids }),
    ...(changedFrom !== undefined && { changedFrom }),
    ...(changedTo !== undefined && { changedTo }),
  };
  const entry = crm.record({
    at: crm.now(),
    by: 'read',
    tenantId,
    objectApiName,
    operation: 'read',
    dataId: null,
    applied: false,
    key,
    readId,
    query,
    returned: crm.records.select(tenantId, objectApiName, query).length,
    faults: faults.map(({ kind }) => kind),
  });
  return entry.seq;
}
