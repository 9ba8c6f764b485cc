import { isExactNumber, textOf, type RecordData } from '@syncline/contract';
import type { QueriedPage } from '@syncline/erp';

/** A row of a page in the order in which they came: a record, or why it is none. */
export type Row = { dataId: string; record: RecordData } | { problem: string };

export function isProblem(row: Row): row is { problem: string } {
  return 'problem' in row;
}

/** The rows of a page with their ids. A bad one does not spoil the others. */
export function rowsOf(
  { records, unreadable }: Pick<QueriedPage, 'records' | 'unreadable'>,
  object: { apiName: string; idField: string },
): Row[] {
  const problems = new Map(unreadable.map(({ index, message }) => [index, message]));
  const left = records.values();
  return Array.from({ length: records.length + unreadable.length }, (_, index): Row => {
    const problem = problems.get(index);
    const queried = problem === undefined ? left.next().value : undefined;
    if (queried === undefined) return { problem: problem ?? 'the row is missing' };
    if (queried.objAPIName !== object.apiName)
      return { problem: `objAPIName is ${queried.objAPIName.slice(0, 100)}, not ${object.apiName}` };
    return identified(queried.record, object.idField);
  });
}

/** An id is text or a number; what is none of them is a wrong `idField`. */
function identified(record: RecordData, idField: string): Row {
  const value = Object.hasOwn(record.master, idField) ? record.master[idField] : undefined;
  const isScalar = typeof value !== 'object' || value === null || isExactNumber(value);
  const dataId = isScalar ? textOf(value) : '';
  return dataId === '' ? { problem: `masterFieldVal has no id in ${idField}` } : { dataId, record };
}
