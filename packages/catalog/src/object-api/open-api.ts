import type { Json, JsonObject } from '@syncline/contract';
import type { ApiCall, Body, Parameter } from './call.ts';
import { exampleText, mediaTypes } from './example-text.ts';

/** OpenAPI 3.1 of the calls, each with the server that it goes to. */
export function openApiOf(
  info: { title: string; description: string },
  calls: readonly ApiCall[],
): JsonObject {
  return {
    openapi: '3.1.0',
    info: { ...info, version: 'v1' },
    paths: Object.fromEntries(
      calls.map((call) => [
        call.path,
        { servers: [{ url: call.server }], [call.method.toLowerCase()]: operationOf(call) },
      ]),
    ),
  };
}

function operationOf(call: ApiCall): JsonObject {
  const { name, summary, description, parameters, body, answers, samples } = call;
  return {
    operationId: name,
    summary,
    description,
    parameters: parameters.map(parameterOf),
    ...(body !== null && { requestBody: { required: true, content: contentOf(body) } }),
    responses: Object.fromEntries(
      answers.map((answer) => [
        String(answer.status),
        { description: answer.description, content: contentOf(answer.body) },
      ]),
    ),
    'x-codeSamples': samples.map(({ title, command }) => ({ lang: 'Shell', label: title, source: command })),
  };
}

function parameterOf({ sent, ...parameter }: Parameter): JsonObject {
  return { ...parameter, ...(sent !== undefined && { example: typed(sent, parameter.schema) }) };
}

function typed(sent: string, { type }: JsonObject): Json {
  if (type === 'integer') return Number(sent);
  return type === 'boolean' ? sent === 'true' : sent;
}

/** XML cannot be written as a JSON example, so it stands there as its text. */
function contentOf({ format, schema, example, alsoIn = [] }: Body): JsonObject {
  const shown = format === 'xml' ? exampleText(format, example) : example;
  const named: JsonObject = format === 'xml' ? { ...schema, xml: { name: 'syncData' } } : schema;
  return {
    [mediaTypes[format]]: { schema: named, example: shown },
    ...Object.fromEntries(alsoIn.map((other) => [mediaTypes[other], { schema: {} }])),
  };
}
