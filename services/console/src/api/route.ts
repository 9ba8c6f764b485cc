import type { Tenant } from '@syncline/catalog';
import type { Clock } from '@syncline/chassis';
import { RefusedRequest, type Role } from '@syncline/contract';
import type { FollowedCatalog, Store } from '@syncline/store';
import { z } from 'zod';
import type { Accounts } from '../auth/accounts.ts';
import type { Caller } from '../auth/caller.ts';
import type { Cached } from '../cached.ts';
import type { Flow } from '../flow.ts';
import type { TopicLag } from '../lag.ts';
import type { Observed } from '../observed.ts';
import type { TopicRates } from '../topic-rates.ts';
import { readBody, readQuery, type RawQuery } from './query.ts';

/** What the routes read from. */
export interface ApiSources {
  store: Store;
  /** what the caller may see of it */
  catalog: Pick<FollowedCatalog, 'view' | 'ready'>;
  accounts: Accounts;
  flow: Flow;
  lag: Cached<TopicLag[]>;
  rates: TopicRates;
  observed: Observed;
  clock: Clock;
  /** where ERPs reach the receiver */
  receiverUrl: string;
  /** where the poller answers this console */
  pollerUrl: string;
  /** where mapping does */
  mappingUrl: string;
}

export interface RawRequest {
  params: Readonly<Record<string, string>>;
  query: RawQuery;
  /** as it came; of a post only */
  body?: unknown;
  caller: Caller;
}

/** One line of the route table: the router and the OpenAPI document are both made from it. */
export interface ApiRoute {
  method: 'get' | 'post';
  /** who may: this role and those above it */
  role: Role;
  /** not for those who are limited to some tenants */
  isOfAllTenants?: boolean;
  /** fields of the body that the audit log keeps; never a secret */
  audited?: readonly string[];
  /** below `/api`, with `:name` for parameters */
  path: string;
  summary: string;
  query: z.ZodObject;
  /** of a post */
  body?: z.ZodObject;
  answer: z.ZodType;
  handle(request: RawRequest, sources: ApiSources): Promise<unknown>;
}

interface Definition<Shape extends z.ZodRawShape, Answer> {
  /** post: it does something; anything else only reads */
  method?: 'get' | 'post';
  /** who may at least: viewer for what only reads, operator for what does something, admin for accounts and configuration */
  role: Role;
  isOfAllTenants?: boolean;
  path: string;
  summary: string;
  query: Shape;
  answer: z.ZodType<Answer>;
}

interface Asked<Shape extends z.ZodRawShape> {
  param(name: string): string;
  query: z.output<z.ZodObject<Shape>>;
  caller: Caller;
}

export function route<Shape extends z.ZodRawShape, Answer>(
  definition: Definition<Shape, Answer> & {
    handle(asked: Asked<Shape>, sources: ApiSources): Promise<Answer>;
  },
): ApiRoute {
  const query = z.object(definition.query);
  return {
    method: 'get',
    ...definition,
    query,
    async handle({ params, query: raw, caller }, sources) {
      const asked = { query: readQuery(query, raw), param: (name: string) => params[name] ?? '', caller };
      return definition.handle(asked, sources);
    },
  };
}

/** A route below one tenant: whose id is not configured has nothing there. */
export function tenantRoute<Shape extends z.ZodRawShape, Answer>(
  definition: Definition<Shape, Answer> & {
    handle(asked: Asked<Shape> & { tenant: Tenant }, sources: ApiSources): Promise<Answer>;
  },
): ApiRoute {
  return route({
    ...definition,
    path: `/tenants/:tenantId${definition.path}`,
    handle(asked, sources) {
      const tenantId = asked.param('tenantId');
      const tenant = sources.catalog.view().tenant(tenantId);
      if (tenant === undefined) throw notFound(`tenant ${JSON.stringify(tenantId)}`);
      return definition.handle({ ...asked, tenant }, sources);
    },
  });
}

/** A route that does something with what its JSON body says. */
export function postRoute<Shape extends z.ZodRawShape, Answer>(definition: {
  role: Role;
  isOfAllTenants?: boolean;
  audited?: readonly (keyof Shape & string)[];
  path: string;
  summary: string;
  body: Shape;
  answer: z.ZodType<Answer>;
  handle(
    asked: { param(name: string): string; body: z.output<z.ZodObject<Shape>>; caller: Caller },
    sources: ApiSources,
  ): Promise<Answer>;
}): ApiRoute {
  const body = z.strictObject(definition.body);
  return {
    ...definition,
    method: 'post',
    query: z.object({}),
    body,
    async handle({ params, query, body: raw, caller }, sources) {
      readQuery(z.object({}), query);
      const asked = { body: readBody(body, raw), param: (name: string) => params[name] ?? '', caller };
      return definition.handle(asked, sources);
    },
  };
}

export function notFound(what: string): RefusedRequest {
  return new RefusedRequest('notFound', `There is no ${what}`);
}
