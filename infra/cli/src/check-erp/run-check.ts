import type { RecordData } from '@syncline/contract';
import { checkSameRecord, checkTokenById, checkUnknownId } from './check-by-id.ts';
import { checkConnection } from './check-connection.ts';
import { checkPages } from './check-pages.ts';
import { checkKept, checkRepeatedCreate, checkVoid, leaveVoidOpen } from './check-values.ts';
import { checkBorders, checkListed } from './check-windows.ts';
import {
  checkCreate,
  checkReadBack,
  checkRefusedUpdates,
  checkUpdate,
  type Created,
} from './check-writes.ts';
import type { Kit } from './kit.ts';

export interface CheckRun {
  /** what to create; null: queries only */
  record: RecordData | null;
  isVoided: boolean;
}

/**
 * Goes through all that spec 2 and 3 and contract 4 ask of an ERP.
 * @returns ids of the records that it left behind
 */
export async function runCheck(kit: Kit, { record, isVoided }: CheckRun): Promise<string[]> {
  const { findings } = kit;
  findings.section('Every call');
  if (!(await checkConnection(kit))) return [];
  const made = record === null ? null : await checkWrites(kit, record);
  findings.section('queryMasterBatch');
  const listed = await checkPages(kit);
  await checkBorders(kit);
  findings.section('queryMasterById');
  await checkUnknownId(kit);
  await checkTokenById(kit);
  if (listed !== null) await checkSameRecord(kit, listed);
  // Voided records are in no window, so that it comes last.
  if (made !== null && isVoided) {
    findings.section('Void');
    await checkVoid(kit, made.created, made.ids);
  }
  findings.section('Behaviour');
  if (made !== null && !isVoided) leaveVoidOpen(kit);
  judgeTime(kit);
  return made === null || isVoided ? [] : made.ids;
}

interface Made {
  created: Created;
  /** with those that the ERP made of repeats and updates */
  ids: string[];
}

async function checkWrites(kit: Kit, record: RecordData): Promise<Made | null> {
  const { findings } = kit;
  findings.section('create');
  const created = await checkCreate(kit, record);
  if (created === null) return null;
  await checkReadBack(kit, created);
  await checkListed(kit, created);
  const second = await checkRepeatedCreate(kit, created);
  findings.section('update');
  const changed = await checkUpdate(kit, created);
  await checkKept(kit, created, changed === created.id);
  await checkRefusedUpdates(kit, created);
  const ids = [created.id, second, changed].filter((id) => id !== null);
  return { created, ids: [...new Set(ids)] };
}

function judgeTime({ wire, dataCenter, findings }: Kit): void {
  const { ms, url } = wire.slowest;
  const rule = { sentence: 'every answer comes within timeoutMs', source: 'contract 6' };
  const slowest = `the slowest took ${Math.round(ms)} of ${dataCenter.timeoutMs} ms: ${url}`;
  findings.judge(
    rule,
    ms < dataCenter.timeoutMs ? null : slowest,
    'answer sooner, or raise timeoutMs of the data center',
  );
  findings.open(
    { sentence: 'a busy ERP answers 429 or 503 with Retry-After', source: 'connect.md' },
    'not testable from outside',
  );
}
