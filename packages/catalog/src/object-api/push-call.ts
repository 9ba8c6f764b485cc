import { errorCodes, type JsonObject } from '@syncline/contract';
import { header, sampleOf, type ApiAnswer, type ApiCall, type Parameter, type SampleChange } from './call.ts';
import type { Described } from './erp-calls.ts';
import { exampleRecord, recordSchema } from './records.ts';

/** How the ERP pushes a record of the object to Syncline (spec 4.1, contract 3). */
export function pushCall(it: Described, receiverUrl: string, dataCenters: number): ApiCall {
  const { object, fields } = it;
  const example = exampleRecord(object, fields, 'with ids');
  const schema = recordSchema(object, fields, 'without ids');
  const call: Omit<ApiCall, 'samples'> = {
    name: 'asyncpush',
    summary: `Pushes a ${object.label} to Syncline`,
    description:
      'The record is on disk when the answer is success, and goes its way from there (spec 4.1). ' +
      `What stands in masterFieldVal.${object.idField} must equal the header id.` +
      (object.adapter === null
        ? ''
        : " Without the header id any JSON, XML or text body is taken and turned into records by the object's adapter (spec 4.2)."),
    method: 'POST',
    server: receiverUrl,
    path: '/erp/syncdata/open/objdata/asyncpush',
    parameters: pushHeaders(it, dataCenters > 1),
    body: {
      format: 'json',
      schema: object.adapter === null ? schema : { anyOf: [schema, { title: 'whatever the adapter reads' }] },
      example,
      ...(object.adapter !== null && { alsoIn: ['xml', 'text'] as const }),
    },
    answers: pushAnswers(),
  };
  const voids = { headers: { operationType: '3' } };
  const samples = [
    sampleOf(call, call.summary),
    sampleOf(call, `Voids a ${object.label} in Syncline`, voids),
  ];
  if (object.adapter !== null)
    samples.push(sampleOf(call, `Pushes a ${object.label} in a form of its own, for the adapter`, freeForm));
  return { ...call, samples };
}

/** What the adapter reads is not known here. */
const freeForm: SampleChange = {
  without: 'id',
  body: { mediaType: 'text/plain', text: 'any text; or JSON or XML, with its content type' },
};

function pushHeaders({ object }: Described, hasSeveral: boolean): Parameter[] {
  const { tenantId, dataCenterId, apiName } = object;
  const exactly = (value: string): Partial<Parameter> => ({
    schema: { type: 'string', const: value },
    sent: value,
  });
  return [
    header('token', "Request authentication string: one of the tenant's push tokens"),
    header('tenantId', 'tenant ei', exactly(tenantId)),
    header('dataCenterId', 'Not required for single company; required for multi-ledger deployments', {
      ...exactly(dataCenterId),
      required: hasSeveral,
    }),
    header('objectApiName', 'Actual ERP object name', exactly(apiName)),
    header('version', 'v1', exactly('v1')),
    header('operationType', '3 = voided/canceled. For other operations this header is not required.', {
      required: false,
      schema: { type: 'string', enum: ['1', '2', '3'] },
    }),
    header(
      'id',
      "The record's id, at most 512 bytes. If it is non-empty, the body must be of the standard structure; if it is " +
        "empty, the object's adapter reads the body.",
      {
        required: object.adapter === null,
        schema: { type: 'string', maxLength: 512 },
        sent: 'id of the record',
      },
    ),
  ];
}

const pushErrors = [
  'unauthorized',
  'badHeader',
  'badVersion',
  'unknownObject',
  'badDataCenter',
  'badBody',
  'bodyTooLarge',
  'badContentType',
  'cacheUnavailable',
  'rateLimited',
  'noAdapter',
  'internal',
] as const;

/** Success, and each HTTP status with all the codes that it may carry. */
function pushAnswers(): ApiAnswer[] {
  const { success } = errorCodes;
  const byStatus = new Map<number, (typeof errorCodes)[(typeof pushErrors)[number]][]>();
  for (const name of pushErrors) {
    const error = errorCodes[name];
    byStatus.set(error.http, [...(byStatus.get(error.http) ?? []), error]);
  }
  const refusals = [...byStatus].map(([status, errors]): ApiAnswer => {
    const first = errors[0]?.code ?? '';
    return {
      status,
      description: errors.map(({ code, when, remedy }) => `${code}: ${when}. ${remedy}`).join('\n\n'),
      body: {
        format: 'json',
        schema: answerSchema(errors.map(({ code }) => code)),
        example: {
          errCode: first,
          errMsg: errors[0]?.when ?? '',
          traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
        },
      },
    };
  });
  const done: ApiAnswer = {
    status: success.http,
    description: 'the record is on disk',
    body: {
      format: 'json',
      schema: answerSchema([success.code]),
      example: { errCode: success.code, errMsg: 'success' },
    },
  };
  return [done, ...refusals.sort((a, b) => a.status - b.status)];
}

function answerSchema(codes: string[]): JsonObject {
  return {
    type: 'object',
    required: ['errCode', 'errMsg'],
    properties: {
      errCode: { type: 'string', enum: codes },
      errMsg: { type: 'string', description: 'what was wrong, and what to do about it' },
      traceId: { type: 'string', description: 'of a refusal, for the logs' },
    },
  };
}
