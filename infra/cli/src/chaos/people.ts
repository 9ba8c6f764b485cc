import { textOf, type JsonObject, type Side } from '@syncline/contract';
import type { SandboxCrm, SandboxErp } from '@syncline/sandbox';
import { tenantId } from './config.ts';
import { kinds, labelOf, nameFields, type Kind, type SideForm } from './kinds.ts';
import type { Thing } from './thing.ts';

type Operation = 'create' | 'update' | 'void' | 'recover';

/** One edit of one side: what is sent, and how the ERP tells of it. */
interface Edit {
  operation: Operation;
  fields: JsonObject;
  rows: JsonObject[];
  /** ERP: how long ago it says it was changed, ms */
  lateMs: number;
}

/** A record as people of a side look it up. */
export interface Looked {
  id: string;
  isVoided: boolean;
  /** ids of its rows */
  rowIds: Map<string, string>;
}

/** What people of both sides do, over the control interfaces of the sandboxes. */
export class People {
  readonly #erp: SandboxErp;
  readonly #crm: SandboxCrm;

  constructor(erp: SandboxErp, crm: SandboxCrm) {
    this.#erp = erp;
    this.#crm = crm;
  }

  /**
   * Makes the record, on the side where it is born.
   * @param reference id of the customer that an order names, on this side
   */
  async create(thing: Thing, reference: string): Promise<void> {
    const { kind, bornOn: side, key } = thing;
    const form = kinds[kind][side];
    const name = nameFields[kind][side];
    const label = takeLabel(thing, side);
    const fields: JsonObject = {
      [form.key]: key,
      [form.label]: label,
      ...(name !== null && { [name]: key }),
      ...(form.reference !== undefined && { [form.reference]: reference }),
    };
    const rows = form.detail === undefined || thing.isShared ? [] : [newRow(thing, form, label)];
    await this.#send(thing, side, { operation: 'create', fields, rows, lateMs: 0 });
  }

  /** Changes the record itself. */
  async edit(thing: Thing, side: Side, operation: 'update' | 'recover', lateMs = 0): Promise<void> {
    const { label } = kinds[thing.kind][side];
    const fields = { [label]: takeLabel(thing, side) };
    await this.#send(thing, side, { operation, fields, rows: [], lateMs });
  }

  /** Changes one row, or adds one, and the record with it. */
  async editRow(thing: Thing, side: Side, rowId: string | null): Promise<void> {
    const form = kinds[thing.kind][side];
    const { detail } = form;
    if (detail === undefined) return;
    const label = takeLabel(thing, side);
    const row = rowId === null ? newRow(thing, form, label) : { [detail.id]: rowId, [detail.label]: label };
    await this.#send(thing, side, {
      operation: 'update',
      fields: { [form.label]: label },
      rows: [row],
      lateMs: 0,
    });
  }

  async void(thing: Thing, side: Side): Promise<void> {
    await this.#send(thing, side, { operation: 'void', fields: {}, rows: [], lateMs: 0 });
  }

  /** The record as it is there; null when there is none. */
  async look(kind: Kind, side: Side, id: string): Promise<Looked | null> {
    const form = kinds[kind][side];
    if (side === 'crm') {
      const record = await this.#crm.record(form.object, id, tenantId);
      if (record === null) return null;
      return { id, isVoided: record.status !== 'normal', rowIds: rowIdsOf(form, record.details) };
    }
    const record = await this.#erp.record(form.object, id);
    return record && { id, isVoided: record.voided, rowIds: rowIdsOf(form, record.details) };
  }

  /** The ids of all customers of a side, by key. */
  async customers(side: Side): Promise<Map<string, string>> {
    const form = kinds.customer[side];
    if (side === 'crm') {
      const records = await this.#crm.records(form.object, tenantId);
      return new Map(records.map(({ dataId, data }) => [textOf(data[form.key]), dataId]));
    }
    const records = await this.#erp.records(form.object);
    return new Map(records.map(({ dataId, master }) => [textOf(master[form.key]), dataId]));
  }

  async #send(thing: Thing, side: Side, edit: Edit): Promise<void> {
    const { kind, isPushed } = thing;
    const { object, detail } = kinds[kind][side];
    const dataId = thing.ids[side];
    const details = detail === undefined || edit.rows.length === 0 ? {} : { [detail.object]: edit.rows };
    if (side === 'crm') {
      const operation = edit.operation === 'void' ? 'invalid' : edit.operation;
      await this.#crm.edit(object, { tenantId, operation, dataId, data: edit.fields, details });
      return;
    }
    await this.#erp.edit(object, {
      operation: edit.operation,
      dataId,
      master: edit.fields,
      details,
      push: isPushed,
      ...(edit.lateMs > 0 && { stampedAt: Date.now() - edit.lateMs }),
    });
  }
}

function takeLabel(thing: Thing, side: Side): string {
  thing.edits[side] += 1;
  return labelOf(side, thing.edits[side]);
}

function newRow(thing: Thing, { detail }: SideForm, label: string): JsonObject {
  thing.rows += 1;
  return detail === undefined
    ? {}
    : { [detail.key]: `${thing.key}-row-${String(thing.rows)}`, [detail.label]: label };
}

function rowIdsOf({ detail }: SideForm, details: Record<string, JsonObject[]>): Map<string, string> {
  if (detail === undefined) return new Map();
  const rows = details[detail.object] ?? [];
  return new Map(rows.map((row) => [textOf(row[detail.key]), textOf(row[detail.id])]));
}
