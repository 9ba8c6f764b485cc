import { errorCodes, textOf, type JsonObject, type Side } from '@syncline/contract';
import type { CrmLedgerDraft, ErpLedgerDraft, Numbered, SandboxCrm, SandboxErp } from '@syncline/sandbox';
import type { MappingRow, Store } from '@syncline/store';
import { tenantId } from './config.ts';
import { allKinds, kinds, type Kind, type SideForm } from './kinds.ts';
import type { Observed, SeenChange, SeenRecord, SeenRow } from './observed.ts';

/** Where everything is to be seen, past all proxies. */
export interface Sources {
  erp: SandboxErp;
  crm: SandboxCrm;
  store: Store;
  /** messages that consumers have not finished */
  lag(): Promise<number>;
}

/** Both sides' records and ledgers, and what Syncline still has open. */
export async function observe(sources: Sources): Promise<Observed> {
  const [erpLedger, crmLedger] = await Promise.all([sources.erp.wholeLedger(), sources.crm.wholeLedger()]);
  const records = (await Promise.all(allKinds.map((kind) => recordsOf(sources, kind)))).flat();
  return {
    records,
    changes: [...erpChanges(erpLedger), ...crmLedger.flatMap(crmChange)],
    rows: (await allRows(sources.store)).map(seenRow),
    refusedPushes: erpLedger.flatMap(refusedPush),
    hits: countHits([
      ...erpLedger.flatMap(({ fault }) => (fault === null ? [] : [`ERP ${fault}`])),
      ...crmLedger.flatMap(({ faults }) => faults.map((kind) => `CRM ${kind}`)),
    ]),
    leftOver: await leftOver(sources),
  };
}

function countHits(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

async function recordsOf({ erp, crm }: Sources, kind: Kind): Promise<SeenRecord[]> {
  const form = kinds[kind];
  const [inErp, inCrm] = await Promise.all([
    erp.records(form.erp.object),
    crm.records(form.crm.object, tenantId),
  ]);
  return [
    ...inErp.map(({ dataId, master, details, voided }) => ({
      ...seen(form.erp, master, details),
      side: 'erp' as const,
      kind,
      id: dataId,
      isVoided: voided,
    })),
    ...inCrm.map(({ dataId, data, details, status }) => ({
      ...seen(form.crm, data, details),
      side: 'crm' as const,
      kind,
      id: dataId,
      isVoided: status !== 'normal',
    })),
  ];
}

type Rows = Record<string, JsonObject[]>;

function seen(
  form: SideForm,
  master: JsonObject,
  details: Rows,
): Pick<SeenRecord, 'key' | 'label' | 'rows' | 'reference'> {
  return {
    key: textOf(master[form.key]),
    label: textOf(master[form.label]),
    rows: rowsIn(form, details),
    reference: form.reference === undefined ? '' : textOf(master[form.reference]),
  };
}

function rowsIn({ detail }: SideForm, details: Rows): SeenRecord['rows'] {
  if (detail === undefined) return [];
  return (details[detail.object] ?? []).map((row) => ({
    key: textOf(row[detail.key]),
    label: textOf(row[detail.label]),
  }));
}

function formOf(side: Side, object: string): { kind: Kind; form: SideForm } | null {
  const kind = allKinds.find((one) => kinds[one][side].object === object);
  return kind === undefined ? null : { kind, form: kinds[kind][side] };
}

const operations: Record<string, SeenChange['operation'] | undefined> = {
  create: 'create',
  update: 'update',
  void: 'void',
  invalid: 'void',
  recover: 'recover',
};

function erpChanges(ledger: readonly Numbered<ErpLedgerDraft>[]): SeenChange[] {
  const toldSeq = new Map(
    ledger.flatMap(({ pushOf, code, seq }) =>
      pushOf === undefined || code !== errorCodes.success.code ? [] : [[pushOf, seq]],
    ),
  );
  return ledger.flatMap((entry) => erpChange(entry, toldSeq.get(entry.seq) ?? null));
}

function erpChange(entry: Numbered<ErpLedgerDraft>, toldSeq: number | null): SeenChange[] {
  return seenChange('erp', entry, { values: entry.sent?.master, toldSeq });
}

function crmChange(entry: Numbered<CrmLedgerDraft>): SeenChange[] {
  return seenChange('crm', entry, { values: entry.sent?.data, toldSeq: null });
}

function seenChange(
  side: Side,
  entry: Numbered<ErpLedgerDraft> | Numbered<CrmLedgerDraft>,
  { values, toldSeq }: { values: JsonObject | undefined; toldSeq: number | null },
): SeenChange[] {
  const { seq, dataId, applied } = entry;
  const found = formOf(side, entry.objectApiName);
  const operation = operations[entry.operation];
  if (!applied || dataId === null || found === null || operation === undefined) return [];
  const { kind, form } = found;
  const label = operation === 'void' ? '' : textOf(values?.[form.label]);
  const by = entry.by === 'user' ? 'user' : 'sync';
  return [{ side, kind, seq, id: dataId, by, operation, label: label === '' ? null : label, toldSeq }];
}

function refusedPush({ by, code, message, dataId }: Numbered<ErpLedgerDraft>): string[] {
  if (by !== 'push' || code === errorCodes.success.code) return [];
  return [`the receiver refused a push of ${dataId ?? ''}: ${code ?? 'no code'} ${message ?? ''}`];
}

const pageSize = 500;

/** Every mapping row of the run. */
export async function allRows(store: Store): Promise<MappingRow[]> {
  const rows: MappingRow[] = [];
  for (let after: string | undefined; ;) {
    const page = await store.mappingRows.list({
      tenantId,
      limit: pageSize,
      ...(after === undefined ? {} : { after }),
    });
    rows.push(...page.items);
    if (page.next === null) return rows;
    after = page.next;
  }
}

/** As much of the state's text as says what is open; the rest is mapping's own. */
interface OpenState {
  current: { phase: string } | null;
  waiting: object;
  failed: object;
}

function seenRow(row: MappingRow): SeenRow {
  const { id, crmObject, erpObject, crmId, erpId, lastSyncStatus } = row;
  const { current, waiting, failed } = JSON.parse(row.state) as OpenState;
  return {
    id,
    crmObject,
    erpObject,
    crmId,
    erpId,
    lastSyncStatus,
    phase: current?.phase ?? '',
    isWaiting: Object.keys(waiting).length > 0,
    hasFailed: Object.keys(failed).length > 0,
  };
}

async function leftOver({ erp, crm, store, lag }: Sources): Promise<string[]> {
  const [{ pushesWaiting }, { messagesWaiting }, messages, letters] = await Promise.all([
    erp.summary(),
    crm.summary([], tenantId),
    lag(),
    store.deadLetters.list({ limit: 5 }),
  ]);
  const counts: [number, string][] = [
    [pushesWaiting, 'pushes that the ERP still tries'],
    [messagesWaiting, 'messages that the CRM could not send'],
    [messages, 'messages that consumers have not finished'],
    [letters.items.length, `dead letters: ${letters.items.map(({ reason }) => reason).join('; ')}`],
  ];
  return counts.flatMap(([count, what]) => (count > 0 ? [`${String(count)} ${what}`] : []));
}
