import {
  crmObjectOf,
  erpObjectOf,
  type Catalog,
  type DataCenter,
  type Direction,
  type ErpObject,
  type Stream,
  type Tenant,
} from './catalog.ts';
import { matchFieldsOf, type MatchField } from './match-fields.ts';

/** A CRM object and its counterpart in one data center, with the streams between them. */
export interface ObjectPair {
  tenantId: string;
  dataCenterId: string;
  crmObject: string;
  erpObject: string;
  toErp?: Stream;
  toCrm?: Stream;
  /** what a match is looked for by before a create towards the CRM; absent: none is */
  match?: readonly MatchField[];
}

/** The questions that services ask a catalog, each answered from a map. */
export interface CatalogView {
  readonly catalog: Catalog;
  readonly tenants: readonly Tenant[];
  readonly erpObjects: readonly ErpObject[];
  readonly streams: readonly Stream[];
  tenant(id: string): Tenant | undefined;
  dataCenter(tenantId: string, dataCenterId: string): DataCenter | undefined;
  erpObject(tenantId: string, dataCenterId: string, apiName: string): ErpObject | undefined;
  stream(id: string): Stream | undefined;
  /** streams that read `object`, in all data centers unless one is named; disabled ones too */
  streamsFrom(
    tenantId: string,
    direction: Direction,
    object: string,
    dataCenterId?: string,
  ): readonly Stream[];
  /** streams that write `object`, in all data centers unless one is named; disabled ones too */
  streamsTo(tenantId: string, direction: Direction, object: string, dataCenterId?: string): readonly Stream[];
  pairStreams(
    tenantId: string,
    dataCenterId: string,
    crmObject: string,
    erpObject: string,
  ): Pick<ObjectPair, 'toErp' | 'toCrm'>;
  pairsOfErpObject(tenantId: string, dataCenterId: string, erpObject: string): readonly ObjectPair[];
  /** pairs of a CRM object, in all data centers unless one is named */
  pairsOfCrmObject(tenantId: string, crmObject: string, dataCenterId?: string): readonly ObjectPair[];
}

// No id and no name may hold a line break (schema.ts), so parts joined by one cannot be mistaken.
const keyOf = (...parts: string[]): string => parts.join('\n');

const none: readonly never[] = [];

class Lists<T> {
  readonly #lists = new Map<string, T[]>();

  add(key: string, value: T): void {
    const list = this.#lists.get(key);
    if (list === undefined) this.#lists.set(key, [value]);
    else list.push(value);
  }

  get(key: string): readonly T[] {
    return this.#lists.get(key) ?? none;
  }
}

function indexPairs(streams: readonly Stream[]): Map<string, ObjectPair> {
  const pairs = new Map<string, ObjectPair>();
  for (const stream of streams) {
    const { tenantId, dataCenterId } = stream;
    const [crmObject, erpObject] = [crmObjectOf(stream), erpObjectOf(stream)];
    const key = keyOf(tenantId, dataCenterId, crmObject, erpObject);
    const pair = pairs.get(key) ?? { tenantId, dataCenterId, crmObject, erpObject };
    pair[stream.direction === 'crm-to-erp' ? 'toErp' : 'toCrm'] = stream;
    pairs.set(key, pair);
  }
  return pairs;
}

/** Builds the maps once; every question after that is a look-up. The catalog must not be changed afterwards. */
export function catalogView(catalog: Catalog): CatalogView {
  const tenants = new Map(catalog.tenants.map((it) => [it.id, it]));
  const dataCenters = new Map(
    catalog.tenants.flatMap((it) =>
      it.dataCenters.map((center) => [keyOf(it.id, center.id), center] as const),
    ),
  );
  const erpObjects = new Map(
    catalog.erpObjects.map((it) => [keyOf(it.tenantId, it.dataCenterId, it.apiName), it]),
  );
  const streams = new Map(catalog.streams.map((it) => [it.id, it]));
  const from = new Lists<Stream>();
  const to = new Lists<Stream>();
  for (const it of catalog.streams) {
    for (const center of ['', it.dataCenterId]) {
      from.add(keyOf(it.tenantId, it.direction, it.source, center), it);
      to.add(keyOf(it.tenantId, it.direction, it.dest, center), it);
    }
  }
  const pairs = indexPairs(catalog.streams);
  for (const pair of pairs.values()) {
    const { tenantId, dataCenterId, erpObject, toCrm } = pair;
    if (toCrm?.matchBeforeCreate === undefined) continue;
    const object = erpObjects.get(keyOf(tenantId, dataCenterId, erpObject));
    const match = matchFieldsOf(pair, object, toCrm.matchBeforeCreate);
    if (typeof match !== 'string') pair.match = match;
  }
  const pairsOfErp = new Lists<ObjectPair>();
  const pairsOfCrm = new Lists<ObjectPair>();
  for (const pair of pairs.values()) {
    pairsOfErp.add(keyOf(pair.tenantId, pair.dataCenterId, pair.erpObject), pair);
    for (const center of ['', pair.dataCenterId])
      pairsOfCrm.add(keyOf(pair.tenantId, pair.crmObject, center), pair);
  }
  return {
    catalog,
    tenants: catalog.tenants,
    erpObjects: catalog.erpObjects,
    streams: catalog.streams,
    tenant: (id) => tenants.get(id),
    dataCenter: (tenantId, id) => dataCenters.get(keyOf(tenantId, id)),
    erpObject: (tenantId, dataCenterId, apiName) => erpObjects.get(keyOf(tenantId, dataCenterId, apiName)),
    stream: (id) => streams.get(id),
    streamsFrom: (tenantId, direction, object, center = '') =>
      from.get(keyOf(tenantId, direction, object, center)),
    streamsTo: (tenantId, direction, object, center = '') =>
      to.get(keyOf(tenantId, direction, object, center)),
    pairStreams: (tenantId, center, crm, erp) => pairs.get(keyOf(tenantId, center, crm, erp)) ?? {},
    pairsOfErpObject: (tenantId, center, object) => pairsOfErp.get(keyOf(tenantId, center, object)),
    pairsOfCrmObject: (tenantId, object, center = '') => pairsOfCrm.get(keyOf(tenantId, object, center)),
  };
}
