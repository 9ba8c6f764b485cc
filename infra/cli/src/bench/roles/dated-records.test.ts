import { datedKey, queryDated } from './dated-records.ts';

const dated = { count: 1_000, from: 10_000, to: 20_000 };

interface Answer {
  data: { totalNum: number; dataList: { masterFieldVal: { FCUSTID: string } }[] };
}

function ask(startTime: number, endTime: number, offset = 0, limit = 100) {
  const asked = { objAPIName: 'BD_Customer', startTime, endTime, offset, limit };
  const text = queryDated(
    dated,
    new URLSearchParams(Object.entries(asked).map(([k, v]): [string, string] => [k, String(v)])),
  );
  const { totalNum, dataList } = (JSON.parse(text) as Answer).data;
  return { totalNum, ids: dataList.map(({ masterFieldVal }) => masterFieldVal.FCUSTID) };
}

describe('the records of the polled ERP', () => {
  it('are each in exactly one of the windows that follow each other', () => {
    const bounds = [0, 10_005, 13_333, 13_334, 19_999, 30_000];
    const ids = bounds.slice(1).flatMap((end, at) => {
      const start = bounds[at] ?? 0;
      const { totalNum } = ask(start, end);
      return Array.from(
        { length: Math.ceil(totalNum / 100) },
        (_, page) => ask(start, end, page * 100).ids,
      ).flat();
    });
    expect(ids).toEqual(Array.from({ length: 1_000 }, (_, index) => datedKey(index)));
  });

  it('end with an empty page', () => {
    expect(ask(0, 30_000, 1_000)).toEqual({ totalNum: 1_000, ids: [] });
  });
});
