import { otherSide, textOf, type JsonObject } from '@syncline/contract';
import type { Change, Known } from '../change.ts';
import type { WaitKey } from '../current.ts';
import type { Reading } from '../decide/facts.ts';
import { pairDigest, type PairState } from '../pair.ts';
import { detailOf, idFieldOf } from './side-record.ts';
import { pair } from './builders.ts';

type FindRow = (key: string) => PairState | undefined;

/** Reads a change of the small world as read-change.ts does; `findRow` is null where no stream leads to the other side. */
export function readSmall(change: Change, findRow: FindRow | null): Reading {
  const { side } = change;
  const record = 'record' in change.body ? change.body.record : { master: {}, details: {} };
  const fields = pick(record.master, ['key', 'value', 'parent']);
  const rows = (record.details[detailOf[side]] ?? []).map((row) => ({
    source: textOf(row[idFieldOf[side]]),
    values: pick(row, ['key', 'value']),
  }));
  const source: Known = {
    fields,
    rows: { [detailOf[side]]: Object.fromEntries(rows.map((row) => [row.source, row.values])) },
  };
  if (findRow === null) return { source, name: '', mapped: { kind: 'none' } };
  const parent = parentOf(change, fields['parent'] ?? '', findRow);
  if (parent.kind === 'waits') return { source, name: '', mapped: { kind: 'waits', keys: [parent.key] } };
  const { key = '', value = '' } = fields;
  const values = parent.kind === 'owes' ? { key, value } : { key, value, parent: parent.id };
  const to = detailOf[otherSide(side)];
  return {
    source,
    name: '',
    mapped: {
      kind: 'ok',
      record: { master: values, details: { [to]: rows.map((row) => row.values) } },
      values,
      rows: { [to]: rows },
      match: side === 'crm' ? [{ field: 'key', value: key }] : [],
      owes: parent.kind === 'owes' ? [parent.key] : [],
    },
  };
}

function pick(fields: JsonObject, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, textOf(fields[name])]));
}

type Parent = { kind: 'id'; id: string } | { kind: 'waits'; key: WaitKey } | { kind: 'owes'; key: WaitKey };

/** An optional reference to a record of the same object. */
function parentOf({ side, dataId }: Change, id: string, findRow: FindRow): Parent {
  if (id === '') return { kind: 'id', id: '' };
  const digest = pairDigest(pair, side, id);
  const target = findRow(digest);
  const found = target?.sides[side].id === id ? target.sides[otherSide(side)].id : '';
  if (found !== '') return { kind: 'id', id: found };
  const key = { key: digest, label: id, isOptional: true };
  const own = pairDigest(pair, side, dataId);
  const isCycle = digest === own || waitsFor(own, target, findRow);
  return isCycle ? { kind: 'owes', key } : { kind: 'waits', key };
}

function waitsFor(own: string, start: PairState | undefined, findRow: FindRow): boolean {
  let keys = waitsOf(start);
  for (let step = 0; step < 8 && keys.length > 0; step += 1) {
    if (keys.includes(own)) return true;
    keys = keys.flatMap((key) => waitsOf(findRow(key)));
  }
  return false;
}

function waitsOf(state: PairState | undefined): string[] {
  const { current } = state ?? { current: null };
  if (current?.phase !== 'parked') return [];
  return current.keys.map(({ key }) => key);
}
