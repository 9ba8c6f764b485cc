import { errorCodes } from '@syncline/contract';
import type { z } from 'zod';
import { json, schemaOf } from './json-schema.ts';
import type { ApiRoute } from './route.ts';
import { sessionPaths } from './session-paths.ts';

const refusal = {
  type: 'object',
  required: ['errCode', 'errMsg', 'traceId'],
  properties: {
    errCode: { type: 'string' },
    errMsg: { type: 'string', description: 'what was wrong, and what to do about it' },
    traceId: { type: 'string' },
  },
} as const;

const securitySchemes = {
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'syncline-session-8700',
    description:
      "Set by POST /session; its name ends with the console's port. With it, whatever is no GET needs the header " +
      'x-csrf-token with the csrfToken of GET /session.',
  },
  apiKey: { type: 'http', scheme: 'bearer', description: 'An API key of POST /api-keys.' },
  operatorKey: {
    type: 'apiKey',
    in: 'header',
    name: 'operator-key',
    description: "Of Syncline's own programs, which read it from the store.",
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
        'pass `next` as `after` for the page that follows. Who asks signs in at /session, or sends an API key; `x-role` ' +
        'says which role is needed: viewer, operator, who may do what a viewer may, too, or admin, who may do everything.',
    },
    servers: [{ url: '/api' }],
    security: [{ session: [] }, { apiKey: [] }, { operatorKey: [] }],
    paths: { ...sessionPaths, ...pathsOf(routes) },
    components: { schemas: { Refusal: refusal }, securitySchemes },
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
  const { badQuery, notSignedIn, forbidden, notFound, cacheUnavailable } = errorCodes;
  return {
    summary,
    'x-role': role,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: { content: json(schemaOf(body, 'input')) } }),
    responses: {
      200: { description: 'the answer', content: json(schemaOf(answer, 'output')) },
      [badQuery.http]: { ...refusedAnswer, description: badQuery.when },
      [notSignedIn.http]: { ...refusedAnswer, description: notSignedIn.when },
      [forbidden.http]: { ...refusedAnswer, description: forbidden.when },
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
