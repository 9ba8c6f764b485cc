import type { Side } from '@syncline/contract';

/** Where one side keeps what the harness writes and looks for. */
export interface SideForm {
  object: string;
  /** the natural key: one record's alone */
  key: string;
  /** who changed the record last, and how often: `c7` is the CRM's seventh edit */
  label: string;
  /** names another record, by its id on this side */
  reference?: string;
  detail?: { object: string; id: string; key: string; label: string };
}

export type Kind = 'customer' | 'product' | 'order';

/** The objects of the configuration, on both sides. */
export const kinds: Record<Kind, Record<Side, SideForm>> = {
  customer: {
    crm: {
      object: 'AccountObj',
      key: 'account_no',
      label: 'tel',
      detail: { object: 'ContactObj', id: '_id', key: 'name', label: 'phone' },
    },
    erp: {
      object: 'BD_Customer',
      key: 'FNumber',
      label: 'FTel',
      detail: { object: 'BD_Contact', id: 'FContactId', key: 'FContactName', label: 'FPhone' },
    },
  },
  product: {
    crm: { object: 'ProductObj', key: 'product_code', label: 'spec' },
    erp: { object: 'BD_Material', key: 'FNumber', label: 'FSpecification' },
  },
  order: {
    crm: {
      object: 'SalesOrderObj',
      key: 'name',
      label: 'order_date',
      reference: 'account_id',
      detail: { object: 'SalesOrderProductObj', id: '_id', key: 'product_name', label: 'quantity' },
    },
    erp: {
      object: 'SAL_SaleOrder',
      key: 'FBillNo',
      label: 'FDate',
      reference: 'FCustId',
      detail: { object: 'SAL_SaleOrderEntry', id: 'FEntryId', key: 'FMaterialName', label: 'FQty' },
    },
  },
};

export const allKinds = Object.keys(kinds) as Kind[];

/** The other fields that a stream requires, filled with the key. */
export const nameFields: Record<Kind, Record<Side, string | null>> = {
  customer: { crm: 'name', erp: 'FName' },
  product: { crm: 'name', erp: 'FName' },
  order: { crm: null, erp: null },
};

/** `c7`, `e3`: a letter for the side whose people made the edit, and its number there. */
export function labelOf(side: Side, number: number): string {
  return `${side === 'crm' ? 'c' : 'e'}${String(number)}`;
}

/** @returns null for a text that is no label */
export function readLabel(text: string): { side: Side; number: number } | null {
  const found = /^([ce])(\d+)$/.exec(text);
  if (found === null) return null;
  return { side: found[1] === 'c' ? 'crm' : 'erp', number: Number(found[2]) };
}
