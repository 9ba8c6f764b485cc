import { parseJson, RefusedRequest } from '@syncline/contract';
import type { HistoryEvent, HistoryRecord } from '@syncline/store';
import { z } from 'zod';
import { pageFrom, pageOf } from './page.ts';
import { groupFailures, failureGroupSchema } from '../failures.ts';
import { errorClass, given, moment, pageQuery, syncStatuses, text, unresolved } from './query.ts';
import { notFound, tenantRoute, type ApiSources } from './route.ts';
import { syncSchema, toSync } from './sync-shape.ts';

/** Longer bodies are cut in a story; the whole one has a route of its own. */
const maxStoryBody = 256 * 1024;

const failuresWithinMs = 10_000;

const eventSchema = z.object({
  id: z.string(),
  at: z.number(),
  kind: z.string(),
  message: z.string(),
  body: z
    .object({
      text: z
        .string()
        .nullable()
        .describe('JSON text, every digit as it was; null when it is kept no longer'),
      characters: z.number().describe('of the whole text'),
      isCut: z.boolean().describe('there is more of it: …/events/{eventId}/body has it all'),
    })
    .nullable(),
});

const storySchema = syncSchema.extend({ events: z.array(eventSchema).describe('the oldest first') });

export const syncRoutes = [
  tenantRoute({
    role: 'viewer',
    path: '/syncs',
    summary: 'The syncs of a tenant, the one changed last first',
    query: {
      ...pageQuery,
      dataCenterId: text,
      stream: text.describe("a stream's id"),
      status: syncStatuses,
      object: text.describe('API name of the object at either end'),
      id: text.describe('id of the record at either end'),
      errorClass,
      errorCode: text.describe('the code of the failure'),
      text: text.describe("in an id, a name or the error's words"),
      unresolved,
      from: moment,
      to: moment,
    },
    answer: pageOf(syncSchema),
    async handle({ tenant, query }, { store }) {
      const { limit, after, stream: streamId, object: objectApiName, id: dataId, ...others } = query;
      const filter = given({ ...others, streamId, objectApiName, dataId });
      const page = await store.syncHistory.list({ tenantId: tenant.id, filter, after, limit });
      return { ...page, items: page.items.map(toSync) };
    },
  }),
  tenantRoute({
    role: 'viewer',
    path: '/failures',
    summary:
      'Failures that nothing has settled yet, put together by stream and error, the most frequent first',
    query: pageQuery,
    answer: pageOf(failureGroupSchema),
    async handle({ tenant, query }, { observed }) {
      const counts = await observed.failures(tenant.id, failuresWithinMs);
      if (counts === null)
        throw new RefusedRequest('cacheUnavailable', 'The failures could not be counted in time');
      return pageFrom(groupFailures(counts), query, ({ count: _count, newestAt: _at, ...alike }) =>
        JSON.stringify(alike),
      );
    },
  }),
  tenantRoute({
    role: 'viewer',
    path: '/syncs/:syncId',
    summary: 'One sync and its whole story',
    query: {},
    answer: storySchema,
    async handle({ tenant, param }, { store }) {
      const record = await findSync(store, tenant.id, param('syncId'));
      const texts = await store.bodies.getMany([...new Set(record.events.flatMap(refsOf))]);
      const events = record.events.map((event) => toEvent(event, texts));
      return { ...toSync(record), events };
    },
  }),
  tenantRoute({
    role: 'viewer',
    path: '/syncs/:syncId/events/:eventId/body',
    summary: 'The whole body of one step of a sync',
    query: {},
    answer: z.unknown(),
    async handle({ tenant, param }, { store }) {
      const { events } = await findSync(store, tenant.id, param('syncId'));
      const event = events.find(({ id }) => id === param('eventId'));
      const whole = event && (await bodyOf(store, event));
      if (whole === undefined) throw notFound('such body, or it is kept no longer');
      return parseJson(whole);
    },
  }),
];

async function findSync(
  store: ApiSources['store'],
  tenantId: string,
  syncId: string,
): Promise<HistoryRecord> {
  const record = (await store.syncHistory.getMany([syncId])).get(syncId);
  if (record?.tenantId !== tenantId) throw notFound(`sync ${JSON.stringify(syncId)} of this tenant`);
  return record;
}

const refPrefix = 'ref:';

/** Big bodies stand in the bodies collection; the event then has `ref:` and the id. */
function refsOf({ body }: HistoryEvent): string[] {
  return body?.startsWith(refPrefix) === true ? [body.slice(refPrefix.length)] : [];
}

async function bodyOf(store: ApiSources['store'], event: HistoryEvent): Promise<string | undefined> {
  const [ref] = refsOf(event);
  return ref === undefined ? event.body : (await store.bodies.getMany([ref])).get(ref);
}

function toEvent(event: HistoryEvent, texts: ReadonlyMap<string, string>): z.infer<typeof eventSchema> {
  const { id, at, kind, message, body } = event;
  const [ref] = refsOf(event);
  const whole = ref === undefined ? body : texts.get(ref);
  return {
    id,
    at,
    kind,
    message,
    body:
      body === undefined
        ? null
        : {
            text: whole?.slice(0, maxStoryBody) ?? null,
            characters: whole?.length ?? 0,
            isCut: (whole?.length ?? 0) > maxStoryBody,
          },
  };
}
