import { textOf, type RecordData } from '@syncline/contract';
import type { Written } from '@syncline/erp';
import { wrongToken } from './check-connection.ts';
import type { Rule } from './findings.ts';
import { check, type Kit } from './kit.ts';
import { changeableField, differencesIn, idIn, quote, rowsOf, told } from './records.ts';
import { needed } from './wire.ts';

/** A record that is in the ERP now, as it was written. */
export interface Created {
  id: string;
  written: RecordData;
  detailIds: Record<string, string[]>;
  /** ms, our clock */
  from: number;
  until: number;
  idempotencyKey: string;
}

const created: Rule = { sentence: 'create answers with success and masterDataId', source: 'spec 2.1' };
const readBack: Rule = { sentence: 'queryMasterById gives what was written', source: 'spec 3.2' };
const ownId: Rule = { sentence: 'masterDataId is the id in the record itself', source: 'contract 4' };
const updated: Rule = { sentence: 'update changes the record with the id that is sent', source: 'spec 2.2' };
const tokenOnWrites: Rule = { sentence: 'update refuses a wrong token', source: 'contract 4' };
const unknownUpdate: Rule = { sentence: 'update refuses an id that is not there', source: 'spec 2.2' };

export async function checkCreate(kit: Kit, record: RecordData): Promise<Created | null> {
  const { wire, findings } = kit;
  const idempotencyKey = `syncline-check-${crypto.randomUUID()}`;
  const from = Date.now();
  const answer = await check(kit, created, async () => needed(await wire.create(record, idempotencyKey)));
  if (answer === null) return null;
  const id = answer.dataId ?? '';
  findings.right(created, id);
  judgeRowIds(kit, 'create', record, answer);
  return { id, written: record, detailIds: answer.detailIds, from, until: Date.now(), idempotencyKey };
}

/** One id for each row that was sent (contract 4). */
function judgeRowIds({ findings }: Kit, call: string, { details }: RecordData, { detailIds }: Written): void {
  for (const [apiName, rows] of Object.entries(details)) {
    if (rows.length === 0) continue;
    const ids = Object.hasOwn(detailIds, apiName) ? (detailIds[apiName] ?? []) : [];
    const known = ids.filter((id) => id !== '');
    const problem =
      known.length !== rows.length
        ? `${rows.length} rows were sent and ${known.length} ids came`
        : new Set(known).size < known.length
          ? `an id came twice: ${known.join(', ')}`
          : null;
    findings.judge(
      {
        sentence: `${call} answers one id for each row of ${apiName} in detailDataIds`,
        source: 'contract 4',
      },
      problem,
      `answer detailDataIds.${apiName} with a list of ids, one for each row in the order sent`,
    );
  }
}

/** Reads the record again, and compares each field as text. */
export async function checkReadBack(kit: Kit, { id, written, detailIds }: Created): Promise<void> {
  const { wire, object, findings } = kit;
  const answer = await check(kit, readBack, async () => needed(await wire.byId(id)));
  if (answer === null) return;
  const { record: found } = answer;
  if (found === null) {
    const todo = 'find a record by the very id that create answered, at once';
    findings.wrong(readBack, `there is no ${quote(id)}`, todo);
    return;
  }
  const problems = differencesIn(written.master, found.master, 'masterFieldVal.');
  findings.judge(readBack, told(problems), 'store and answer every field as it was written');
  const own = idIn(found, object);
  findings.judge(
    ownId,
    own === id ? null : `masterDataId is ${quote(id)} and masterFieldVal.${object.idField} is ${quote(own)}`,
    `answer the same id in both; numbers above 2^53 must keep their digits`,
  );
  for (const { apiName, idField } of kit.fields.details) {
    const rows = rowsOf(written, apiName);
    const rule = {
      sentence: `the rows of ${apiName} are what was written, under the ids that create answered`,
      source: 'contract 4',
    };
    if (rows.length === 0) continue;
    const problem = rowProblem(rows, rowsOf(found, apiName), { ids: detailIds[apiName] ?? [], idField });
    findings.judge(
      rule,
      problem,
      'answer every row, each with its id, and ids in the order in which the rows were sent',
    );
  }
}

type Rows = RecordData['details'][string];

function rowProblem(
  written: Rows,
  found: Rows,
  { ids, idField }: { ids: string[]; idField: string | null },
): string | null {
  if (found.length !== written.length)
    return `${written.length} rows were written and ${found.length} came back`;
  return told(
    written.flatMap((row, i) => {
      const id = ids[i] ?? '';
      const same =
        idField === null || id === ''
          ? found[i]
          : found.find((one) => differencesIn({ [idField]: id }, one, '').length === 0);
      if (same === undefined) return [`no row has the id ${quote(id)} in ${String(idField)}`];
      return differencesIn(row, same, `row ${i + 1}: `);
    }),
  );
}

const updateTodo =
  'change the fields that are sent; change rows that carry an id, add those that carry none; create no record';

/**
 * Changes one field, keeps the known rows and adds one to each detail.
 * @returns the id of the record that was changed; another one's if the ERP says so, null if nothing can be said
 */
export async function checkUpdate(kit: Kit, before: Created): Promise<string | null> {
  const { wire, findings } = kit;
  const { sent, field } = updateOf(kit, before);
  const answer = await check(kit, updated, async () => needed(await wire.update(sent, { guarded: true })));
  if (answer === null) return null;
  if (answer.dataId !== null && answer.dataId !== before.id) {
    findings.wrong(updated, `it answered another id: ${quote(answer.dataId)}`, updateTodo);
    return answer.dataId;
  }
  judgeRowIds(kit, 'update', sent, answer);
  const found = await check(kit, updated, async () => needed(await wire.byId(before.id)));
  if (found === null) return null;
  if (found.record === null) {
    findings.open(updated, 'not tested: the record cannot be read again');
    return null;
  }
  const problem = told(changesMissed(sent, found.record));
  if (field === null && problem === null)
    findings.open(updated, 'the record has no text to change; it was sent as it is');
  else findings.judge(updated, problem, updateTodo);
  return problem === null ? before.id : null;
}

function changesMissed(sent: RecordData, found: RecordData): string[] {
  const rows = Object.entries(sent.details).flatMap(([apiName, { length }]) => {
    const { length: now } = rowsOf(found, apiName);
    return now === length ? [] : [`${apiName} has ${now} rows instead of ${length}`];
  });
  return [...differencesIn(sent.master, found.master, 'masterFieldVal.'), ...rows];
}

function updateOf(
  { object, fields }: Kit,
  { id, written, detailIds }: Created,
): { sent: RecordData; field: string | null } {
  const field = changeableField(object, written.master);
  const master = { ...written.master, [object.idField]: id };
  if (field !== null) master[field] = `${textOf(written.master[field])}-2`;
  const details: RecordData['details'] = {};
  for (const { apiName, idField } of fields.details) {
    const rows = rowsOf(written, apiName);
    const ids = detailIds[apiName] ?? [];
    if (idField === null || rows.length === 0 || ids.length !== rows.length) continue;
    details[apiName] = [...rows.map((row, i) => ({ ...row, [idField]: ids[i] ?? '' })), { ...rows[0] }];
  }
  return { sent: { master, details }, field };
}

/** What an update must not do. */
export async function checkRefusedUpdates(kit: Kit, { id, written }: Created): Promise<void> {
  const { wire, findings, object } = kit;
  const withId = (dataId: string): RecordData => ({
    master: { ...written.master, [object.idField]: dataId },
    details: {},
  });
  const wrong = await wire.update(withId(id), {}, wrongToken);
  findings.judge(
    tokenOnWrites,
    wrong.ok ? 'it was carried out' : null,
    'check the header token on create and update, too',
  );
  const nobody = 'syncline-check-no-such-id';
  const lost = await wire.update(withId(nobody));
  if (!lost.ok) findings.right(unknownUpdate);
  else
    findings.open(
      unknownUpdate,
      `success was the answer to the id ${quote(nobody)}: a change of a record that was deleted there is lost unseen`,
      'answer a code and a message that name the id',
    );
}
