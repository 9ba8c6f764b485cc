import type { ObjectPair } from '@syncline/catalog';
import {
  stringifyJson,
  textOf,
  topics,
  type CrmWrite,
  type CrmWriteResult,
  type ErpWrite,
  type ErpWriteOutcome,
  type ErpWriteResult,
  type JsonObject,
  type RecordData,
  type Side,
} from '@syncline/contract';
import { decide } from '../decide.ts';
import {
  Needs,
  readingKey,
  type Facts,
  type Input,
  type Reading,
  type StreamFacts,
} from '../decide/facts.ts';
import { messagesOf } from '../effects.ts';
import { fingerprintOf, type Change } from '../change.ts';
import { newPair, pairDigest, rowIdOf, type Effect, type PairState } from '../pair.ts';
import { stateOf, toRow } from '../rows.ts';

/** Draws from a seeded source, so that a run can be repeated. */
export type Draw = (below: number) => number;

export interface WorldOptions {
  draw: Draw;
  directions: readonly ('toErp' | 'toCrm')[];
  /** of 100 calls to the ERP, how many go wrong in some way */
  erpFaults: number;
  /** of 100 steps of mapping, how many die after the row is written and before all effects are produced */
  crashes: number;
  causedByTold: boolean;
}

interface Stored {
  value: string;
  /** the natural key, by which a doubled create is seen */
  key: string;
}

interface Delivery {
  topic: string;
  key: string;
  deliver: () => void;
}

export const pair: ObjectPair = {
  tenantId: 't',
  dataCenterId: 'd',
  crmObject: 'AccountObj',
  erpObject: 'BD_Customer',
};

function streamFacts(id: string, toErp: boolean): StreamFacts {
  return {
    id,
    enabled: true,
    triggers: ['create', 'update', 'invalid'],
    configRevision: 'r1',
    details: [],
    destIdField: toErp ? 'id' : '_id',
    retryDelaysMs: [5_000, 30_000, 120_000, 600_000],
    createSettleMs: 60_000,
    onUnknownCreate: 'hold',
    canFind: toErp,
  };
}

/**
 * A CRM, an ERP, a broker, a store and mapping itself, small enough to be run through thousands of interleavings.
 * Messages of one key keep their order within a topic; all else may happen in any order, twice, or after a crash.
 */
export class World {
  now = 1_700_000_000_000;
  readonly crm = new Map<string, Stored>();
  readonly erp = new Map<string, Stored>();
  readonly rows = new Map<string, PairState>();
  readonly writes = { crm: 0, erp: 0 };
  private readonly pointers = new Map<string, string>();
  private readonly queue: Delivery[] = [];
  private readonly attempts = new Map<string, ErpWriteResult | 'open'>();
  private readonly appliedWrites = new Map<string, CrmWriteResult>();
  private readonly crmRevisions = new Map<string, number>();
  private readonly options: WorldOptions;
  private counter = 0;
  private offset = 0;
  private ids = 0;
  private revision = 0;

  constructor(options: WorldOptions) {
    this.options = options;
  }

  // What people do.

  editCrm(id: string, value: string): void {
    const key = this.crm.get(id)?.key ?? `k-${id}`;
    this.crm.set(id, { value, key });
    this.emitCrm(id, 'user', '');
  }

  editErp(id: string, value: string): void {
    const key = this.erp.get(id)?.key ?? `k-${id}`;
    this.erp.set(id, { value, key });
    this.pushErp(id);
  }

  // What happens by itself.

  get pending(): number {
    return this.queue.length;
  }

  /** Delivers one waiting message: the first of a random key. Sometimes it stays and comes again. */
  step(): void {
    const heads = new Map<string, Delivery>();
    for (const one of this.queue) {
      const lane = `${one.topic}/${one.key}`;
      if (!heads.has(lane)) heads.set(lane, one);
    }
    const all = [...heads.values()];
    const chosen = all[this.options.draw(all.length)];
    if (chosen === undefined) return;
    const again = this.options.draw(100) < 5;
    if (!again) this.queue.splice(this.queue.indexOf(chosen), 1);
    chosen.deliver();
    this.now += this.options.draw(200);
  }

  /** Time passes; what is due is looked at. */
  passTime(ms: number): void {
    this.now += ms;
    for (const state of [...this.rows.values()]) {
      const dueAt = state.current?.dueAt ?? null;
      const unfinished = state.outbox.length > 0 && this.unproduced.has(state.id);
      if ((dueAt !== null && dueAt <= this.now) || unfinished) this.run(state.id, { kind: 'wake' });
    }
  }

  /** Runs until nothing waits: no message, no timer. Throws when that never comes. */
  settle(): void {
    this.options.erpFaults = 0;
    this.options.crashes = 0;
    for (let round = 0; round < 400; round += 1) {
      for (let i = 0; this.queue.length > 0 && i < 5_000; i += 1) this.step();
      const busy = [...this.rows.values()].filter(
        (state) => state.current !== null && state.current.phase !== 'person',
      );
      if (this.queue.length === 0 && busy.length === 0 && this.unproduced.size === 0) return;
      const next = Math.min(...busy.map((state) => state.current?.dueAt ?? this.now));
      this.passTime(Math.max(1, next - this.now));
    }
    const stuck = [...this.rows.values()].filter((state) => state.current !== null);
    throw new Error(`stuck: ${stringifyJson(stuck.map(({ current }) => current))}`);
  }

  // The CRM.

  private emitCrm(id: string, origin: 'user' | 'integration', causedBy: string): void {
    const record = this.crm.get(id);
    if (record === undefined) return;
    const order = { kind: 'log' as const, partition: 0, offset: (this.offset += 1), occurredAt: this.now };
    const eventId = `e${String(this.offset)}`;
    const data: RecordData = { master: { value: record.value, key: record.key }, details: {} };
    const cause = this.options.causedByTold ? causedBy : '';
    this.post(topics.crmEvents, `crm/${id}`, () => {
      this.change({ side: 'crm', id, via: origin, order, eventId, causedBy: cause, data });
    });
  }

  private applyCrmWrite(write: CrmWrite): void {
    const known = this.appliedWrites.get(write.writeId);
    if (known !== undefined) {
      this.postCrmResult(known);
      return;
    }
    const id = write.dataId ?? `A${String((this.ids += 1))}`;
    const isNewer = write.revision > (this.crmRevisions.get(id) ?? 0);
    const result = { writeId: write.writeId, tenantId: 't', success: true, dataId: id, detailDataIds: {} };
    this.appliedWrites.set(write.writeId, result);
    if (isNewer) {
      this.crmRevisions.set(id, write.revision);
      this.crm.set(id, { value: textOf(write.data['value']), key: textOf(write.data['key']) });
      this.writes.crm += 1;
      this.emitCrm(id, 'integration', write.writeId);
    }
    this.postCrmResult(result);
  }

  private postCrmResult(result: CrmWriteResult): void {
    this.post(topics.crmWriteResults, result.writeId, () =>
      this.run(rowIdOf(result.writeId), { kind: 'crmResult', result }),
    );
  }

  // The ERP and the pusher before it.

  private pushErp(id: string): void {
    const record = this.erp.get(id);
    if (record === undefined) return;
    const order = { kind: 'counter' as const, number: (this.counter += 1) };
    const data: RecordData = { master: { id, value: record.value, key: record.key }, details: {} };
    this.post(topics.erpRecords, `erp/${id}`, () => {
      this.change({ side: 'erp', id, via: 'push', order, eventId: '', causedBy: '', data });
    });
  }

  private applyErpWrite(write: ErpWrite): void {
    const row = this.rows.get(write.rowId);
    if (row === undefined || toRow(row).inFlightId !== write.syncId) return;
    const attempt = `${write.syncId}/${String(write.attempt)}`;
    const earlier = write.guarded ? this.attempts.get(attempt) : undefined;
    if (earlier === 'open') this.answer(write, this.unknown());
    else if (earlier !== undefined) this.postErpResult(earlier);
    else this.call(write, attempt);
  }

  private call(write: ErpWrite, attempt: string): void {
    if (write.operation === 'read') this.answerRead(write);
    else if (write.operation === 'find') this.answerFind(write);
    else this.answerWrite(write, attempt);
  }

  private answerRead(write: ErpWrite): void {
    const id = write.dataId ?? '';
    const record = this.erp.get(id);
    const order = (this.counter += 1);
    const found = record === undefined ? null : { master: { id, ...record }, details: {} };
    this.answer(write, { kind: 'read', record: found, order });
  }

  private answerFind(write: ErpWrite): void {
    const wanted = write.match[0]?.value;
    const found = [...this.erp].filter(([, record]) => record.key === wanted);
    this.answer(write, { kind: 'found', candidates: found.map(([dataId]) => ({ dataId })) });
  }

  private answerWrite(write: ErpWrite, attempt: string): void {
    if (write.guarded) this.attempts.set(attempt, 'open');
    const fault = this.options.draw(100) < this.options.erpFaults ? this.options.draw(4) : -1;
    if (fault === 0) {
      this.answer(write, { kind: 'transient', code: '503', message: 'busy' });
      return;
    }
    // 1: the pusher dies before the call, 2: after it; 3: the answer is lost
    const dataId = fault === 1 ? '' : this.applyToErp(write);
    const lost: ErpWriteOutcome = write.guarded
      ? this.unknown()
      : { kind: 'transient', code: 'cut', message: 'cut' };
    if (fault === 3) this.answer(write, lost);
    else if (fault === -1)
      this.answer(write, { kind: 'accepted', dataId, detailIds: {}, order: (this.counter += 1) });
    else if (write.guarded) this.applyErpWrite(write);
    else this.call(write, attempt);
  }

  private applyToErp(write: ErpWrite): string {
    const dataId = write.dataId ?? `C${String((this.ids += 1))}`;
    const { value, key } = write.record?.master ?? {};
    this.erp.set(dataId, { value: textOf(value), key: textOf(key) });
    this.writes.erp += 1;
    if (this.options.draw(2) === 0) this.pushErp(dataId);
    return dataId;
  }

  private unknown(): ErpWriteOutcome {
    return { kind: 'unknown', code: 'cut', message: 'cut', attemptedFrom: this.now, attemptedTo: this.now };
  }

  private answer(write: ErpWrite, outcome: ErpWriteOutcome): void {
    const { syncId, attempt, rowId, tenantId, dataCenterId, operation } = write;
    const result = { syncId, attempt, rowId, tenantId, dataCenterId, operation, outcome, at: this.now };
    if (write.guarded) this.attempts.set(`${syncId}/${String(attempt)}`, result);
    this.postErpResult(result);
  }

  private postErpResult(result: ErpWriteResult): void {
    this.post(topics.erpWriteResults, result.syncId, () =>
      this.run(result.rowId, { kind: 'erpResult', result }),
    );
  }

  // Mapping, as services/mapping carries it out: rows, pointers, effects, crashes in between.

  private readonly unproduced = new Set<string>();

  private change(seen: {
    side: Side;
    id: string;
    via: Change['via'];
    order: Change['order'];
    eventId: string;
    causedBy: string;
    data: RecordData;
  }): void {
    const { side, id, data, ...rest } = seen;
    const change: Change = {
      ...rest,
      syncId: '',
      side,
      dataId: id,
      operation: 'upsert',
      fingerprint: fingerprintOf('upsert', data, 'r1'),
      body: { record: data },
      arrivedAt: this.now,
      forced: false,
      told: false,
      note: '',
    };
    const digest = pairDigest(pair, side, id);
    const cause = this.rows.get(rowIdOf(seen.causedBy));
    const rowId = this.pointers.get(digest) ?? (this.rows.has(digest) ? digest : (cause?.id ?? digest));
    const begins = this.options.directions.includes(side === 'crm' ? 'toErp' : 'toCrm');
    if (!this.rows.has(rowId)) {
      if (!begins) return;
      this.run(rowId, { kind: 'change', change }, newPair(pair, side, id, this.now));
    } else this.run(rowId, { kind: 'change', change });
  }

  private run(rowId: string, input: Input, begin?: PairState): void {
    const stored = this.rows.get(rowId) ?? begin;
    if (stored === undefined) return;
    const start = stateOf(toRow(stored));
    const leftOver = this.unproduced.has(rowId) ? start.outbox : [];
    const decision = this.decideWith(start, input);
    const after: PairState = { ...decision.state, version: start.version + 1, outbox: decision.effects };
    this.rows.set(rowId, after);
    this.produce(after, [...leftOver, ...decision.effects], input);
    this.wakeWaiting(start, after);
  }

  /** Produces all effects, or dies in between: then the input comes again and finds the rest in the row. */
  private produce(state: PairState, effects: readonly Effect[], input: Input): void {
    const crashes = this.options.draw(100) < this.options.crashes;
    const kept = crashes ? effects.slice(0, this.options.draw(effects.length + 1)) : effects;
    for (const { topic, key, value } of messagesOf({ state, effects: kept, pair }, new Map())) {
      if (topic === topics.erpWrites)
        this.post(topic, key ?? '', () => this.applyErpWrite(JSON.parse(String(value)) as ErpWrite));
      if (topic === topics.crmWrites)
        this.post(topic, key ?? '', () => this.applyCrmWrite(JSON.parse(String(value)) as CrmWrite));
    }
    for (const effect of kept) {
      if (effect.kind === 'forward')
        this.run(effect.rowId, { kind: 'change', change: { ...effect.change, syncId: '' } });
    }
    if (!crashes) {
      this.unproduced.delete(state.id);
      return;
    }
    this.unproduced.add(state.id);
    this.post('again', state.id, () => this.run(state.id, input));
  }

  private decideWith(state: PairState, input: Input) {
    const readings = new Map<string, Reading>();
    const claims = new Map<string, { owner: string }>();
    const facts: Facts & { readings: typeof readings; claims: typeof claims } = {
      now: this.now,
      random: this.options.draw(1000) / 1000,
      fold: 0,
      crmRevision: (this.revision += 1),
      toErp: this.options.directions.includes('toErp') ? streamFacts('s1', true) : null,
      toCrm: this.options.directions.includes('toCrm') ? streamFacts('s2', false) : null,
      readings,
      claims,
      openCreates: undefined,
      owner: undefined,
    };
    for (let asked = 0; asked < 12; asked += 1) {
      const decision = decide(state, input, facts);
      if (!(decision instanceof Needs)) return decision;
      const { what } = decision;
      if (what.kind === 'reading') readings.set(readingKey(what.change), this.read(what.change));
      else if (what.kind === 'claim') claims.set(what.dataId, this.claim(state, what.side, what.dataId));
      else Object.assign(facts, this.openCreates(state, what.change));
    }
    throw new Error('facts without end');
  }

  private read(change: Change): Reading {
    const master: JsonObject = 'record' in change.body ? change.body.record.master : {};
    const { value = '', key = '' } = master;
    const fields = { value: textOf(value), key: textOf(key) };
    const mapped = this.options.directions.includes(change.side === 'crm' ? 'toErp' : 'toCrm')
      ? {
          kind: 'ok' as const,
          record: { master: { value, key }, details: {} },
          values: fields,
          rows: {},
          match: change.side === 'crm' ? [{ field: 'key', value: textOf(key) }] : [],
          owes: [],
        }
      : { kind: 'none' as const };
    return { source: { fields, rows: {} }, name: '', mapped };
  }

  private claim(state: PairState, side: Side, dataId: string): { owner: string } {
    const digest = pairDigest(pair, side, dataId);
    const owner = this.pointers.get(digest) ?? state.id;
    const other = this.rows.get(digest);
    if (other !== undefined && other.id !== state.id) {
      const row = toRow(other);
      if (row.isCreated || row.inFlightId !== null) return { owner: other.id };
    }
    this.pointers.set(digest, owner);
    return { owner };
  }

  private openCreates(state: PairState, change: Change) {
    const key = this.read(change).source.fields['key'] ?? '';
    const open = [...this.rows.values()].flatMap((other) => {
      const { current } = other;
      if (other.id === state.id || current === null || !('write' in current)) return [];
      if (current.write.operation !== 'create' || current.write.to !== change.side) return [];
      const match = current.write.match[0]?.value ?? null;
      if (match !== null && match !== key) return [];
      return [{ rowId: other.id, match, openedAt: current.since }];
    });
    return {
      openCreates: open,
      owner: this.pointers.get(pairDigest(pair, change.side, change.dataId)) ?? null,
    };
  }

  private wakeWaiting(before: PairState, after: PairState): void {
    if (before.current === null || after.current?.phase === before.current.phase) return;
    for (const other of [...this.rows.values()]) {
      if (other.current?.phase === 'openWait') this.run(other.id, { kind: 'wake' });
    }
  }

  private post(topic: string, key: string, deliver: () => void): void {
    this.queue.push({ topic, key, deliver });
  }
}
