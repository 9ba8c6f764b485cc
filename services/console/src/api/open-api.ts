import { errorCodes } from '@syncline/contract';
import { z } from 'zod';
import type { ApiRoute } from './route.ts';

const refusal = {
  type: 'object',
  required: ['errCode', 'errMsg', 'traceId'],
  properties: {
    errCode: { type: 'string' },
    errMsg: { type: 'string', description: 'what was wrong, and what to do about it' },
    traceId: { type: 'string' },
  },
} as const;

const refusedAnswer = { description: 'refused', content: json({ $ref: '#/components/schemas/Refusal' }) };

/** OpenAPI 3.1 of a route table. Made from the very schemas that read the requests, so the two cannot differ. */
export function openApiOf(routes: readonly ApiRoute[]): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Syncline admin API',
      version: '1',
      description:
        'Reads what Syncline holds, tenant by tenant. Times are ms since the epoch. Lists give `items` and `next`; ' +
        'pass `next` as `after` for the page that follows.',
    },
    servers: [{ url: '/api' }],
    paths: pathsOf(routes),
    components: { schemas: { Refusal: refusal } },
  };
}

function pathsOf(routes: readonly ApiRoute[]): Record<string, object> {
  const paths: Record<string, object> = {};
  for (const one of routes) {
    const path = openApiPath(one.path);
    paths[path] = { ...paths[path], [one.method]: operationOf(one) };
  }
  return paths;
}

/** `/tenants/:tenantId` → `/tenants/{tenantId}` */
export function openApiPath(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

function operationOf({ role, path, summary, query, body, answer }: ApiRoute): object {
  const parameters = [...pathParameters(path), ...queryParameters(query)];
  const { badQuery, notFound, cacheUnavailable } = errorCodes;
  return {
    summary,
    'x-role': role,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: { content: json(schemaOf(body, 'input')) } }),
    responses: {
      200: { description: 'the answer', content: json(schemaOf(answer, 'output')) },
      [badQuery.http]: { ...refusedAnswer, description: badQuery.when },
      [notFound.http]: {
        ...refusedAnswer,
        description: 'there is no such thing, or it is of another tenant',
      },
      [cacheUnavailable.http]: { ...refusedAnswer, description: 'the store or the broker does not answer' },
    },
  };
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodObject): object[] {
  const { properties = {} } = schemaOf(query, 'input');
  return Object.entries(properties).map(([name, schema]) => {
    const { description, ...rest } = schema as { description?: string };
    return { name, in: 'query', ...(description !== undefined && { description }), schema: rest };
  });
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): { properties?: Record<string, unknown> } {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

function json(schema: object): object {
  return { 'application/json': { schema } };
}
