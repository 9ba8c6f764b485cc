import { isJsonObject, parseJson, stringifyJson, textOf, type Json } from '@syncline/contract';
import type { ArchivedFields } from '@syncline/store';

/** When a backup began and when it is restored, ms; what lies between may have happened outside and is not in it. */
export interface Gap {
  begunAt: number;
  restoredAt: number;
}

/** What had been read or announced so shortly before the backup may have been lost with the broker: it comes again. */
export const rereadMs = 60 * 60_000;

/** More numbers than can have been drawn since the backup. */
const drawnSince = 1_000_000_000;

/** A counter goes on above all that it gave out after the backup. */
export function counterRestored(counter: ArchivedFields): ArchivedFields {
  return { ...counter, last: Number(counter['last']) + drawnSince };
}

/** A poll task that nobody holds, and that reads again what may not have been taken by mapping. */
export function pollTaskRestored(task: ArchivedFields): ArchivedFields {
  const { checkpoint } = task;
  const back = typeof checkpoint === 'number' ? Math.max(0, checkpoint - rereadMs) : checkpoint;
  return { ...task, owner: null, until: 0, checkpoint: back };
}

/**
 * A write that the backup shows in flight, and of whose sending it may know nothing: it counts as one whose process ended
 * before it stored an answer, so the ERP is asked before anything is sent.
 */
export function openAttempt(row: ArchivedFields, { restoredAt }: Gap): ArchivedFields | null {
  const { inFlightId, _id: rowId, tenantId, dataCenterId, updatedAt } = row;
  if (typeof inFlightId !== 'string') return null;
  return {
    _id: inFlightId,
    rowId,
    tenantId,
    dataCenterId,
    startedAt: updatedAt,
    deadline: restoredAt,
    result: null,
  };
}

/** A push of the backup is announced again: its records may have been lost with the broker. */
export function unannounced({ _id, receivedAt, order, bytes }: ArchivedFields): ArchivedFields {
  return { _id, receivedAt, order, bytes };
}

/** The stored catalog with all its streams off, and which of them were on. Secrets stay as they are kept. */
export function streamsTurnedOff(config: ArchivedFields): { config: ArchivedFields; streams: string[] } {
  const catalog = parseJson(String(config['catalog']));
  if (!isJsonObject(catalog) || !Array.isArray(catalog['streams'])) return { config, streams: [] };
  const turned: string[] = [];
  const off = catalog['streams'].map((stream): Json => {
    if (!isJsonObject(stream) || stream['enabled'] !== true) return stream;
    turned.push(textOf(stream['id']));
    return { ...stream, enabled: false };
  });
  return {
    config: { ...config, catalog: stringifyJson({ ...catalog, streams: off }) },
    streams: turned,
  };
}
