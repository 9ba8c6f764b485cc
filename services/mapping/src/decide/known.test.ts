import type { Known } from '../change.ts';
import { afterSnapshot, afterWrite, agreed, changesNothing, saysNothingNew } from './known.ts';

const fields = (values: Record<string, string>): Known => ({ fields: values, rows: {} });
const rows = (values: Record<string, Record<string, string>>): Known => ({
  fields: {},
  rows: { Row: values },
});
const sent = (dest: string, values: Record<string, string>) => ({ Row: [{ source: 's', dest, values }] });

describe('a snapshot says nothing new', () => {
  it('when every field that it speaks of is known to be so', () => {
    expect(saysNothingNew(fields({ a: '1', b: '2' }), fields({ a: '1' }))).toBe(true);
    expect(saysNothingNew(fields({ a: '1' }), fields({ a: '2' }))).toBe(false);
  });

  it('never when nothing was known, or a field was not seen before, be it empty', () => {
    expect(saysNothingNew(null, fields({}))).toBe(false);
    expect(saysNothingNew(fields({ a: '1' }), fields({ a: '1', b: '' }))).toBe(false);
  });

  it('when its rows are the known ones', () => {
    expect(saysNothingNew(rows({ r1: { a: '1' } }), rows({ r1: { a: '1' } }))).toBe(true);
    expect(saysNothingNew(rows({ r1: { a: '1' } }), rows({ r1: { a: '2' } }))).toBe(false);
  });

  it.each([rows({}), rows({ r1: {}, r2: {} }), rows({ r2: {} })])(
    'not when rows came, went or were replaced',
    (now) => {
      expect(saysNothingNew(rows({ r1: {} }), now)).toBe(false);
    },
  );

  it('when it does not speak of a detail object at all', () => {
    expect(saysNothingNew(rows({ r1: {} }), fields({}))).toBe(true);
  });
});

describe('a write changes nothing', () => {
  it('when the target is known to hold its values; empty, null and absent are alike', () => {
    expect(changesNothing(fields({ a: '1' }), { a: '1', b: '' }, {})).toBe(true);
    expect(changesNothing(fields({ a: '1' }), { a: '' }, {})).toBe(false);
  });

  it('never when nothing is known of the target', () => {
    expect(changesNothing(null, {}, {})).toBe(false);
  });

  it('when its rows are there with these values', () => {
    expect(changesNothing(rows({ d1: { a: '1' } }), {}, sent('d1', { a: '1' }))).toBe(true);
    expect(changesNothing(rows({ d1: { a: '1' } }), {}, sent('d1', { a: '2' }))).toBe(false);
  });

  it('not when it adds a row', () => {
    expect(changesNothing(rows({}), {}, sent('', { a: '1' }))).toBe(false);
  });

  it('by names such as __proto__ and constructor as by any other', () => {
    expect(changesNothing(fields({}), JSON.parse('{"__proto__":"x"}') as Record<string, string>, {})).toBe(
      false,
    );
    expect(changesNothing(fields({}), { constructor: 'x' }, {})).toBe(false);
  });
});

describe('what is known', () => {
  it('after a write is what was there, replaced by what was written', () => {
    const known = afterWrite(
      { fields: { a: '1', b: '2' }, rows: { Row: { d1: { x: '1', y: '2' } } } },
      { b: '3' },
      sent('d1', { y: '4' }),
    );
    expect(known).toEqual({ fields: { a: '1', b: '3' }, rows: { Row: { d1: { x: '1', y: '4' } } } });
  });

  it('after a write does not include rows of which the id is not known', () => {
    expect(afterWrite(null, {}, sent('', { y: '4' })).rows).toEqual({ Row: {} });
  });

  it('after a snapshot is what it shows, where it speaks', () => {
    const before: Known = { fields: { a: '1', b: '2' }, rows: { Row: { d1: {} }, Other: { o1: {} } } };
    expect(afterSnapshot(before, { fields: { b: '3' }, rows: { Row: {} } })).toEqual({
      fields: { a: '1', b: '3' },
      rows: { Row: {}, Other: { o1: {} } },
    });
  });

  it('after a snapshot that may be older than our last write is only what both say', () => {
    const written: Known = { fields: { a: '1', b: '2' }, rows: { Row: { d1: { x: '1' }, d2: { x: '2' } } } };
    const seen: Known = { fields: { a: '1', b: '0' }, rows: { Row: { d1: { x: '1' }, d2: { x: '0' } } } };
    expect(agreed(written, seen)).toEqual({ fields: { a: '1' }, rows: { Row: { d1: { x: '1' } } } });
  });
});
