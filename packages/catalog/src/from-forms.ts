import { createHash } from 'node:crypto';
import type { Adapter, ErpObject, Field, Poll, Stream, Tenant } from './catalog.ts';
import type { ErpObjectForm, FieldForm, StreamForm, TenantForm } from './schema.ts';

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function tenantFrom(form: TenantForm): Tenant {
  const { id, name = id, pushTokens, dataCenters } = form;
  return { id, name, pushTokenHashes: [...new Set(pushTokens.map(sha256Hex))], dataCenters };
}

function fieldFrom(form: FieldForm): Field {
  return { ...form, label: form.label ?? form.apiName };
}

function pollFrom(form: NonNullable<ErpObjectForm['poll']>): Poll {
  const everyMs =
    form.everySeconds === undefined ? (form.everyMinutes ?? 6) * 60_000 : form.everySeconds * 1000;
  return {
    everyMs: Math.max(1, Math.round(everyMs)),
    pageSize: form.pageSize,
    overlapMs: Math.round(form.overlapSeconds * 1000),
    lagMs: Math.round(form.lagSeconds * 1000),
    startFrom: form.startFrom,
  };
}

export function erpObjectFrom(
  form: ErpObjectForm,
  adapter: Adapter | null,
  firstAppliedAt: number,
): ErpObject {
  const { tenantId, dataCenterId, apiName, idField, matchFields, fields, details } = form;
  return {
    tenantId,
    dataCenterId,
    apiName,
    label: form.label ?? apiName,
    idField,
    nameField: form.nameField ?? idField,
    matchFields,
    fields: fields.map(fieldFrom),
    details: details.map((it) => ({
      ...it,
      label: it.label ?? it.apiName,
      fields: it.fields.map(fieldFrom),
    })),
    poll: form.poll ? pollFrom(form.poll) : null,
    adapter,
    firstAppliedAt,
  };
}

/** The config revision comes last, when all objects are known (revision.ts). */
export function streamFrom(form: StreamForm): Stream {
  return { ...form, name: form.name ?? `${form.source} to ${form.dest}`, configRevision: '' };
}
