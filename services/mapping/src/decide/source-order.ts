import type { SideState, SourceOrder } from '../pair.ts';

/** An event that is late by less than this was reordered on its way; by more, the CRM's clock was set back. */
export const clockSetBackMs = 5 * 60 * 1000;
export const rememberedEventIds = 8;

export type Newness = 'newer' | 'repeat' | 'superseded' | 'newer-clock-set-back';

/**
 * Is an input newer than what was taken from its side before (design, "What is newer is defined")?
 * ERP records compare by the store's counter; CRM events by offset and event id, then by `occurredAt`, then by log order.
 */
export function compareOrder(last: SideState, order: SourceOrder, eventId: string): Newness {
  if (order.kind === 'counter') {
    if (last.order?.kind !== 'counter') return 'newer';
    if (order.number === last.order.number) return 'repeat';
    return order.number > last.order.number ? 'newer' : 'superseded';
  }
  if (eventId !== '' && last.eventIds.includes(eventId)) return 'repeat';
  if (last.order?.kind !== 'log') return 'newer';
  if (order.partition === last.order.partition && order.offset <= last.order.offset) return 'repeat';
  const late = last.order.occurredAt - order.occurredAt;
  if (late <= 0) return 'newer';
  return late < clockSetBackMs ? 'superseded' : 'newer-clock-set-back';
}

/**
 * What to keep after an input was looked at. Log positions only go forward, so that a repeat is known for one, also
 * after an event that was reordered: its offset counts, its time does not.
 */
export function keepOrder(last: SideState, order: SourceOrder, eventId: string): Partial<SideState> {
  const eventIds = eventId === '' ? last.eventIds : [...last.eventIds, eventId].slice(-rememberedEventIds);
  if (order.kind === 'counter' || last.order?.kind !== 'log') return { order, eventIds };
  const reordered = last.order.occurredAt - order.occurredAt;
  const occurredAt = reordered > 0 && reordered < clockSetBackMs ? last.order.occurredAt : order.occurredAt;
  return { order: { ...order, occurredAt }, eventIds };
}
