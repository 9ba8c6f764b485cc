import { erpObject, pushBody } from '../records.ts';

/** Records of an ERP that were changed one after the other, at even distances. */
export interface Dated {
  count: number;
  /** ms of the first change, and of the end */
  from: number;
  to: number;
}

export const datedKey = (index: number): string => `P-${index}`;

/** Answers `queryMasterBatch` from records that are made as they are asked for, so that nothing is kept of them. */
export function queryDated({ count, from, to }: Dated, asked: URLSearchParams): string {
  const number = (name: string): number => Number(asked.get(name));
  // The first record that was changed at or after a moment.
  const indexAt = (ms: number): number =>
    Math.min(count, Math.max(0, Math.ceil(((ms - from) / (to - from)) * count)));
  const [first, end] = [indexAt(number('startTime')), indexAt(number('endTime'))];
  const begin = Math.min(end, first + number('offset'));
  const records = Array.from({ length: Math.min(end - begin, number('limit')) }, (_, place) =>
    pushBody({ key: datedKey(begin + place), seq: begin + place }),
  );
  const isOurs = asked.get('objAPIName') === erpObject;
  const [totalNum, dataList] = isOurs ? [end - first, records] : [0, []];
  return `{"code":"0","message":"success","data":{"totalNum":${totalNum},"dataList":[${dataList.join(',')}]}}`;
}
