import type { BatchQuery, QueriedPage, QueriedRecord } from '@syncline/erp';
import type { Rule } from './findings.ts';
import { check, type Kit } from './kit.ts';
import { idIn, quote, told } from './records.ts';
import { needed } from './wire.ts';

const records: Rule = { sentence: 'each row of dataList is a record with its id', source: 'spec 3.1' };
const limit: Rule = { sentence: 'a page has at most limit records', source: 'spec 3.1' };
const offset: Rule = { sentence: 'offset leaves out that many records', source: 'spec 3.1' };
const total: Rule = { sentence: 'totalNum is the number of records in the window', source: 'spec 3.1' };
const end: Rule = { sentence: 'behind the last record a page is empty', source: 'spec 3.1' };
const repeat: Rule = { sentence: 'the same page comes again in the same order', source: 'connect.md' };
const withRows: Rule = { sentence: 'includeDetail=true brings the rows of the details', source: 'spec 3.1' };
const withoutRows: Rule = { sentence: 'includeDetail=false leaves them out', source: 'spec 3.1' };
const nothing: Rule = {
  sentence: 'a window without records is answered with success and no rows',
  source: 'spec 3.1',
};

const big = 4;
const small = 2;
const pagingTodo =
  'sort by something stable (time of change, then id), then leave out offset records and answer limit of them';

/** A window that has records, or null when the ERP has none at all. */
export async function filledWindow(kit: Kit): Promise<{ startTime: number; endTime: number } | null> {
  const endTime = Date.now() + day;
  for (const startTime of [Date.now() - 30 * day, 0]) {
    const page = needed(await kit.wire.batch(pageOf({ startTime, endTime }, 0, 1)));
    if (page.records.length + page.unreadable.length > 0) return { startTime, endTime };
  }
  return null;
}

const day = 24 * 3_600_000;

function pageOf(window: { startTime: number; endTime: number }, from: number, most: number): BatchQuery {
  return { ...window, offset: from, limit: most, includeDetail: true };
}

/** @returns a record of the window */
export async function checkPages(kit: Kit): Promise<QueriedRecord | null> {
  await check(kit, nothing, async () => {
    const page = needed(await kit.wire.batch(pageOf({ startTime: 1, endTime: 2 }, 0, big)));
    const problem = page.records.length > 0 ? 'records came for the window [1, 2) of 1970' : null;
    kit.findings.judge(nothing, problem, 'look at startTime and endTime: ms since 1970, of the last change');
  });
  const window = await check(kit, records, () => filledWindow(kit));
  if (window === null) {
    for (const rule of [records, limit, offset, total, repeat, withRows])
      kit.findings.open(rule, 'not tested: the ERP shows no record');
    return null;
  }
  return check(kit, records, async () => {
    const page = needed(await kit.wire.batch(pageOf(window, 0, big)));
    judgeRecords(kit, page);
    await judgePaging(kit, window, page);
    await judgeRows(kit, window);
    return page.records[0] ?? null;
  });
}

function judgeRecords({ findings, object }: Kit, page: QueriedPage): void {
  const problems = [
    ...page.unreadable.map(({ message }) => message),
    ...page.records.flatMap(({ record, objAPIName }, i) => [
      ...(idIn(record, object) === '' ? [`dataList[${i}].masterFieldVal has no ${object.idField}`] : []),
      ...(objAPIName === object.apiName ? [] : [`dataList[${i}].objAPIName is ${quote(objAPIName)}`]),
    ]),
  ];
  findings.judge(
    records,
    told(problems),
    `answer {objAPIName, masterFieldVal: {${object.idField}, …}, detailFieldVals} for each record`,
  );
}

type Window = { startTime: number; endTime: number };

async function judgePaging(kit: Kit, window: Window, first: QueriedPage): Promise<void> {
  const { findings, wire } = kit;
  const count = first.records.length + first.unreadable.length;
  findings.judge(limit, count > big ? `limit was ${big} and ${count} came` : null, pagingTodo);
  await judgeTotal(kit, window, first);
  const ask = async (from: number, most: number): Promise<string> =>
    idsOf(kit, needed(await wire.batch(pageOf(window, from, most))));
  if (count < 2) {
    findings.open(offset, 'not tested: there is one record only');
  } else {
    // In an ERP that is in use records move on while pages are read, so a second look decides.
    const isSplit = async (): Promise<boolean> => {
      const half = Math.min(small, count - 1);
      const whole = await ask(0, big);
      return (await ask(0, half)) + (await ask(half, big - half)) === whole;
    };
    const isRight = (await isSplit()) || (await isSplit());
    findings.judge(offset, isRight ? null : 'two small pages do not make up the page of both', pagingTodo);
  }
  const isSame = (await ask(0, big)) === (await ask(0, big)) || (await ask(0, big)) === (await ask(0, big));
  findings.judge(repeat, isSame ? null : 'other records, or the same in another order', pagingTodo);
}

function idsOf({ object }: Kit, page: QueriedPage): string {
  return page.records.map(({ record }) => `${idIn(record, object)}\n`).join('');
}

/** Where totalNum is not given, reading goes on until an empty page; where it is too small, records are lost. */
async function judgeTotal(
  kit: Kit,
  window: Window,
  { totalNum, records: rows, unreadable }: QueriedPage,
): Promise<void> {
  const { findings, wire } = kit;
  const todo = 'answer totalNum with the number of all records of the window, whatever offset and limit are';
  const behind = await wire.batch(pageOf(window, totalNum ?? 1_000_000_000, 1));
  const count = rows.length + unreadable.length;
  const more = behind.ok ? behind.records.length + behind.unreadable.length : 0;
  if (!behind.ok)
    findings.wrong(
      end,
      `it was a failure: ${behind.failure.message}`,
      'answer success and an empty dataList',
    );
  else if (more === 0 || totalNum !== null) findings.right(end);
  else findings.wrong(end, 'a record came at offset 1000000000', pagingTodo);
  if (totalNum === null) findings.wrong(total, 'there is no number at data.totalNum', todo);
  else if (more > 0) findings.wrong(total, `it is ${totalNum}, and there is a record behind that many`, todo);
  else if (count > totalNum || (count < big && count !== totalNum))
    findings.wrong(total, `it is ${totalNum}, and the window has ${count}`, todo);
  else findings.right(total, String(totalNum));
}

async function judgeRows({ wire, findings, fields }: Kit, window: Window): Promise<void> {
  if (fields.details.length === 0) return;
  const all = pageOf(window, 0, 50);
  const hasRows = ({ records: found }: QueriedPage): boolean =>
    found.some(({ record }) => Object.values(record.details).some((rows) => rows.length > 0));
  if (!hasRows(needed(await wire.batch(all)))) {
    findings.open(withRows, 'not tested: no record shown has rows');
    return;
  }
  findings.right(withRows);
  const plain = needed(await wire.batch({ ...all, includeDetail: false }));
  if (hasRows(plain)) findings.open(withoutRows, 'they come all the same; that costs time and harms nothing');
  else findings.right(withoutRows);
}
