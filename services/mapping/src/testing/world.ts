import { otherSide, stringifyJson } from '@syncline/contract';
import type { PairState } from '../pair.ts';
import type { Draw } from './draw.ts';
import { Lanes } from './lanes.ts';
import { SmallCrm } from './small-crm.ts';
import { SmallErp, type ErpTemper } from './small-erp.ts';
import { SmallMapping, type MappingTemper } from './small-mapping.ts';

export interface WorldOptions extends ErpTemper, MappingTemper {
  draw: Draw;
  directions: readonly ('toErp' | 'toCrm')[];
  /** of 100 writes, how many the CRM refuses, now or for good */
  crmFaults: number;
  causedByTold: boolean;
  /** can an unanswered create be looked up? */
  canFind: boolean;
  onUnknownCreate: 'hold' | 'resend';
}

const calm = { faults: 0, crmFaults: 0, crashes: 0, conflicts: 0, restarts: 0 };

/**
 * A CRM, an ERP, a broker, a store and mapping itself, small enough to be run through thousands of interleavings: any
 * message may come again, any step may die, and another instance may be faster.
 */
export class World {
  now = 1_700_000_000_000;
  readonly crm: SmallCrm;
  readonly erp: SmallErp;
  readonly mapping: SmallMapping;
  readonly lanes: Lanes;
  /** now and then a person retries, replays or asks the ERP for a record, needed or not */
  hasOperators = false;
  /** each edit writes the one field, so that its last value is to be found in the end */
  peopleWriteValuesOnly = false;
  private options: WorldOptions;
  private ids = 0;

  constructor(options: WorldOptions) {
    this.options = options;
    const { draw, directions, causedByTold, canFind, onUnknownCreate } = options;
    this.lanes = new Lanes(draw);
    const around = {
      draw,
      lanes: this.lanes,
      now: () => this.now,
      newId: (prefix: string) => `${prefix}${String((this.ids += 1))}`,
    };
    this.mapping = new SmallMapping({
      ...around,
      directions,
      causedByTold,
      canFind,
      onUnknownCreate,
      temper: () => this.options,
      takeErpWrite: (write) => this.erp.take(write),
      takeCrmWrite: (write) => this.crm.take(write),
    });
    this.crm = new SmallCrm({
      ...around,
      faults: () => this.options.crmFaults,
      takeEvent: (event) => this.mapping.takeEvent(event),
      takeResult: (result) => this.mapping.takeCrmResult(result),
    });
    this.erp = new SmallErp({
      ...around,
      temper: () => this.options,
      isInFlight: (write) => this.mapping.isInFlight(write),
      takeRecord: (arrival) => this.mapping.takeRecord(arrival),
      takeResult: (result) => this.mapping.takeErpResult(result),
    });
  }

  newId(prefix: string): string {
    return `${prefix}${String((this.ids += 1))}`;
  }

  step(): void {
    this.lanes.step();
    this.now += this.options.draw(200);
  }

  /** Time passes; what is due is looked at. */
  passTime(ms: number): void {
    this.now += ms;
    this.mapping.passTime();
  }

  /** Now and then a person has one of the records tried, decided or read again. */
  operate(): void {
    const { draw } = this.options;
    const { arrivals, rows } = this.mapping;
    if (!this.hasOperators || draw(4) > 0) return;
    const syncId = [...arrivals.keys()][draw(arrivals.size)];
    const rowId = [...rows.keys()][draw(rows.size)];
    if (syncId !== undefined && draw(3) > 0) this.mapping.replay(syncId);
    else if (rowId !== undefined) {
      const action = draw(2) === 0 ? ({ do: 'fetch' } as const) : ({ do: 'retry', side: null } as const);
      this.mapping.run(rowId, { kind: 'operator', by: 'op', action });
    }
  }

  /** Nothing goes wrong any more: runs until nothing waits but for a person, and what failed has been tried again. */
  settle(): void {
    this.options = { ...this.options, ...calm };
    for (let tries = 0; tries < 8; tries += 1) {
      this.rest();
      if (!this.askPeople()) return;
    }
    const open = [...this.mapping.rows.values()].filter(
      ({ current, failed }) => current !== null || Object.keys(failed).length > 0,
    );
    throw new Error(
      `fails for ever: ${stringifyJson(open.map(({ current, failed, lastSyncStatus }) => ({ current, failed, lastSyncStatus })))}`,
    );
  }

  private rest(): void {
    let quiet = 0;
    for (let round = 0; round < 400; round += 1) {
      quiet = this.lanes.isEmpty ? quiet + 1 : 0;
      for (let i = 0; !this.lanes.isEmpty && i < 5_000; i += 1) this.step();
      const moving = [...this.mapping.rows.values()].filter(({ current }) => current?.dueAt != null);
      const due = moving.flatMap(({ current }) => current?.dueAt ?? []);
      // Who waits for a record that never comes is due again and again.
      const isWaiting = quiet > 20 && moving.every(({ current }) => current?.phase === 'parked');
      if (this.lanes.isEmpty && this.mapping.isSettled && (due.length === 0 || isWaiting)) return;
      this.passTime(Math.max(1, Math.min(...due, this.now + 60_000) - this.now));
    }
    const stuck = [...this.mapping.rows.values()].filter(({ current }) => current?.dueAt != null);
    throw new Error(`stuck: ${stringifyJson(stuck.map(({ current }) => current))}`);
  }

  private get failing() {
    return [...this.mapping.rows.values()].filter(
      ({ failed, current }) => current === null && Object.keys(failed).length > 0,
    );
  }

  /** People act: they try what failed again, and say what became of a create that nobody can tell. */
  private askPeople(): boolean {
    const failing = this.failing;
    // A pair that was written to and fro is let go on after ten minutes.
    if (failing.length > 0) this.passTime(11 * 60_000);
    for (const { id } of failing)
      this.mapping.run(id, { kind: 'operator', by: 'op', action: { do: 'retry', side: null } });
    const unknown = [...this.mapping.rows.values()].filter(({ current }) => current?.phase === 'person');
    for (const state of unknown) this.settleUnknown(state);
    return failing.length > 0 || unknown.length > 0;
  }

  private settleUnknown({ id, current, sides }: PairState): void {
    if (current?.phase !== 'person') return;
    const destSide = current.write.to;
    const sourceSide = otherSide(destSide);
    const key = this[sourceSide].records.get(sides[sourceSide].id)?.key ?? '';
    const made = [...this[destSide].records].find(([, record]) => record.key === key)?.[0];
    if (made === undefined && this.hasOperators) {
      this.mapping.run(id, { kind: 'operator', by: 'op', action: { do: 'sendAgain' } });
      return;
    }
    // It was never made: the person makes it.
    const destId = made ?? this.newId('P');
    if (made === undefined) this[destSide].edit(destId, { key });
    const link = { mode: 'create', sourceSide, sourceId: sides[sourceSide].id, destId } as const;
    const words = { sourceName: undefined, destName: undefined, remark: undefined };
    this.mapping.run(id, { kind: 'link', link: { ...link, ...words } });
  }
}
