import type { HistoryTask } from '@syncline/store';

/** What is asked for at once: records by id, or those that changed in [from, to), ms of the source's time. */
export type Slice = { end: number } & (
  { kind: 'ids'; ids: string[] } | { kind: 'range'; from: number; to: number }
);

export interface SliceSizes {
  ms: number;
  ids: number;
}

type Sliced = Pick<HistoryTask, 'ids' | 'from' | 'to' | 'cursor'>;

/** The slice behind the cursor, which stands at its `end` once it is read; null when there is none. */
export function nextSlice({ ids, from, to, cursor }: Sliced, sizes: SliceSizes): Slice | null {
  if (ids !== null) {
    const part = ids.slice(cursor, cursor + sizes.ids);
    return part.length === 0 ? null : { kind: 'ids', ids: part, end: cursor + part.length };
  }
  const begin = Math.max(cursor, from ?? 0);
  const end = Math.min(begin + sizes.ms, to ?? 0);
  return begin >= end ? null : { kind: 'range', from: begin, to: end, end };
}

const smallestSliceMs = 60_000;

/** A slice of time that held too many records at once is followed by smaller ones, and these grow again. */
export function nextSliceMs(
  ms: number,
  { records, most, full }: { records: number; most: number; full: number },
): number {
  if (records > most) return Math.max(smallestSliceMs, Math.floor(ms / Math.ceil(records / most)));
  return records * 2 > most ? ms : Math.min(full, ms * 2);
}
