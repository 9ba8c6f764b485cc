import type { ErpWrite, JsonObject } from '@syncline/contract';
import type { BatchQuery, QueriedPage } from '@syncline/erp';
import { findCreated, type AskPage } from './find-created.ts';

const call = { method: 'GET', url: 'http://erp.test', durationMs: 1 };
const write: ErpWrite = {
  syncId: 'row-1',
  attempt: 1,
  rowId: 'row',
  tenantId: '81138',
  dataCenterId: 'dc-main',
  streamId: 's',
  objectApiName: 'BD_Customer',
  operation: 'find',
  guarded: false,
  match: [
    { field: 'FNumber', value: '7' },
    { field: 'FName', value: 'Acme' },
  ],
  attemptedFrom: 1_000_000,
  attemptedTo: 1_030_000,
  source: { objectApiName: 'AccountObj', dataId: 'A1' },
  requestedAt: 0,
};
const erpObject = { idField: 'FID' };

function anErp(rows: JsonObject[], more: Partial<QueriedPage> = {}): { ask: AskPage; asked: BatchQuery[] } {
  const asked: BatchQuery[] = [];
  const ask: AskPage = (query) => {
    asked.push(query);
    const part = rows.slice(query.offset, query.offset + query.limit);
    const records = part.map((master) => ({ objAPIName: 'BD_Customer', record: { master, details: {} } }));
    return Promise.resolve({ ok: true, totalNum: rows.length, records, unreadable: [], call, ...more });
  };
  return { ask, asked };
}

const others = (count: number): JsonObject[] =>
  Array.from({ length: count }, (_, index) => ({ FID: index, FNumber: String(index + 1000), FName: 'Acme' }));

describe('findCreated', () => {
  it('asks for two minutes on either side of the attempt, page by page to an empty one', async () => {
    const { ask, asked } = anErp([...others(150), { FID: 'E1', FNumber: 7, FName: 'Acme' }]);
    const { outcome } = await findCreated(write, erpObject, ask);
    expect(outcome).toEqual({ kind: 'found', candidates: [{ dataId: 'E1' }] });
    expect(asked.map(({ offset }) => offset)).toEqual([0, 100, 151]);
    expect(asked[0]).toMatchObject({ startTime: 880_000, endTime: 1_150_000, includeDetail: false });
  });

  it('tells all that match, each once', async () => {
    const row = { FNumber: '7', FName: 'Acme' };
    const { ask } = anErp([
      { ...row, FID: 'E1' },
      { ...row, FID: 'E1' },
      { ...row, FID: 'E2' },
    ]);
    const { outcome } = await findCreated(write, erpObject, ask);
    expect(outcome).toEqual({ kind: 'found', candidates: [{ dataId: 'E1' }, { dataId: 'E2' }] });
  });

  it('finds none where a field differs', async () => {
    const { ask } = anErp([
      { FID: 'E1', FNumber: '07', FName: 'Acme' },
      { FID: 'E2', FNumber: '7' },
    ]);
    expect((await findCreated(write, erpObject, ask)).outcome).toEqual({ kind: 'found', candidates: [] });
  });

  it('does not say "none" when the ERP says that there are more', async () => {
    const { ask } = anErp([{ FID: 'E1' }], { totalNum: 2 });
    expect((await findCreated(write, erpObject, ask)).outcome).toMatchObject({
      kind: 'transient',
      code: 'page-moved',
    });
  });

  it('does not say "none" when a match has no id', async () => {
    const { ask } = anErp([{ FNumber: '7', FName: 'Acme' }]);
    const { outcome } = await findCreated(write, erpObject, ask);
    expect(outcome).toMatchObject({ kind: 'broken', code: 'unreadable-record' });
  });

  it('does not say "none" past an unreadable row', async () => {
    let isFirst = true;
    const ask: AskPage = () => {
      const unreadable = isFirst ? [{ index: 0, message: 'data.dataList[0]: odd' }] : [];
      isFirst = false;
      return Promise.resolve({ ok: true, totalNum: 1, records: [], unreadable, call });
    };
    expect((await findCreated(write, erpObject, ask)).outcome).toMatchObject({
      kind: 'broken',
      code: 'unreadable-record',
    });
  });

  it('asks again when records moved while it paged, so that the last page brings nothing new', async () => {
    const pageOf = (...ids: string[]) =>
      ids.map((FID) => ({ objAPIName: 'BD_Customer', record: { master: { FID }, details: {} } }));
    const pages = [pageOf('E1', 'E2', 'E3'), pageOf('E1')];
    const ask: AskPage = () =>
      Promise.resolve({ ok: true, totalNum: 4, records: pages.shift() ?? [], unreadable: [], call });
    expect((await findCreated(write, erpObject, ask)).outcome).toMatchObject({
      kind: 'transient',
      code: 'page-moved',
    });
  });

  it('notices an ERP that gives its first page for ever', async () => {
    const records = [{ objAPIName: 'BD_Customer', record: { master: { FID: 'E1' }, details: {} } }];
    const page =
      (totalNum: number | null): AskPage =>
      () =>
        Promise.resolve({ ok: true, totalNum, records, unreadable: [], call });
    expect((await findCreated(write, erpObject, page(null))).outcome).toMatchObject({ code: 'page-repeats' });
    expect((await findCreated(write, erpObject, page(1))).outcome).toEqual({ kind: 'found', candidates: [] });
  });

  it('passes on what the gate or the ERP says instead of a page', async () => {
    const deferred = { kind: 'deferred', retryAfterMs: 5, reason: 'busy' } as const;
    expect((await findCreated(write, erpObject, () => Promise.resolve(deferred))).outcome).toBe(deferred);
    const failure = {
      kind: 'transient',
      code: 'http-503',
      message: 'busy',
      retryAfterMs: 7,
      unwell: true,
    } as const;
    const { outcome } = await findCreated(write, erpObject, () =>
      Promise.resolve({ ok: false, failure, call }),
    );
    expect(outcome).toEqual({ kind: 'transient', code: 'http-503', message: 'busy', retryAfterMs: 7 });
  });

  it('cannot look for a record that has nothing to match', async () => {
    const { ask, asked } = anErp([]);
    for (const match of [[], [{ field: 'FNumber', value: '' }]]) {
      expect((await findCreated({ ...write, match }, erpObject, ask)).outcome).toMatchObject({
        code: 'cannot-find',
      });
    }
    expect(asked).toHaveLength(0);
  });
});
