import type { JsonObject } from '@syncline/contract';
import { optionalObject, optionalText } from '../shared/fields.ts';
import { prefixOf } from '../shared/numbering.ts';

/** How the ERP numbers and names the records of one object. */
export interface ErpObjectDefinition {
  label: string;
  idField: string;
  nameField: string;
  /** the field whose value should be one record's alone; doubles of it are counted */
  naturalKey: string;
  prefix: string;
  details: Map<string, { idField: string; prefix: string }>;
}

const known = new Map<string, ErpObjectDefinition>([
  [
    'BD_Customer',
    {
      label: 'customer',
      idField: 'FCUSTID',
      nameField: 'FName',
      naturalKey: 'FNumber',
      prefix: 'C',
      details: new Map([['BD_Contact', { idField: 'FContactId', prefix: 'CT' }]]),
    },
  ],
  [
    'SAL_SaleOrder',
    {
      label: 'sales order',
      idField: 'FID',
      nameField: 'FBillNo',
      naturalKey: 'FBillNo',
      prefix: 'SO',
      details: new Map([['SAL_SaleOrderEntry', { idField: 'FEntryId', prefix: 'SOL' }]]),
    },
  ],
  [
    'BD_Material',
    {
      label: 'product',
      idField: 'FMATERIALID',
      nameField: 'FName',
      naturalKey: 'FNumber',
      prefix: 'M',
      details: new Map(),
    },
  ],
]);

/** The definitions of objects: built-in ones, those that `PUT /control/settings` gave, or one made from the name. */
export class ErpObjects {
  private readonly given = new Map<string, ErpObjectDefinition>();

  of(objectApiName: string): ErpObjectDefinition {
    return this.given.get(objectApiName) ?? known.get(objectApiName) ?? madeFromName(objectApiName);
  }

  detailOf(objectApiName: string, detailApiName: string): { idField: string; prefix: string } {
    return (
      this.of(objectApiName).details.get(detailApiName) ?? {
        idField: 'FEntryId',
        prefix: prefixOf(detailApiName),
      }
    );
  }

  /** Takes `{objectApiName: {idField?, nameField?, naturalKey?, prefix?, label?, details?: {api: {idField?, prefix?}}}}`. */
  set(objects: JsonObject): void {
    for (const objectApiName of Object.keys(objects)) {
      this.given.set(
        objectApiName,
        readDefinition(optionalObject(objects, objectApiName) ?? {}, this.of(objectApiName)),
      );
    }
  }
}

function madeFromName(objectApiName: string): ErpObjectDefinition {
  const prefix = prefixOf(objectApiName);
  return {
    label: objectApiName,
    idField: 'FID',
    nameField: 'FName',
    naturalKey: 'FNumber',
    prefix,
    details: new Map(),
  };
}

function readDefinition(given: JsonObject, before: ErpObjectDefinition): ErpObjectDefinition {
  const details = optionalObject(given, 'details') ?? {};
  const readDetail = (api: string): [string, { idField: string; prefix: string }] => {
    const detail = optionalObject(details, api) ?? {};
    return [
      api,
      {
        idField: optionalText(detail, 'idField') ?? 'FEntryId',
        prefix: optionalText(detail, 'prefix') ?? prefixOf(api),
      },
    ];
  };
  return {
    label: optionalText(given, 'label') ?? before.label,
    idField: optionalText(given, 'idField') ?? before.idField,
    nameField: optionalText(given, 'nameField') ?? before.nameField,
    naturalKey: optionalText(given, 'naturalKey') ?? before.naturalKey,
    prefix: optionalText(given, 'prefix') ?? before.prefix,
    details: new Map([...before.details, ...Object.keys(details).map(readDetail)]),
  };
}
