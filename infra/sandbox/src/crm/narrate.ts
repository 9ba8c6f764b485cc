import type { CrmLedgerDraft } from './ledger-entry.ts';
import { crmObject } from './objects.ts';

const verbs = new Map([
  ['create', 'created'],
  ['update', 'changed'],
  ['invalid', 'voided'],
  ['recover', 'took back into force'],
  ['delete', 'deleted'],
]);

/** One line about an entry, or null for what moved nothing (readings). */
export function narrate(entry: CrmLedgerDraft, name: string): string | null {
  const verb = verbs.get(entry.operation);
  if (verb === undefined) return null;
  const what =
    `${crmObject(entry.objectApiName).label} ${entry.dataId ?? ''}${name === '' ? '' : ` '${name}'`}`.trimEnd();
  if (entry.by === 'user') return `A person in the CRM ${verb} ${what}`;
  const from =
    entry.source === undefined ? '' : ` from ERP ${entry.source.objAPIName} ${entry.source.dataId}`;
  if (entry.applied) return `CRM ${verb} ${what}${from}`;
  if (entry.repeatOf !== undefined)
    return `CRM was asked again to ${entry.operation} ${what} and had done it`;
  if (entry.stale === true) return `CRM kept ${what}: a newer revision was there`;
  const reason = entry.errorMessage ?? entry.faults.join(', ');
  return `CRM did not ${entry.operation} ${what}${from}: ${reason}`;
}
