import type { DataCenter, ErpObject, ObjectFields } from '@syncline/catalog';
import type { ErpFailure } from '@syncline/erp';
import type { Findings, Rule } from './findings.ts';
import { CallFailed, type Wire } from './wire.ts';

/** What every check works with. */
export interface Kit {
  dataCenter: DataCenter;
  object: ErpObject;
  fields: ObjectFields;
  wire: Wire;
  findings: Findings;
  /** how long a record may take to show up in a window */
  patienceMs: number;
}

/** Carries out a check; a call that fails in it is its finding. */
export async function check<T>(kit: Kit, rule: Rule, run: () => Promise<T>): Promise<T | null> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    kit.findings.wrong(rule, error.message, adviceOn(error.failure, kit.dataCenter));
    return null;
  }
}

/** What the person who looks after the ERP can do about a failed call. */
function adviceOn({ kind, code }: ErpFailure, { result, format, baseUrl }: DataCenter): string {
  const byCode: Record<string, string> = {
    'no-code': `answer with a code at ${result.codePath} (${result.successCodes.join(', ')} for success), or set result.codePath`,
    'no-id': `answer with the new record's id at ${result.dataPath}.masterDataId`,
    'unreadable-answer': `answer in ${format}, the format of the data center, and with nothing around it`,
    'http-401': 'accept the token of the data center in the header token, or correct it in the configuration',
    'http-404': `serve this path under ${baseUrl}, or correct baseUrl`,
    'http-405': 'take POST for create and update, GET for the queries',
  };
  const known = byCode[code];
  if (known !== undefined) return known;
  if (code.startsWith('http-'))
    return 'answer HTTP 200, also where a record is refused: the code in the body says so';
  if (kind === 'rejected')
    return `if this is a success, add ${JSON.stringify(code)} to result.successCodes; if the values are refused, give a record that the ERP takes with --record FILE`;
  return 'see that the ERP can be reached at baseUrl from this machine, and that it answers within timeoutMs';
}
