import { errorCodes, textOf } from '@syncline/contract';
import type { ErpLedgerDraft } from './ledger-entry.ts';

const verbs = new Map([
  ['create', 'created'],
  ['update', 'changed'],
  ['void', 'voided'],
  ['recover', 'took back into force'],
]);

/** One line about an entry, or null for what moved nothing (queries, faults on queries). */
export function narrate(
  entry: ErpLedgerDraft,
  { label, name }: { label: string; name: string },
): string | null {
  const what = `${label} ${entry.dataId ?? ''}${name === '' ? '' : ` '${name}'`}`.trimEnd();
  if (entry.by === 'push') {
    return entry.code === errorCodes.success.code
      ? `ERP pushed ${what} to Syncline`
      : `Syncline refused the push of ${what}: ${answerOf(entry)}`;
  }
  const verb = verbs.get(entry.operation);
  if (verb === undefined) return null;
  if (entry.by === 'user') return `A person in the ERP ${verb} ${what}${editNote(entry)}`;
  if (entry.applied) return `ERP ${verb} ${what}${crmOrigin(entry)}`;
  if (entry.repeatOf !== undefined)
    return `ERP was asked again to ${entry.operation} ${what} and had done it`;
  return `ERP did not ${entry.operation} ${what}: ${entry.fault ?? answerOf(entry)}`;
}

function answerOf({ code, message }: ErpLedgerDraft): string {
  return [code, message].filter((part) => part !== undefined && part !== null).join(' ');
}

function editNote({ push, operation }: ErpLedgerDraft): string {
  return push === true
    ? ''
    : operation === 'create'
      ? ' (Syncline will find it by polling)'
      : ' (to be polled)';
}

// The demo's streams put the CRM's id into this field, so that the ERP can say where a record came from.
function crmOrigin({ sent }: ErpLedgerDraft): string {
  const crmId = textOf(sent?.master.FCrmId);
  return crmId === '' ? ' as Syncline asked' : ` from CRM ${crmId}`;
}
