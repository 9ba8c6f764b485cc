import { otherSide, type Side } from '@syncline/contract';
import { detailKey, type DetailPair, type PairState, type SentRow } from '../pair.ts';
import type { Reading, StreamFacts } from './facts.ts';

/** The stored ids of the rows of two detail objects, for a stream out of `from`. */
function pairsOf(state: PairState, from: Side, detail: { source: string; dest: string }): DetailPair[] {
  return state.details[keyFor(from, detail)] ?? [];
}

function keyFor(from: Side, detail: { source: string; dest: string }): string {
  return from === 'crm' ? detailKey(detail.source, detail.dest) : detailKey(detail.dest, detail.source);
}

export interface RowsToSend {
  rows: Record<string, SentRow[]>;
  /** rows that the target has, but never told the id of: not sent, so that they are not doubled */
  leftOut: number;
  /** does any row go as new? */
  adds: boolean;
}

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
  const result: RowsToSend = { rows: {}, leftOut: 0, adds: false };
  for (const detail of stream.details) {
    const dests = new Map(pairsOf(state, from, detail).map((pair) => [pair[from], pair[otherSide(from)]]));
    const sent: SentRow[] = [];
    for (const row of mapped.rows[detail.dest] ?? []) {
      const dest = dests.get(row.source);
      if (dest === '') result.leftOut += 1;
      else sent.push({ source: row.source, dest: dest ?? '', values: row.values });
    }
    result.adds ||= sent.some((row) => row.dest === '');
    result.rows[detail.dest] = sent;
  }
  return result;
}

export interface PairedRows {
  rows: Record<string, SentRow[]>;
  /** rows that went as new and whose ids are not known now */
  unpaired: number;
}

/**
 * Gives the rows that were sent the ids that came back, in order (contract 4). A list as long as all rows sent, or as
 * long as the new ones among them, can be told apart; any other count pairs nothing.
 */
export function pairRows(
  rows: Record<string, SentRow[]>,
  ids: Record<string, readonly (string | null)[]>,
): PairedRows {
  const result: PairedRows = { rows: {}, unpaired: 0 };
  for (const [detail, sent] of Object.entries(rows)) {
    const added = sent.filter((row) => row.dest === '');
    const back = Object.hasOwn(ids, detail) ? (ids[detail] ?? []) : [];
    const forAdded = back.length === sent.length ? back.filter((_, i) => sent[i]?.dest === '') : back;
    const usable = forAdded.length === added.length && forAdded.every((id) => id !== null && id !== '');
    let next = 0;
    result.rows[detail] = sent.map((row) =>
      row.dest !== '' || !usable ? row : { ...row, dest: forAdded[next++] ?? '' },
    );
    if (!usable) result.unpaired += added.length;
  }
  return result;
}

/**
 * Pairs new rows with the rows that the target shows when it is read again: those it shows beyond the ones that were
 * known before, in order, if their number is the number of new rows.
 */
export function pairByReading(
  rows: Record<string, SentRow[]>,
  shown: Record<string, readonly string[]>,
): PairedRows & { missing: number } {
  const result = { rows: {} as Record<string, SentRow[]>, unpaired: 0, missing: 0 };
  for (const [detail, sent] of Object.entries(rows)) {
    const known = new Set(sent.map((row) => row.dest));
    const fresh = (Object.hasOwn(shown, detail) ? (shown[detail] ?? []) : []).filter(
      (id) => id !== '' && !known.has(id),
    );
    const paired = pairRows({ [detail]: sent }, { [detail]: fresh });
    result.rows[detail] = paired.rows[detail] ?? sent;
    result.unpaired += paired.unpaired;
    if (paired.unpaired > 0 && fresh.length === 0) result.missing += paired.unpaired;
  }
  return result;
}

/** The state's detail pairs after a confirmed write; rows whose id is unknown are kept as met, with an empty id. */
export function keepPairs(
  state: PairState,
  from: Side,
  stream: StreamFacts,
  rows: Record<string, SentRow[]>,
): PairState['details'] {
  const details = { ...state.details };
  for (const detail of stream.details) {
    const sent = rows[detail.dest] ?? [];
    if (sent.length === 0) continue;
    const pairs = new Map(pairsOf(state, from, detail).map((pair) => [pair[from], pair]));
    for (const row of sent) pairs.set(row.source, pairOf(from, row));
    details[keyFor(from, detail)] = [...pairs.values()];
  }
  return details;
}

function pairOf(from: Side, row: SentRow): DetailPair {
  return from === 'crm' ? { crm: row.source, erp: row.dest } : { crm: row.dest, erp: row.source };
}
