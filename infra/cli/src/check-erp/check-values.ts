import { parseJson, textOf, type Json, type RecordData } from '@syncline/contract';
import type { Created } from './check-writes.ts';
import type { Rule } from './findings.ts';
import { check, type Kit } from './kit.ts';
import { changeableField, quote } from './records.ts';
import { needed } from './wire.ts';

const text: Rule = { sentence: 'a long number in a text keeps its zeros and digits', source: 'contract 3' };
const characters: Rule = {
  sentence: 'a text keeps its characters, those beyond ASCII and those of markup among them',
  source: 'connect.md',
};
const number: Rule = { sentence: 'a number keeps all of its digits', source: 'contract 3' };
const repeated: Rule = {
  sentence: 'a create that is repeated with the same Idempotency-Key makes no second record',
  source: 'contract 4',
};
const voided: Rule = {
  sentence: 'update with the header operationType: 3 voids the record',
  source: 'contract 4',
};

const longText = '00012345678901234567';
/** All of it is in GBK, too, so that an ERP that keeps GBK is right. */
const oddText = `客户 éü <&> "quoted" it's`;
/** The first whole number that a double cannot hold. */
const longNumber = '9007199254740993';

/**
 * Writes what careless code loses, each in an update of its own, as an ERP may refuse it for good reasons.
 * @param isUpdatable do updates arrive at all?
 */
export async function checkKept(kit: Kit, { id, written }: Created, isUpdatable: boolean): Promise<void> {
  const { findings, object, fields } = kit;
  const textField = changeableField(object, written.master);
  const numberField = fields.master.find(({ type }) =>
    /^(number|decimal|double|long|amount)$/i.test(type),
  )?.apiName;
  const write = async (rule: Rule, field: string | undefined | null, to: Kept): Promise<void> => {
    if (field == null) findings.open(rule, 'not tested: the object lists no such field');
    else if (isUpdatable) await checkValue(kit, rule, { id, written, field, ...to });
    else findings.open(rule, 'not tested: updates do not arrive');
  };
  await write(text, textField, { value: longText, todo: digitsTodo });
  await write(number, numberField, { value: parseJson(longNumber), todo: digitsTodo });
  await write(characters, textField, { value: oddText, todo: charactersTodo });
}

const digitsTodo = 'keep ids and codes as text, and numbers as decimals; a double holds 15 digits';
const charactersTodo =
  "read what comes as UTF-8, keep it in a column that holds all of it, and name the answer's charset in Content-Type";

interface Kept {
  value: Json;
  /** what to change if it comes back otherwise */
  todo: string;
}

interface Value extends Kept {
  id: string;
  written: RecordData;
  field: string;
}

async function checkValue(kit: Kit, rule: Rule, { id, written, field, value, todo }: Value): Promise<void> {
  const { wire, findings, object } = kit;
  const master = { ...written.master, [object.idField]: id, [field]: value };
  const answer = await wire.update({ master, details: {} });
  if (!answer.ok) {
    findings.open(
      rule,
      `not tested: the ERP refused ${textOf(value)} in ${field} (${answer.failure.message})`,
    );
    return;
  }
  const found = await check(kit, rule, async () => needed(await wire.byId(id)));
  if (found === null) return;
  const came = textOf(found.record?.master[field]);
  findings.judge(
    rule,
    came === textOf(value)
      ? null
      : `${field} was written as ${textOf(value)} and came back as ${quote(came)}`,
    todo,
  );
}

/** @returns the id of a second record, if there is one now */
export async function checkRepeatedCreate(
  kit: Kit,
  { id, written, idempotencyKey }: Created,
): Promise<string | null> {
  const { wire, findings, object } = kit;
  const again = await wire.create(written, idempotencyKey);
  const todo =
    object.matchFields.length > 0
      ? `nothing, if the matchFields (${object.matchFields.join(', ')}) tell records apart: an unanswered create is looked up by them`
      : 'answer a known Idempotency-Key from memory, or give the object matchFields; else an unanswered create waits for a person (onUnknownCreate)';
  if (!again.ok) {
    findings.open(repeated, `the repeat was refused: ${again.failure.message}`, todo);
    return null;
  }
  if (again.dataId === id) {
    findings.right(repeated);
    return null;
  }
  findings.open(repeated, `it made a second record, ${quote(again.dataId ?? '')}`, todo);
  return again.dataId;
}

export async function checkVoid(kit: Kit, { written }: Created, ids: readonly string[]): Promise<void> {
  const { wire, findings, object } = kit;
  for (const id of ids) {
    const record = { master: { ...written.master, [object.idField]: id }, details: {} };
    const answer = await check(kit, voided, async () =>
      needed(await wire.update(record, { operationType: 3 })),
    );
    if (answer !== null) findings.right(voided, id);
  }
}

export function leaveVoidOpen({ findings }: Kit): void {
  findings.open(voided, 'not tested; --void voids the records that were created here');
}
