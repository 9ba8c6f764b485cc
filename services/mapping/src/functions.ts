import type { CatalogView } from '@syncline/catalog';
import type { Clock, Logger, Part } from '@syncline/chassis';
import { createHooks, type CallApi, type Hooks } from '@syncline/functions';
import type { Store } from '@syncline/store';
import type { Batcher } from './batcher.ts';
import { besideBatches, callApiOf } from './call-api.ts';
import { CarryOut, type CarryOutDependencies } from './carry-out.ts';
import { createCallOpenApi, type CallOpenApi } from './open-api/calls.ts';
import type { RunHook } from './read-hooked.ts';

/** What a hook may call while a record is only tried out; all else is answered as done, and is not. */
const changesNothing: readonly string[] = ['erp.syncData.getSyncDataMappingBySourceDataId'];

/** The functions of operators that run here, and the Open API that they and others call. */
export interface Functions {
  /** hooks before and during, while a batch waits for them */
  runHook: RunHook;
  /** hooks before and during of a record that is only tried out */
  runPreviewHook: RunHook;
  /** what needs the batcher, which needs `runHook`: to be made once that is there */
  withBatcher(batcher: Pick<Batcher, 'submit'>): {
    callOpenApi: CallOpenApi;
    /** hooks after a sync, which nothing waits for */
    runAfterHook: RunHook;
    scripts: Pick<Hooks, 'runScript'>;
    callApi(at: { tenantId: string; dataCenterId?: string | undefined }): CallApi;
  };
  parts: Part[];
}

export interface FunctionsOptions {
  store: Store;
  catalog: { view(): CatalogView };
  clock: Clock;
  logger: Logger;
  workers: number;
  limits: { timeLimitMs: number; memoryMb: number };
  carryOut: Omit<CarryOutDependencies, 'runHook' | 'wake'>;
}

/**
 * Three kinds of sandbox, so that none holds another up: a batch waits for hooks before and during; hooks after may be
 * slow; a script may run for a minute. Their processes are started when there is the first work for them.
 */
export function createFunctions(options: FunctionsOptions): Functions {
  const { store, catalog, clock, logger, workers, limits } = options;
  const hooks = createHooks({ name: 'hooks', workers, ...limits, logger });
  const afterHooks = createHooks({
    name: 'after hooks',
    ...limits,
    callTimeoutMs: 10_000,
    callsTimeoutMs: 10_000,
    logger,
  });
  const scripts = createHooks({ name: 'scripts', memoryMb: 64, logger });
  // What a call of a hook moves is due by itself too, so nothing has to be woken.
  const beside = besideBatches(() => new CarryOut({ ...options.carryOut, wake: () => undefined }));
  const fromHooks = createCallOpenApi({ store, catalog, clock, batcher: beside });
  const tried: CallOpenApi = async (call) =>
    changesNothing.includes(call.name) ? fromHooks(call) : undefined;
  const runner =
    (pool: Hooks, callOpenApi: CallOpenApi): RunHook =>
    (hook, arg) =>
      pool.run(hook, arg, callApiOf(callOpenApi, logger, placeOf(arg)));
  return {
    runHook: runner(hooks, fromHooks),
    runPreviewHook: runner(scripts, tried),
    withBatcher(batcher) {
      const callOpenApi = createCallOpenApi({ store, catalog, clock, batcher });
      return {
        callOpenApi,
        runAfterHook: runner(afterHooks, callOpenApi),
        scripts,
        callApi: (at) => callApiOf(callOpenApi, logger, at),
      };
    },
    parts: [hooks, afterHooks, scripts],
  };
}

function placeOf({ sourceTenantId, dataCenterId }: { sourceTenantId: string; dataCenterId: string }) {
  return { tenantId: sourceTenantId, dataCenterId };
}
