import type { CatalogView } from '@syncline/catalog';
import type { Clock } from '@syncline/chassis';
import type { RecordData } from '@syncline/contract';
import type { Evaluator } from '@syncline/functions';
import type { Store } from '@syncline/store';
import { BodyGone, type Bodies } from './bodies.ts';
import { decide } from './decide.ts';
import { fatesOf, type Fate } from './decide/fates.ts';
import {
  hookedKey,
  Needs,
  readingKey,
  type Candidates,
  type Claim,
  type Decision,
  type Facts,
  type Hooked,
  type Input,
  type Reading,
  type Reply,
} from './decide/facts.ts';
import {
  claimLoader,
  creatingLoader,
  fieldLoader,
  holderLoader,
  matchLoader,
  openCreateLoader,
  ownerLoader,
} from './fact-loaders.ts';
import { lookupsOf } from './lookups.ts';
import { newestCreating } from './newest-creating.ts';
import { pairStreams, type PairStreams } from './pair-facts.ts';
import type { Change } from './change.ts';
import { pairDigest, type Effect, type PairState } from './pair.ts';
import { matchTextOf, readChange } from './read-change.ts';
import { readHooked, type RunHook } from './read-hooked.ts';
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
  /** drawn once, when the first decision asks */
  crmRevision: () => Promise<number>;
  /** see `Facts`; absent: nothing was restored */
  syncsFrom?: (() => number) | undefined;
  /** only to see what would be decided: nothing is claimed */
  isPreview?: boolean;
  /** absent: within a call of a hook, which may not have others run */
  runHook?: RunHook | undefined;
}

export interface Folded {
  state: PairState;
  effects: Effect[];
  results: { kind: Input['kind']; result: string }[];
  replies: (Reply | undefined)[];
  /** for the batches that its changes came with */
  fates: Fate[];
}

/** Decides the inputs of one row after another. Facts that several rows need are fetched together. */
export class Fold {
  private readonly around: FoldSurroundings;
  private readonly openCreates: ReturnType<typeof openCreateLoader>;
  private readonly owners: ReturnType<typeof ownerLoader>;
  private readonly creating: ReturnType<typeof creatingLoader>;
  private readonly claims: ReturnType<typeof claimLoader>;
  private readonly holders: ReturnType<typeof holderLoader>;
  private readonly matches: ReturnType<typeof matchLoader>;
  private readonly fields: ReturnType<typeof fieldLoader>;

  constructor(around: FoldSurroundings) {
    this.around = around;
    this.openCreates = openCreateLoader(around.store);
    this.owners = ownerLoader(around.store);
    this.creating = creatingLoader(around.store);
    this.holders = holderLoader(around.store);
    this.claims = around.isPreview === true ? this.holders : claimLoader(around.store);
    this.matches = matchLoader(around.store);
    this.fields = fieldLoader(around.store);
  }

  async run(start: PairState, inputs: readonly Input[]): Promise<Folded> {
    const folded: Folded = { state: start, effects: [], results: [], replies: [], fates: [] };
    for (const [fold, input] of inputs.entries()) {
      const decision = await this.decideOne(folded.state, input, fold);
      folded.fates.push(...fatesOf(folded.state, input, decision));
      folded.state = decision.state;
      folded.effects.push(...decision.effects);
      folded.results.push({ kind: input.kind, result: decision.result });
      folded.replies.push(decision.reply);
    }
    return folded;
  }

  private async decideOne(state: PairState, input: Input, fold: number): Promise<Decision> {
    const streams = pairStreams(this.around.view, state);
    const facts: Supplied = {
      now: this.around.clock.now(),
      random: this.around.random(),
      fold,
      syncsFrom: this.around.syncsFrom?.() ?? 0,
      crmRevision: undefined,
      toErp: streams.toErp,
      toCrm: streams.toCrm,
      readings: new Map(),
      hooked: new Map(),
      openCreates: undefined,
      owner: undefined,
      claims: new Map(),
      matches: new Map(),
    };
    for (let asked = 0; asked < mostNeeds; asked += 1) {
      const decision = decide(state, input, facts);
      if (!(decision instanceof Needs)) return decision;
      await this.supply(decision, state, facts, streams);
    }
    throw new Error(`a decision about ${state.id} asks for facts without end`);
  }

  private async supply(needs: Needs, state: PairState, facts: Supplied, streams: PairStreams): Promise<void> {
    const { what } = needs;
    if (what.kind === 'reading') {
      facts.readings.set(readingKey(what.change), await this.read(state, what.change, streams));
    } else if (what.kind === 'hooked') {
      facts.hooked.set(hookedKey(what.change, what.operation), await this.runHooks(state, what, streams));
    } else if (what.kind === 'openCreates') {
      Object.assign(facts, await this.findOpenCreates(state, what.change));
    } else if (what.kind === 'crmRevision') {
      facts.crmRevision = await this.around.crmRevision();
    } else if (what.kind === 'matches') {
      facts.matches.set(what.key, await this.findMatches(state, what.key));
    } else {
      facts.claims.set(what.dataId, { owner: await this.claim(state, what, streams) });
    }
  }

  /** Whose the id is once it is claimed for this row. */
  private async claim(
    state: PairState,
    { side, dataId }: Extract<Needs['what'], { kind: 'claim' }>,
    { pair }: PairStreams,
  ): Promise<string> {
    const digest = pairDigest(state, side, dataId);
    const owner = (await this.claims(JSON.stringify([digest, state.id]))) ?? state.id;
    if (owner !== state.id || side !== 'crm' || pair.match === undefined) return owner;
    // Its own create may have begun beside this: that one looks for this claim after it has said so (carry-out.ts).
    const { openCreates, pointers } = this.around.store;
    if (!(await openCreates.rowsAmong([digest])).has(digest)) return owner;
    if (this.around.isPreview !== true) await pointers.release([{ id: digest, rowId: state.id }]);
    return digest;
  }

  private async findMatches(state: PairState, key: string): Promise<Candidates> {
    const { records, isFull } = (await this.matches(key)) ?? { records: [], isFull: false };
    const holders = await Promise.all(records.map(({ id }) => this.holders(JSON.stringify([id, state.id]))));
    return { free: records.filter((_, i) => (holders[i] ?? state.id) === state.id), isFull };
  }

  private async read(state: PairState, change: Change, { pair }: PairStreams): Promise<Reading> {
    const { bodies, references, view, evaluator } = this.around;
    const record = await readOrGone(bodies, change);
    if (record instanceof BodyGone) return unreadable(record.message);
    const { side } = change;
    const lookups = lookupsOf(pair, change, { field: this.fields, references });
    return readChange({ pair, side, record, lookups }, view, evaluator);
  }

  private async runHooks(
    state: PairState,
    { change, operation, destId }: Extract<Needs['what'], { kind: 'hooked' }>,
    { pair }: PairStreams,
  ): Promise<Hooked> {
    const { bodies, references, view, evaluator, runHook, isPreview } = this.around;
    // To see what would be decided, nothing of an operator's is run.
    if (isPreview === true) return { mapped: { kind: 'none' }, log: [] };
    if (runHook === undefined) throw new HooksNotHere(state.id);
    const record = await readOrGone(bodies, change);
    if (record instanceof BodyGone) return { mapped: unreadable(record.message).mapped, log: [] };
    const { side, dataId, syncId } = change;
    const lookups = lookupsOf(pair, change, { field: this.fields, references });
    const request = { pair, side, record, lookups, operation, syncId, dataId, destId };
    return readHooked(request, { view, evaluator, runHook });
  }

  private async findOpenCreates(
    state: PairState,
    change: Change,
  ): Promise<Pick<Facts, 'openCreates' | 'owner'>> {
    const open = (await this.openCreates(openCreateScope(state, change.side))) ?? [];
    const match = change.side === 'erp' ? await this.matchOf(state, change) : null;
    const suspects = open.filter(
      (create) =>
        create.rowId !== state.id && (create.match === null || match === null || create.match === match),
    );
    const creating = await newestCreating(suspects, change.arrivedAt, this.creating);
    // Read last: a create that has ended by now made its pointer before that.
    const owner = (await this.owners(pairDigest(state, change.side, change.dataId))) ?? null;
    return { openCreates: creating, owner };
  }

  private async matchOf(state: PairState, change: Change): Promise<string | null> {
    const object = this.around.view.erpObject(state.tenantId, state.dataCenterId, state.erpObject);
    const record = await readOrGone(this.around.bodies, change);
    return record instanceof BodyGone ? null : matchTextOf(object, record.master);
  }
}

/** A call of a hook met a change whose own hooks would have to be run: they cannot be, one within the other. */
export class HooksNotHere extends Error {
  override readonly name = 'HooksNotHere';

  constructor(rowId: string) {
    super(`the hooks of ${rowId} cannot be run within the call of another hook`);
  }
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
  hooked: Map<string, Hooked>;
  claims: Map<string, Claim>;
  matches: Map<string, Candidates>;
}
