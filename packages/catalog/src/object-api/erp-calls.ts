import type { JsonObject } from '@syncline/contract';
import type { DataCenter, ErpObject } from '../catalog.ts';
import { withoutCredentials } from '../without-credentials.ts';
import { header, query, sampleOf, withSample, type ApiAnswer, type ApiCall, type Parameter } from './call.ts';
import type { ObjectFields } from './fields.ts';
import { exampleRecord, recordSchema } from './records.ts';
import { exampleReply, exampleWritten, replySchema, writtenSchema } from './replies.ts';

/** An object, and all that its calls are described from. */
export interface Described {
  object: ErpObject;
  dataCenter: DataCenter;
  fields: ObjectFields;
  /** ms, for the window of the example */
  now: number;
}

const day = 24 * 3_600_000;
const pageSize = 100;
const id = 'id of the record';

const token = header('token', "authenticates Syncline: the data center's `token`; refuse any other");
const traceparent = header('traceparent', 'W3C trace context, for your logs', { required: false });
const idempotencyKey = header(
  'Idempotency-Key',
  'the same on every try of one write: an ERP that knows the key answers again and makes no second record',
  { required: false },
);
const operationType = header(
  'operationType',
  '3 = voided/canceled. For other operations this header is not sent.',
  { required: false, schema: { type: 'string', enum: ['3'] } },
);

/** The four calls that Syncline makes to the ERP (spec 2 and 3, contract 4). */
export function erpCalls(it: Described): ApiCall[] {
  return [createCall(it), updateCall(it), batchCall(it), byIdCall(it)];
}

function createCall(it: Described): ApiCall {
  const { object, fields } = it;
  return withSample({
    name: 'create',
    summary: `Creates a ${object.label}`,
    description: `Syncline sends a new record, without ids. The answer gives its id, and those of its rows (spec 2.1).`,
    method: 'POST',
    ...placeOf(it, '/create'),
    parameters: [token, idempotencyKey, traceparent],
    body: bodyOf(it, 'without ids'),
    answers: answersOf(it, {
      schema: writtenSchema(fields.details, true),
      example: exampleWritten(fields.details),
    }),
  });
}

function updateCall(it: Described): ApiCall {
  const { object, fields } = it;
  const call: Omit<ApiCall, 'samples'> = {
    name: 'update',
    summary: `Updates a ${object.label}`,
    description:
      `The record's id stands in masterFieldVal.${object.idField}; a row without an id is new (spec 2.2). ` +
      'With the header operationType: 3 the record is voided; a later update without it puts the record back into force.',
    method: 'POST',
    ...placeOf(it, '/update'),
    parameters: [token, operationType, idempotencyKey, traceparent],
    body: bodyOf(it, 'with ids'),
    answers: answersOf(it, {
      schema: writtenSchema(fields.details, false),
      example: exampleWritten(fields.details),
    }),
  };
  const voids = sampleOf(call, `Voids a ${object.label}`, { headers: { operationType: '3' } });
  return { ...call, samples: [sampleOf(call, call.summary), voids] };
}

function batchCall(it: Described): ApiCall {
  const { object, fields, now } = it;
  const ms = { type: 'integer', format: 'int64' };
  return withSample({
    name: 'queryMasterBatch',
    summary: `Lists each ${object.label} that changed in a window of time`,
    description:
      'The window is [startTime, endTime) of the time of the last change, in ms since 1970 (UTC). Sort by something ' +
      'stable; totalNum counts all records of the window, whatever the page; an empty page ends it (spec 3.1).',
    method: 'GET',
    ...placeOf(it, '/queryMasterBatch'),
    parameters: [
      token,
      objectParameter(object),
      query(
        'startTime',
        String(now - day),
        'begin of the window, in ms; a record of this very ms belongs to it',
        ms,
      ),
      query(
        'endTime',
        String(now),
        'end of the window, in ms; a record of this very ms does not belong to it',
        ms,
      ),
      includeDetail,
      query('offset', '0', 'how many records to leave out', { type: 'integer', minimum: 0 }),
      query('limit', String(object.poll?.pageSize ?? pageSize), 'the most records of the answer', {
        type: 'integer',
        minimum: 1,
      }),
      traceparent,
    ],
    body: null,
    answers: answersOf(it, {
      schema: {
        type: 'object',
        required: ['totalNum', 'dataList'],
        properties: {
          totalNum: { type: ['integer', 'string'], description: 'records in the whole window' },
          dataList: { type: 'array', items: recordSchema(object, fields, 'with ids') },
        },
      },
      example: { totalNum: 1, dataList: [exampleRecord(object, fields, 'with ids')] },
    }),
  });
}

function byIdCall(it: Described): ApiCall {
  const { object, fields } = it;
  const record = recordSchema(object, fields, 'with ids');
  return withSample({
    name: 'queryMasterById',
    summary: `Reads one ${object.label}`,
    description: 'An id that is not there is answered with success and without data (spec 3.2).',
    method: 'GET',
    ...placeOf(it, '/queryMasterById'),
    parameters: [
      token,
      objectParameter(object),
      query('dataId', id, `the record's id, as in masterFieldVal.${object.idField}`, { type: 'string' }),
      includeDetail,
      traceparent,
    ],
    body: null,
    answers: answersOf(it, {
      schema: { ...record, type: ['object', 'null'] },
      example: exampleRecord(object, fields, 'with ids'),
    }),
  });
}

const includeDetail = query('includeDetail', 'true', 'with the rows of the detail objects?', {
  type: 'boolean',
});

function objectParameter({ apiName }: ErpObject): Parameter {
  return query('objAPIName', apiName, 'the ERP object', { type: 'string', const: apiName });
}

function placeOf({ dataCenter }: Described, path: string): { server: string; path: string } {
  return { server: withoutCredentials(dataCenter.baseUrl), path };
}

function bodyOf({ object, fields, dataCenter }: Described, ids: 'without ids' | 'with ids'): ApiCall['body'] {
  return {
    format: dataCenter.format,
    schema: recordSchema(object, fields, ids),
    example: exampleRecord(object, fields, ids),
  };
}

function answersOf(
  { dataCenter }: Described,
  data: { schema: JsonObject; example: JsonObject },
): ApiAnswer[] {
  const refusal = { ...dataCenter, result: { ...dataCenter.result, successCodes: ['E42'] } };
  const { format } = dataCenter;
  const refused: JsonObject = exampleReply(refusal, null);
  return [
    {
      status: 200,
      description: 'done, if the code is one of success; else the record is refused',
      body: {
        format,
        schema: replySchema(dataCenter, data.schema),
        example: exampleReply(dataCenter, data.example),
      },
    },
    {
      status: 401,
      description: 'the token is missing or wrong',
      body: { format, schema: replySchema(dataCenter, {}), example: refused },
    },
    {
      status: 429,
      description: 'busy: Syncline asks again after the seconds of the header Retry-After; 503 is the same',
      body: { format, schema: replySchema(dataCenter, {}), example: refused },
    },
  ];
}
