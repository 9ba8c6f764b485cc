import { isJsonObject, stringifyJson } from '@syncline/contract';
import { z } from 'zod';
import { callMapping } from './mapping-call.ts';
import { notFound, postRoute, tenantRoute, type ApiSources } from './route.ts';

const rate = z.number().positive().max(2_000);
const reason = z.string().max(500).default('');

const controlSchema = z.object({
  streamId: z.string(),
  name: z.string(),
  tenantId: z.string(),
  state: z.enum(['on', 'paused', 'off']).describe('paused by an operator; off by its config'),
  paused: z.object({ by: z.string(), reason: z.string(), at: z.number() }).nullable(),
  held: z.number().describe('records that wait for it to go on'),
  drainRate: z
    .number()
    .nullable()
    .describe('records a second that go on once it is on; null is the usual pace'),
});

const discardedSchema = z.object({
  held: z.number(),
  discarded: z.number(),
  left: z.number(),
  sample: z.array(z.object({ dataId: z.string(), name: z.string(), updatedAt: z.number() })),
});

/** A stream is paused and goes on again while it runs. */
export const streamControlRoutes = [
  tenantRoute({
    role: 'viewer',
    path: '/stream-controls',
    summary: 'The streams of a tenant: on, paused or off, and how much each holds',
    query: {},
    answer: z.object({ items: z.array(controlSchema) }),
    async handle({ tenant }, { store, catalog }) {
      const [controls, held] = await Promise.all([store.streamControls.all(), store.held.counts()]);
      const byStream = new Map(controls.map((one) => [one.streamId, one]));
      const own = catalog.view().streams.filter(({ tenantId }) => tenantId === tenant.id);
      const items = own.map(({ id, name, tenantId, enabled }): z.output<typeof controlSchema> => {
        const { paused = null, drainRate = null } = byStream.get(id) ?? {};
        const state = enabled ? (paused === null ? 'on' : 'paused') : 'off';
        return { streamId: id, name, tenantId, state, paused, held: held.get(id) ?? 0, drainRate };
      });
      return { items };
    },
  }),
  controlRoute(
    'pause',
    'Pauses a stream: it holds the newest state of each record',
    { reason },
    controlSchema,
    ['reason'],
  ),
  controlRoute(
    'resume',
    'Lets a paused stream go on; what it held drains',
    { rate: rate.optional() },
    controlSchema,
    ['rate'],
  ),
  controlRoute('drain', 'Sets the pace at which what a stream held goes on', { rate }, controlSchema, [
    'rate',
  ]),
  controlRoute(
    'discard',
    'Forgets what a stream that is off holds; dryRun shows what that is',
    { reason, dryRun: z.boolean().default(false) },
    discardedSchema,
    ['reason', 'dryRun'],
  ),
];

// Five of one kind: verb, words, body, answer and what the audit log keeps.
function controlRoute<Shape extends z.ZodRawShape, Answer>(
  ...[verb, summary, body, answer, audited]: [
    string,
    string,
    Shape,
    z.ZodType<Answer>,
    readonly (keyof Shape & string)[],
  ]
) {
  return postRoute<Shape, Answer>({
    role: 'operator',
    audited,
    path: `/tenants/:tenantId/streams/:streamId/${verb}`,
    summary,
    body,
    answer,
    async handle({ param, body: given, caller }, sources) {
      const id = ownStream(param('tenantId'), param('streamId'), sources);
      const text = stringifyJson({ ...(given as object), by: caller.name });
      const path = `/stream-controls/${encodeURIComponent(id)}/${verb}`;
      const said = await callMapping(sources, path, text);
      return answer.parse(isJsonObject(said) ? said : {});
    },
  });
}

function ownStream(tenantId: string, id: string, { catalog }: ApiSources): string {
  if (catalog.view().stream(id)?.tenantId !== tenantId)
    throw notFound(`stream ${JSON.stringify(id)} of tenant ${tenantId}`);
  return id;
}
