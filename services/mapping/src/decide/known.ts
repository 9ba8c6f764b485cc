import type { Known } from '../change.ts';
import type { SentRow } from '../current.ts';

const empty: Known = { fields: {}, rows: {} };

// Names of fields and ids of rows come from outside: `__proto__` and `constructor` are names like any other.
function own<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function sameFields(known: Record<string, string>, wanted: Record<string, string>): boolean {
  return Object.entries(wanted).every(([field, text]) => (own(known, field) ?? '') === text);
}

/** Does a snapshot say nothing that is not known of its side already? Fields that were never seen count as news. */
export function saysNothingNew(known: Known | null, snapshot: Known): boolean {
  if (known === null) return false;
  const covered = Object.keys(snapshot.fields).every((field) => Object.hasOwn(known.fields, field));
  if (!covered || !sameFields(known.fields, snapshot.fields)) return false;
  return Object.entries(snapshot.rows).every(([detail, rows]) => {
    const before = own(known.rows, detail) ?? {};
    const ids = Object.keys(rows);
    if (ids.length !== Object.keys(before).length) return false;
    return ids.every((id) => Object.hasOwn(before, id) && sameFields(before[id] ?? {}, rows[id] ?? {}));
  });
}

/**
 * Would this write change nothing of what is known of the target (design, "Echo")? A row that the target has not met
 * is a change; a row of which the target never told its id is not sent and so is none.
 */
export function changesNothing(
  known: Known | null,
  values: Record<string, string>,
  rows: Record<string, SentRow[]>,
): boolean {
  if (known === null || !sameFields(known.fields, values)) return false;
  return Object.entries(rows).every(([detail, sent]) => {
    const there = own(known.rows, detail) ?? {};
    return sent.every((row) => row.dest !== '' && sameFields(own(there, row.dest) ?? {}, row.values));
  });
}

/** What is known after a confirmed write: what was there, replaced by what was written. */
export function afterWrite(
  known: Known | null,
  values: Record<string, string>,
  rows: Record<string, SentRow[]>,
): Known {
  const before = known ?? empty;
  const knownRows = new Map(Object.entries(before.rows));
  for (const [detail, sent] of Object.entries(rows)) {
    const there = new Map(Object.entries(knownRows.get(detail) ?? {}));
    for (const row of sent)
      if (row.dest !== '') there.set(row.dest, { ...there.get(row.dest), ...row.values });
    knownRows.set(detail, Object.fromEntries(there));
  }
  return { fields: { ...before.fields, ...values }, rows: Object.fromEntries(knownRows) };
}

/** What is known after a snapshot that may be older than our last write: only where the two agree. */
export function agreed(known: Known | null, snapshot: Known): Known {
  const before = known ?? empty;
  const isSame = (there: Record<string, string>) => (entry: [string, string]) =>
    own(there, entry[0]) === entry[1];
  const fields = Object.fromEntries(Object.entries(snapshot.fields).filter(isSame(before.fields)));
  const rows = Object.entries(snapshot.rows).map(([detail, shown]) => {
    const there = own(before.rows, detail) ?? {};
    const same = Object.entries(shown).filter(([id, row]) => sameFields(own(there, id) ?? {}, row));
    return [detail, Object.fromEntries(same)] as const;
  });
  return { fields, rows: { ...before.rows, ...Object.fromEntries(rows) } };
}

/** Does a snapshot show another value than the one known? What it does not speak of, or is not known, is none. */
export function contradicts(known: Known | null, { fields, rows }: Known): boolean {
  if (known === null) return false;
  const differs = (before: Record<string, string>, shown: Record<string, string>): boolean =>
    Object.entries(shown).some(([name, text]) => (own(before, name) ?? text) !== text);
  return (
    differs(known.fields, fields) ||
    Object.entries(rows).some(([detail, shown]) =>
      Object.entries(own(known.rows, detail) ?? {}).some(([id, row]) => differs(row, own(shown, id) ?? {})),
    )
  );
}

/** What is known after a snapshot of the side itself: it replaces all that it speaks of. */
export function afterSnapshot(known: Known | null, snapshot: Known): Known {
  const before = known ?? empty;
  return { fields: { ...before.fields, ...snapshot.fields }, rows: { ...before.rows, ...snapshot.rows } };
}
