import { crmObjectOf, erpObjectOf, type CatalogView, type Stream } from '@syncline/catalog';
import type { Clock } from '@syncline/chassis';
import type { Evaluator } from '@syncline/functions';
import type { Store } from '@syncline/store';
import type { Addressed } from '../addressed.ts';
import { Bodies } from '../bodies.ts';
import { fingerprintOf, type Change } from '../change.ts';
import type { WriteOperation } from '../current.ts';
import { fieldLoader } from '../fact-loaders.ts';
import { Fold, type Folded } from '../fold.ts';
import { locate, startState } from '../locate.ts';
import { lookupsOf } from '../lookups.ts';
import { pairStreams } from '../pair-facts.ts';
import { newPair, type PairKey, type PairState } from '../pair.ts';
import { readChange, type MappedParts } from '../read-change.ts';
import { readHooked, type RunHook } from '../read-hooked.ts';
import { createReferences } from '../references.ts';
import { describe, type Preview } from './describe.ts';
import type { GivenRecord } from './given-record.ts';

export interface PreviewDeps {
  store: Store;
  evaluator: Pick<Evaluator, 'evaluate'>;
  clock: Clock;
  /** hooks before and during, whose calls change nothing */
  runHook: RunHook;
}

/**
 * What a record would become if it came now, and why. It is read and decided by what reads and decides live records, on the
 * row as it stands; nothing is stored, sent or claimed.
 * @param view the catalog, with the stream as it is to be tried
 */
export async function previewRecord(
  given: GivenRecord,
  { stream, view }: { stream: Stream; view: CatalogView },
  deps: PreviewDeps,
): Promise<Preview> {
  const store = readOnly(deps.store);
  const { tenantId, dataCenterId } = stream;
  const pair: PairKey = {
    tenantId,
    dataCenterId,
    crmObject: crmObjectOf(stream),
    erpObject: erpObjectOf(stream),
  };
  const change = changeOf(given, stream, deps.clock.now());
  const state = await stateFor(pair, change, { store, now: deps.clock.now() });
  const parts = await partsOf(given, { pair, change, store, view }, deps);
  const fold = new Fold({
    ...deps,
    store,
    view,
    references: createReferences(store, view),
    bodies: new Bodies(store),
    random: () => 0.5,
    crmRevision: () => Promise.resolve(0),
  });
  const folded = await fold.run(state, [{ kind: 'change', change }]);
  const atRest = isQueued(folded) ? await fold.run(resting(state), [{ kind: 'change', change }]) : folded;
  return describe({ change, stream, view, folded, atRest, parts });
}

/** Newer than anything that came. */
function changeOf({ dataId, operation, record }: GivenRecord, stream: Stream, now: number): Change {
  const side = stream.direction === 'crm-to-erp' ? 'crm' : 'erp';
  return {
    syncId: '',
    side,
    dataId,
    operation,
    via: side === 'crm' ? 'user' : 'push',
    order:
      side === 'crm'
        ? { kind: 'log', partition: -1, offset: 0, occurredAt: Number.MAX_SAFE_INTEGER }
        : { kind: 'counter', number: Number.MAX_SAFE_INTEGER },
    eventId: '',
    causedBy: '',
    fingerprint: fingerprintOf(operation, record, stream.configRevision),
    body: { record },
    arrivedAt: now,
    forced: false,
    endsVoid: false,
    replaces: false,
    isStale: false,
    told: false,
    note: '',
  };
}

async function stateFor(
  pair: PairKey,
  change: Change,
  { store, now }: { store: Store; now: number },
): Promise<PairState> {
  const { side, dataId } = change;
  const addressed: Addressed = {
    kind: 'record',
    pair,
    side,
    dataId,
    causedByRow: '',
    mayBegin: true,
    change,
  };
  const [located] = [...(await locate(store, [addressed], now)).values()];
  return located === undefined ? newPair(pair, side, dataId, now) : startState(located);
}

/** How each field came about; null where the mappings were not reached. */
async function partsOf(
  { record }: GivenRecord,
  at: { pair: PairKey; change: Change; store: Store; view: CatalogView },
  { evaluator, runHook }: PreviewDeps,
): Promise<MappedParts | null> {
  const { change, store, view } = at;
  const { pair } = pairStreams(view, at.pair);
  const lookups = lookupsOf(pair, change, {
    field: fieldLoader(store),
    references: createReferences(store, view),
  });
  const found: MappedParts[] = [];
  const onMapped = (mapped: MappedParts): void => void found.push(mapped);
  const request = { pair, side: change.side, record, lookups, onMapped };
  await readChange(request, view, evaluator);
  const stream = change.side === 'crm' ? pair.toErp : pair.toCrm;
  if (found.length === 0 && stream?.hooks !== undefined) {
    // With hooks, the mappings come behind the first of them.
    const operation: WriteOperation = change.operation === 'upsert' ? 'update' : change.operation;
    const sync = { operation, syncId: '', dataId: change.dataId, destId: '' };
    await readHooked({ ...request, ...sync }, { view, evaluator, runHook });
  }
  return found[0] ?? null;
}

function isQueued({ results }: Folded): boolean {
  return results[0]?.result === 'queued';
}

/** As it will be when what is under way has ended well, as far as can be known. */
function resting(state: PairState): PairState {
  return { ...state, current: null, waiting: {} };
}

/** Deciding claims ids of the other side; here it only looks who has them. */
export function readOnly(store: Store): Store {
  const pointers: Store['pointers'] = {
    ...store.pointers,
    async claim(wanted) {
      const owners = await store.pointers.readMany(wanted.map(({ id }) => id));
      return new Map(wanted.map(({ id, rowId }) => [id, owners.get(id) ?? rowId]));
    },
    remove: () => Promise.resolve(),
    release: () => Promise.resolve(),
  };
  return { ...store, pointers };
}
