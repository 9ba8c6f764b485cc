import {
  channels,
  defaultRetryDelaysMs,
  fieldDataTypes,
  isJsonObject,
  type Json,
  type JsonObject,
} from '@syncline/contract';
import { z } from 'zod';
import { directions, triggers } from './catalog.ts';
import { choice, form, list, moment, number, optionalList, textLike, whole } from './form-parts.ts';
import { pollOf } from './poll-form.ts';

// The forms that people write (contract 6).

const maxTimerMs = 2 ** 31 - 1;

const idText = textLike(
  'an id of 1 to 64 letters, digits, _, . and -',
  /^(?!\.{1,2}$|__proto__$)[A-Za-z0-9_.-]{1,64}$/,
);
/** Object names are parts of message keys, headers and URLs. */
const objectName = textLike('an API name without spaces and slashes', /^(?!__proto__$)[^\s/\p{C}]{1,128}$/u);
const fieldName = textLike('the name of a field', /^(?!__proto__$)[^\p{C}]{1,256}$/u);
const label = textLike('a text of one line', /^[^\p{C}]{1,256}$/u);
const expression = textLike('a JSONata expression', /^[^]{1,20000}$/);
/** Sent as a header, so what a header cannot carry is refused here (hazards 4.2, header injection). */
const secret = textLike(
  'a token of visible ASCII characters',
  /^[\x21-\x7e](?:[\x20-\x7e]{0,1022}[\x21-\x7e])?$/,
);
const flag = z.boolean('true or false');
const json = z.custom<Json>((value) => value !== undefined, 'a value');
const jsonObject = z.custom<JsonObject>(isJsonObject, 'a map');

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return plain && (url.protocol === 'http:' || url.protocol === 'https:');
}

const baseUrl = z
  .string('an http or https URL')
  .refine(isHttpUrl, 'an http or https URL without user, query and fragment')
  .transform((url) => url.replace(/\/+$/, ''));

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const resultPath = textLike('keys joined by dots', /^[^\p{C}]{1,256}$/u);
const code = z
  .union([z.string(), z.number(), z.boolean()], 'a text, a number, true or false')
  .transform((value) => String(value));

const dataCenter = form({
  id: idText,
  channel: choice(channels),
  baseUrl,
  token: secret,
  format: choice(['json', 'xml', 'text']).default('json'),
  result: form({
    codePath: resultPath.default('code'),
    successCodes: list(code, 'codes').min(1, 'at least one code').default(['0', '200', 'success']),
    messagePath: resultPath.default('message'),
    dataPath: resultPath.default('data'),
  }).prefault({}),
  concurrency: whole(1, 1024).default(8),
  requestsPerSecond: number('a number above 0, up to 100000', 0.001, 100_000).nullable().default(null),
  timeoutMs: whole(1, 600_000).default(30_000),
  retryDelaysMs: list(whole(1, maxTimerMs), 'delays in ms').default([...defaultRetryDelaysMs]),
  createSettleSeconds: number('seconds from 0 to 86400', 0, 86_400).default(60),
  breaker: form({
    failures: whole(1, 100_000).default(10),
    probeSeconds: number('seconds from 0.1 to 3600', 0.1, 3600).default(10),
  }).prefault({}),
  onUnknownCreate: choice(['hold', 'resend']).default('hold'),
  timeZone: z.string('a time zone').refine(isTimeZone, 'a time zone such as Asia/Shanghai').default('UTC'),
});

const pushToken = z.union(
  [
    secret.transform((token) => ({ token, name: null, expiresAt: null })),
    form({
      token: secret,
      name: label.nullable().default(null),
      expiresAt: moment.nullable().default(null),
    }),
  ],
  'a token of visible ASCII characters, or {token, name, expiresAt}',
);

const tenant = form({
  id: idText,
  name: label.optional(),
  pushTokens: optionalList(pushToken, 'tokens'),
  dataCenters: list(dataCenter, 'data centers').min(1, 'at least one data center'),
});

const field = form({
  apiName: fieldName,
  label: label.optional(),
  type: label.default('text'),
  required: flag.default(false),
});

const detailObject = form({
  apiName: objectName,
  label: label.optional(),
  idField: fieldName.nullable().default(null),
  fields: optionalList(field, 'fields'),
});

const adapterText = 'the path of a .js file in the config folder, or {expression: …}';
const adapter = z.union([textLike(adapterText, /^[^\p{C}]{1,512}$/u), form({ expression })], adapterText);

function erpObjectOf(allowFastPoll: boolean) {
  return form({
    tenantId: idText,
    dataCenterId: idText,
    apiName: objectName,
    label: label.optional(),
    idField: fieldName,
    nameField: fieldName.optional(),
    matchFields: optionalList(fieldName, 'names of fields'),
    fields: optionalList(field, 'fields'),
    details: optionalList(detailObject, 'detail objects'),
    poll: pollOf(allowFastPoll).nullish(),
    adapter: adapter.nullish(),
  });
}

const reference = z.union(
  [
    objectName.transform((object) => ({ object, dest: null })),
    form({ object: objectName, dest: objectName }),
  ],
  'the API name of an object, or {object, dest}',
);

const fieldMapping = form({
  to: fieldName,
  from: fieldName.optional(),
  value: json.optional(),
  expression: expression.optional(),
  required: flag.default(false),
  options: jsonObject.nullable().default(null),
  default: json.optional(),
  lookup: choice(fieldDataTypes).nullable().default(null),
  reference: reference.nullable().default(null),
}).superRefine((mapping, context) => {
  const given = [mapping.from, mapping.value, mapping.expression].filter((it) => it !== undefined);
  if (given.length !== 1)
    context.addIssue({ code: 'custom', message: 'exactly one of from, value and expression' });
});
const fieldMappings = optionalList(fieldMapping, 'field mappings');

const matchText = 'true, or a map of ERP fields to the CRM fields that equal them';
const hookFile = textLike('the path of a .js file in the config folder', /^[^\p{C}]{1,512}$/u);

export const streamForm = form({
  id: idText,
  name: label.optional(),
  tenantId: idText,
  dataCenterId: idText,
  direction: choice(directions),
  source: objectName,
  dest: objectName,
  enabled: flag.default(true),
  triggers: list(choice(triggers), 'triggers').default(['create', 'update', 'invalid', 'recover']),
  filter: expression.nullable().default(null),
  fields: fieldMappings,
  details: optionalList(
    form({ source: objectName, dest: objectName, fields: fieldMappings }),
    'detail mappings',
  ),
  hooks: form({
    before: hookFile.nullish(),
    during: hookFile.nullish(),
    after: hookFile.nullish(),
  }).nullish(),
  matchBeforeCreate: z
    .union([flag, z.record(fieldName, fieldName)], matchText)
    .nullish()
    .transform((given) => (given === true ? {} : given === false ? null : (given ?? null))),
});

export type TenantForm = z.infer<typeof tenant>;
export type ErpObjectForm = z.infer<ReturnType<typeof erpObjectOf>>;
export type FieldForm = z.infer<typeof field>;
export type StreamForm = z.infer<typeof streamForm>;

/** One file of a config folder. */
export function configFile(allowFastPoll: boolean) {
  return form({
    tenants: optionalList(tenant, 'tenants'),
    erpObjects: optionalList(erpObjectOf(allowFastPoll), 'ERP objects'),
    streams: optionalList(streamForm, 'streams'),
  });
}
