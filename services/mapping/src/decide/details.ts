import { otherSide, type Side } from '@syncline/contract';
import type { Known } from '../change.ts';
import type { SentRow } from '../current.ts';
import { detailKey, type DetailPair, type PairState } from '../pair.ts';
import type { Reading, StreamFacts } from './facts.ts';

type Detail = Pick<StreamFacts['details'][number], 'source' | 'dest'>;

/** The stored ids of the rows of two detail objects, for a stream out of `from`. */
function pairsOf(state: PairState, from: Side, detail: Detail): DetailPair[] {
  return state.details[keyFor(from, detail)] ?? [];
}

function keyFor(from: Side, detail: Detail): string {
  return from === 'crm' ? detailKey(detail.source, detail.dest) : detailKey(detail.dest, detail.source);
}

export interface RowsToSend {
  rows: Record<string, SentRow[]>;
  /** rows that the target may have already, under an id that is not known: not sent, so that they are not doubled */
  leftOut: number;
}

type MappedRow = Extract<Reading['mapped'], { kind: 'ok' }>['rows'][string][number];

/**
 * The rows of each detail with the target's ids: those that the mapping has met are updates, others are new
 * (contract 6, design "Details").
 */
export function rowsToSend(
  state: PairState,
  from: Side,
  stream: StreamFacts,
  mapped: Extract<Reading['mapped'], { kind: 'ok' }>,
): RowsToSend {
  const result: RowsToSend = { rows: {}, leftOut: 0 };
  for (const detail of stream.details) {
    const all = mapped.rows[detail.dest] ?? [];
    const held = state.sides[otherSide(from)].known?.rows ?? {};
    const target = Object.hasOwn(held, detail.dest) ? (held[detail.dest] ?? {}) : {};
    const sent = withDests({ pairs: pairsOf(state, from, detail), from, target }, all);
    result.leftOut += all.length - sent.length;
    result.rows[detail.dest] = sent;
  }
  return result;
}

interface Met {
  pairs: readonly DetailPair[];
  from: Side;
  /** what is known of the target's rows, by id */
  target: Record<string, Record<string, string>>;
}

/**
 * Rows of `from` that our write made there and whose ids it never told are looked for among the unknown ones, by what they
 * hold. While one of them is not found, no unknown row goes as new, as it may be that one.
 */
function withDests({ pairs, from, target }: Met, rows: readonly MappedRow[]): SentRow[] {
  const to = otherSide(from);
  const dests = new Map(pairs.filter((pair) => pair[from] !== '').map((pair) => [pair[from], pair[to]]));
  const unnamed = pairs.filter((pair) => pair[from] === '').map((pair) => pair[to]);
  const destOf = (row: MappedRow): string | undefined => {
    if (dests.has(row.source)) return dests.get(row.source);
    const at = unnamed.findIndex((id) => Object.hasOwn(target, id) && holds(target[id] ?? {}, row.values));
    return at < 0 ? undefined : unnamed.splice(at, 1)[0];
  };
  const met = rows.map((row) => ({ row, dest: destOf(row) }));
  return met.flatMap(({ row, dest }): SentRow[] => {
    if (dest !== undefined) return dest === '' ? [] : [{ ...row, dest }];
    return unnamed.length === 0 ? [{ ...row, dest: '' }] : [];
  });
}

function holds(known: Record<string, string>, values: Record<string, string>): boolean {
  return Object.entries(values).every(
    ([field, text]) => (Object.hasOwn(known, field) ? known[field] : '') === text,
  );
}

/** How many rows that the mapping has met does the source not have any more? */
export function goneRows(state: PairState, from: Side, stream: StreamFacts, source: Known): number {
  let gone = 0;
  for (const detail of stream.details) {
    const shown = Object.hasOwn(source.rows, detail.source) ? source.rows[detail.source] : undefined;
    if (shown === undefined) continue;
    const ids = pairsOf(state, from, detail).map((pair) => pair[from]);
    gone += ids.filter((id) => id !== '' && !Object.hasOwn(shown, id)).length;
  }
  return gone;
}

/** How many rows go as new? */
export function addedRows(rows: Record<string, readonly SentRow[]>): number {
  return Object.values(rows)
    .flat()
    .filter((row) => row.dest === '').length;
}

export interface PairedRows {
  rows: Record<string, SentRow[]>;
  /** rows that went as new and whose ids are not known now */
  unpaired: number;
}

/**
 * Gives the rows that were sent the ids that came back, in order (contract 4). A list as long as all rows sent, or as
 * long as the new ones among them, can be told apart; any other pairs nothing, nor does one that contradicts known ids.
 */
export function pairRows(
  rows: Record<string, SentRow[]>,
  ids: Record<string, readonly (string | null)[]>,
): PairedRows {
  const result: PairedRows = { rows: {}, unpaired: 0 };
  for (const [detail, sent] of Object.entries(rows)) {
    const added = idsOfAdded(sent, Object.hasOwn(ids, detail) ? (ids[detail] ?? []) : []);
    let next = 0;
    result.rows[detail] = sent.map((row) =>
      row.dest !== '' || added === null ? row : { ...row, dest: added[next++] ?? '' },
    );
    if (added === null) result.unpaired += addedRows({ [detail]: sent });
  }
  return result;
}

function idsOfAdded(sent: readonly SentRow[], back: readonly (string | null)[]): string[] | null {
  const texts = back.map((id) => id ?? '');
  const areAll = texts.length === sent.length;
  if (areAll && sent.some(({ dest }, i) => dest !== '' && texts[i] !== '' && texts[i] !== dest)) return null;
  const added = areAll ? texts.filter((_, i) => sent[i]?.dest === '') : texts;
  const taken = new Set(sent.map(({ dest }) => dest));
  const isUsable = added.every((id) => !taken.has(id) && id !== '') && new Set(added).size === added.length;
  return isUsable && added.length === addedRows({ sent: [...sent] }) ? added : null;
}

/** A row of the target as it was read. */
export interface ShownRow {
  id: string;
  shows: (values: Record<string, string>) => boolean;
}

/** The target's rows as they were read, and what was known of them before the write. */
export interface ShownRows {
  rows: readonly ShownRow[];
  knownBefore: ReadonlySet<string>;
  /** is it sure that the write was carried out? */
  isDone: boolean;
}

/**
 * Pairs new rows with the rows that the target shows beyond those known before: by what they hold, else in order if their
 * number is the same and the write was surely carried out. `missing` are those that are surely not there.
 */
export function pairByReading(
  rows: Record<string, SentRow[]>,
  shown: Record<string, ShownRows>,
): PairedRows & { missing: number } {
  const result = { rows: {} as Record<string, SentRow[]>, unpaired: 0, missing: 0 };
  for (const [detail, sent] of Object.entries(rows)) {
    const there = Object.hasOwn(shown, detail) ? shown[detail] : undefined;
    const fresh = there === undefined ? [] : freshRows(sent, there);
    const paired = pairFresh(sent, fresh, there?.isDone ?? false);
    const unpaired = addedRows({ [detail]: paired });
    result.rows[detail] = paired;
    result.unpaired += unpaired;
    if (fresh.length === 0) result.missing += unpaired;
  }
  return result;
}

function freshRows(sent: readonly SentRow[], { rows, knownBefore }: ShownRows): ShownRow[] {
  const updated = new Set(sent.map((row) => row.dest));
  return rows.filter(({ id }) => id !== '' && !updated.has(id) && !knownBefore.has(id));
}

function pairFresh(sent: readonly SentRow[], fresh: readonly ShownRow[], isDone: boolean): SentRow[] {
  const left = [...fresh];
  const byContent = sent.map((row) => {
    const at = row.dest === '' ? left.findIndex((one) => one.shows(row.values)) : -1;
    return at < 0 ? row : { ...row, dest: left.splice(at, 1)[0]?.id ?? '' };
  });
  const isEach = isDone && left.length === addedRows({ sent: byContent });
  return byContent.map((row) =>
    row.dest !== '' || !isEach ? row : { ...row, dest: left.shift()?.id ?? '' },
  );
}

/** The ids of the target's rows that were known before a write, by its detail object. */
export function knownRowIds(
  state: PairState,
  from: Side,
  stream: StreamFacts,
): Record<string, ReadonlySet<string>> {
  const to = otherSide(from);
  const shown = state.sides[to].known?.rows ?? {};
  return Object.fromEntries(
    stream.details.map((detail) => {
      const paired = pairsOf(state, from, detail).map((pair) => pair[to]);
      const seen = Object.hasOwn(shown, detail.dest) ? Object.keys(shown[detail.dest] ?? {}) : [];
      return [detail.dest, new Set([...paired, ...seen])];
    }),
  );
}

/** The state's detail pairs after a confirmed write; rows whose id is unknown are kept as met, with an empty id. */
export function keepPairs(
  state: PairState,
  from: Side,
  stream: StreamFacts,
  rows: Record<string, SentRow[]>,
): PairState['details'] {
  const to = otherSide(from);
  const details = { ...state.details };
  for (const detail of stream.details) {
    const sent = rows[detail.dest] ?? [];
    if (sent.length === 0) continue;
    const sources = new Set(sent.map((row) => row.source));
    const dests = new Set(sent.map((row) => row.dest).filter((dest) => dest !== ''));
    const others = pairsOf(state, from, detail).filter(
      (pair) => !sources.has(pair[from]) && !dests.has(pair[to]),
    );
    details[keyFor(from, detail)] = [...others, ...sent.map((row) => pairOf(from, row))];
  }
  return details;
}

function pairOf(from: Side, row: SentRow): DetailPair {
  return from === 'crm' ? { crm: row.source, erp: row.dest } : { crm: row.dest, erp: row.source };
}
