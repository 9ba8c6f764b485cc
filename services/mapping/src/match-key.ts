import { createHash } from 'node:crypto';
import type { ObjectPair } from '@syncline/catalog';
import { textOf, type JsonObject, type Side } from '@syncline/contract';

/** What a record is matched by; records of one pair with equal values have equal keys. */
export interface MatchKey {
  /** '' when a value is missing: then nothing matches */
  key: string;
  /** fields of the record's own side with their values, for people */
  words: string;
}

/**
 * What a record of one side is matched by before a create towards the CRM (contract 6, `matchBeforeCreate`): its values
 * as text, without the space around them.
 * @returns undefined for a pair that looks for no match
 */
export function matchKeyOf(pair: ObjectPair, side: Side, master: JsonObject): MatchKey | undefined {
  const { tenantId, dataCenterId, crmObject, erpObject, match } = pair;
  if (match === undefined) return undefined;
  const values = match.map((field) => ownText(master, field[side]).trim());
  const words = match.map((field, i) => `${field[side]} = ${values[i]?.slice(0, 100) ?? ''}`).join(', ');
  if (values.includes('')) return { key: '', words };
  const fields = match.map(({ erp, crm }) => [erp, crm]);
  const parts = [tenantId, dataCenterId, crmObject, erpObject, fields, values];
  return { key: createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32), words };
}

function ownText(master: JsonObject, field: string): string {
  return Object.hasOwn(master, field) ? textOf(master[field]) : '';
}
