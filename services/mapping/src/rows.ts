import { parseJson, stringifyJson } from '@syncline/contract';
import type { MappingRow } from '@syncline/store';
import type { Body } from './change.ts';
import type { Current, Phase } from './current.ts';
import type { Effect, PairState } from './pair.ts';
import { waitText } from './references.ts';

/** A body in the outbox that stands elsewhere in the state, so that the row holds it once. */
interface SameBody {
  same: string;
}

/** The row of a state, with the fields that people and the Open API look for beside the state itself. */
export function toRow(state: PairState): MappingRow {
  const { id, version, tenantId, dataCenterId, crmObject, erpObject, beganOn, sides } = state;
  return {
    id,
    version,
    tenantId,
    dataCenterId,
    crmObject,
    erpObject,
    beganOn,
    crmId: sides.crm.id,
    erpId: sides.erp.id,
    crmName: sides.crm.name,
    erpName: sides.erp.name,
    isCreated: sides.crm.id !== '' && sides.erp.id !== '',
    status: state.status,
    lastSyncStatus: state.lastSyncStatus,
    lastSyncDataId: state.lastSyncDataId,
    inFlightId: inFlightIdOf(state.current),
    waitsOn: state.current?.phase === 'parked' ? state.current.keys.map(waitText) : [],
    streamId: state.streamId,
    remark: state.remark,
    createdAt: state.createdAt,
    updatedAt: state.updatedAt,
    state: stateText(state),
  };
}

/** The attempt that the pusher may act for; a write of any other is out of date (design, "A create is guarded"). */
function inFlightIdOf(current: Current | null): string | null {
  const acts: readonly Phase[] = ['inFlight', 'unknown', 'details', 'reread'];
  return current !== null && acts.includes(current.phase)
    ? attemptId(current.change.syncId, current.sends)
    : null;
}

function attemptId(syncId: string, attempt: number): string {
  return `${syncId}/${String(attempt)}`;
}

/** The state as JSON text. */
export function stateText(state: PairState): string {
  const places = bodyPlaces(state);
  const outbox = state.outbox.map((effect) =>
    mapBodies(effect, (body) => ('same' in body ? body : (samePlace(places, body) ?? body))),
  );
  return stringifyJson({ ...state, outbox });
}

/**
 * The state that a row's text tells.
 * @throws SyntaxError when the text is not JSON
 */
export function stateOf(row: MappingRow): PairState {
  const state = parseJson(row.state) as unknown as PairState;
  const places = bodyPlaces(state);
  const outbox = state.outbox.map((effect) =>
    mapBodies(effect, (body) => ('same' in body ? (places.get(body.same) ?? null) : body)),
  );
  return { ...state, outbox };
}

function bodyPlaces(state: PairState): Map<string, Body> {
  const { current } = state;
  const places = new Map<string, Body>();
  if (current !== null) places.set('change', current.change.body);
  if (current !== null && 'write' in current) places.set('write', current.write.body);
  if (current?.phase === 'reread' && current.aside !== null) places.set('aside', current.aside.change.body);
  for (const kind of ['waiting', 'failed', 'overtaken'] as const) {
    for (const [side, change] of Object.entries(state[kind])) places.set(`${kind}.${side}`, change.body);
  }
  return places;
}

function samePlace(places: Map<string, Body>, body: Body): SameBody | null {
  for (const [same, there] of places) if (there === body) return { same };
  return null;
}

type StoredBody = Body | SameBody;

function mapBodies(effect: Effect, replace: (body: StoredBody) => StoredBody | null): Effect {
  if (effect.kind !== 'history') return effect;
  const events = effect.events.map(({ body, ...event }) => {
    const replaced = body === undefined ? null : replace(body);
    return replaced === null ? event : { ...event, body: replaced as Body };
  });
  return { ...effect, events };
}
