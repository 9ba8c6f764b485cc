import {
  topics,
  type CrmWrite,
  type CrmWriteResult,
  type ErpWrite,
  type ErpWriteOutcome,
  type ErpWriteResult,
  type Side,
  type SyncOutcome,
} from '@syncline/contract';
import { fingerprintOf, type Change } from '../change.ts';
import { decide } from '../decide.ts';
import {
  hookedKey,
  Needs,
  readingKey,
  type Candidates,
  type Claim,
  type Facts,
  type Hooked,
  type Input,
  type Link,
  type OpenCreateFacts,
  type Reading,
  type Reply,
  type StreamFacts,
} from '../decide/facts.ts';
import type { OperatorAction } from '../decide/operator-action.ts';
import { crmWriteId } from '../decide/send.ts';
import { messagesOf } from '../effects.ts';
import { storedChange } from '../stored-change.ts';
import { newPair, type Effect, type PairState } from '../pair.ts';
import { stateOf, toRow } from '../rows.ts';
import { aStream, pair } from './builders.ts';
import { readSmall } from './read-small.ts';
import { dataOf, type SideRecord } from './side-record.ts';

/** What a record holds, as far as a test cares. */
export type Held = Partial<Pick<SideRecord, 'value' | 'parent'>> & {
  key?: string;
  rows?: Record<string, string>;
};

export interface PlayedOptions {
  beganOn?: Side;
  toErp?: Partial<StreamFacts> | null;
  toCrm?: Partial<StreamFacts> | null;
}

export const rowIdOfOthers = 'f'.repeat(32);

/**
 * One pair, played through by hand: account A1 of the CRM and customer C1 of the ERP. Every step goes through the row's
 * text, as it does in the service; what was produced is kept to be looked at.
 */
export class PlayedPair {
  now = 1_000_000;
  state: PairState;
  /** the messages of the last step */
  sent: (ErpWrite | CrmWrite)[] = [];
  readonly outcomes: SyncOutcome[] = [];
  /** what the history was told, as text */
  readonly told: string[] = [];
  effects: readonly Effect[] = [];
  result = '';
  reply: Reply | undefined;
  /** rows that hold ids of the other side, by id */
  readonly owners = new Map<string, string>();
  openCreates: OpenCreateFacts[] = [];
  /** the CRM's records that equal the ERP's by its `key` and have no counterpart */
  free: Candidates['free'] = [];
  isFull = false;
  /** the row that a pointer leads this pair's first id to */
  owner: string | null = null;
  random = 0.5;
  syncsFrom = 0;
  streams: Pick<Facts, 'toErp' | 'toCrm'>;
  /** what a change becomes, where it is not simply mapped */
  readonly mapped = new Map<string, Reading['mapped']>();
  /** what hooks make of a change, by `operation:value`; where none is named they leave it as it is */
  readonly hooked = new Map<string, Hooked>();
  /** the operations for which hooks were run */
  readonly hooksRun: string[] = [];
  private offset = 0;
  private counter = 0;
  private revision = 0;

  constructor({ beganOn = 'crm', toErp = {}, toCrm = {} }: PlayedOptions = {}) {
    this.state = newPair(pair, beganOn, beganOn === 'crm' ? 'A1' : 'C1', this.now);
    this.streams = {
      toErp: toErp === null ? null : aStream('crm', toErp),
      toCrm: toCrm === null ? null : aStream('erp', toCrm),
    };
  }

  /** A change in the CRM, by a user unless it says otherwise. */
  crm(held: Held, part: Partial<Change> & { occurredAt?: number; offset?: number } = {}): this {
    const { occurredAt = this.now, offset = (this.offset += 1), ...rest } = part;
    const order = { kind: 'log', partition: 0, offset, occurredAt } as const;
    return this.change('crm', held, { via: 'user', order, eventId: `e${String(offset)}`, ...rest });
  }

  /** A change in the ERP, pushed unless it says otherwise. */
  erp(held: Held, part: Partial<Change> & { number?: number } = {}): this {
    const { number = (this.counter += 10), ...rest } = part;
    return this.change('erp', held, { via: 'push', order: { kind: 'counter', number }, ...rest });
  }

  /** The ERP's counter now; what is drawn next is higher. */
  get erpNumber(): number {
    return this.counter;
  }

  private change(side: Side, held: Held, part: Partial<Change> & Pick<Change, 'via' | 'order'>): this {
    const dataId = part.dataId ?? (side === 'crm' ? 'A1' : 'C1');
    const operation = part.operation ?? 'upsert';
    const record = recordOf(side, dataId, held);
    const revision = this.streams[side === 'crm' ? 'toErp' : 'toCrm']?.configRevision ?? '';
    const change: Change = {
      syncId: '',
      side,
      dataId,
      operation,
      eventId: '',
      causedBy: '',
      fingerprint: fingerprintOf(operation, record, revision),
      body: { record },
      arrivedAt: this.now,
      forced: false,
      endsVoid: false,
      replaces: false,
      isStale: false,
      told: false,
      note: '',
      ...part,
    };
    return this.step({ kind: 'change', change });
  }

  /** The ERP, or the pusher, answers the newest message; `part` answers another. */
  answer(outcome: ErpWriteOutcome, part: Partial<ErpWriteResult> = {}): this {
    const asked = this.lastErpMessage;
    const result = { ...asked, outcome, at: this.now, ...part };
    return this.step({ kind: 'erpResult', result });
  }

  /** The ERP says yes, with the ids of the rows that were sent. */
  accept(detailIds: string[] = [], dataId = 'C1'): this {
    return this.answer({
      kind: 'accepted',
      dataId,
      detailIds: { BD_Contact: detailIds },
      order: (this.counter += 10),
    });
  }

  unanswered(): this {
    return this.answer({
      kind: 'unknown',
      code: 'timeout',
      message: 'no answer',
      attemptedFrom: this.now - 100,
      attemptedTo: this.now,
    });
  }

  busy(retryAfterMs?: number): this {
    return this.answer({
      kind: 'transient',
      code: '503',
      message: 'busy',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }

  /** The ERP shows the record as it was asked for. */
  shows(held: Held | null, order = (this.counter += 10)): this {
    const record = held === null ? null : recordOf('erp', 'C1', held);
    return this.answer({ kind: 'read', record, order });
  }

  found(...ids: string[]): this {
    return this.answer({ kind: 'found', candidates: ids.map((dataId) => ({ dataId })) });
  }

  /** The CRM answers the newest write. */
  crmAnswers(part: Partial<CrmWriteResult> = {}): this {
    const { current } = this.state;
    const writeId = current === null ? '' : crmWriteId(current.change, current.sends);
    const result = { writeId, tenantId: 't', success: true, dataId: 'A1', detailDataIds: {}, ...part };
    return this.step({ kind: 'crmResult', result });
  }

  /** Time passes, and the row is looked at if that is due. */
  pass(ms: number): this {
    this.now += ms;
    const dueAt = this.state.current?.dueAt ?? null;
    return dueAt !== null && dueAt <= this.now ? this.wake() : this;
  }

  wake(): this {
    return this.step({ kind: 'wake' });
  }

  /** Lets time pass until the row is due by itself. */
  untilDue(): this {
    return this.pass(Math.max(0, (this.state.current?.dueAt ?? this.now) - this.now));
  }

  retry(side: Side | null = null, taskId?: string, as: { asNew?: true } = {}): this {
    return this.byHand({ do: 'retry', side, ...as }, taskId);
  }

  /** A person called Ann acts. */
  byHand(action: OperatorAction, taskId?: string): this {
    return this.step({ kind: 'operator', by: 'Ann', action, ...(taskId !== undefined && { taskId }) });
  }

  /** The snapshot of an earlier sync is decided again, or what a person made of it. */
  replay(syncId: string, held: Held, part: { side?: Side; edited?: Held; taskId?: string } = {}): this {
    const { side = 'crm', edited, taskId } = part;
    const stored = this.storedOf(side, held);
    const given = edited === undefined ? {} : { edited: { ...this.storedOf(side, edited), note: 'value' } };
    return this.byHand({ do: 'replay', syncId, stored, ...given }, taskId);
  }

  private storedOf(side: Side, held: Held): Change {
    const record = recordOf(side, side === 'crm' ? 'A1' : 'C1', held);
    const revision = this.streams[side === 'crm' ? 'toErp' : 'toCrm']?.configRevision ?? '';
    return storedChange(this.state, { side, record, revision, at: this.now });
  }

  link(destId: string, part: Partial<Link> = {}): this {
    const sourceSide = part.sourceSide ?? 'crm';
    const sourceId = sourceSide === 'crm' ? 'A1' : 'C1';
    const link = {
      mode: 'create',
      sourceSide,
      sourceId,
      destId,
      sourceName: undefined,
      destName: undefined,
    } as const;
    return this.step({ kind: 'link', link: { ...link, remark: undefined, ...part } });
  }

  step(input: Input): this {
    this.now += 1;
    const state = stateOf(toRow(this.state));
    const decision = this.decideWith(state, input);
    this.state = { ...decision.state, version: state.version + 1, outbox: decision.effects };
    this.effects = decision.effects;
    this.result = decision.result;
    this.reply = decision.reply;
    this.sent = [];
    for (const effect of decision.effects)
      if (effect.kind === 'history') this.told.push(...effect.events.map((event) => event.message));
    for (const { topic, value } of messagesOf(
      { state: this.state, effects: this.effects, pair },
      new Map(),
    )) {
      const message: unknown = JSON.parse(String(value));
      if (topic === topics.syncOutcomes) this.outcomes.push(message as SyncOutcome);
      else this.sent.push(message as ErpWrite | CrmWrite);
    }
    const toErp = this.sent.find((message): message is ErpWrite => 'attempt' in message);
    if (toErp !== undefined) this.erpMessage = toErp;
    return this;
  }

  private erpMessage: ErpWrite | null = null;

  get lastErpMessage(): ErpWrite {
    if (this.erpMessage === null) throw new Error('nothing was sent to the ERP');
    return this.erpMessage;
  }

  /** The one message of the last step. */
  get message(): ErpWrite & CrmWrite {
    if (this.sent.length !== 1) throw new Error(`${String(this.sent.length)} messages were sent`);
    return this.sent[0] as ErpWrite & CrmWrite;
  }

  /** The newest outcome. */
  get outcome(): SyncOutcome {
    const last = this.outcomes.at(-1);
    if (last === undefined) throw new Error('no sync has ended');
    return last;
  }

  get phase(): string | null {
    return this.state.current?.phase ?? null;
  }

  private decideWith(state: PairState, input: Input) {
    const readings = new Map<string, Reading>();
    const hooked = new Map<string, Hooked>();
    const claims = new Map<string, Claim>();
    const facts: { -readonly [K in keyof Facts]: Facts[K] } = {
      now: this.now,
      random: this.random,
      fold: 0,
      syncsFrom: this.syncsFrom,
      crmRevision: undefined,
      ...this.streams,
      readings,
      hooked,
      openCreates: undefined,
      owner: undefined,
      claims,
      matches: new Map<string, Candidates>(),
    };
    this.revision += 1;
    for (let asked = 0; asked < 12; asked += 1) {
      const decision = decide(state, input, facts);
      if (!(decision instanceof Needs)) return decision;
      const { what } = decision;
      if (what.kind === 'reading') readings.set(readingKey(what.change), this.read(what.change));
      else if (what.kind === 'hooked')
        hooked.set(hookedKey(what.change, what.operation), this.runHooks(what.change, what.operation));
      else if (what.kind === 'crmRevision') facts.crmRevision = this.revision;
      else if (what.kind === 'matches')
        facts.matches = new Map([[what.key, { free: this.free, isFull: this.isFull }]]);
      else if (what.kind === 'claim')
        claims.set(what.dataId, { owner: this.owners.get(what.dataId) ?? state.id });
      else Object.assign(facts, { openCreates: this.openCreates, owner: this.owner });
    }
    throw new Error('facts without end');
  }

  private runHooks(change: Change, operation: string): Hooked {
    this.hooksRun.push(operation);
    const { source, mapped } = this.read(change);
    return this.hooked.get(`${operation}:${source.fields['value'] ?? ''}`) ?? { mapped, log: [] };
  }

  private read(change: Change): Reading {
    const stream = this.streams[change.side === 'crm' ? 'toErp' : 'toCrm'];
    const reading = readSmall(change, stream === null ? null : () => undefined);
    const mapped = this.mapped.get(reading.source.fields['value'] ?? '');
    const { key = '' } = reading.source.fields;
    const match = stream?.looksForMatch === true ? { key, words: `key = ${key}` } : undefined;
    const isBare = 'record' in change.body && Object.keys(change.body.record.master).length === 0;
    return {
      ...reading,
      ...(isBare ? { isBare } : {}),
      match,
      ...(mapped === undefined || stream === null ? {} : { mapped }),
    };
  }
}

function recordOf(side: Side, dataId: string, { rows = {}, ...held }: Held) {
  const record: SideRecord = {
    key: 'K1',
    value: '',
    parent: '',
    isVoided: false,
    ...held,
    rows: Object.entries(rows).map(([id, value]) => ({ id, key: '', value })),
  };
  return dataOf(side, dataId, record);
}

/** A pair that both sides hold with this value. */
export function inStep(value = 'v1', options: PlayedOptions = {}): PlayedPair {
  const played = new PlayedPair(options);
  return options.beganOn === 'erp' ? played.erp({ value }).crmAnswers() : played.crm({ value }).accept();
}
