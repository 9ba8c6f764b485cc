import { catalogView, type CatalogView, type ObjectPair } from '@syncline/catalog';
import type { Side } from '@syncline/contract';
import type { MappingRow, Store } from '@syncline/store';
import { aCatalog, aFieldMapping, aStream } from '@syncline/testkit';
import { aCurrent, aSide, pairKey } from './a-pair.fixture.ts';
import type { WaitKey } from './current.ts';
import { newPair, pairDigest, type PairKey } from './pair.ts';
import { createReferences, waitText } from './references.ts';
import { toRow } from './rows.ts';

const view = catalogView(
  aCatalog({
    streams: [
      aStream(),
      aStream({ id: 's2', dest: 'BD_Supplier' }),
      aStream({ id: 's3', direction: 'erp-to-crm', source: 'BD_Item', dest: 'ProductObj' }),
    ],
  }),
);

/** Rows and pointers as a store gives them. */
class Rows {
  readonly rows = new Map<string, MappingRow>();
  readonly links = new Map<string, string>();
  rounds = 0;

  add(row: MappingRow): this {
    this.rows.set(row.id, row);
    return this;
  }

  get store(): Pick<Store, 'pointers' | 'mappingRows'> {
    const pick = <T>(from: Map<string, T>, ids: readonly string[]) =>
      new Map(ids.flatMap((id): [string, T][] => (from.has(id) ? [[id, from.get(id) as T]] : [])));
    const readPointers = (ids: readonly string[]) => {
      this.rounds += 1;
      return Promise.resolve(pick(this.links, ids));
    };
    return {
      pointers: { readMany: readPointers },
      mappingRows: { readMany: (ids: readonly string[]) => Promise.resolve(pick(this.rows, ids)) },
    } as unknown as Pick<Store, 'pointers' | 'mappingRows'>;
  }
}

const digest = (id: string, side: Side = 'crm', key: PairKey = pairKey) => pairDigest(key, side, id);

function aRow(crmId: string, erpId: string, waits: WaitKey[] = [], key: PairKey = pairKey): MappingRow {
  const fresh = newPair(key, crmId === '' ? 'erp' : 'crm', crmId || erpId, 0);
  const current = waits.length === 0 ? null : aCurrent('parked', { keys: waits });
  return toRow({ ...fresh, current, sides: { crm: aSide({ id: crmId }), erp: aSide({ id: erpId }) } });
}

const waitFor = (id: string, isOptional = false): WaitKey => ({ key: digest(id), label: id, isOptional });

interface Question {
  id: string;
  side?: Side;
  required?: boolean;
  object?: string;
  dest?: string | null;
  dataId?: string;
  on?: CatalogView;
}

function resolve(
  rows: Rows,
  { id, side = 'crm', required = false, dataId = 'A1', on = view, ...to }: Question,
) {
  const [pair] = on.pairsOfCrmObject('81138', 'AccountObj') as [ObjectPair];
  const { object = 'AccountObj', dest = null } = to;
  const mapping = aFieldMapping('FParentId', { from: 'p', required, reference: { object, dest } });
  return createReferences(rows.store, on).resolve({ pair, side, dataId, mapping, id });
}

describe('a reference', () => {
  it('is the counterpart of the other record', async () => {
    expect(await resolve(new Rows().add(aRow('A9', 'E9')), { id: 'A9' })).toEqual({
      kind: 'found',
      id: 'E9',
    });
  });

  it('follows a pointer to a record that began on the other side', async () => {
    const rows = new Rows().add({ ...aRow('', 'E9'), crmId: 'A9' });
    rows.links.set(digest('A9'), digest('E9', 'erp'));
    expect(await resolve(rows, { id: 'A9' })).toEqual({ kind: 'found', id: 'E9' });
  });

  it('is the CRM id where the change comes from the ERP', async () => {
    const rows = new Rows().add(aRow('A9', 'E9'));
    rows.links.set(digest('E9', 'erp'), digest('A9'));
    const found = await resolve(rows, { id: 'E9', side: 'erp', object: 'BD_Customer' });
    expect(found).toEqual({ kind: 'found', id: 'A9' });
  });

  it('is not found through a pointer that was left behind', async () => {
    const rows = new Rows().add(aRow('A8', 'E8'));
    rows.links.set(digest('A9'), digest('A8'));
    expect(await resolve(rows, { id: 'A9' })).toMatchObject({ kind: 'waits', key: { key: digest('A9') } });
  });

  it.each([true, false])(
    'to a record nobody knows waits for it, in words (required: %s)',
    async (required) => {
      expect(await resolve(new Rows(), { id: 'A9', required })).toEqual({
        kind: 'waits',
        key: { key: digest('A9'), label: 'AccountObj A9', isOptional: !required },
        cycle: 'none',
      });
    },
  );

  it('to a record without a counterpart yet waits for it', async () => {
    expect(await resolve(new Rows().add(aRow('A9', '')), { id: 'A9' })).toMatchObject({
      kind: 'waits',
      cycle: 'none',
    });
  });

  it('to an object that no stream of the data center pairs says so', async () => {
    expect(await resolve(new Rows(), { id: 'X', object: 'OrderObj' })).toEqual({
      kind: 'unconfigured',
      message: 'FParentId: no stream pairs OrderObj in data center dc-main',
    });
  });

  it('goes to the dest that it names, where the object has several', async () => {
    const supplier = { ...pairKey, erpObject: 'BD_Supplier' };
    const rows = new Rows().add(aRow('A9', 'E9')).add(aRow('A9', 'S9', [], supplier));
    expect(await resolve(rows, { id: 'A9', dest: 'BD_Supplier' })).toEqual({ kind: 'found', id: 'S9' });
    expect(await resolve(rows, { id: 'A9', dest: 'BD_Customer' })).toEqual({ kind: 'found', id: 'E9' });
    expect(await resolve(rows, { id: 'A9', dest: 'BD_Other' })).toMatchObject({ kind: 'unconfigured' });
  });

  it('leads through a pair whose only stream goes the other way', async () => {
    const item = { ...pairKey, crmObject: 'ProductObj', erpObject: 'BD_Item' };
    const rows = new Rows().add(aRow('P1', 'I1', [], item));
    expect(await resolve(rows, { id: 'P1', object: 'ProductObj' })).toEqual({ kind: 'found', id: 'I1' });
  });
});

describe('a cycle of references', () => {
  const cycleOf = async (rows: Rows, question: Question) => {
    const reference = await resolve(rows, question);
    return reference.kind === 'waits' ? reference.cycle : reference.kind;
  };

  it('is closed by a record that refers to itself', async () => {
    expect(await cycleOf(new Rows(), { id: 'A1' })).toBe('closed');
  });

  it('is closed by a record that waits for the one that asks', async () => {
    expect(await cycleOf(new Rows().add(aRow('A2', '', [waitFor('A1')])), { id: 'A2' })).toBe('closed');
  });

  it('is open where that record could go without', async () => {
    expect(await cycleOf(new Rows().add(aRow('A2', '', [waitFor('A1', true)])), { id: 'A2' })).toBe('open');
  });

  it('is closed through a chain of records', async () => {
    const rows = new Rows().add(aRow('A2', '', [waitFor('A3')])).add(aRow('A3', '', [waitFor('A1')]));
    expect(await cycleOf(rows, { id: 'A2' })).toBe('closed');
  });

  it('is open where any record of the chain could go without', async () => {
    const rows = new Rows().add(aRow('A2', '', [waitFor('A3', true)])).add(aRow('A3', '', [waitFor('A1')]));
    expect(await cycleOf(rows, { id: 'A2' })).toBe('open');
  });

  it('is none where the chain leads elsewhere', async () => {
    const rows = new Rows().add(aRow('A2', '', [waitFor('A3')])).add(aRow('A3', '', [waitFor('A4')]));
    expect(await cycleOf(rows, { id: 'A2' })).toBe('none');
  });

  it('of others ends the search', async () => {
    const rows = new Rows().add(aRow('A2', '', [waitFor('A3')])).add(aRow('A3', '', [waitFor('A2')]));
    expect(await cycleOf(rows, { id: 'A2' })).toBe('none');
  });
});

describe('settled', () => {
  it('tells which keys have a counterpart by now, read anew', async () => {
    const rows = new Rows().add(aRow('A9', ''));
    const references = createReferences(rows.store, view);
    expect(await references.settled([digest('A9')])).toEqual(new Set());
    rows.add(aRow('A9', 'E9'));
    expect(await references.settled([digest('A9'), digest('A8')])).toEqual(new Set([digest('A9')]));
  });
});

describe('waitText', () => {
  it('marks what the record could go without', () => {
    expect(waitText({ key: 'k', label: '', isOptional: true })).toBe('k?');
    expect(waitText({ key: 'k', label: '', isOptional: false })).toBe('k');
  });
});
