import type { QueriedRecord } from '@syncline/erp';
import { wrongToken } from './check-connection.ts';
import type { Rule } from './findings.ts';
import { check, type Kit } from './kit.ts';
import { differencesIn, idIn, quote, told } from './records.ts';
import { needed } from './wire.ts';

const unknown: Rule = {
  sentence: 'queryMasterById answers an id that is not there with success and without data',
  source: 'contract 4',
};
const same: Rule = {
  sentence: 'queryMasterById and queryMasterBatch show the same record',
  source: 'spec 3.2',
};

const nobody = 'syncline-check-no-such-id';

export async function checkUnknownId(kit: Kit): Promise<void> {
  const { wire, findings } = kit;
  const answer = await wire.byId(nobody);
  findings.judge(
    unknown,
    answer.ok
      ? answer.record === null
        ? null
        : `a record came for ${quote(nobody)}`
      : `it was a failure: ${answer.failure.message}`,
    'answer HTTP 200, a success code and data null: a failure looks like an ERP that is down',
  );
}

const tokenChecked: Rule = { sentence: 'queryMasterById refuses a wrong token', source: 'contract 4' };

export async function checkTokenById({ wire, findings }: Kit): Promise<void> {
  const answer = await wire.byId(nobody, wrongToken);
  findings.judge(
    tokenChecked,
    answer.ok ? `it answered the token ${wrongToken}` : null,
    'check the header token on every path',
  );
}

/** Asks by id for a record that a page showed. */
export async function checkSameRecord(kit: Kit, { record: listed }: QueriedRecord): Promise<void> {
  const { wire, findings, object } = kit;
  const id = idIn(listed, object);
  const found = await check(kit, same, async () => needed(await wire.byId(id)));
  if (found === null) return;
  const problem =
    found.record === null
      ? `there is no ${quote(id)}, which stands in masterFieldVal.${object.idField} of a page`
      : told(differencesIn(listed.master, found.record.master, 'masterFieldVal.'));
  findings.judge(
    same,
    problem,
    `take the id of masterFieldVal.${object.idField}, and write all fields alike in both`,
  );
}
