import { bodyFieldsOf } from './fields-of-body.ts';

describe('bodyFieldsOf', () => {
  it('lists fields of master and details by path', () => {
    const text = { type: 'string', description: 'Name (text)' };
    const rows = { type: 'array', items: { type: 'object', properties: { FPhone: { type: 'string' } } } };
    expect(
      bodyFieldsOf({
        required: ['objAPIName'],
        properties: {
          objAPIName: { type: 'string', const: 'BD_Customer' },
          masterFieldVal: { required: ['FName'], properties: { FName: text } },
          detailFieldVals: { properties: { BD_Contact: rows } },
        },
      }),
    ).toEqual([
      { path: 'objAPIName', type: 'string', required: true, description: '= "BD_Customer"' },
      { path: 'masterFieldVal.FName', type: 'string', required: true, description: 'Name (text)' },
      { path: 'detailFieldVals.BD_Contact[].FPhone', type: 'string', required: false, description: '' },
    ]);
  });
});
