import { catalogView } from '@syncline/catalog';
import { aCatalog, aFieldMapping, anErpObject, aStream } from '@syncline/testkit';
import { matchFieldsOf } from './match-fields.ts';

const toErp = aStream({ fields: [aFieldMapping('FNumber', { from: 'account_no' })] });
const viewOf = (...streams: (typeof toErp)[]) => catalogView(aCatalog({ streams }));

describe('the fields to match by', () => {
  it('are those that a stream of either direction takes as they are', () => {
    expect(matchFieldsOf(toErp, {}, viewOf(toErp))).toEqual([{ erp: 'FNumber', crm: 'account_no' }]);
    const toCrm = aStream({
      direction: 'erp-to-crm',
      fields: [aFieldMapping('number', { from: 'FNumber' })],
    });
    expect(matchFieldsOf(toCrm, {}, viewOf(toCrm))).toEqual([{ erp: 'FNumber', crm: 'number' }]);
  });

  it('are what a person says', () => {
    expect(matchFieldsOf(toErp, { FName: 'name', FTel: 'tel' }, viewOf(toErp))).toEqual([
      { erp: 'FName', crm: 'name' },
      { erp: 'FTel', crm: 'tel' },
    ]);
  });

  it('are asked for where a match field is computed, or there is none', () => {
    const computed = aStream({
      fields: [aFieldMapping('FNumber', { from: 'level', options: { '1': 'A' } })],
    });
    expect(() => matchFieldsOf(computed, {}, viewOf(computed))).toThrow(/no stream takes FNumber as it is/);
    const none = catalogView(aCatalog({ streams: [toErp], erpObjects: [anErpObject({ matchFields: [] })] }));
    expect(() => matchFieldsOf(toErp, {}, none)).toThrow(/BD_Customer has no matchFields/);
  });
});
