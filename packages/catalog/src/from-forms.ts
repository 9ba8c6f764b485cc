import type {
  Adapter,
  ErpObject,
  Field,
  Poll,
  PushToken,
  Schedule,
  SlotSchedule,
  Stream,
  StreamHooks,
  Tenant,
} from './catalog.ts';
import { slotScheduleFrom } from './poll-form.ts';
import { pushTokenHash } from './push-token.ts';
import { shortestGap } from './schedule/slots.ts';
import type { ErpObjectForm, FieldForm, StreamForm, TenantForm } from './schema.ts';

export function tenantFrom(form: TenantForm): Tenant {
  const { id, name = id, dataCenters } = form;
  const tokens = form.pushTokens.map(({ token, ...rest }) => ({ hash: pushTokenHash(token), ...rest }));
  const isPlain = (it: PushToken): boolean => it.name === null && it.expiresAt === null;
  const pushTokens = tokens.filter((it) => !isPlain(it));
  return {
    id,
    name,
    pushTokenHashes: [...new Set(tokens.filter(isPlain).map(({ hash }) => hash))],
    ...(pushTokens.length === 0 ? {} : { pushTokens }),
    dataCenters,
  };
}

function fieldFrom(form: FieldForm): Field {
  return { ...form, label: form.label ?? form.apiName };
}

type PollForm = NonNullable<ErpObjectForm['poll']>;

function everyMsOf({ everySeconds, everyMinutes = 6 }: PollForm, slots: SlotSchedule | undefined): number {
  if (slots !== undefined) return shortestGap(slots.times, 24 * 60) * 60_000;
  return Math.max(1, Math.round(everySeconds === undefined ? everyMinutes * 60_000 : everySeconds * 1000));
}

function scheduleFrom({ between }: PollForm, slots: SlotSchedule | undefined): Schedule | undefined {
  if (between === undefined) return slots;
  const [from, to] = between;
  return { kind: 'between', from, to };
}

function pollFrom(form: PollForm): Poll {
  const slots = slotScheduleFrom(form);
  const schedule = scheduleFrom(form, slots);
  const sweep = form.fullSweep ? slotScheduleFrom(form.fullSweep) : undefined;
  return {
    everyMs: everyMsOf(form, slots),
    ...(schedule === undefined ? {} : { schedule }),
    ...(sweep === undefined ? {} : { sweep: { schedule: sweep, days: form.fullSweep?.days ?? null } }),
    pageSize: form.pageSize,
    overlapMs: Math.round(form.overlapSeconds * 1000),
    lagMs: Math.round(form.lagSeconds * 1000),
    startFrom: form.startFrom,
    ...(form.sliceHours === undefined ? {} : { sliceMs: Math.round(form.sliceHours * 3_600_000) }),
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
export function streamFrom(
  { hooks: _files, matchBeforeCreate, ...form }: StreamForm,
  hooks: StreamHooks | undefined,
): Stream {
  return {
    ...form,
    name: form.name ?? `${form.source} to ${form.dest}`,
    ...(hooks === undefined ? {} : { hooks }),
    ...(matchBeforeCreate === null ? {} : { matchBeforeCreate }),
    configRevision: '',
  };
}
