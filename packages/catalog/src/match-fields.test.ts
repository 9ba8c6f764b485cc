import { aFieldMapping, anErpObject, aStream } from '@syncline/testkit';
import { matchFieldsOf } from './match-fields.ts';

const object = anErpObject();
const toErp = aStream({ fields: [aFieldMapping('FNumber', { from: 'account_no' })] });
const toCrm = aStream({ direction: 'erp-to-crm', fields: [aFieldMapping('number', { from: 'FNumber' })] });

describe('the fields to match by', () => {
  it('are those that a stream of either direction takes as they are', () => {
    expect(matchFieldsOf({ toErp }, object, {})).toEqual([{ erp: 'FNumber', crm: 'account_no' }]);
    expect(matchFieldsOf({ toCrm }, object, {})).toEqual([{ erp: 'FNumber', crm: 'number' }]);
  });

  it('are what a person says', () => {
    expect(matchFieldsOf({ toErp }, object, { FName: 'name', FTel: 'tel' })).toEqual([
      { erp: 'FName', crm: 'name' },
      { erp: 'FTel', crm: 'tel' },
    ]);
  });

  it('are asked for where a match field is computed, or there is none', () => {
    const computed = aStream({
      fields: [aFieldMapping('FNumber', { from: 'level', options: { '1': 'A' } })],
    });
    expect(matchFieldsOf({ toErp: computed }, object, {})).toMatch(/no stream takes FNumber as it is/);
    expect(matchFieldsOf({ toErp }, anErpObject({ matchFields: [] }), {})).toMatch(
      /BD_Customer has no matchFields/,
    );
  });
});
