import { readFile } from 'node:fs/promises';
import {
  fieldsOf,
  withoutCredentials,
  type DataCenter,
  type ErpObject,
  type ObjectFields,
} from '@syncline/catalog';
import { isJsonObject, parseJson, type Json, type JsonObject, type RecordData } from '@syncline/contract';
import { Findings, findingLines } from '../check-erp/findings.ts';
import { privateNetworksIn } from '../check-erp/private-networks.ts';
import { sampleRecord } from '../check-erp/records.ts';
import { runCheck } from '../check-erp/run-check.ts';
import { Wire } from '../check-erp/wire.ts';
import { configured, findObjects } from '../configured.ts';
import type { Output } from '../output.ts';
import { Refused } from '../refused.ts';
import type { Context } from './command.ts';

export interface CheckErpOptions {
  object?: string;
  record?: string;
  config?: string;
  void: boolean;
  readOnly: boolean;
}

/** Says of an ERP what it does right and what its makers have to change. Exit code 1 when there is something. */
export async function checkErp(
  place: { tenant: string; dataCenter: string },
  options: CheckErpOptions,
  { installation, output }: Context,
): Promise<void> {
  const view = await configured(options.config, installation);
  const [object] = findObjects(view, { ...place, apiName: options.object });
  const dataCenter = view.dataCenter(place.tenant, place.dataCenter);
  if (object === undefined || dataCenter === undefined) throw new Refused('There is no such data center.');
  const fields = fieldsOf(view, object);
  const record = options.readOnly ? null : await recordOf(options.record, object, fields);
  const url = withoutCredentials(dataCenter.baseUrl);
  output.say(
    `${object.apiName} (${object.label}) at ${url}, tenant ${place.tenant}, data center ${place.dataCenter}`,
  );
  if (record === null) output.say('Queries only: nothing is written.');
  const privateNetworks = privateNetworksIn(installation.env);
  const what = { object, dataCenter, fields, privateNetworks };
  const wrongs = await checkOver(what, { record, isVoided: options.void }, output);
  if (wrongs > 0) throw new Refused(`${wrongs} ${wrongs === 1 ? 'thing' : 'things'} to change: see ✘ above.`);
}

const patienceMs = 5_000;

async function checkOver(
  what: { object: ErpObject; dataCenter: DataCenter; fields: ObjectFields; privateNetworks: string[] },
  run: { record: RecordData | null; isVoided: boolean },
  output: Output,
): Promise<number> {
  const findings = new Findings({
    section: (title) => output.say(`\n${title}`),
    finding: (finding) => {
      for (const line of findingLines(finding)) output.say(line);
    },
  });
  const wire = new Wire(what.dataCenter, what.object.apiName, what);
  try {
    const left = await runCheck({ ...what, wire, findings, patienceMs }, run);
    if (left.length > 0) output.say(`\nThese records are left behind in the ERP: ${left.join(', ')}`);
  } finally {
    await wire.stop();
  }
  const count = (mark: string): number => findings.all.filter((one) => one.mark === mark).length;
  output.say(`\n${count('right')} right, ${count('wrong')} to change, ${count('open')} open`);
  return findings.wrongs;
}

async function recordOf(
  file: string | undefined,
  object: ErpObject,
  fields: ObjectFields,
): Promise<RecordData> {
  if (file === undefined) return sampleRecord(fields, `chk-${Date.now().toString(36)}`);
  let json: Json;
  try {
    json = parseJson(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Refused(`${file} is no JSON file: ${error instanceof Error ? error.message : String(error)}`);
  }
  return readRecordFile(file, json, object);
}

/** A record in the standard structure, without its id: it is to be created. */
function readRecordFile(file: string, json: Json, object: ErpObject): RecordData {
  const expected = `${file}: expected {"masterFieldVal": {…}, "detailFieldVals": {"API name": [{…}]}}`;
  if (!isJsonObject(json) || !isJsonObject(json['masterFieldVal'])) throw new Refused(expected);
  if (json['objAPIName'] !== undefined && json['objAPIName'] !== object.apiName)
    throw new Refused(`${file}: objAPIName is not ${object.apiName}; --object says which object is checked`);
  const given = json['detailFieldVals'] ?? {};
  if (!isJsonObject(given)) throw new Refused(expected);
  const details = Object.entries(given).map(([apiName, rows]): [string, JsonObject[]] => {
    if (!Array.isArray(rows) || !rows.every(isJsonObject)) throw new Refused(expected);
    const { idField } = object.details.find((detail) => detail.apiName === apiName) ?? { idField: null };
    return [apiName, rows.map((row) => without(row, idField))];
  });
  return { master: without(json['masterFieldVal'], object.idField), details: Object.fromEntries(details) };
}

function without(fields: JsonObject, name: string | null): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));
}
