import type { CatalogView, Hook, HookTime, Stream } from '@syncline/catalog';
import { stringifyJson, type RecordData } from '@syncline/contract';
import type { Evaluator, HookRun, ReturnedRow, SyncArg } from '@syncline/functions';
import type { WriteOperation } from './current.ts';
import type { Hooked, Reading } from './decide/facts.ts';
import { knownTexts } from './known-values.ts';
import {
  finishMapping,
  mapRecord,
  refusedBy,
  rowIdsOf,
  type MapRequest,
  type ReadRequest,
} from './read-change.ts';

/** Runs a hook of a stream; its calls reach the tenant that `syncArg` names and no other. */
export type RunHook = (hook: Hook, arg: SyncArg) => Promise<HookRun>;

export interface HookedRequest extends ReadRequest {
  operation: WriteOperation;
  syncId: string;
  dataId: string;
  destId: string;
}

type Mapped = Reading['mapped'];
type Ok = Extract<Mapped, { kind: 'ok' }>;

/** 1 create, 2 update, 3 void (ShareCRM's event types); a recover is an update. */
const eventTypes = { create: 1, update: 2, recover: 2, void: 3 } as const;
const maxLogChars = 2_000;

/** What a hook did with a record: the record as it left it, or why that goes no further. */
type Step = { record: RecordData; places: RowPlaces } | { refused: Mapped };
/** By detail object: where each row stood before the hook, null for one that it made. */
type RowPlaces = Map<string, (number | null)[]>;

/**
 * What a change becomes on the other side through its stream's hooks: the filter, `before` on the source's data, the
 * mapping, `during` on what came out of it. Run for what is about to be written, and again each time it is tried.
 */
export async function readHooked(
  request: HookedRequest,
  around: { view: CatalogView; evaluator: Pick<Evaluator, 'evaluate'>; runHook: RunHook },
): Promise<Hooked> {
  const { pair, side } = request;
  const stream = side === 'crm' ? pair.toErp : pair.toCrm;
  if (stream === undefined) return { mapped: { kind: 'none' }, log: [] };
  const object = around.view.erpObject(pair.tenantId, pair.dataCenterId, pair.erpObject);
  return new HookedReading({ ...request, object, rowId: rowIdsOf(side, object) }, stream, around).run();
}

class HookedReading {
  private readonly request: HookedRequest & MapRequest;
  private readonly stream: Stream;
  private readonly around: { evaluator: Pick<Evaluator, 'evaluate'>; runHook: RunHook };
  private readonly log: string[] = [];

  constructor(
    request: HookedRequest & MapRequest,
    stream: Stream,
    around: { evaluator: Pick<Evaluator, 'evaluate'>; runHook: RunHook },
  ) {
    this.request = request;
    this.stream = stream;
    this.around = around;
  }

  async run(): Promise<Hooked> {
    return { mapped: await this.mapped(), log: this.log };
  }

  private async mapped(): Promise<Mapped> {
    const { request, stream, around } = this;
    // What is voided is voided whether the filter takes it or not, as without hooks.
    const outside = request.operation === 'void' ? null : await this.outsideOfFilter();
    if (outside !== null) return outside;
    const before = await this.hook('before', request.record);
    if ('refused' in before) return before.refused;
    const mapped = await mapRecord(
      { ...stream, filter: null },
      { ...request, record: before.record },
      around.evaluator,
    );
    const usable = mapped.kind !== 'ok' && request.operation === 'void' ? nothing : mapped;
    return usable.kind === 'ok' ? this.during(usable) : usable;
  }

  private async outsideOfFilter(): Promise<Mapped | null> {
    const { filter } = this.stream;
    if (filter === null) return null;
    const { master, details } = this.request.record;
    const [result] = await this.around.evaluator.evaluate({
      input: stringifyJson(master),
      bindings: { details: stringifyJson(details) },
      expressions: [filter],
    });
    return result === undefined ? null : refusedBy(result);
  }

  private async during(mapped: Ok): Promise<Mapped> {
    const during = await this.hook('during', mapped.record);
    if ('refused' in during) return during.refused;
    const { record, places } = during;
    const rows = Object.fromEntries(
      Object.entries(record.details).map(([detail, fields]): [string, Ok['rows'][string]] => {
        const before = Object.hasOwn(mapped.rows, detail) ? (mapped.rows[detail] ?? []) : [];
        const at = places.get(detail);
        return [
          detail,
          fields.map((row, i) => {
            const place = at === undefined ? i : (at[i] ?? null);
            // A row that the hook made is known again by its place among those.
            const source =
              (place === null ? undefined : before[place]?.source) ?? `#+${String(madeBefore(at, i))}`;
            return { source, values: knownTexts(row) };
          }),
        ];
      }),
    );
    return finishMapping({ record, rows, owes: mapped.owes }, this.request);
  }

  private async hook(time: HookTime, record: RecordData): Promise<Step> {
    const hook = this.stream.hooks?.[time];
    if (hook === undefined) return { record, places: new Map() };
    const ran = await this.around.runHook(hook, this.argument(record));
    this.keepLog(time, ran.log);
    if (!ran.ok) return { refused: failedBy(time, ran.message) };
    const { result } = ran;
    if (!result.isExec) return { refused: stoppedBy(time, result.message) };
    if (result.message !== '') this.log.push(`hook ${time}: ${result.message}`);
    const stray = time === 'during' ? this.unmapped(result.details) : undefined;
    if (stray !== undefined)
      return {
        refused: failedBy(time, `${hook.file}: the stream maps no detail to ${stray}; add it to details`),
      };
    return changed(record, result.objectData, result.details);
  }

  private unmapped(details: ReadonlyMap<string, unknown>): string | undefined {
    return [...details.keys()].find((name) => !this.stream.details.some(({ dest }) => dest === name));
  }

  private keepLog(time: HookTime, log: readonly string[]): void {
    if (log.length > 0) this.log.push(`hook ${time} logged: ${log.join('\n').slice(0, maxLogChars)}`);
  }

  private argument({ master, details }: RecordData): SyncArg {
    const { pair, syncId, dataId, destId, operation } = this.request;
    return syncArgOf(
      { ...pair, stream: this.stream, syncId, sourceId: dataId, destId, operation },
      { objectData: master, details },
    );
  }
}

const nothing: Ok = {
  kind: 'ok',
  record: { master: {}, details: {} },
  values: {},
  rows: {},
  match: [],
  owes: [],
};

function madeBefore(places: readonly (number | null)[] | undefined, index: number): number {
  return (places ?? []).slice(0, index).filter((place) => place === null).length;
}

function changed(
  record: RecordData,
  objectData: RecordData['master'] | null,
  returned: ReadonlyMap<string, ReturnedRow[]>,
): Step {
  const rows = [...returned].map(([name, of]) => [name, of.map(({ fields }) => fields)] as const);
  const places = [...returned].map(([name, of]) => [name, of.map(({ place }) => place)] as const);
  const details = { ...record.details, ...Object.fromEntries(rows) };
  return { record: { master: objectData ?? record.master, details }, places: new Map(places) };
}

function failedBy(time: HookTime, message: string): Mapped {
  const failure = {
    class: 'broken' as const,
    code: 'hook-failed',
    message: `The hook ${time} failed: ${message}`,
  };
  return { kind: 'failed', failure, byHook: true };
}

function stoppedBy(time: HookTime, message: string): Mapped {
  const reason = message === '' ? 'it gave no message' : message;
  return { kind: 'stopped', message: `Stopped by the hook ${time}: ${reason}` };
}

/** What a hook is told of a sync. */
export function syncArgOf(
  sync: {
    tenantId: string;
    stream: Pick<Stream, 'id' | 'dataCenterId' | 'source' | 'dest'>;
    syncId: string;
    sourceId: string;
    destId: string;
    operation: WriteOperation;
  },
  data: Pick<SyncArg, 'objectData' | 'details'>,
): SyncArg {
  const eventType = eventTypes[sync.operation];
  return {
    syncDataId: sync.syncId,
    sourceTenantId: sync.tenantId,
    sourceObjectApiName: sync.stream.source,
    sourceDataId: sync.sourceId,
    sourceEventType: eventType,
    destTenantId: sync.tenantId,
    destObjectApiName: sync.stream.dest,
    destDataId: sync.destId,
    destEventType: eventType,
    dataCenterId: sync.stream.dataCenterId,
    ployDetailId: sync.stream.id,
    ...data,
  };
}
