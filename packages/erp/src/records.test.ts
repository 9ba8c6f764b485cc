import { parseJson, type Json } from '@syncline/contract';
import { readById, readPage, readWrittenIds } from './records.ts';

const page = (data: Json | undefined) => readPage(data, 'data', 'BD_Customer');
const row = (id: string): Json => ({ objAPIName: 'BD_Customer', masterFieldVal: { FID: id } });

describe('readPage', () => {
  it.each([
    [undefined],
    [null],
    [''],
    [{}],
    [{ dataList: null }],
    [{ dataList: '' }],
    [{ dataList: [] }],
    ['\n '],
    [{ dataList: '\n' }],
  ])('takes %j as an empty page', (data) => {
    expect(page(data)).toMatchObject({ records: [], unreadable: [] });
  });

  it.each([
    ['250', 250],
    [250, 250],
    [' 3 ', 3],
    ['many', null],
    [null, null],
    [-1, null],
    [1.5, null],
  ])('reads totalNum %j as %j', (totalNum, expected) => {
    expect(page({ totalNum, dataList: [] }).totalNum).toBe(expected);
  });

  it('does not let a bad row spoil the others', () => {
    const data = {
      dataList: [
        row('1'),
        { masterFieldVal: 'x' },
        row('2'),
        null,
        { masterFieldVal: {}, detailFieldVals: 1 },
      ],
    };
    const read = page(data);
    expect(read.records.map(({ record }) => record.master['FID'])).toEqual(['1', '2']);
    expect(read.unreadable).toEqual([
      { index: 1, message: 'data.dataList[1].masterFieldVal: expected an object' },
      { index: 3, message: 'data.dataList[3]: expected an object' },
      { index: 4, message: 'data.dataList[4].detailFieldVals: expected an object' },
    ]);
  });

  it('takes a single record and a single detail row as lists of one', () => {
    const read = page({
      dataList: { masterFieldVal: { FID: '1' }, detailFieldVals: { BD_Contact: { FPhone: '00' } } },
    });
    expect(read.records).toEqual([
      {
        objAPIName: 'BD_Customer',
        record: { master: { FID: '1' }, details: { BD_Contact: [{ FPhone: '00' }] } },
      },
    ]);
  });

  it('takes null details as none and names a bad detail row', () => {
    const read = page({
      dataList: [
        { masterFieldVal: { a: 1 }, detailFieldVals: { D: null, E: '', F: '\n  ' } },
        { masterFieldVal: { a: 1 }, detailFieldVals: '\n' },
        { masterFieldVal: { a: 1 }, detailFieldVals: { D: [{}, 'x'] } },
      ],
    });
    expect(read.records.map(({ record }) => record.details)).toEqual([{ D: [], E: [], F: [] }, {}]);
    expect(read.unreadable).toEqual([
      { index: 2, message: 'data.dataList[2].detailFieldVals.D[1]: expected an object' },
    ]);
  });

  it('keeps __proto__ as a detail like any other', () => {
    const data = parseJson(
      '{"dataList":[{"masterFieldVal":{"a":1},"detailFieldVals":{"__proto__":[{"b":1}]}}]}',
    );
    expect(Object.entries(page(data).records[0]?.record.details ?? {})).toEqual([['__proto__', [{ b: 1 }]]]);
  });

  it('refuses data that is no page', () => {
    expect(() => page('oops')).toThrow('data: expected an object');
    expect(() => page({ dataList: 'oops' })).toThrow('data.dataList: expected a list');
  });
});

describe('readById', () => {
  it.each([
    [undefined],
    [null],
    [''],
    ['\n'],
    [{}],
    [[]],
    [{ objAPIName: 'X', masterFieldVal: null }],
    [{ masterFieldVal: {} }],
  ])('takes %j as no such record', (data) => {
    expect(readById(data, 'data', 'BD_Customer')).toBeNull();
  });

  it('reads the record, and its object if the ERP says it', () => {
    expect(readById({ masterFieldVal: { a: '1' } }, 'data', 'BD_Customer')).toEqual({
      objAPIName: 'BD_Customer',
      record: { master: { a: '1' }, details: {} },
    });
  });
});

describe('readWrittenIds', () => {
  it.each([
    [{ masterDataId: 'A1' }, 'A1', {}],
    [parseJson('{"masterDataId":12345678901234567890}'), '12345678901234567890', {}],
    [{ masterDataId: '' }, null, {}],
    [{ masterDataId: { id: 1 } }, null, {}],
    [null, null, {}],
    ['text', null, {}],
    [
      { masterDataId: 1, detailDataIds: { A: 'x', B: ['1', 2, null], C: null, D: { odd: 1 } } },
      '1',
      { A: ['x'], B: ['1', '2', ''], C: [], D: [''] },
    ],
  ])('reads %j', (data, dataId, detailIds) => {
    expect(readWrittenIds(data)).toEqual({ dataId, detailIds });
  });
});
