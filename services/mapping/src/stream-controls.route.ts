import type { Stream } from '@syncline/catalog';
import type { Clock, Logger } from '@syncline/chassis';
import { RefusedRequest } from '@syncline/contract';
import type { Store } from '@syncline/store';
import express from 'express';
import { z } from 'zod';
import type { Batcher } from './batcher.ts';
import { highestDrainRate, usualDrainRate } from './held.loop.ts';
import { accessOf, type Access, type AccessDependencies } from './operator-access.ts';
import { accessIn, bodyOf, personField, reasonField, takeBody } from './operator-body.ts';
import { nameOf } from './retry/person.ts';
import type { Running } from './running.ts';
import { streamNamed } from './tables/file-answers.ts';
import type { PausableCatalog } from './with-pauses.ts';

export interface StreamControlsDeps extends AccessDependencies {
  store: Store;
  catalog: Pick<PausableCatalog, 'view' | 'configured' | 'controls' | 'refresh'>;
  batcher: Pick<Batcher, 'submit'>;
  running: Running;
  clock: Clock;
  logger: Logger;
}

const discardedTogether = 200;
/** What is more than this is discarded by the next call. */
const mostDiscarded = 5_000;
const mostShown = 20;

const rate = z.number().positive().max(highestDrainRate);
const pauseSchema = z.strictObject({ by: personField, reason: reasonField });
const resumeSchema = z.strictObject({ by: personField, rate: rate.optional() });
const drainSchema = z.strictObject({ by: personField, rate });
const discardSchema = z.strictObject({
  by: personField,
  reason: reasonField,
  dryRun: z.boolean().default(false),
});

/** A stream as operators see it. */
interface Shown {
  streamId: string;
  name: string;
  tenantId: string;
  state: 'on' | 'paused' | 'off';
  paused: { by: string; reason: string; at: number } | null;
  /** records that wait for it to go on */
  held: number;
  /** records a second that go on once it is on */
  drainRate: number;
}

interface Asked {
  stream: Stream;
  by: string;
}

/**
 * `/stream-controls`: what operators do with a stream while it runs. GET tells its state and how much it holds; POST
 * `{stream}/pause`, `resume`, `drain` (its pace) and `discard` what it holds. Kept in the store: a restart or an `apply`
 * changes none of it.
 */
export function createStreamControlsRoute(deps: StreamControlsDeps): express.Router {
  const router = express.Router();
  router.get('/stream-controls', async (req, res) => {
    const access = await accessOf(req, deps);
    const own = deps.catalog.configured().streams.filter(({ tenantId }) => access.may(tenantId));
    res.json({ items: await shownAll(own, deps) });
  });
  router.get('/stream-controls/:stream', async (req, res) => {
    res.json(await shown(named(req.params.stream, await accessOf(req, deps), deps), deps));
  });
  const post = <T extends z.ZodObject>(
    verb: string,
    schema: T,
    handle: (asked: Asked, body: z.output<T>) => Promise<unknown>,
  ): void => {
    const path = `/stream-controls/:stream/${verb}`;
    router.post(
      path,
      takeBody(deps),
      async (req: express.Request<{ stream: string }>, res: express.Response) => {
        const access = accessIn(res);
        const stream = named(req.params.stream, access, deps);
        const body = bodyOf(req, schema);
        res.json(await handle({ stream, by: nameOf((body as { by?: string }).by, access) }, body));
      },
    );
  };
  post('pause', pauseSchema, ({ stream, by }, { reason }) =>
    set(stream, { paused: { by, reason, at: deps.clock.now() } }, deps),
  );
  post('resume', resumeSchema, (asked, body) => resume(asked, body.rate, deps));
  post('drain', drainSchema, ({ stream }, body) => set(stream, { drainRate: body.rate }, deps));
  post('discard', discardSchema, (asked, body) => discard(asked, body, deps));
  return router;
}

function named(name: string, access: Access, { catalog }: StreamControlsDeps): Stream {
  return streamNamed(name, catalog.configured(), access);
}

async function set(
  stream: Stream,
  control: Parameters<Store['streamControls']['set']>[1],
  deps: StreamControlsDeps,
): Promise<Shown> {
  await deps.store.streamControls.set(stream.id, control);
  await deps.catalog.refresh();
  deps.logger.info('an operator has set a stream', { streamId: stream.id, ...control });
  return shown(stream, deps);
}

function resume({ stream }: Asked, wanted: number | undefined, deps: StreamControlsDeps): Promise<Shown> {
  if (!stream.enabled)
    throw new RefusedRequest(
      'conflict',
      `its config says enabled: false: change that and apply it, and ${stream.name} goes on`,
    );
  return set(stream, { paused: null, ...(wanted !== undefined && { drainRate: wanted }) }, deps);
}

/** What the stream holds is forgotten, each record's history says so, and the next change of a record is sent. */
async function discard(
  { stream, by }: Asked,
  { reason, dryRun }: z.output<typeof discardSchema>,
  deps: StreamControlsDeps,
) {
  const { store, running, catalog } = deps;
  if (catalog.view().stream(stream.id)?.enabled === true)
    throw new RefusedRequest('conflict', `${stream.name} is on: what it held is being sent; pause it first`);
  const held = (await store.held.counts()).get(stream.id) ?? 0;
  if (dryRun) return { held, discarded: 0, left: held, sample: await sampleOf(stream, store) };
  const discarded = await running.run('discard', (stopping) =>
    discardHeld({ streamId: stream.id, by, reason }, stopping, deps),
  );
  const left = (await store.held.counts()).get(stream.id) ?? 0;
  return { held, discarded, left, sample: [] };
}

async function discardHeld(
  { streamId, by, reason }: { streamId: string; by: string; reason: string },
  stopping: AbortSignal,
  { store, batcher }: StreamControlsDeps,
): Promise<number> {
  let discarded = 0;
  while (discarded < mostDiscarded && !stopping.aborted) {
    const rows = await store.held.ofStreams([streamId], discardedTogether);
    const action = { do: 'discard', reason } as const;
    const carried = await batcher.submit(
      rows.map(({ rowId }) => ({ kind: 'row', rowId, input: { kind: 'operator', by, action } })),
    );
    const done = carried.filter((one) => one.ok && one.reply?.ok === true).length;
    if (done === 0) break;
    discarded += done;
  }
  return discarded;
}

async function sampleOf({ id, direction }: Stream, store: Store) {
  const held = await store.held.ofStreams([id], mostShown);
  const rows = await store.mappingRows.readMany(held.map(({ rowId }) => rowId));
  return [...rows.values()].map(({ crmId, erpId, crmName, erpName, updatedAt }) =>
    direction === 'crm-to-erp'
      ? { dataId: crmId, name: crmName, updatedAt }
      : { dataId: erpId, name: erpName, updatedAt },
  );
}

async function shown(stream: Stream, deps: StreamControlsDeps): Promise<Shown> {
  const [one] = await shownAll([stream], deps);
  if (one === undefined) throw new Error('a stream was not shown');
  return one;
}

async function shownAll(
  streams: readonly Stream[],
  { store, catalog }: StreamControlsDeps,
): Promise<Shown[]> {
  const held = await store.held.counts();
  return streams.map(({ id, name, tenantId, enabled }) => {
    const { paused = null, drainRate = null } = catalog.controls().get(id) ?? {};
    return {
      streamId: id,
      name,
      tenantId,
      state: enabled ? (paused === null ? 'on' : 'paused') : 'off',
      paused,
      held: held.get(id) ?? 0,
      drainRate: drainRate ?? usualDrainRate,
    };
  });
}
