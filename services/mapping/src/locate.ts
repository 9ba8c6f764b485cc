import type { Store } from '@syncline/store';
import type { MappingRow } from '@syncline/store';
import type { Addressed } from './addressed.ts';
import type { Input } from './decide/facts.ts';
import { knownText } from './known-values.ts';
import { newPair, pairDigest, type PairState } from './pair.ts';
import { stateOf } from './rows.ts';
import type { States } from './states.ts';

/** The inputs of one row, in the order they came, with their places among all that were located. */
export interface Located {
  /** as it was read; null when there is no row yet */
  row: MappingRow | null;
  begin: () => PairState;
  inputs: LocatedInput[];
}

interface LocatedInput {
  at: number;
  input: Input;
  /** it came with a message that is not committed before its effects are produced: after a crash it comes again */
  comesAgain: boolean;
}

/**
 * Finds the row of each input: by pointer, by the digest of where it began, or by the write that caused it. What has no
 * row and may not begin one is left out.
 */
export async function locate(
  store: Pick<Store, 'pointers' | 'mappingRows'>,
  addressed: readonly Addressed[],
  now: number,
): Promise<Map<string, Located>> {
  const digests = addressed.map(digestOf);
  const { pointers, rows } = await readAround(store, addressed, digests);
  const located = new Map<string, Located>();
  for (const [at, one] of addressed.entries()) {
    const digest = digests[at] ?? '';
    const rowId = chooseRow(one, digest, pointers, rows);
    if (rowId === null) continue;
    const there = located.get(rowId) ?? {
      row: rows.get(rowId) ?? null,
      begin: beginning(one, now),
      inputs: [],
    };
    there.inputs.push({ at, input: inputOf(one), comesAgain: comesAgain(one) });
    located.set(rowId, there);
  }
  return located;
}

function digestOf(one: Addressed): string {
  if (one.kind === 'record') return pairDigest(one.pair, one.side, one.dataId);
  if (one.kind === 'link') return pairDigest(one.pair, one.link.sourceSide, one.link.sourceId);
  return '';
}

/** Most records began their row themselves, so those rows are read beside the pointers; few are left to be read after. */
async function readAround(
  store: Pick<Store, 'pointers' | 'mappingRows'>,
  addressed: readonly Addressed[],
  digests: readonly string[],
): Promise<{ pointers: Map<string, string>; rows: Map<string, MappingRow> }> {
  const asked = new Set(addressed.flatMap((one, i) => candidates(one, digests[i] ?? '')));
  const [pointers, rows] = await Promise.all([
    store.pointers.readMany([...new Set(digests.filter((digest) => digest !== ''))]),
    store.mappingRows.readMany([...asked]),
  ]);
  const pointed = [...new Set(pointers.values())].filter((rowId) => !asked.has(rowId));
  for (const [rowId, row] of await store.mappingRows.readMany(pointed)) rows.set(rowId, row);
  return { pointers, rows };
}

function candidates(one: Addressed, digest: string): string[] {
  if (one.kind === 'row') return [one.rowId];
  return one.kind === 'record' && one.causedByRow !== '' ? [digest, one.causedByRow] : [digest];
}

function chooseRow(
  one: Addressed,
  digest: string,
  pointers: ReadonlyMap<string, string>,
  rows: ReadonlyMap<string, MappingRow>,
): string | null {
  if (one.kind === 'row') return rows.has(one.rowId) ? one.rowId : null;
  const pointed = rows.get(pointers.get(digest) ?? '');
  if (pointed !== undefined && mayHold(pointed, one)) return pointed.id;
  if (rows.has(digest)) return digest;
  if (one.kind === 'link') return digest;
  const cause = rows.get(one.causedByRow);
  if (cause !== undefined && hasMade(cause, one)) return cause.id;
  return one.mayBegin ? digest : null;
}

/** A pointer is left behind for a moment when a mapping is led to another record. */
function mayHold(row: MappingRow, one: Exclude<Addressed, { kind: 'row' }>): boolean {
  const [side, id] =
    one.kind === 'record' ? [one.side, one.dataId] : [one.link.sourceSide, one.link.sourceId];
  const known = side === 'crm' ? row.crmId : row.erpId;
  return known === '' || known === id;
}

/**
 * Is this the record that the row's create has just made? A write may cause changes of other records too, so it has to
 * show what was written; one that does not waits until the create has ended, as any unknown record does.
 */
function hasMade(row: MappingRow, { pair, change }: Extract<Addressed, { kind: 'record' }>): boolean {
  const isSamePair = row.crmObject === pair.crmObject && row.erpObject === pair.erpObject;
  if (!isSamePair || row.tenantId !== pair.tenantId || row.dataCenterId !== pair.dataCenterId) return false;
  if (row.crmId !== '' || !('record' in change.body)) return false;
  const { current } = stateOf(row);
  if (current?.phase !== 'inFlight' || current.write.operation !== 'create') return false;
  const { master } = change.body.record;
  return Object.entries(current.write.values).every(
    ([field, text]) => knownText(Object.hasOwn(master, field) ? master[field] : undefined) === text,
  );
}

function beginning(one: Addressed, now: number): () => PairState {
  return () => {
    if (one.kind === 'record') return newPair(one.pair, one.side, one.dataId, now);
    if (one.kind === 'link') return newPair(one.pair, one.link.sourceSide, one.link.sourceId, now);
    throw new Error('an input for a row needs that row');
  };
}

function inputOf(one: Addressed): Input {
  if (one.kind === 'record') return { kind: 'change', change: one.change };
  if (one.kind === 'link') return { kind: 'link', link: one.link };
  return one.input;
}

/** What a record's message or a write's result says; a forwarded change is made by us, and a wake-up or a person's action once. */
function comesAgain(one: Addressed): boolean {
  if (one.kind === 'row') return one.input.kind === 'erpResult' || one.input.kind === 'crmResult';
  return one.kind === 'record';
}

/** The state of a located row. */
export function startState({ row, begin }: Located, states: Pick<States, 'of'> = unkept): PairState {
  return row === null ? begin() : states.of(row);
}

const unkept = { of: stateOf };
