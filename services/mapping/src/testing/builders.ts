import type { ObjectPair } from '@syncline/catalog';
import { otherSide, type Side } from '@syncline/contract';
import type { StreamFacts } from '../decide/facts.ts';
import { detailOf, idFieldOf } from './side-record.ts';

export const pair: ObjectPair = {
  tenantId: 't',
  dataCenterId: 'd',
  crmObject: 'AccountObj',
  erpObject: 'BD_Customer',
};

/** What `decide` knows of a stream out of one side. */
export function aStream(from: Side, part: Partial<StreamFacts> = {}): StreamFacts {
  const to = otherSide(from);
  return {
    id: from === 'crm' ? 's-to-erp' : 's-to-crm',
    enabled: true,
    triggers: ['create', 'update', 'invalid'],
    configRevision: 'r1',
    details: [{ source: detailOf[from], dest: detailOf[to], destIdField: idFieldOf[to] }],
    destIdField: idFieldOf[to],
    retryDelaysMs: [5_000, 30_000, 120_000, 600_000],
    createSettleMs: 60_000,
    onUnknownCreate: 'hold',
    canFind: from === 'crm',
    ...part,
  };
}
