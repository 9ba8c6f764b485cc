import { groups, verdicts, verdictsOf } from './match-groups.ts';

type Found = Parameters<typeof verdicts>[0][number];

const record = (side: 'crm' | 'erp', dataId: string, linkedTo = ''): Found => ({
  run: 'r',
  side,
  key: 'k',
  dataId,
  name: `name of ${dataId}`,
  value: 'N-1',
  linkedTo,
});

const brief = (...group: Found[]) =>
  verdicts(group).map(({ verdict, crm, erp }) => [verdict, crm.id, erp.id].join(' ').trim());

describe('records of one value', () => {
  it('match one to one when each side has one', () => {
    expect(verdicts([record('crm', 'A'), record('erp', 'E')])).toEqual([
      {
        verdict: 'one-to-one',
        value: 'N-1',
        crm: { id: 'A', name: 'name of A' },
        erp: { id: 'E', name: 'name of E' },
        note: '',
      },
    ]);
  });

  it('have nothing on the other side', () => {
    expect(brief(record('crm', 'A'))).toEqual(['none A']);
    expect(brief(record('erp', 'E'))).toEqual(['none  E']);
    expect(verdicts([record('crm', 'A'), record('crm', 'B')])[0]?.note).toBe(
      '2 records of this side have this value',
    );
  });

  it('are shown each with each when a side has several', () => {
    expect(brief(record('crm', 'A'), record('crm', 'B'), record('erp', 'E'))).toEqual([
      'several A E',
      'several B E',
    ]);
  });

  it('are shown each alone when there are too many to combine', () => {
    const many = Array.from({ length: 101 }, (_, i) => record('crm', `A${String(i)}`));
    const rows = verdicts([...many, record('erp', 'E')]);
    expect(rows).toHaveLength(102);
    expect(
      rows.every(({ verdict, crm, erp }) => verdict === 'several' && (crm.id === '' || erp.id === '')),
    ).toBe(true);
  });

  it('are shown once when they are linked with each other', () => {
    expect(brief(record('crm', 'A', 'E'), record('erp', 'E', 'A'))).toEqual(['linked A E']);
    expect(brief(record('erp', 'E', 'A'))).toEqual(['linked A E']);
  });

  it('are in conflict when the only match is linked to another record', () => {
    expect(brief(record('crm', 'A'), record('erp', 'E', 'B'))).toEqual(['linked B E', 'conflict A']);
    expect(verdicts([record('crm', 'A'), record('erp', 'E', 'B')])[1]?.note).toBe(
      'its value is that of E, which is linked to B',
    );
  });

  it('are left to a person beside a linked pair of the same value', () => {
    const group = [record('crm', 'A'), record('erp', 'E'), record('crm', 'B', 'F'), record('erp', 'F', 'B')];
    expect(brief(...group)).toEqual(['linked B F', 'several A E']);
  });
});

describe('more records of one value than are held at once', () => {
  const verdictsIn = async (records: Found[]): Promise<string[]> => {
    const rows = [];
    for await (const group of groups(records)) rows.push(...verdictsOf(group));
    return rows.map(({ verdict, crm, erp }) => `${verdict} ${crm.id}${erp.id}`);
  };

  it('are several, also those of which a part holds one of each side', async () => {
    const many = Array.from({ length: 1_001 }, (_, i) => record('crm', `A${String(i)}`));
    const other = { ...record('crm', 'B'), key: 'l' };
    const verdictsOfAll = await verdictsIn([
      ...many,
      record('erp', 'E'),
      other,
      { ...record('erp', 'F'), key: 'l' },
    ]);
    expect(verdictsOfAll.slice(0, 1_002).every((one) => one.startsWith('several '))).toBe(true);
    expect(verdictsOfAll.slice(1_002)).toEqual(['one-to-one BF']);
  });

  it('match one to one beside a value that fills a part', async () => {
    const many = Array.from({ length: 1_000 }, (_, i) => record('crm', `A${String(i)}`));
    const pair = [record('crm', 'B'), record('erp', 'F')].map((one) => ({ ...one, key: 'l' }));
    const verdictsOfAll = await verdictsIn([...many, ...pair]);
    expect(verdictsOfAll.slice(0, 1_000).every((one) => one.startsWith('none '))).toBe(true);
    expect(verdictsOfAll.slice(1_000)).toEqual(['one-to-one BF']);
  });
});
