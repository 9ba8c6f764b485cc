import type { Change, SourceOrder } from '../change.ts';
import type { SideState } from '../pair.ts';

/** An event that is late by less than this was reordered on its way; by more, the CRM's clock was set back. */
const clockSetBackMs = 5 * 60 * 1000;
const rememberedEventIds = 8;

export type Newness = 'newer' | 'repeat' | 'superseded' | 'newer-clock-set-back';

/**
 * Is an input newer than what was taken from its side before (design, "What is newer is defined")?
 * ERP records compare by the store's counter; CRM events by offset and event id, then by `occurredAt`, then by log order.
 */
export function compareOrder(last: SideState, order: SourceOrder, eventId: string): Newness {
  if (eventId !== '' && last.eventIds.includes(eventId)) return 'repeat';
  if (order.kind === 'log' && order.offset <= (last.offsets[order.partition] ?? -1)) return 'repeat';
  return compareTo(last.order, order);
}

/** It waited in another row until events after it had been taken here: of those before it, it was none. */
export function isOvertaken(
  { eventIds }: SideState,
  { isForwarded, eventId }: Pick<Change, 'isForwarded' | 'eventId'>,
): boolean {
  return isForwarded === true && eventId !== '' && !eventIds.includes(eventId);
}

export function keepEventId({ eventIds }: SideState, eventId: string): Pick<SideState, 'eventIds'> {
  return { eventIds: eventId === '' ? eventIds : [...eventIds, eventId].slice(-rememberedEventIds) };
}

/** Is it newer than the last that said whether the record is voided? */
export function isNewerWord({ word }: SideState, order: SourceOrder): boolean {
  return ['newer', 'newer-clock-set-back'].includes(compareTo(word, order));
}

/** Did the ERP say whether the record is voided after our last write there was answered? */
export function saysSoSinceOurWrite({ word, writtenOrder }: SideState): boolean {
  return word?.kind !== 'counter' || word.number > writtenOrder;
}

function compareTo(last: SourceOrder | null, order: SourceOrder): Newness {
  if (order.kind === 'counter') return last?.kind === 'counter' ? compareNumbers(last, order) : 'newer';
  return last?.kind === 'log' ? compareTimes(last, order) : 'newer';
}

type OrderOf<K extends SourceOrder['kind']> = Extract<SourceOrder, { kind: K }>;

function compareNumbers(last: OrderOf<'counter'>, order: OrderOf<'counter'>): Newness {
  if (order.number === last.number) return 'repeat';
  return order.number > last.number ? 'newer' : 'superseded';
}

function compareTimes(last: OrderOf<'log'>, order: OrderOf<'log'>): Newness {
  const late = last.occurredAt - order.occurredAt;
  if (late <= 0) return 'newer';
  // A record that was asked for says when it changed last, not when it was read.
  if (order.isReading === true) return 'superseded';
  return late < clockSetBackMs ? 'superseded' : 'newer-clock-set-back';
}

/**
 * What to keep after an input was looked at. Log positions only go forward, so that a repeat is known for one, also
 * after an event that was reordered: its offset counts, its time does not. Each partition's is kept: when partitions are
 * added, a record moves to another one, and the old one may still be delivered again.
 */
export function keepOrder(last: SideState, order: SourceOrder, eventId: string): Partial<SideState> {
  const { eventIds } = keepEventId(last, eventId);
  if (order.kind === 'counter') {
    const isOlder = last.order?.kind === 'counter' && order.number < last.order.number;
    return { order: isOlder ? last.order : order, eventIds };
  }
  const offsets = { ...last.offsets, [order.partition]: order.offset };
  if (last.order?.kind !== 'log') return { order, eventIds, offsets };
  const reordered = last.order.occurredAt - order.occurredAt;
  const isReordered = reordered > 0 && (reordered < clockSetBackMs || order.isReading === true);
  const occurredAt = isReordered ? last.order.occurredAt : order.occurredAt;
  return { order: { ...order, occurredAt }, eventIds, offsets };
}

/** Of two inputs of one side, did this one come after the other? */
export function comesAfter(order: SourceOrder, other: SourceOrder): boolean {
  if (order.kind === 'counter') return other.kind === 'counter' && order.number > other.number;
  if (other.kind !== 'log') return false;
  return order.partition === other.partition
    ? order.offset > other.offset
    : order.occurredAt > other.occurredAt;
}
