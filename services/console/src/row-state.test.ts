import { readRowState } from './row-state.ts';

const stateWith = (current: object | null, over: object = {}): string => JSON.stringify({ current, ...over });
const change = { syncId: 'row-1', side: 'crm' };

describe('readRowState', () => {
  it.each([
    [
      'what it waits for',
      { phase: 'parked', change, keys: [{ key: 'k', label: 'AccountObj A1' }], dueAt: 5 },
      'waits for AccountObj A1',
    ],
    [
      'a write without an answer',
      { phase: 'inFlight', change, write: { to: 'erp', operation: 'create' } },
      'create sent to the ERP, no answer yet',
    ],
    ['a retry', { phase: 'retry', change, attempts: 2 }, 'sent again soon, after 2 failed attempts'],
    [
      'a question to the other side',
      { phase: 'unknown', change, write: { to: 'erp', operation: 'create' } },
      'nobody knows whether it was written: the ERP is being asked',
    ],
    [
      'the candidates for a person',
      { phase: 'person', change, candidates: ['E1', 'E2'] },
      'a person has to say what became of it; candidates: E1, E2',
    ],
    ['a phase that it has never heard of', { phase: 'dreaming', change }, 'dreaming'],
    ['a phase with the name of an inherited key', { phase: '__proto__', change }, '__proto__'],
  ])('says in words: %s', (_what, current, words) => {
    expect(readRowState(stateWith(current)).words).toBe(words);
  });

  it('tells what is under way, what waits behind it and what failed', () => {
    const state = stateWith(
      { phase: 'retry', change, attempts: 1, since: 10, dueAt: 20, failure: { code: 'c', message: 'm' } },
      { waiting: { erp: { syncId: 'x' } }, failed: { crm: { syncId: 'y' } }, unresolved: ['row-0'] },
    );
    expect(readRowState(state)).toMatchObject({
      phase: 'retry',
      syncId: 'row-1',
      since: 10,
      attempts: 1,
      nextDueAt: 20,
      failure: { code: 'c', message: 'm' },
      queued: ['erp'],
      failedSides: ['crm'],
      unresolved: ['row-0'],
    });
  });

  it.each(['', 'no JSON', '[]', 'null', '{}', '{"current":null}', '{"current":{"phase":7}}'])(
    'takes %j for a row at rest',
    (text) => {
      expect(readRowState(text)).toMatchObject({ phase: 'atRest', words: 'at rest', nextDueAt: null });
    },
  );

  it('leaves out what has another form than it knows', () => {
    const state = stateWith({
      phase: 'parked',
      keys: 'none',
      dueAt: 'soon',
      change: 3,
      candidates: [1],
      attempts: {},
    });
    expect(readRowState(state)).toMatchObject({
      words: 'waits for another record',
      nextDueAt: null,
      candidates: [],
      attempts: 0,
    });
  });
});
