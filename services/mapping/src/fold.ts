import type { CatalogView, ErpObject } from '@syncline/catalog';
import type { Clock } from '@syncline/chassis';
import { otherSide, type RecordData, type Side } from '@syncline/contract';
import type { Evaluator } from '@syncline/functions';
import type { Store } from '@syncline/store';
import { BodyGone, type Bodies } from './bodies.ts';
import { decide } from './decide.ts';
import {
  Needs,
  readingKey,
  type Claim,
  type Facts,
  type Input,
  type OpenCreateFacts,
  type Reading,
  type Reply,
} from './decide/facts.ts';
import { createLoader } from './loader.ts';
import { pairStreams, type PairStreams } from './pair-facts.ts';
import { pairDigest, type Change, type Effect, type PairState } from './pair.ts';
import { matchTextOf, readChange } from './read-change.ts';
import type { References } from './references.ts';
import { openCreateScope } from './side-documents.ts';

/** How often a decision may ask for one more fact; each kind is asked for once or twice. */
const mostNeeds = 12;

export interface FoldSurroundings {
  store: Store;
  view: CatalogView;
  evaluator: Pick<Evaluator, 'evaluate'>;
  references: References;
  bodies: Bodies;
  clock: Clock;
  random: () => number;
  crmRevision: number;
}

export interface Folded {
  state: PairState;
  effects: Effect[];
  results: { kind: Input['kind']; result: string }[];
  replies: (Reply | undefined)[];
}

export type Fold = (state: PairState, inputs: readonly Input[]) => Promise<Folded>;

/** Decides the inputs of one row after another. Facts that several rows need are fetched together. */
export function createFold(around: FoldSurroundings): Fold {
  const loadOpen = openCreateLoader(around.store);
  const loadClaim = claimLoader(around.store);
  const loadFields = fieldLoader(around.store);

  const readingOf = async (state: PairState, change: Change, streams: PairStreams): Promise<Reading> => {
    const record = await readOrGone(around.bodies, change);
    if (record instanceof BodyGone) return unreadable(record.message);
    const { pair } = streams;
    const { side, dataId } = change;
    return readChange(
      {
        pair,
        side,
        record,
        lookups: {
          field: (dataType, id) =>
            loadFields(JSON.stringify([state.tenantId, state.dataCenterId, dataType, side, id])),
          reference: (mapping, id) => around.references.resolve({ pair, side, dataId, mapping, id }),
        },
      },
      around.view,
      around.evaluator,
    );
  };

  const openCreatesFor = async (state: PairState, change: Change) => {
    const scope = openCreateScope(state, change.side);
    const digest = pairDigest(state, change.side, change.dataId);
    const found = await loadOpen(JSON.stringify([scope, digest]));
    const object = around.view.erpObject(state.tenantId, state.dataCenterId, state.erpObject);
    const match = change.side === 'erp' ? await matchOf(change, object) : null;
    const suspects = (found?.open ?? []).filter(
      (create) =>
        create.rowId !== state.id && (create.match === null || match === null || create.match === match),
    );
    return { openCreates: suspects, owner: found?.owner ?? null };
  };

  const matchOf = async (change: Change, object: ErpObject | undefined): Promise<string | null> => {
    const record = await readOrGone(around.bodies, change);
    return record instanceof BodyGone ? null : matchTextOf(object, record.master);
  };

  const supply = async (
    needs: Needs,
    state: PairState,
    facts: Supplied,
    streams: PairStreams,
  ): Promise<void> => {
    const { what } = needs;
    if (what.kind === 'reading') {
      facts.readings.set(readingKey(what.change), await readingOf(state, what.change, streams));
    } else if (what.kind === 'openCreates') {
      Object.assign(facts, await openCreatesFor(state, what.change));
    } else {
      const digest = pairDigest(state, what.side, what.dataId);
      const owner = await loadClaim(JSON.stringify([digest, state.id]));
      facts.claims.set(what.dataId, { owner: owner ?? state.id });
    }
  };

  return async (start, inputs) => {
    const folded: Folded = { state: start, effects: [], results: [], replies: [] };
    for (const [fold, input] of inputs.entries()) {
      const streams = pairStreams(around.view, folded.state);
      const facts: Supplied = {
        now: around.clock.now(),
        random: around.random(),
        fold,
        crmRevision: around.crmRevision,
        toErp: streams.toErp,
        toCrm: streams.toCrm,
        readings: new Map(),
        openCreates: undefined,
        owner: undefined,
        claims: new Map(),
      };
      let decision = decide(folded.state, input, facts);
      for (let asked = 0; decision instanceof Needs; asked += 1) {
        if (asked === mostNeeds)
          throw new Error(`a decision about ${folded.state.id} asks for facts without end`);
        await supply(decision, folded.state, facts, streams);
        decision = decide(folded.state, input, facts);
      }
      folded.state = decision.state;
      folded.effects.push(...decision.effects);
      folded.results.push({ kind: input.kind, result: decision.result });
      folded.replies.push(decision.reply);
    }
    return folded;
  };
}

async function readOrGone(bodies: Bodies, change: Change): Promise<RecordData | BodyGone> {
  try {
    return await bodies.read(change.body);
  } catch (error) {
    if (error instanceof BodyGone) return error;
    throw error;
  }
}

function unreadable(message: string): Reading {
  const failure = { class: 'broken' as const, code: 'body-gone', message };
  return { source: { fields: {}, rows: {} }, name: '', mapped: { kind: 'failed', failure } };
}

interface Supplied extends Facts {
  readings: Map<string, Reading>;
  claims: Map<string, Claim>;
}

interface OpenAndOwner {
  open: OpenCreateFacts[];
  owner: string | null;
}

// Open creates are read first and pointers after them: a create that is gone from the first has its pointer by then.
function openCreateLoader(store: Store): (key: string) => Promise<OpenAndOwner | undefined> {
  return createLoader(async (keys) => {
    const asked = keys.map((key) => JSON.parse(key) as [scope: string, digest: string]);
    const open = await store.openCreates.inScopes([...new Set(asked.map(([scope]) => scope))]);
    const owners = await store.pointers.readMany([...new Set(asked.map(([, digest]) => digest))]);
    return new Map(
      keys.map((key, i): [string, OpenAndOwner] => {
        const [scope, digest] = asked[i] ?? ['', ''];
        return [
          key,
          { open: open.filter((create) => create.scope === scope), owner: owners.get(digest) ?? null },
        ];
      }),
    );
  });
}

/** Claims ids; an id at which another row began counts as that row's, if it is more than a row that only waits. */
function claimLoader(store: Store): (key: string) => Promise<string | undefined> {
  return createLoader(async (keys) => {
    const asked = keys.map((key) => JSON.parse(key) as [digest: string, rowId: string]);
    const owners = await store.pointers.claim(asked.map(([id, rowId]) => ({ id, rowId })));
    const rows = await store.mappingRows.readMany(asked.map(([digest]) => digest));
    const released: string[] = [];
    const result = new Map<string, string>();
    for (const [i, key] of keys.entries()) {
      const [digest, rowId] = asked[i] ?? ['', ''];
      const owner = owners.get(digest) ?? rowId;
      const other = rows.get(digest);
      const isTaken =
        other !== undefined && other.id !== rowId && (other.isCreated || other.inFlightId !== null);
      if (isTaken && owner === rowId) released.push(digest);
      result.set(key, isTaken ? other.id : owner);
    }
    await store.pointers.remove(released);
    return result;
  });
}

function fieldLoader(store: Store): (key: string) => Promise<string | undefined> {
  type Question = [tenantId: string, dataCenterId: string, dataType: never, side: Side, id: string];
  return createLoader(async (keys) => {
    const questions = keys.map((key) => JSON.parse(key) as Question);
    const found = await store.fieldMappings.find(
      questions.map(([tenantId, dataCenterId, dataType, side, id]) => ({
        tenantId,
        dataCenterId,
        dataType,
        side,
        id,
      })),
    );
    return new Map(
      keys.flatMap((key, i): [string, string][] => {
        const entry = found[i];
        const side = questions[i]?.[3] ?? 'crm';
        if (entry == null) return [];
        return [[key, otherSide(side) === 'erp' ? entry.erpId : entry.crmId]];
      }),
    );
  });
}
