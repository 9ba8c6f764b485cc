import { createHash } from 'node:crypto';
import { canonicalJson, parseJson, stringifyJson } from '@syncline/contract';
import type { Catalog, Stream } from './catalog.ts';
import { erpObjectOf } from './catalog.ts';
import { catalogView, type CatalogView } from './view.ts';

/** Equal values have equal digests, whatever the order of their keys. */
function digestOf(value: unknown): string {
  return createHash('sha256')
    .update(canonicalJson(parseJson(stringifyJson(value))))
    .digest('hex');
}

function configRevisionOf(stream: Stream, view: CatalogView): string {
  const { direction, source, dest, filter, fields, details } = stream;
  const object = view.erpObject(stream.tenantId, stream.dataCenterId, erpObjectOf(stream));
  const ids = { idField: object?.idField, details: object?.details.map((it) => [it.apiName, it.idField]) };
  // What the hook `after` does is done when the record is written; where a hook's file stands changes nothing.
  const hooks = { before: stream.hooks?.before?.source, during: stream.hooks?.during?.source };
  const hooked = hooks.before === undefined && hooks.during === undefined ? {} : { hooks };
  return digestOf({ direction, source, dest, filter, fields, details, ids, ...hooked }).slice(0, 16);
}

/**
 * Gives each stream the digest of what decides its writes: its mapping, its hooks, and the id fields of its ERP object. Its name,
 * triggers and being enabled are left out: they change no value, and a new revision has every record written again.
 */
export function withConfigRevisions(catalog: Catalog): Catalog {
  const view = catalogView(catalog);
  const streams = catalog.streams.map((it) => ({ ...it, configRevision: configRevisionOf(it, view) }));
  return { ...catalog, streams };
}

/** What a folder's content amounts to: comments, order of keys and the time of loading do not count. */
export function catalogDigest(catalog: Catalog): string {
  const erpObjects = catalog.erpObjects.map((it) => ({ ...it, firstAppliedAt: 0 }));
  return digestOf({ ...catalog, erpObjects });
}
