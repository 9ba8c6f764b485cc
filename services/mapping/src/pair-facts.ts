import type { CatalogView, DataCenter, ObjectPair, Stream } from '@syncline/catalog';
import type { StreamFacts } from './decide/facts.ts';
import type { PairKey } from './pair.ts';

/** What `decide` needs to know of the two streams of a pair. */
export interface PairStreams {
  pair: ObjectPair;
  toErp: StreamFacts | null;
  toCrm: StreamFacts | null;
}

const cache = new WeakMap<CatalogView, Map<string, PairStreams>>();

/** The streams of a pair as the catalog has them now; a pair whose streams are gone has none. */
export function pairStreams(view: CatalogView, key: PairKey): PairStreams {
  const known = cache.get(view) ?? new Map<string, PairStreams>();
  cache.set(view, known);
  const name = JSON.stringify([key.tenantId, key.dataCenterId, key.crmObject, key.erpObject]);
  const facts = known.get(name) ?? readStreams(view, key);
  known.set(name, facts);
  return facts;
}

function readStreams(view: CatalogView, key: PairKey): PairStreams {
  const { tenantId, dataCenterId, crmObject, erpObject } = key;
  const streams = view.pairStreams(tenantId, dataCenterId, crmObject, erpObject);
  const pair: ObjectPair = { tenantId, dataCenterId, crmObject, erpObject, ...streams };
  return {
    pair,
    toErp: pair.toErp === undefined ? null : streamFacts(view, pair.toErp),
    toCrm:
      pair.toCrm === undefined
        ? null
        : { ...streamFacts(view, pair.toCrm), ...(pair.match === undefined ? {} : { looksForMatch: true }) },
  };
}

function streamFacts(view: CatalogView, stream: Stream): StreamFacts {
  const toErp = stream.direction === 'crm-to-erp';
  const object = view.erpObject(stream.tenantId, stream.dataCenterId, toErp ? stream.dest : stream.source);
  const idFieldOf = (detail: string) =>
    object?.details.find(({ apiName }) => apiName === detail)?.idField ?? '';
  return {
    id: stream.id,
    enabled: stream.enabled,
    triggers: stream.triggers,
    configRevision: stream.configRevision,
    details: stream.details.map(({ source, dest }) => ({
      source,
      dest,
      destIdField: toErp ? idFieldOf(dest) : '_id',
    })),
    destIdField: toErp ? (object?.idField ?? '') : '_id',
    ...hookFacts(stream),
    canFind: toErp && object !== undefined && object.matchFields.length > 0,
    ...policyOf(view.dataCenter(stream.tenantId, stream.dataCenterId)),
  };
}

function hookFacts({ hooks }: Stream): Pick<StreamFacts, 'hooks'> {
  if (hooks === undefined) return {};
  const changes = hooks.before !== undefined || hooks.during !== undefined;
  return { hooks: { changes, after: hooks.after !== undefined } };
}

type Policy = Pick<StreamFacts, 'retryDelaysMs' | 'createSettleMs' | 'onUnknownCreate'>;

function policyOf(dataCenter: DataCenter | undefined): Policy {
  if (dataCenter === undefined) return { retryDelaysMs: [], createSettleMs: 60_000, onUnknownCreate: 'hold' };
  const { retryDelaysMs, createSettleSeconds, onUnknownCreate } = dataCenter;
  return { retryDelaysMs, createSettleMs: createSettleSeconds * 1000, onUnknownCreate };
}
