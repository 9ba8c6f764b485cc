import { setTimeout as sleep } from 'node:timers/promises';
import type { QueriedRecord } from '@syncline/erp';
import { filledWindow } from './check-pages.ts';
import type { Created } from './check-writes.ts';
import type { Rule } from './findings.ts';
import { check, type Kit } from './kit.ts';
import { fieldText, idIn, rowsOf, told } from './records.ts';
import { needed } from './wire.ts';

const begin: Rule = { sentence: 'a record changed at startTime belongs to the window', source: 'contract 6' };
const finish: Rule = { sentence: 'a record changed at endTime does not belong to it', source: 'contract 6' };
const listed: Rule = {
  sentence: 'a record that was created is in the window of that time',
  source: 'spec 3.1',
};
const whole: Rule = {
  sentence: 'queryMasterBatch shows it with its rows and the fields that it is found by',
  source: 'contract 6',
};

const minute = 60_000;
const hour = 60 * minute;
const windowTodo = 'select startTime <= time of the last change < endTime, in ms';

/** Finds the very ms of the oldest record by halving, then asks for the windows at both sides of it. */
export async function checkBorders(kit: Kit): Promise<void> {
  const window = await check(kit, begin, () => filledWindow(kit));
  if (window === null) {
    for (const rule of [begin, finish]) kit.findings.open(rule, 'not tested: the ERP shows no record');
    return;
  }
  await check(kit, begin, async () => {
    // In an ERP that is in use the record may be changed meanwhile, so a second look decides.
    const first = await bordersOf(kit, window.startTime, window.endTime);
    const { isLost, isDoubled, at } =
      first.isLost || first.isDoubled ? await bordersOf(kit, window.startTime, window.endTime) : first;
    const shown = `the oldest record was changed at ${at}`;
    kit.findings.judge(
      begin,
      isLost ? `${shown}, and [${at}, ${at + 1}) is empty: it can be missed` : null,
      windowTodo,
    );
    kit.findings.judge(
      finish,
      isDoubled ? `${shown}, and [${at + 1}, ${at + 2}) has it as well as [${at}, ${at + 1})` : null,
      windowTodo,
    );
  });
}

interface Borders {
  at: number;
  isLost: boolean;
  isDoubled: boolean;
}

async function bordersOf(kit: Kit, startTime: number, endTime: number): Promise<Borders> {
  const idsIn = async (from: number, to: number, limit: number): Promise<string[]> => {
    const page = needed(
      await kit.wire.batch({ startTime: from, endTime: to, offset: 0, limit, includeDetail: false }),
    );
    return page.records.map(({ record }) => idIn(record, kit.object));
  };
  let [empty, filled] = [startTime, endTime];
  while (filled - empty > 1) {
    const middle = Math.floor((empty + filled) / 2);
    if ((await idsIn(startTime, middle, 1)).length > 0) filled = middle;
    else empty = middle;
  }
  const at = filled - 1;
  const own = await idsIn(at, filled, 50);
  const next = await idsIn(filled, filled + 1, 50);
  return { at, isLost: own.length === 0, isDoubled: next.some((id) => own.includes(id)) };
}

const lookEveryMs = 500;
const farHours = 15;

/** Is a created record found by its time? That is what polling rests on. */
export async function checkListed(kit: Kit, created: Created): Promise<void> {
  const { findings, patienceMs } = kit;
  await check(kit, listed, async () => {
    const offMs = await clockOffset(kit);
    const [from, to] = [created.from + offMs - minute, Date.now() + offMs + minute];
    const asked = Date.now();
    let found: QueriedRecord | null = null;
    while (found === null && Date.now() - asked < patienceMs) {
      found = await findIn(kit, created.id, from, to + (Date.now() - asked));
      if (found === null) await sleep(Math.min(lookEveryMs, patienceMs));
    }
    if (found !== null) {
      const tookMs = Date.now() - asked;
      findings.right(
        listed,
        tookMs > 1_000 ? `after ${(tookMs / 1000).toFixed(1)} s; set poll.lagSeconds to more` : undefined,
      );
      judgeWhole(kit, created, found);
      return;
    }
    const far = await findIn(kit, created.id, from - farHours * hour, to + farHours * hour);
    findings.wrong(
      listed,
      far === null
        ? 'it is not in the minutes around its creation'
        : `it is there only within ${farHours} hours: its time is not UTC, or in another unit`,
      'stamp every change when it is committed, and compare in ms since 1970 (UTC)',
    );
  });
}

/** The window follows the ERP's clock, as the poller's windows do. */
async function clockOffset({ wire }: Kit): Promise<number> {
  const { erpTime } = needed(
    await wire.batch({ startTime: 1, endTime: 2, offset: 0, limit: 1, includeDetail: false }),
  );
  return erpTime === undefined ? 0 : erpTime - Date.now();
}

const mostPages = 20;

async function findIn(
  kit: Kit,
  id: string,
  startTime: number,
  endTime: number,
): Promise<QueriedRecord | null> {
  const limit = kit.object.poll?.pageSize ?? 100;
  for (let page = 0; page < mostPages; page += 1) {
    const query = {
      startTime: Math.max(0, Math.floor(startTime)),
      endTime: Math.ceil(endTime),
      offset: page * limit,
      limit,
    };
    const { records } = needed(await kit.wire.batch({ ...query, includeDetail: true }));
    const found = records.find(({ record }) => idIn(record, kit.object) === id);
    if (found !== undefined) return found;
    if (records.length < limit) return null;
  }
  return null;
}

function judgeWhole({ findings, object }: Kit, { written }: Created, { record }: QueriedRecord): void {
  const missing = object.matchFields.filter(
    (name) => fieldText(record.master, name) !== fieldText(written.master, name),
  );
  const rows = Object.keys(written.details).filter(
    (apiName) => rowsOf(record, apiName).length < rowsOf(written, apiName).length,
  );
  const problems = [
    ...missing.map(
      (name) => `masterFieldVal.${name} is not what was written, and unanswered creates are found by it`,
    ),
    ...rows.map((apiName) => `rows of ${apiName} are missing`),
  ];
  findings.judge(whole, told(problems), 'answer the whole record, as queryMasterById does');
}
