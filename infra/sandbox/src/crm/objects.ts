import { prefixOf } from '../shared/numbering.ts';

/** How the CRM numbers and names records; every object has `_id` and `name`. */
export interface CrmObjectDefinition {
  label: string;
  prefix: string;
  /** the field whose value should be one record's alone; doubles of it are counted */
  naturalKey: string;
}

const known = new Map<string, CrmObjectDefinition>([
  ['AccountObj', { label: 'account', prefix: 'A', naturalKey: 'account_no' }],
  ['ContactObj', { label: 'contact', prefix: 'CO', naturalKey: '' }],
  ['SalesOrderObj', { label: 'sales order', prefix: 'S', naturalKey: 'name' }],
  ['SalesOrderProductObj', { label: 'order line', prefix: 'SL', naturalKey: '' }],
  ['ProductObj', { label: 'product', prefix: 'P', naturalKey: 'product_code' }],
]);

export function crmObject(objectApiName: string): CrmObjectDefinition {
  return (
    known.get(objectApiName) ?? { label: objectApiName, prefix: prefixOf(objectApiName), naturalKey: 'name' }
  );
}
