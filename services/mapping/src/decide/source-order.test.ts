import { newSide, type SideState } from '../pair.ts';
import type { SourceOrder } from '../change.ts';
import { compareOrder, isNewerWord, keepOrder } from './source-order.ts';

const minute = 60_000;

function log(offset: number, occurredAt: number, partition = 0): SourceOrder {
  return { kind: 'log', partition, offset, occurredAt };
}

const number = (n: number): SourceOrder => ({ kind: 'counter', number: n });

/** A side that has taken these, in order. */
function after(...taken: [order: SourceOrder, eventId?: string][]): SideState {
  return taken.reduce<SideState>(
    (side, [order, eventId = '']) => ({ ...side, ...keepOrder(side, order, eventId) }),
    newSide('A1'),
  );
}

describe('what is newer, of CRM events', () => {
  it('counts the first event as newer', () => {
    expect(compareOrder(newSide('A1'), log(5, 0), 'e1')).toBe('newer');
  });

  it('goes by occurredAt', () => {
    expect(compareOrder(after([log(5, 1_000)]), log(6, 1_001), '')).toBe('newer');
  });

  it('goes by log order when both occurred at once', () => {
    expect(compareOrder(after([log(5, 1_000)]), log(6, 1_000), '')).toBe('newer');
  });

  it.each([5, 4, 0])('takes an offset that is not above the last for a repeat (%i)', (offset) => {
    expect(compareOrder(after([log(5, 1_000)]), log(offset, 9_000), '')).toBe('repeat');
  });

  it('takes an event id of the last 8 for a repeat, wherever it stands', () => {
    const ids = Array.from({ length: 9 }, (_, i) => `e${String(i)}`);
    const side = after(...ids.map((id, i): [SourceOrder, string] => [log(i, i), id]));
    expect(side.eventIds).toHaveLength(8);
    expect(compareOrder(side, log(50, 50), 'e1')).toBe('repeat');
    expect(compareOrder(side, log(50, 50), 'e0')).toBe('newer');
  });

  it('supersedes an event that is late by under five minutes', () => {
    const side = after([log(5, 10 * minute)]);
    expect(compareOrder(side, log(6, 5 * minute + 1), '')).toBe('superseded');
  });

  it('counts one that is late by five minutes or more as newer, from a clock that was set back', () => {
    const side = after([log(5, 10 * minute)]);
    expect(compareOrder(side, log(6, 5 * minute), '')).toBe('newer-clock-set-back');
  });

  it('compares what comes after a clock was set back with the time since', () => {
    const side = after([log(5, 10 * minute)], [log(6, minute)]);
    expect(compareOrder(side, log(7, minute + 1), '')).toBe('newer');
  });

  it('keeps the time of the newest when a reordered event passed, but its offset', () => {
    const side = after([log(5, 10 * minute)], [log(6, 9 * minute)]);
    expect(side.order).toEqual(log(6, 10 * minute));
    expect(compareOrder(side, log(6, 11 * minute), '')).toBe('repeat');
    expect(compareOrder(side, log(7, 9 * minute + 1), '')).toBe('superseded');
  });

  it('knows repeats of an older partition after the record has moved to another one', () => {
    const side = after([log(500, 10 * minute, 3)], [log(1, 20 * minute, 7)]);
    expect(compareOrder(side, log(500, 10 * minute, 3), '')).toBe('repeat');
    expect(compareOrder(side, log(2, 21 * minute, 7), '')).toBe('newer');
  });
});

describe('what is newer, of ERP records', () => {
  it.each([
    [7, 'newer'],
    [6, 'repeat'],
    [5, 'superseded'],
  ])('goes by the counter: %i after 6 is %s', (n, newness) => {
    expect(compareOrder(after([number(6)]), number(n), '')).toBe(newness);
  });

  it('does not let an older record lower the mark', () => {
    expect(after([number(6)], [number(5)]).order).toEqual(number(6));
  });
});

describe('a word on whether a record is voided', () => {
  it('is new unless a newer one was heard, whatever else was seen since', () => {
    const side: SideState = { ...after([number(9)]), word: number(4) };
    expect(isNewerWord(side, number(5))).toBe(true);
    expect(isNewerWord(side, number(4))).toBe(false);
    expect(isNewerWord(newSide('A1'), number(1))).toBe(true);
  });
});
