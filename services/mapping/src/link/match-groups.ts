import { otherSide, type Side } from '@syncline/contract';
import type { LinkPlace, LinkRecord, LinkTask, MappingRow, Store } from '@syncline/store';
import { pairDigest } from '../pair.ts';

/** What the match values say of a record. */
export type Verdict =
  /** it has one counterpart, and neither has another */
  | 'one-to-one'
  /** nothing on the other side has its values */
  | 'none'
  /** more than one record of a side has them */
  | 'several'
  | 'linked'
  /** the record that has its values is linked to another one */
  | 'conflict'
  /** it has no value to match by */
  | 'no-value';

export interface MatchRow {
  verdict: Verdict;
  value: string;
  /** '' for a record that has no counterpart */
  crm: { id: string; name: string };
  erp: { id: string; name: string };
  note: string;
}

const pageSize = 500;
/** Of a group with more records than this not each with each is shown, but each alone. */
const mostCombined = 100;
/** No more of one value are held in memory. */
const mostOfAGroup = 1_000;

type Found = LinkRecord & { linkedTo: string };
const nobody = { id: '', name: '' };

/** What becomes of all records of a reading, in the order of their values; as the mapping rows are now. */
export async function* matchRows(task: LinkTask, store: Store): AsyncGenerator<MatchRow> {
  for await (const group of groups(found(task, store))) yield* verdictsOf(group);
}

async function* found(task: LinkTask, store: Store): AsyncGenerator<Found> {
  for (let after: LinkPlace | null = null; ;) {
    const page = await store.linkRecords.walk(task.run, after, pageSize);
    yield* await withLinks(page, task, store);
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = last;
  }
}

interface Group {
  records: Found[];
  /** others have the same value: there are too many of it to be held at once */
  isPart: boolean;
}

/** Records of one value, which come one after the other. */
export async function* groups(records: AsyncIterable<Found> | Iterable<Found>): AsyncGenerator<Group> {
  let group: Group = { records: [], isPart: false };
  for await (const record of records) {
    const isSame = group.records[0]?.key === record.key;
    const isFull = group.records.length >= mostOfAGroup;
    if (group.records.length > 0 && (!isSame || isFull)) {
      yield { ...group, isPart: group.isPart || isSame };
      group = { records: [], isPart: isSame };
    }
    group.records.push(record);
  }
  if (group.records.length > 0) yield group;
}

export function verdictsOf({ records, isPart }: Group): MatchRow[] {
  if (records[0]?.key === '') return records.map(withoutValue);
  return isPart ? verdictsOfPart(records) : verdicts(records);
}

async function withLinks(records: readonly LinkRecord[], task: LinkTask, store: Store): Promise<Found[]> {
  const digests = records.map(({ side, dataId }) => pairDigest(task, side, dataId));
  const pointers = await store.pointers.readMany(digests);
  const rows = await store.mappingRows.readMany([...new Set(digests.map((one) => pointers.get(one) ?? one))]);
  return records.map((record, i) => {
    const digest = digests[i] ?? '';
    return { ...record, linkedTo: counterpartIn(rows.get(pointers.get(digest) ?? digest), record) };
  });
}

function counterpartIn(row: MappingRow | undefined, { side, dataId }: LinkRecord): string {
  if (row === undefined) return '';
  const ids: Record<Side, string> = { crm: row.crmId, erp: row.erpId };
  return ids[side] === dataId ? ids[otherSide(side)] : '';
}

function endOf({ dataId, name }: LinkRecord): { id: string; name: string } {
  return { id: dataId, name };
}

function alone(record: Found, verdict: Verdict, note: string): MatchRow {
  const ends =
    record.side === 'crm' ? { crm: endOf(record), erp: nobody } : { crm: nobody, erp: endOf(record) };
  return { verdict, value: record.value, ...ends, note };
}

function withoutValue(record: Found): MatchRow {
  return record.linkedTo === '' ? alone(record, 'no-value', '') : linked(record);
}

function linked(record: Found): MatchRow {
  const row = alone(record, 'linked', '');
  return record.side === 'crm'
    ? { ...row, erp: { id: record.linkedTo, name: '' } }
    : { ...row, crm: { id: record.linkedTo, name: '' } };
}

/** Which belong together cannot be seen from a part: what it holds one of may be there again outside it. */
function verdictsOfPart(part: readonly Found[]): MatchRow[] {
  const note = `over ${String(mostOfAGroup)} records have this value`;
  const free = part.filter(({ linkedTo }) => linkedTo === '');
  return [...linkedRows(part), ...free.map((one) => alone(one, 'several', note))];
}

/** @param group all records of one value */
export function verdicts(group: readonly Found[]): MatchRow[] {
  const ofSide = (side: Side) => group.filter((one) => one.side === side);
  const free = (side: Side) => ofSide(side).filter(({ linkedTo }) => linkedTo === '');
  const [crm, erp] = [free('crm'), free('erp')];
  const rows = linkedRows(group);
  const [onlyCrm, onlyErp] = [crm[0], erp[0]];
  if (
    onlyCrm !== undefined &&
    onlyErp !== undefined &&
    crm.length === 1 &&
    erp.length === 1 &&
    rows.length === 0
  )
    return [
      { verdict: 'one-to-one', value: onlyCrm.value, crm: endOf(onlyCrm), erp: endOf(onlyErp), note: '' },
    ];
  if (crm.length > 0 && erp.length > 0) return [...rows, ...combined(crm, erp)];
  return [...rows, ...[...crm, ...erp].map((one) => unmatched(one, group))];
}

/** Each linked pair once, with both names where both were read. */
function linkedRows(group: readonly Found[]): MatchRow[] {
  const isLinked = group.filter(({ linkedTo }) => linkedTo !== '');
  const byId = new Map(isLinked.map((one) => [`${one.side}/${one.dataId}`, one]));
  return isLinked.flatMap((one) => {
    const other = byId.get(`${otherSide(one.side)}/${one.linkedTo}`);
    if (one.side === 'erp' && other !== undefined) return [];
    const row = linked(one);
    return [other === undefined ? row : { ...row, erp: endOf(other) }];
  });
}

/** Which of them belong together only a person knows. */
function combined(crm: readonly Found[], erp: readonly Found[]): MatchRow[] {
  const note = `${String(crm.length)} of the CRM and ${String(erp.length)} of the ERP have this value`;
  if (crm.length * erp.length > mostCombined)
    return [...crm, ...erp].map((one) => alone(one, 'several', note));
  return crm.flatMap((one) =>
    erp.map((other) => ({
      verdict: 'several' as const,
      value: one.value,
      crm: endOf(one),
      erp: endOf(other),
      note,
    })),
  );
}

function unmatched(record: Found, group: readonly Found[]): MatchRow {
  const others = group.filter(({ side }) => side !== record.side);
  const taken = others.map(({ dataId, linkedTo }) => `${dataId}, which is linked to ${linkedTo}`);
  if (taken.length > 0)
    return alone(record, 'conflict', `its value is that of ${taken.slice(0, 5).join('; ')}`);
  const same = group.filter(({ side }) => side === record.side).length;
  return alone(record, 'none', same > 1 ? `${String(same)} records of this side have this value` : '');
}
