import { isJsonObject, parseJson, stringifyJson, type Json } from '@syncline/contract';
import { z } from 'zod';
import { callMapping } from './mapping-call.ts';
import { badField } from './query.ts';
import { notFound, postRoute, tenantRoute, type ApiSources } from './route.ts';

const reason = z.string().max(500).default('');
const place = (...parts: string[]): string => parts.map((part) => `/${encodeURIComponent(part)}`).join('');

const carriedOn = z.object({
  syncId: z.string(),
  carriedOnBy: z.string().nullable().describe('the sync that carries it on; its story tells the end'),
  message: z.string(),
});

const jsonText = z.string().min(2).max(400_000).optional();

/** One record: retried, corrected, settled or marked resolved. */
export const putRightRoutes = [
  syncRoute({
    verb: 'retry',
    summary: 'Tries a record again, as it is stored or as its source shows it now',
    body: { mode: z.enum(['stored', 'fetch']).default('stored'), asNew: z.boolean().default(false) },
    audited: ['mode', 'asNew'],
  }),
  syncRoute({
    verb: 'edit',
    summary: 'Tries a record again as a person corrected it',
    body: {
      record: jsonText.describe(
        'the whole source record, as JSON text, so that its numbers keep every digit',
      ),
      fields: jsonText.describe('or the fields that are to be others, as JSON text'),
    },
    parsed: ['record', 'fields'],
  }),
  syncRoute({
    verb: 'settle',
    summary: 'Says what became of a write that nobody knows the end of (state 10)',
    body: { exists: z.string().min(1).max(512).optional(), sendAgain: z.literal(true).optional() },
    audited: ['exists', 'sendAgain'],
  }),
  syncRoute({
    verb: 'resolve',
    summary: 'Marks a failure as one that needs nothing more',
    body: { reason },
    audited: ['reason'],
  }),
  tenantRoute({
    role: 'operator',
    path: '/syncs/:syncId/record',
    summary: 'The stored source record of a sync, to be corrected',
    query: {},
    answer: z.object({
      syncId: z.string(),
      record: z.string().describe('JSON text: {data, details}, as edit takes it'),
    }),
    async handle({ tenant, param }, sources) {
      const syncId = await ownSync(tenant.id, param('syncId'), sources);
      return { syncId, record: await snapshotOf(syncId, sources) };
    },
  }),
];

function syncRoute<Shape extends z.ZodRawShape>(definition: {
  verb: string;
  summary: string;
  body: Shape;
  /** fields that are JSON text */
  parsed?: readonly string[];
  audited?: readonly (keyof Shape & string)[];
}) {
  const { verb, parsed = [] } = definition;
  return postRoute<Shape, z.output<typeof carriedOn>>({
    ...definition,
    role: 'operator',
    path: `/tenants/:tenantId/syncs/:syncId/${verb}`,
    answer: carriedOn,
    async handle({ param, body, caller }, sources) {
      const syncId = await ownSync(param('tenantId'), param('syncId'), sources);
      const given = Object.entries(body as Record<string, unknown>).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, parsed.includes(name) ? jsonOf(name, value) : value] as const],
      );
      const text = stringifyJson({ ...Object.fromEntries(given), by: caller.name });
      return carriedOn.parse(await callMapping(sources, `/syncs${place(syncId)}/${verb}`, text));
    },
  });
}

function jsonOf(name: string, value: unknown): Json {
  try {
    return parseJson(String(value));
  } catch {
    throw badField(name, 'is not JSON');
  }
}

/** What the change that the sync carries held when it was taken, as JSON text. */
async function snapshotOf(syncId: string, { store }: ApiSources): Promise<string> {
  const events = (await store.syncHistory.getMany([syncId])).get(syncId)?.events ?? [];
  const body = events.findLast(({ kind }) => kind === 'arrived')?.body;
  const ref = body?.startsWith('ref:') === true ? body.slice('ref:'.length) : null;
  const text = ref === null ? body : (await store.bodies.getMany([ref])).get(ref);
  if (text === undefined) throw notFound(`stored record of sync ${JSON.stringify(syncId)}`);
  const stored = parseJson(text);
  const { master = null, details = null } = isJsonObject(stored) ? stored : {};
  return stringifyJson({ data: master, details });
}

async function ownSync(tenantId: string, syncId: string, { store }: ApiSources): Promise<string> {
  const sync = (await store.syncHistory.getMany([syncId])).get(syncId);
  if (sync?.tenantId !== tenantId) throw notFound(`sync ${JSON.stringify(syncId)} of tenant ${tenantId}`);
  return syncId;
}
