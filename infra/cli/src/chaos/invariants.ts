import { otherSide, type Side } from '@syncline/contract';
import { labelOf, readLabel } from './kinds.ts';
import type { Observed, SeenChange, SeenRecord, SeenRow } from './observed.ts';

/** What is promised, in the words of the report. */
export const invariants = {
  lost: 'a record, a detail row or a push that a side acknowledged, and that is not on the other side',
  createdTwice: 'a second record for one natural key, or a second detail row, on either side',
  stale:
    "the two sides differ once all is calm, or hold what is not the last edit of either side's people; or an older edit was written over a newer one on the way",
  stuck: 'once all is calm, something is still under way, waits, has failed or is unknown',
  echo: 'in calm, one edit made more than one write on the other side, or any on its own',
} as const;
export type Invariant = keyof typeof invariants;

export interface Violation {
  invariant: Invariant;
  /** the record's natural key, '' when it is about none */
  key: string;
  what: string;
  /** time may still heal it: what is under way arrives */
  mayPass: boolean;
}

const skipped = 7;
const superseded = 8;
const success = 6;
const settled: readonly number[] = [success, skipped, superseded];

/** Compares what both sides truly hold and have received. Empty when all is well. */
export function findViolations(observed: Observed): Violation[] {
  const facts = gather(observed);
  return [
    ...[...facts.byKey].flatMap(([key, records]) => checkRecord(facts, key, records)),
    ...observed.refusedPushes.map((what) => ({ invariant: 'lost' as const, key: '', what, mayPass: false })),
    ...checkWay(facts),
    ...checkRows(facts),
    ...observed.leftOver.map((what) => ({ invariant: 'stuck' as const, key: '', what, mayPass: true })),
  ];
}

function passing(invariant: Invariant, key: string, what: string): Violation {
  return { invariant, key, what, mayPass: true };
}

function lasting(invariant: Invariant, key: string, what: string): Violation {
  return { invariant, key, what, mayPass: false };
}

interface Facts {
  observed: Observed;
  byKey: Map<string, SeenRecord[]>;
  byId: Map<string, SeenRecord>;
  changesOf: Map<string, SeenChange[]>;
}

const placeOf = ({ side, kind, id }: Pick<SeenRecord, 'side' | 'kind' | 'id'>): string =>
  `${side}/${kind}/${id}`;

function gather(observed: Observed): Facts {
  return {
    observed,
    byKey: Map.groupBy(observed.records, ({ key }) => key),
    byId: new Map(observed.records.map((record) => [placeOf(record), record])),
    changesOf: Map.groupBy(observed.changes, placeOf),
  };
}

function checkRecord(facts: Facts, key: string, records: SeenRecord[]): Violation[] {
  const of = (side: Side): SeenRecord[] => records.filter((record) => record.side === side);
  const twice = (['crm', 'erp'] as const).flatMap((side) => checkOnce(key, side, of(side)));
  const [crm] = of('crm');
  const [erp] = of('erp');
  if (crm === undefined || erp === undefined) return [...twice, ...checkMissing(key, crm ?? erp)];
  return [...twice, ...checkInStep(facts, key, { crm, erp })];
}

function checkOnce(key: string, side: Side, records: SeenRecord[]): Violation[] {
  const found: Violation[] = [];
  if (records.length > 1) {
    const ids = records.map(({ id }) => id).join(', ');
    found.push(
      lasting('createdTwice', key, `${nameOf(side)} has it ${String(records.length)} times: ${ids}`),
    );
  }
  for (const { id, rows } of records) {
    const seen = new Set<string>();
    for (const row of rows) {
      if (seen.has(row.key))
        found.push(lasting('createdTwice', key, `row ${row.key} is there twice in ${nameOf(side)} (${id})`));
      seen.add(row.key);
    }
  }
  return found;
}

/** What is cancelled before it was made is not made. */
function checkMissing(key: string, only: SeenRecord | undefined): Violation[] {
  if (only === undefined || only.isVoided) return [];
  const what = `${nameOf(only.side)} has it (${only.id}, ${only.label}) and ${nameOf(otherSide(only.side))} has not`;
  return [passing('lost', key, what)];
}

type Both = Record<Side, SeenRecord>;

function checkInStep(facts: Facts, key: string, both: Both): Violation[] {
  const { crm, erp } = both;
  const stale = (what: string): Violation => passing('stale', key, what);
  if (crm.isVoided && erp.isVoided) return [];
  if (crm.isVoided !== erp.isVoided)
    return [stale(`voided in ${nameOf(crm.isVoided ? 'crm' : 'erp')} only (${crm.id}, ${erp.id})`)];
  const found: Violation[] = [];
  if (crm.label !== erp.label)
    found.push(stale(`${crm.label} in the CRM (${crm.id}), ${erp.label} in the ERP (${erp.id})`));
  else if (!lastLabels(facts, both).includes(crm.label))
    found.push(
      stale(`both hold ${crm.label}; the last edits of people were ${lastLabels(facts, both).join(' and ')}`),
    );
  return [...found, ...checkRowsOf(key, both), ...checkReference(facts, key, both)];
}

/** The last label that people wrote on each side. */
function lastLabels({ changesOf }: Facts, both: Both): string[] {
  return [both.crm, both.erp].flatMap((record) => {
    const byPeople = changesOf
      .get(placeOf(record))
      ?.filter(({ by, label }) => by === 'user' && label !== null);
    return byPeople?.at(-1)?.label ?? [];
  });
}

function checkRowsOf(key: string, { crm, erp }: Both): Violation[] {
  const labelIn = (record: SeenRecord): Map<string, string> =>
    new Map(record.rows.map((row) => [row.key, row.label]));
  const [inCrm, inErp] = [labelIn(crm), labelIn(erp)];
  return [...new Set([...inCrm.keys(), ...inErp.keys()])].flatMap((row): Violation[] => {
    const [c, e] = [inCrm.get(row), inErp.get(row)];
    if (c === undefined || e === undefined)
      return [passing('lost', key, `row ${row} is not in ${nameOf(c === undefined ? 'crm' : 'erp')}`)];
    if (c === e) return [];
    return [passing('stale', key, `row ${row} is ${c} in the CRM and ${e} in the ERP`)];
  });
}

function checkReference({ byId }: Facts, key: string, { crm, erp }: Both): Violation[] {
  const named = (record: SeenRecord): string | undefined =>
    byId.get(placeOf({ ...record, kind: 'customer', id: record.reference }))?.key;
  if (crm.reference === '' || named(crm) === named(erp)) return [];
  const what = `names ${named(crm) ?? crm.reference} in the CRM and ${named(erp) ?? erp.reference} in the ERP`;
  return [passing('stale', key, what)];
}

/** Looks at the writes that came to a record, one after the other: was an older edit written over a newer one? */
function checkWay(facts: Facts): Violation[] {
  const { changesOf, byId } = facts;
  const edits = editsOf(facts);
  return [...changesOf].flatMap(([place, changes]) => {
    const key = byId.get(place)?.key ?? '';
    const newest: Record<Side, number> = { crm: -1, erp: -1 };
    return changes.flatMap(({ side, kind, seq, id, by, label }): Violation[] => {
      const written = label === null ? null : readLabel(label);
      if (written === null) return [];
      const last = newest[written.side];
      newest[written.side] = Math.max(last, written.number);
      if (written.number >= last || by === 'user') return [];
      const newer = labelOf(written.side, last);
      const older = edits.get(`${kind}/${key}/${label ?? ''}`);
      // An ERP whose push had to wait for the receiver says the older state last, and the newer one again right after.
      const isToldLate = (older?.toldSeq ?? 0) > (edits.get(`${kind}/${key}/${newer}`)?.seq ?? 0);
      if (isToldLate) return [];
      const where = `entry ${String(seq)} of ${nameOf(side)}'s ledger (${id})`;
      return [lasting('stale', key, `${label ?? ''} was written after ${newer}: ${where}`)];
    });
  });
}

/** What people did, by kind, key and label. */
function editsOf({ observed, byId }: Facts): Map<string, SeenChange> {
  const edits = observed.changes.filter(({ by, label }) => by === 'user' && label !== null);
  return new Map(
    edits.map((edit) => [`${edit.kind}/${byId.get(placeOf(edit))?.key ?? ''}/${edit.label ?? ''}`, edit]),
  );
}

function checkRows({ observed, byId }: Facts): Violation[] {
  return observed.rows.flatMap((row): Violation[] => {
    const open = whyOpen(row);
    if (open === null) return [];
    const known = [...byId.values()].find(
      ({ side, id }) => id !== '' && id === (side === 'crm' ? row.crmId : row.erpId),
    );
    const what = `row ${row.id} (${row.crmObject} ${row.crmId || '?'}, ${row.erpObject} ${row.erpId || '?'}) ${open}`;
    return [passing('stuck', known?.key ?? '', what)];
  });
}

function whyOpen({ phase, isWaiting, hasFailed, lastSyncStatus }: SeenRow): string | null {
  if (phase !== '') return `is in phase ${phase}`;
  if (isWaiting) return 'has a change that waits';
  if (hasFailed) return `has a change that failed (status ${String(lastSyncStatus)})`;
  return settled.includes(lastSyncStatus) ? null : `stands at status ${String(lastSyncStatus)}`;
}

function nameOf(side: Side): string {
  return side === 'crm' ? 'the CRM' : 'the ERP';
}

/** How often each was violated. */
export function countViolations(violations: readonly Violation[]): Record<Invariant, number> {
  const count = (invariant: Invariant): number =>
    violations.filter((one) => one.invariant === invariant).length;
  return {
    lost: count('lost'),
    createdTwice: count('createdTwice'),
    stale: count('stale'),
    stuck: count('stuck'),
    echo: count('echo'),
  };
}
