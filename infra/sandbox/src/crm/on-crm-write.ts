import type { CrmWrite } from '@syncline/contract';
import type { DetailIds } from '../shared/rows.ts';
import type { Crm, CrmFault } from './crm.ts';
import type { CrmLedgerDraft } from './ledger-entry.ts';

type Verdict = Partial<CrmLedgerDraft> & { applied: boolean };

/**
 * Carries out one `crm.writes`: once for each `writeId`, and none with a revision below the record's last (contract 2).
 * @param key of the message, under which the answer goes out
 * @returns the number of its ledger entry
 */
export function onCrmWrite(
  crm: Crm,
  write: CrmWrite,
  { key, faults }: { key: string; faults: CrmFault[] },
): number {
  const { tenantId, objectApiName, operation, writeId, revision, source } = write;
  const entry = crm.record(
    {
      at: crm.now(),
      by: 'write',
      tenantId,
      objectApiName,
      operation,
      dataId: write.dataId ?? null,
      sent: { data: write.data, details: write.details },
      key,
      writeId,
      revision,
      source,
      faults: faults.map(({ kind }) => kind),
      ...judge(crm, write, faults),
    },
    faults,
  );
  return entry.seq;
}

function judge(crm: Crm, write: CrmWrite, faults: CrmFault[]): Verdict {
  if (faults.some(({ kind }) => kind === 'silent')) return { applied: false };
  const reject = faults.find(({ kind }) => kind === 'reject');
  if (reject !== undefined) return { applied: false, errorCode: reject.code, errorMessage: reject.message };
  return repeated(crm, write) ?? stale(crm, write) ?? planned(crm, write);
}

function repeated(crm: Crm, { writeId }: CrmWrite): Verdict | null {
  const repeatOf = crm.appliedWrites.get(writeId);
  if (repeatOf === undefined) return null;
  const { dataId, detailIds = {} } = crm.journal.at(repeatOf);
  return { applied: false, dataId, detailIds, repeatOf };
}

function stale(crm: Crm, { tenantId, objectApiName, dataId, revision }: CrmWrite): Verdict | null {
  const record = dataId === undefined ? undefined : crm.records.get(tenantId, objectApiName, dataId);
  return record !== undefined && revision < record.revision ? { applied: false, stale: true } : null;
}

function planned(crm: Crm, { tenantId, objectApiName, operation, dataId, details }: CrmWrite): Verdict {
  const target = operation === 'create' ? undefined : dataId;
  const plan = crm.records.plan({ tenantId, objectApiName, operation, dataId: target, details });
  if (!plan.ok) return { applied: false, errorCode: plan.errorCode, errorMessage: plan.errorMessage };
  const detailIds: DetailIds = plan.detailIds;
  return { applied: true, dataId: plan.dataId, detailIds };
}
