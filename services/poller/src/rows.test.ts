import { parseJson, type JsonObject } from '@syncline/contract';
import { rowsOf } from './rows.ts';

const object = { apiName: 'BD_Customer', idField: 'FCUSTID' };
const queried = (master: JsonObject, objAPIName = 'BD_Customer') => ({
  objAPIName,
  record: { master, details: {} },
});

describe('rows of a page', () => {
  it.each([
    { json: '{"FCUSTID":"C1"}', id: 'C1' },
    { json: '{"FCUSTID":9007199254740993}', id: '9007199254740993' },
    { json: '{"FCUSTID":7}', id: '7' },
    { json: '{"FCUSTID":0}', id: '0' },
  ])('have the id of $json as text', ({ json, id }) => {
    const rows = rowsOf({ records: [queried(parseJson(json) as JsonObject)], unreadable: [] }, object);
    expect(rows).toMatchObject([{ dataId: id }]);
  });

  it.each(['{}', '{"FCUSTID":""}', '{"FCUSTID":null}', '{"FCUSTID":{"id":1}}', '{"FCUSTID":[1]}'])(
    'have none in %s',
    (json) => {
      const rows = rowsOf({ records: [queried(parseJson(json) as JsonObject)], unreadable: [] }, object);
      expect(rows).toEqual([{ problem: 'masterFieldVal has no id in FCUSTID' }]);
    },
  );

  it('take no inherited property for an id', () => {
    const rows = rowsOf(
      { records: [queried({ a: 1 })], unreadable: [] },
      { ...object, idField: 'constructor' },
    );
    expect(rows).toEqual([{ problem: 'masterFieldVal has no id in constructor' }]);
  });

  it('keep their places around unreadable ones', () => {
    const records = [
      queried({ FCUSTID: 'A' }),
      queried({ FCUSTID: 'B' }, 'BD_Other'),
      queried({ FCUSTID: 'C' }),
    ];
    const unreadable = [{ index: 0, message: 'data.dataList[0]: expected an object' }];
    expect(rowsOf({ records, unreadable }, object)).toMatchObject([
      { problem: 'data.dataList[0]: expected an object' },
      { dataId: 'A' },
      { problem: 'objAPIName is BD_Other, not BD_Customer' },
      { dataId: 'C' },
    ]);
  });
});
