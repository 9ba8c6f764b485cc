import { aCurrent, aPair, aPairWith } from './a-pair.fixture.ts';
import { toRow } from './rows.ts';
import { States } from './states.ts';

const state = aPairWith(aCurrent('inFlight'), { version: 2 });

describe('the states that were written last', () => {
  it('are those that a row read again tells', () => {
    const states = new States();
    states.keep(toRow(state), state);
    expect(states.of(toRow(state))).toBe(state);
    expect(states.of(toRow(state))).toEqual(new States().of(toRow(state)));
  });

  it('count for nothing where another has written', () => {
    const states = new States();
    states.keep(toRow(state), state);
    const others = aPair({ id: state.id, version: 2 });
    expect(states.of(toRow(others))).toEqual(others);
  });

  it('are forgotten, the oldest first, when they are too many', () => {
    const states = new States();
    const row = { ...toRow(state), state: JSON.stringify({ ...state, remark: 'x'.repeat(1024 * 1024) }) };
    for (const id of ['a', 'b', 'c', 'd']) states.keep({ ...row, id }, state);
    expect(['a', 'b', 'c', 'd'].map((id) => states.of({ ...row, id }) === state)).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect(states.of({ ...row, id: 'a' })).not.toBe(state);
  });
});
