import { parseJson, stringifyJson } from '@syncline/contract';
import {
  emptyCatalog,
  type Catalog,
  type DataCenter,
  type ErpObject,
  type Stream,
  type Tenant,
} from './catalog.ts';
import { differences } from './differences.ts';
import { erpObjectKey, mergeCatalogs, placeKey, type MergeOptions } from './merge.ts';
import { configuredPushTokens } from './push-token.ts';
import { scheduleText, sweepText } from './schedule/words.ts';

/** One thing that applying a catalog would do. Holds no secret. */
export interface Change {
  kind: 'tenant' | 'data center' | 'ERP object' | 'stream';
  /** `tenant`, `tenant/data center`, `tenant/data center/object`, or the stream's id */
  id: string;
  action: 'create' | 'update' | 'delete';
  /** in words, one line for each thing that changes */
  details: string[];
}

interface Part<T> {
  kind: Change['kind'];
  idOf(it: T): string;
  /** what a new one is, in a few words */
  describe(it: T): string[];
}

type PlacedDataCenter = DataCenter & { tenantId: string };

const tenantPart: Part<Omit<Tenant, 'dataCenters'>> = {
  kind: 'tenant',
  idOf: (it) => it.id,
  describe: (it) => [`name: ${it.name}`, `push tokens: ${String(configuredPushTokens(it).length)}`],
};

const dataCenterPart: Part<PlacedDataCenter> = {
  kind: 'data center',
  idOf: (it) => placeKey(it.tenantId, it.id),
  describe: (it) => [`channel: ${it.channel}`, `baseUrl: ${it.baseUrl}`, `format: ${it.format}`],
};

const erpObjectPart: Part<ErpObject> = {
  kind: 'ERP object',
  idOf: erpObjectKey,
  describe: (it) => [
    `label: ${it.label}`,
    `idField: ${it.idField}`,
    it.poll === null ? 'not polled' : `polled ${scheduleText(it.poll)}`,
    ...(it.poll?.sweep === undefined ? [] : [`full sweep ${sweepText(it.poll.sweep)}`]),
    ...(it.adapter === null ? [] : ['takes pushes without id']),
  ],
};

const streamPart: Part<Stream> = {
  kind: 'stream',
  idOf: (it) => it.id,
  describe: (it) => [
    `name: ${it.name}`,
    `${it.direction}: ${it.source} to ${it.dest}, data center ${placeKey(it.tenantId, it.dataCenterId)}`,
    `${String(it.fields.length)} fields, ${String(it.details.length)} details${it.enabled ? '' : ', not enabled'}`,
    ...(it.hooks === undefined ? [] : [`hooks: ${Object.keys(it.hooks).join(', ')}`]),
    ...(it.matchBeforeCreate === undefined ? [] : ['looks for a match before it creates']),
  ],
};

function compareParts<T>(part: Part<T>, before: readonly T[], after: readonly T[]): Change[] {
  const { kind, idOf } = part;
  const left = new Map(before.map((it) => [idOf(it), it]));
  const right = new Map(after.map((it) => [idOf(it), it]));
  const changes: Change[] = [];
  for (const [id, it] of right) {
    const old = left.get(id);
    if (old === undefined) changes.push({ kind, id, action: 'create', details: part.describe(it) });
    else {
      const details = differences(parseJson(stringifyJson(old)), parseJson(stringifyJson(it)));
      if (details.length > 0) changes.push({ kind, id, action: 'update', details });
    }
  }
  for (const id of left.keys()) if (!right.has(id)) changes.push({ kind, id, action: 'delete', details: [] });
  return changes;
}

function withoutDataCenters({ dataCenters: _dataCenters, ...tenant }: Tenant): Omit<Tenant, 'dataCenters'> {
  return tenant;
}

function dataCentersOf(catalog: Catalog): PlacedDataCenter[] {
  return catalog.tenants.flatMap((it) => it.dataCenters.map((center) => ({ ...center, tenantId: it.id })));
}

/**
 * What applying `wanted` would change, in words.
 * @param current null: nothing was applied yet
 */
export function planChanges(current: Catalog | null, wanted: Catalog, options: MergeOptions): Change[] {
  const before = current ?? emptyCatalog();
  const after = mergeCatalogs(before, wanted, options);
  return [
    ...compareParts(
      tenantPart,
      before.tenants.map(withoutDataCenters),
      after.tenants.map(withoutDataCenters),
    ),
    ...compareParts(dataCenterPart, dataCentersOf(before), dataCentersOf(after)),
    ...compareParts(erpObjectPart, before.erpObjects, after.erpObjects),
    ...compareParts(streamPart, before.streams, after.streams),
  ];
}
