import type { SentRow } from '../current.ts';
import { newPair, type DetailPair, type PairState } from '../pair.ts';
import { aStream, pair } from '../testing/builders.ts';
import {
  addedRows,
  goneRows,
  keepPairs,
  knownRowIds,
  pairByReading,
  pairRows,
  rowsToSend,
} from './details.ts';

const toErp = aStream('crm');
const toCrm = aStream('erp');

function stateWith(...pairs: DetailPair[]): PairState {
  return { ...newPair(pair, 'crm', 'A1', 1), details: { 'ContactObj|BD_Contact': pairs } };
}

const row = (source: string, dest = '', values: Record<string, string> = {}): SentRow => ({
  source,
  dest,
  values,
});
const mapped = (detail: string, ...sources: string[]) => ({
  kind: 'ok' as const,
  record: { master: {}, details: {} },
  values: {},
  rows: { [detail]: sources.map((source) => ({ source, values: {} })) },
  match: [],
  owes: [],
});

describe('the rows to send', () => {
  it('are updates for those that the mapping has met, and new for the others', () => {
    const { rows, leftOut } = rowsToSend(
      stateWith({ crm: 'r1', erp: 'e1' }),
      'crm',
      toErp,
      mapped('BD_Contact', 'r1', 'r2'),
    );
    expect(rows).toEqual({ BD_Contact: [row('r1', 'e1'), row('r2')] });
    expect(leftOut).toBe(0);
  });

  it('leave out those that were sent and whose ids were never told', () => {
    const { rows, leftOut } = rowsToSend(
      stateWith({ crm: 'r1', erp: '' }),
      'crm',
      toErp,
      mapped('BD_Contact', 'r1', 'r2'),
    );
    expect(rows).toEqual({ BD_Contact: [row('r2')] });
    expect(leftOut).toBe(1);
  });

  it('back from the ERP are those rows by what they hold', () => {
    const state = stateWith({ crm: 'r1', erp: '' }, { crm: 'r2', erp: '' });
    state.sides.crm.known = { fields: {}, rows: { ContactObj: { r1: { v: '1' }, r2: { v: '2' } } } };
    const back = mapped('ContactObj', 'e2', 'e1');
    back.rows['ContactObj'] = [
      { source: 'e2', values: { v: '2' } },
      { source: 'e1', values: { v: '1' } },
    ];
    const { rows } = rowsToSend(state, 'erp', toCrm, back);
    expect(rows).toEqual({ ContactObj: [row('e2', 'r2', { v: '2' }), row('e1', 'r1', { v: '1' })] });
  });

  it('back from the ERP are not sent as new while they may be such rows', () => {
    const state = stateWith({ crm: 'r1', erp: '' }, { crm: 'r2', erp: 'e2' });
    const { rows, leftOut } = rowsToSend(state, 'erp', toCrm, mapped('ContactObj', 'e2', 'e3', 'e4'));
    expect(rows).toEqual({ ContactObj: [row('e2', 'r2')] });
    expect(leftOut).toBe(2);
  });
});

describe('rows that are gone from the source', () => {
  const state = stateWith({ crm: 'r1', erp: 'e1' }, { crm: 'r2', erp: 'e2' });

  it('are counted', () => {
    expect(goneRows(state, 'crm', toErp, { fields: {}, rows: { ContactObj: { r2: {} } } })).toBe(1);
  });

  it('are none when the snapshot does not speak of them', () => {
    expect(goneRows(state, 'crm', toErp, { fields: {}, rows: {} })).toBe(0);
  });
});

describe('ids that come back', () => {
  it('are those of all rows sent, in order', () => {
    const rows = { BD_Contact: [row('r1', 'e1'), row('r2'), row('r3')] };
    expect(pairRows(rows, { BD_Contact: ['e1', 'e2', 'e3'] })).toEqual({
      rows: { BD_Contact: [row('r1', 'e1'), row('r2', 'e2'), row('r3', 'e3')] },
      unpaired: 0,
    });
  });

  it('are those of the new rows when their count is theirs', () => {
    const rows = { BD_Contact: [row('r1', 'e1'), row('r2')] };
    expect(pairRows(rows, { BD_Contact: ['e2'] }).rows).toEqual({
      BD_Contact: [row('r1', 'e1'), row('r2', 'e2')],
    });
  });

  it.each([
    ['another count', ['e1', 'e2', 'e3', 'e4']],
    ['none', []],
    ['an empty one', ['e1', '', 'e3']],
    ['one twice', ['e1', 'e2', 'e2']],
    ['known rows in another order', ['e2', 'e1', 'e3']],
    ['a known row for a new one', ['e1', 'e1', 'e3']],
  ])('pair nothing when there is %s', (_why, ids) => {
    const rows = { BD_Contact: [row('r1', 'e1'), row('r2'), row('r3')] };
    expect(pairRows(rows, { BD_Contact: ids })).toEqual({ rows, unpaired: 2 });
  });

  it('need not come for rows that are only updated', () => {
    expect(pairRows({ BD_Contact: [row('r1', 'e1')] }, {}).unpaired).toBe(0);
  });
});

describe('rows that are read', () => {
  const shown = (ids: Record<string, string>, isDone = true, known: string[] = []) => ({
    BD_Contact: {
      rows: Object.entries(ids).map(([id, text]) => ({
        id,
        shows: (values: Record<string, string>) => values['v'] === text,
      })),
      knownBefore: new Set(known),
      isDone,
    },
  });
  const sent = {
    BD_Contact: [row('r1', 'e1', { v: '1' }), row('r2', '', { v: '2' }), row('r3', '', { v: '3' })],
  };
  const destsOf = (paired: { rows: Record<string, SentRow[]> }) =>
    paired.rows['BD_Contact']?.map(({ dest }) => dest);

  it('are the new ones by what they hold', () => {
    const paired = pairByReading(sent, shown({ e1: '1', e3: '3', e2: '2' }, false));
    expect(destsOf(paired)).toEqual(['e1', 'e2', 'e3']);
    expect(paired).toMatchObject({ unpaired: 0, missing: 0 });
  });

  it('are the new ones in order when the write was surely carried out and the number fits', () => {
    expect(destsOf(pairByReading(sent, shown({ e1: '1', e2: 'changed', e3: 'too' })))).toEqual([
      'e1',
      'e2',
      'e3',
    ]);
  });

  it('are not, when somebody else may have added them', () => {
    const paired = pairByReading(sent, shown({ e1: '1', e2: 'other', e3: 'other' }, false));
    expect(destsOf(paired)).toEqual(['e1', '', '']);
    expect(paired).toMatchObject({ unpaired: 2, missing: 0 });
  });

  it('are never rows that were known before', () => {
    expect(destsOf(pairByReading(sent, shown({ e1: '1', e8: '2', e9: '3' }, true, ['e8', 'e9'])))).toEqual([
      'e1',
      '',
      '',
    ]);
  });

  it('are missing when none is there that was not known', () => {
    expect(pairByReading(sent, shown({ e1: '1' }))).toMatchObject({ unpaired: 2, missing: 2 });
    expect(pairByReading(sent, {})).toMatchObject({ unpaired: 2, missing: 2 });
  });
});

describe('pairs that are kept', () => {
  it('are those that were sent, beside the others', () => {
    const state = stateWith({ crm: 'r0', erp: 'e0' }, { crm: 'r1', erp: 'old' });
    expect(keepPairs(state, 'crm', toErp, { BD_Contact: [row('r1', 'e1'), row('r2', '')] })).toEqual({
      'ContactObj|BD_Contact': [
        { crm: 'r0', erp: 'e0' },
        { crm: 'r1', erp: 'e1' },
        { crm: 'r2', erp: '' },
      ],
    });
  });

  it('keep every row without an id, also when the other side writes', () => {
    const state = stateWith({ crm: 'r1', erp: '' }, { crm: 'r2', erp: '' });
    expect(keepPairs(state, 'erp', toCrm, { ContactObj: [row('e1', 'r1')] })).toEqual({
      'ContactObj|BD_Contact': [
        { crm: 'r2', erp: '' },
        { crm: 'r1', erp: 'e1' },
      ],
    });
  });
});

describe('ids of rows known before', () => {
  it('are those that were paired and those that were seen', () => {
    const state = stateWith({ crm: 'r1', erp: 'e1' });
    state.sides.erp.known = { fields: {}, rows: { BD_Contact: { e2: {} } } };
    expect(knownRowIds(state, 'crm', toErp)).toEqual({ BD_Contact: new Set(['e1', 'e2']) });
  });
});

it('counts rows that go as new', () => {
  expect(addedRows({ a: [row('r1'), row('r2', 'e2')], b: [row('r3')] })).toBe(2);
});
