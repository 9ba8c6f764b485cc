import {
  topics,
  type CrmWrite,
  type CrmWriteResult,
  type ErpWrite,
  type ErpWriteResult,
  type RecordData,
  type Side,
} from '@syncline/contract';
import { fingerprintOf, type Change } from '../change.ts';
import { sumBy } from '../count-fates.ts';
import { fatesOf, type Fate } from '../decide/fates.ts';
import type { Decision, Input } from '../decide/facts.ts';
import { messagesOf } from '../effects.ts';
import { knownText } from '../known-values.ts';
import { newPair, pairDigest, rowIdOf, type Effect, type PairState } from '../pair.ts';
import { stateOf, stateText, toRow } from '../rows.ts';
import { storedChange } from '../stored-change.ts';
import { sideDocumentsOf, wakeKeys } from '../side-documents.ts';
import { pair } from './builders.ts';
import type { Lanes } from './lanes.ts';
import { SmallFacts, type SmallFactsOptions } from './small-facts.ts';
import type { SmallEvent } from './small-crm.ts';
import type { SmallArrival } from './small-erp.ts';
import { dataOf } from './side-record.ts';

export interface MappingTemper {
  /** of 100 steps, how many die after the row is written and before all effects are produced */
  crashes: number;
  /** of 100 decisions, how many are made while another instance changes something */
  conflicts: number;
  /** of 100 steps, how many do not remember that the row's effects were produced */
  restarts: number;
}

export interface SmallMappingOptions extends SmallFactsOptions {
  lanes: Lanes;
  temper: () => MappingTemper;
  causedByTold: boolean;
  takeErpWrite: (write: ErpWrite) => void;
  takeCrmWrite: (write: CrmWrite) => void;
}

interface Seen {
  side: Side;
  id: string;
  via: Change['via'];
  operation: Change['operation'];
  order: Change['order'];
  eventId: string;
  causedBy: string;
  data: RecordData;
}

/** Mapping as the service carries it out: rows, pointers, waits, effects, with crashes and a second instance. */
export class SmallMapping {
  readonly rows = new Map<string, PairState>();
  /** what the history keeps of snapshots, by sync */
  readonly arrivals = new Map<string, { rowId: string; side: Side; record: RecordData; at: number }>();
  /** each change is a batch of its own */
  private readonly fates: Fate[] = [];
  private readonly facts: SmallFacts;
  private readonly pointers = new Map<string, string>();
  private readonly unproduced = new Set<string>();
  private readonly options: SmallMappingOptions;
  private depth = 0;

  constructor(options: SmallMappingOptions) {
    this.options = options;
    this.facts = new SmallFacts(options, this.rows, this.pointers);
  }

  isInFlight({ rowId, syncId, attempt }: ErpWrite): boolean {
    const row = this.rows.get(rowId);
    return row !== undefined && toRow(row).inFlightId === `${syncId}/${String(attempt)}`;
  }

  get isSettled(): boolean {
    return this.unproduced.size === 0;
  }

  /** What is known of the changes, by side and place in its order. */
  get fatesByChange() {
    return sumBy(this.fates, ({ windowId }) => windowId);
  }

  takeEvent(event: SmallEvent): void {
    const { id, operation, origin, offset, occurredAt, eventId, causedBy, record } = event;
    const operations = {
      create: 'upsert',
      update: 'upsert',
      invalid: 'void',
      delete: 'void',
      recover: 'recover',
    } as const;
    this.take(
      {
        side: 'crm',
        id,
        via: origin,
        operation: operations[operation],
        order: { kind: 'log', partition: 0, offset, occurredAt },
        eventId,
        causedBy: this.options.causedByTold ? causedBy : '',
        data: dataOf('crm', id, record),
      },
      operation === 'create',
    );
  }

  takeRecord({ id, via, operation, order, record }: SmallArrival): void {
    const data = dataOf('erp', id, record);
    const side = 'erp' as const;
    this.take(
      {
        side,
        id,
        via,
        operation,
        order: { kind: 'counter', number: order },
        eventId: '',
        causedBy: '',
        data,
      },
      false,
    );
  }

  takeErpResult(result: ErpWriteResult): void {
    this.run(result.rowId, { kind: 'erpResult', result });
  }

  takeCrmResult(result: CrmWriteResult): void {
    this.run(rowIdOf(result.writeId), { kind: 'crmResult', result });
  }

  /** What is due is looked at. */
  passTime(): void {
    for (const state of [...this.rows.values()]) {
      const dueAt = state.current?.dueAt ?? null;
      const isDue = dueAt !== null && dueAt <= this.options.now();
      if (isDue || this.unproduced.has(state.id)) this.run(state.id, { kind: 'wake' });
    }
  }

  private take(seen: Seen, isCreate: boolean): void {
    const { side, id, data, ...rest } = seen;
    const change: Change = {
      ...rest,
      syncId: '',
      side,
      dataId: id,
      fingerprint: fingerprintOf(seen.operation, data, 'r1'),
      body: { record: data },
      arrivedAt: this.options.now(),
      forced: false,
      endsVoid: false,
      replaces: false,
      isStale: false,
      told: false,
      note: '',
      origin: { windowId: `${side} ${String(placeOf(seen.order))}` },
    };
    const rowId = this.locate(change, isCreate);
    const begins = this.options.directions.includes(side === 'crm' ? 'toErp' : 'toCrm');
    const begin = begins ? newPair(pair, side, id, this.options.now()) : undefined;
    this.run(rowId, { kind: 'change', change }, begin, () => this.take(seen, isCreate));
  }

  /** As locate.ts does. */
  private locate({ side, dataId, causedBy, body }: Change, isCreate: boolean): string {
    const digest = pairDigest(pair, side, dataId);
    const pointed = this.pointers.get(digest);
    if (pointed !== undefined && this.rows.has(pointed)) return pointed;
    const cause = isCreate ? this.rows.get(rowIdOf(causedBy)) : undefined;
    if (this.rows.has(digest) || cause === undefined || cause.sides.crm.id !== '') return digest;
    if (cause.current?.phase !== 'inFlight' || !('record' in body)) return digest;
    const { master } = body.record;
    const shows = Object.entries(cause.current.write.values).every(
      ([field, text]) => knownText(master[field]) === text,
    );
    return shows ? cause.id : digest;
  }

  /** One input of a row: decided, stored if no other instance was faster, its effects produced. */
  run(rowId: string, input: Input, begin?: PairState, again = () => this.run(rowId, input, begin)): void {
    const stored = this.rows.get(rowId) ?? begin;
    if (stored === undefined) return;
    let start = stateOf(toRow(stored));
    let decision = this.facts.decide(start, input);
    if (this.depth === 0 && this.options.draw(100) < this.options.temper().conflicts) {
      this.interfere();
      const now = this.rows.get(rowId);
      if (now !== undefined && now.version !== start.version) {
        start = stateOf(toRow(now));
        decision = this.facts.decide(start, input);
      }
    }
    this.carryOut(start, decision, fatesOf(start, input, decision), again);
  }

  private interfere(): void {
    this.depth += 1;
    for (let i = this.options.draw(3); i >= 0; i -= 1) this.options.lanes.step();
    this.depth -= 1;
  }

  private carryOut(start: PairState, decision: Decision, fates: readonly Fate[], again: () => void): void {
    const { draw, temper } = this.options;
    const isForgotten = this.unproduced.has(start.id) || draw(100) < temper().restarts;
    const leftOver = isForgotten ? start.outbox : [];
    const isNews = decision.effects.length > 0 || !isSame(start, decision.state);
    const after: PairState = isNews
      ? { ...decision.state, version: start.version + 1, outbox: decision.effects }
      : start;
    if (isNews) this.rows.set(start.id, after);
    this.fates.push(...fates);
    if (isNews) this.noteArrivals(after);
    this.produce(after, [...leftOver, ...(isNews ? after.outbox : [])], again);
    this.wakeWaiting(start, after);
  }

  private noteArrivals({ id: rowId, outbox }: PairState): void {
    for (const effect of outbox) {
      if (effect.kind !== 'history' || effect.side === null) continue;
      const { syncId, side } = effect;
      for (const { kind, body, at } of effect.events) {
        if (kind === 'arrived' && body !== undefined && 'record' in body)
          this.arrivals.set(syncId, { rowId, side, record: body.record, at });
      }
    }
  }

  /** A person has the stored snapshot of a sync decided again. */
  replay(syncId: string): void {
    const stored = this.arrivals.get(syncId);
    const state = this.rows.get(stored?.rowId ?? '');
    if (stored === undefined || state === undefined) return;
    const change = storedChange(state, { ...stored, revision: 'r1' });
    this.run(state.id, { kind: 'operator', by: 'op', action: { do: 'replay', syncId, stored: change } });
  }

  /** Produces all effects, or dies in between: then the input comes again and finds the rest in the row. */
  private produce(state: PairState, effects: readonly Effect[], again: () => void): void {
    const { draw, temper, lanes } = this.options;
    const crashes = draw(100) < temper().crashes;
    const kept = crashes ? effects.slice(0, draw(effects.length + 1)) : effects;
    for (const { topic, key, value } of messagesOf({ state, effects: kept, pair }, new Map())) {
      const text = String(value);
      if (topic === topics.erpWrites)
        lanes.post(topic, key ?? '', () => this.options.takeErpWrite(JSON.parse(text) as ErpWrite));
      if (topic === topics.crmWrites)
        lanes.post(topic, key ?? '', () => this.options.takeCrmWrite(JSON.parse(text) as CrmWrite));
    }
    for (const effect of kept) {
      if (effect.kind === 'forward') this.run(effect.rowId, { kind: 'change', change: effect.change });
    }
    if (!crashes) {
      this.unproduced.delete(state.id);
      return;
    }
    this.unproduced.add(state.id);
    lanes.post('again', state.id, again);
  }

  private wakeWaiting(before: PairState, after: PairState): void {
    const keys = new Set(wakeKeys({ before: before.version === 0 ? null : before, after }));
    if (keys.size === 0) return;
    for (const other of [...this.rows.values()]) {
      if (sideDocumentsOf(other).waits.some((key) => keys.has(key))) this.run(other.id, { kind: 'wake' });
    }
  }
}

function placeOf(order: Change['order']): number {
  return order.kind === 'log' ? order.offset : order.number;
}

function isSame(before: PairState, after: PairState): boolean {
  return (
    stateText({ ...before, updatedAt: 0, outbox: [] }) === stateText({ ...after, updatedAt: 0, outbox: [] })
  );
}
