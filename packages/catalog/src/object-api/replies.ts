import type { Json, JsonObject } from '@syncline/contract';
import type { DataCenter } from '../catalog.ts';
import { putAt, putSchemaAt } from './json-at.ts';

/** A reply of the ERP with its code, message and data where the data center says they are (contract 4). */
export function exampleReply({ result }: DataCenter, data: Json): JsonObject {
  const reply: JsonObject = {};
  putAt(reply, result.dataPath, data);
  putAt(reply, result.codePath, result.successCodes[0] ?? '0');
  putAt(reply, result.messagePath, 'success');
  return reply;
}

export function replySchema({ result }: DataCenter, data: JsonObject): JsonObject {
  const schema: JsonObject = {};
  const codes = result.successCodes.join(', ');
  putSchemaAt(schema, result.dataPath, data);
  putSchemaAt(schema, result.codePath, {
    type: ['string', 'integer', 'boolean'],
    description: `success is one of ${codes}; anything else refuses the record`,
  });
  putSchemaAt(schema, result.messagePath, {
    type: 'string',
    description: 'why the record is refused, for the person who corrects it',
  });
  return schema;
}

export function exampleWritten(details: readonly { apiName: string; label: string }[]): JsonObject {
  return {
    masterDataId: 'id of the record',
    ...(details.length > 0 && {
      detailDataIds: Object.fromEntries(details.map(({ apiName, label }) => [apiName, [`id of ${label}`]])),
    }),
  };
}

export function writtenSchema(details: readonly { apiName: string }[], isCreate: boolean): JsonObject {
  const id = { type: ['string', 'integer'] };
  return {
    type: 'object',
    ...(isCreate && { required: ['masterDataId'] }),
    properties: {
      masterDataId: { ...id, description: "the ERP's id of the record" },
      detailDataIds: {
        type: 'object',
        description: 'ids of the rows of each detail object: one, or a list in the order sent',
        properties: Object.fromEntries(
          details.map(({ apiName }) => [apiName, { type: ['array', 'string', 'integer'], items: id }]),
        ),
      },
    },
  };
}
