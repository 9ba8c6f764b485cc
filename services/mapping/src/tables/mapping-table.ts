import { otherSide, UnreadableMessage } from '@syncline/contract';
import type { MappingRowHead, Store } from '@syncline/store';
import type { Addressed } from '../addressed.ts';
import type { Link, Reply } from '../decide/facts.ts';
import { resolvePair, type NamedPair } from '../open-api/resolve-pair.ts';
import type { Parameters } from '../open-api/parameters.ts';
import { pairDigest, type PairKey } from '../pair.ts';
import { preview } from '../preview.ts';
import type { Said } from './said.ts';
import type { RowEnd, Selection, TableDependencies, TableKind } from './table-kind.ts';

export type LinkInput = Extract<Addressed, { kind: 'link' }>;

const pageSize = 500;

/** `sync_data_mappings`: rows are taken as createSyncDataMapping takes them (spec 5). */
export const mappingTable: TableKind<LinkInput> = {
  columns: [
    { name: 'tenantId', use: 'optional' },
    { name: 'dataCenterId', use: 'optional' },
    { name: 'sourceObjectApiName', use: 'required' },
    { name: 'sourceDataId', use: 'required', isId: true },
    { name: 'sourceDataName', use: 'optional' },
    { name: 'destObjectApiName', use: 'required' },
    { name: 'destDataId', use: 'required', isId: true },
    { name: 'destDataName', use: 'optional' },
    { name: 'remark', use: 'optional' },
    { name: 'isCreated', use: 'info' },
    { name: 'status', use: 'info' },
    { name: 'lastSyncStatus', use: 'info' },
    { name: 'lastSyncDataId', use: 'info' },
    { name: 'updateTime', use: 'info' },
    { name: 'id', use: 'info' },
  ],

  prepare(parameters, tenantId, view) {
    const named = resolvePair(view, tenantId, parameters);
    const hasSource = parameters.optional('sourceDataId') !== undefined;
    const hasDest = parameters.optional('destDataId') !== undefined;
    // An export has such rows too: a record that has not reached the other side.
    if (hasSource !== hasDest)
      return { result: 'skipped', problem: 'it has no counterpart: nothing is mapped' };
    return linkFrom(parameters, named);
  },

  async take(prepared, { isDryRun, said }, deps) {
    if (!isDryRun) return (await submitted(prepared, deps)).map(endOf);
    const ends = (await preview(deps, prepared)).map(endOf);
    return ends.map((end, i) => {
      const one = prepared[i];
      return end.result !== 'created' || one === undefined ? end : agreeing(one, end, said);
    });
  },

  async *rows({ tenantIds, stream }, store) {
    for (const tenantId of tenantIds) yield* rowsOf(tenantId, stream, store);
  },
};

/** Always from the CRM's side: two rows of one file that name a pair from either side then meet at one row. */
function linkFrom(parameters: Parameters, { pair, sourceSide }: NamedPair): LinkInput {
  const named = {
    source: { id: parameters.required('sourceDataId'), name: parameters.optional('sourceDataName') },
    dest: { id: parameters.required('destDataId'), name: parameters.optional('destDataName') },
  };
  const crm = sourceSide === 'crm' ? named.source : named.dest;
  const erp = sourceSide === 'crm' ? named.dest : named.source;
  return linkBetween(pair, { crm, erp, remark: parameters.optional('remark') });
}

type End = { id: string; name: string | undefined };

export function linkBetween(
  pair: PairKey,
  { crm, erp, remark }: { crm: End; erp: End; remark: string | undefined },
): LinkInput {
  const link: Link = {
    mode: 'create',
    sourceSide: 'crm',
    sourceId: crm.id,
    destId: erp.id,
    sourceName: crm.name,
    destName: erp.name,
    remark,
  };
  return { kind: 'link', pair, link };
}

/** A dry run maps nothing, so it remembers itself what the rows before would have mapped. */
function agreeing({ pair, link: { sourceId, destId } }: LinkInput, end: RowEnd, said: Said): RowEnd {
  const crm = said.before(pairDigest(pair, 'crm', sourceId), destId);
  const erp = said.before(pairDigest(pair, 'erp', destId), sourceId);
  if (crm === destId && erp === sourceId) return { result: 'unchanged' };
  if (crm !== null) return conflict(`a row before maps ${sourceId} to ${crm}`);
  return erp === null ? end : conflict(`a row before maps ${erp} to ${destId}`);
}

function conflict(problem: string): RowEnd {
  return {
    result: 'refused',
    column: 'destDataId',
    problem,
    remedy: 'Correct the ids here, or change the mapping that is there with updateSyncDataMapping.',
  };
}

type Answer = Reply | 'fault' | undefined;

async function submitted(prepared: readonly LinkInput[], { batcher }: TableDependencies): Promise<Answer[]> {
  try {
    const carried = await batcher.submit(prepared);
    return carried.map((one) => (one.ok ? one.reply : 'fault'));
  } catch (error) {
    if (!(error instanceof UnreadableMessage)) throw error;
    if (prepared.length === 1) return ['fault'];
    // One of them meets a fault of ours: the others are taken all the same, and again does no harm.
    const answers: Answer[] = [];
    for (const one of prepared) answers.push(...(await submitted([one], { batcher } as TableDependencies)));
    return answers;
  }
}

function endOf(answer: Answer): RowEnd {
  if (answer === 'fault' || answer === undefined)
    return {
      result: 'refused',
      column: null,
      problem: 'it could not be decided; the log of mapping says why',
      remedy: 'Report it with the log.',
    };
  if (answer.ok) return { result: answer.changed ? 'created' : 'unchanged' };
  return conflict(answer.message);
}

async function* rowsOf(
  tenantId: string,
  stream: Selection['stream'],
  store: Pick<Store, 'mappingRows'>,
): AsyncGenerator<string[]> {
  const isReversed = stream?.direction === 'erp-to-crm';
  const filter =
    stream === null
      ? {}
      : {
          dataCenterId: stream.dataCenterId,
          crmObject: isReversed ? stream.dest : stream.source,
          erpObject: isReversed ? stream.source : stream.dest,
        };
  for (let after: string | undefined; ;) {
    const rows = await store.mappingRows.walk({ tenantId, ...filter, after, limit: pageSize });
    for (const row of rows) yield cellsOf(row, isReversed ? 'erp' : 'crm');
    after = rows.at(-1)?.id;
    if (rows.length < pageSize) return;
  }
}

function cellsOf(row: MappingRowHead, sourceSide: 'crm' | 'erp'): string[] {
  const ends = {
    crm: { object: row.crmObject, id: row.crmId, name: row.crmName },
    erp: { object: row.erpObject, id: row.erpId, name: row.erpName },
  };
  const source = ends[sourceSide];
  const dest = ends[otherSide(sourceSide)];
  return [
    row.tenantId,
    row.dataCenterId,
    ...[source.object, source.id, source.name, dest.object, dest.id, dest.name, row.remark],
    ...[row.isCreated, row.status, row.lastSyncStatus, row.lastSyncDataId, row.updatedAt].map(String),
    row.id,
  ];
}
