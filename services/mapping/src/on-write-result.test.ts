import { topics } from '@syncline/contract';
import { received } from './a-pair.fixture.ts';
import { onWriteResult } from './on-write-result.ts';

const rowId = 'a'.repeat(32);
const erpResult = {
  syncId: `${rowId}-1`,
  attempt: 1,
  rowId,
  tenantId: 't',
  dataCenterId: 'd',
  operation: 'create',
  outcome: { kind: 'accepted', dataId: 'E1', detailIds: {}, order: 3 },
  at: 5,
};

describe('the result of a write', () => {
  it('of the ERP finds the row that it names', () => {
    expect(onWriteResult(received(topics.erpWriteResults, erpResult))).toEqual([
      { kind: 'row', rowId, input: { kind: 'erpResult', result: erpResult } },
    ]);
  });

  it.each([`${rowId}-1`, `${rowId}-1.2`])('of the CRM finds its row by the write id %s', (writeId) => {
    const result = { writeId, tenantId: 't', success: true, dataId: 17 };
    expect(onWriteResult(received(topics.crmWriteResults, result))).toEqual([
      {
        kind: 'row',
        rowId,
        input: { kind: 'crmResult', result: { ...result, dataId: '17', detailDataIds: {} } },
      },
    ]);
  });

  it.each([
    [topics.erpWriteResults, { ...erpResult, outcome: { kind: 'odd' } }, /^outcome\.kind:/],
    [topics.crmWriteResults, { writeId: 'w', tenantId: 't' }, /^success:/],
    [topics.crmWriteResults, null, /null/],
  ])('that cannot be read names the path (%s)', (topic, value, reason) => {
    expect(() => onWriteResult(received(topic, value))).toThrow(reason);
  });
});
