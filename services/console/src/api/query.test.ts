import { RefusedRequest } from '@syncline/contract';
import { z } from 'zod';
import {
  errorClass,
  given,
  moment,
  pageQuery,
  readQuery,
  syncStatuses,
  text,
  type RawQuery,
} from './query.ts';

const schema = z.object({ ...pageQuery, id: text, status: syncStatuses, errorClass, from: moment });

function problemOf(raw: RawQuery): string {
  try {
    readQuery(schema, raw);
    return '';
  } catch (error) {
    if (error instanceof RefusedRequest && error.errorName === 'badQuery') return error.message;
    throw error;
  }
}

describe('readQuery', () => {
  it('fills in the size of a page', () => {
    expect(readQuery(schema, {})).toEqual({ limit: 50 });
  });

  it('reads every kind of filter', () => {
    const raw = { limit: '7', status: '5,unknown', errorClass: 'rejected', from: '2026-01-01T00:00:00Z' };
    expect(readQuery(schema, raw)).toEqual({
      limit: 7,
      status: [5, 10],
      errorClass: 'rejected',
      from: Date.UTC(2026, 0, 1),
    });
    expect(readQuery(schema, { from: '1767225600000' }).from).toBe(1_767_225_600_000);
  });

  it.each(['__proto__', 'constructor', '$ne', 'a.b', '[object Object]', "'; drop"])(
    'takes %s for a value like any other',
    (id) => {
      expect(readQuery(schema, { id }).id).toBe(id);
    },
  );

  it.each([
    ['limit', '0'],
    ['limit', '201'],
    ['limit', '1e2'],
    ['limit', '-1'],
    ['status', '11'],
    ['status', '5,'],
    ['status', '__proto__'],
    ['errorClass', 'constructor'],
    ['from', 'yesterday'],
    ['from', '2026-13-01T00:00:00Z'],
    ['id', ''],
    ['id', 'x'.repeat(513)],
  ])('refuses %s=%s and names it', (name, value) => {
    expect(problemOf({ [name]: value })).toContain(`"${name}"`);
  });

  it.each(['__proto__', 'constructor', 'tenantId', 'crmId[$ne]'])(
    'refuses the unknown parameter %s and says which there are',
    (name) => {
      const raw = Object.create(null) as Record<string, unknown>;
      Object.defineProperty(raw, name, { value: 'x', enumerable: true });
      expect(problemOf(raw)).toMatch(new RegExp(`${name.replace(/[[\]$]/g, '\\$&')}.*status`));
    },
  );

  it('refuses a parameter that came twice', () => {
    expect(problemOf({ id: ['a', 'b'] })).toContain('more than once');
  });
});

describe('given', () => {
  it('has no key for what is absent', () => {
    expect(Object.keys(given({ a: 1, b: undefined }))).toEqual(['a']);
  });
});
