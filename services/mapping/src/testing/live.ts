import { textOf, type Side } from '@syncline/contract';
import type { Draw } from './draw.ts';
import type { PairState } from '../pair.ts';
import type { SideRecord } from './side-record.ts';
import type { World } from './world.ts';

/** What people do to a record: mostly they change a value, at times its rows, its parent, or cancel it. */
function editOf(world: World, draw: Draw, side: Side, before: SideRecord | undefined): Partial<SideRecord> {
  if (world.peopleWriteValuesOnly) return { value: `v${String(draw(1_000))}` };
  const there = [...world[side].records.keys()];
  const what = draw(12);
  // Who changes a record that was cancelled takes that back.
  if (before !== undefined && what === 0) return { isVoided: !before.isVoided };
  if (what === 1) return { parent: there[draw(there.length)] ?? '', isVoided: false };
  if (what < 5) return { rows: rowsOf(world, draw, side, before?.rows ?? []), isVoided: false };
  // Few values, so that some come back.
  return { value: `v${String(draw(5))}`, isVoided: false };
}

function rowsOf(world: World, draw: Draw, side: Side, before: SideRecord['rows']): SideRecord['rows'] {
  const rows = before.map((row) => ({ ...row }));
  const changed = rows[draw(rows.length * 2)];
  if (changed !== undefined) changed.value = `r${String(draw(5))}`;
  else {
    const id = world.newId(side === 'crm' ? 'x' : 'y');
    rows.push({ id, key: `k-${id}`, value: `r${String(draw(5))}` });
  }
  return rows;
}

/** People change things on the given sides while messages come and go. */
export function live(world: World, draw: Draw, sides: readonly Side[]): void {
  for (let i = 0; i < 80; i += 1) {
    world.operate();
    const what = draw(40);
    if (what < 12) {
      const side = sides[draw(sides.length)] ?? 'crm';
      const there = [...world[side].records.keys()];
      // Records that began on a side are edited there, and what the sync made of them is edited too.
      const id =
        there.length > 0 && draw(3) > 0 ? (there[draw(there.length)] ?? '') : `${side}${String(draw(4))}`;
      world[side].edit(id, editOf(world, draw, side, world[side].records.get(id)));
    } else if (what < 35) world.step();
    else if (what < 37) {
      const polled = [...world.erp.records.keys()];
      world.erp.tell(polled[draw(polled.length)] ?? '', 'poll');
    } else if (what < 38) world.lanes.replay(draw(2) === 0 ? 'crm.events' : 'erp.records');
    else world.passTime(draw(40_000));
  }
}

/** The records of a side by natural key. */
function byKey(world: World, side: Side): Map<string, SideRecord[]> {
  const found = new Map<string, SideRecord[]>();
  for (const record of world[side].records.values())
    found.set(record.key, [...(found.get(record.key) ?? []), record]);
  return found;
}

/** What is wrong once everything has come to rest; empty when both sides are in step. */
export function problems(world: World): string[] {
  const crm = byKey(world, 'crm');
  const erp = byKey(world, 'erp');
  const keys = new Set([...crm.keys(), ...erp.keys()]);
  return [...keys].flatMap((key) => problemsOf(world, key, crm.get(key) ?? [], erp.get(key) ?? []));
}

function problemsOf(world: World, key: string, crm: SideRecord[], erp: SideRecord[]): string[] {
  const [c, e] = [crm[0], erp[0]];
  if (crm.length > 1 || erp.length > 1)
    return [`${key} was made ${String(crm.length)} and ${String(erp.length)} times`];
  if (waitsForNobody(world, key)) return [];
  // What is cancelled before it was made is not made.
  if (c === undefined || e === undefined)
    return (c ?? e)?.isVoided === true ? [] : [`${key} is on one side only`];
  // A void carries no rows, and need not carry what was changed just before it.
  if (c.isVoided && e.isVoided) return [];
  return [...fieldProblems(world, key, c, e), ...rowProblems(world, key, c, e)];
}

function fieldProblems(world: World, key: string, c: SideRecord, e: SideRecord): string[] {
  const found: string[] = [];
  if (c.value !== e.value) found.push(`${key}: ${c.value} in the CRM, ${e.value} in the ERP`);
  else if (world.peopleWriteValuesOnly && !isStopped(world, key) && !lastValues(world, key).includes(c.value))
    found.push(`${key}: ${c.value} on both sides; people wrote ${lastValues(world, key).join(' and ')} last`);
  if (c.isVoided !== e.isVoided)
    found.push(`${key}: voided ${String(c.isVoided)} in the CRM, ${String(e.isVoided)} in the ERP`);
  if (parentKey(world, 'crm', c) !== parentKey(world, 'erp', e))
    found.push(`${key}: parents ${c.parent}, ${e.parent}`);
  return found;
}

/** It was written to and fro too often: people see that and say what is right. */
function isStopped(world: World, key: string): boolean {
  return (stateOf(world, key)?.crossings.length ?? 0) >= 5;
}

/** What people of each side wrote last: one of these is to be on both sides in the end, and nothing older. */
function lastValues(world: World, key: string): string[] {
  return (['crm', 'erp'] as const).flatMap((side) =>
    [...world[side].records].flatMap(([id, record]) =>
      record.key === key ? (world[side].lastValues.get(id) ?? []) : [],
    ),
  );
}

/** It waits for a record that was cancelled before it was made: that one never comes. */
function waitsForNobody(world: World, key: string): boolean {
  const current = stateOf(world, key)?.current;
  if (current?.phase !== 'parked') return false;
  const { side, body } = current.change;
  const parent = 'record' in body ? textOf(body.record.master['parent']) : '';
  const key2 = world[side].records.get(parent)?.key ?? '';
  const target = stateOf(world, key2);
  return (
    target?.status === 3 ||
    (target !== undefined && target.id !== current.change.syncId && waitsForNobody(world, key2))
  );
}

function stateOf(world: World, key: string): PairState | undefined {
  const idOn = (side: Side) => [...world[side].records].find(([, record]) => record.key === key)?.[0];
  const [crmId, erpId] = [idOn('crm'), idOn('erp')];
  const states = [...world.mapping.rows.values()].filter(
    ({ sides }) =>
      (crmId !== undefined && sides.crm.id === crmId) || (erpId !== undefined && sides.erp.id === erpId),
  );
  return states.find(({ sides }) => sides.crm.id !== '' && sides.erp.id !== '') ?? states[0];
}

function parentKey(world: World, side: Side, { parent }: SideRecord): string {
  return world[side].records.get(parent)?.key ?? '';
}

function rowProblems(world: World, key: string, crm: SideRecord, erp: SideRecord): string[] {
  const keysOf = (record: SideRecord) => record.rows.map((row) => row.key).sort();
  const isDoubled = [crm, erp].some((record) => new Set(keysOf(record)).size !== record.rows.length);
  if (isDoubled) return [`${key}: rows ${keysOf(crm).join()} in the CRM, ${keysOf(erp).join()} in the ERP`];
  // Rows whose ids the other side never told are not sent again; people are told so.
  if (isPartial(world, key)) return [];
  const rowsText = (record: SideRecord) =>
    record.rows
      .map((row) => `${row.key}=${row.value}`)
      .sort()
      .join();
  return rowsText(crm) === rowsText(erp)
    ? []
    : [`${key}: rows ${rowsText(crm)} in the CRM, ${rowsText(erp)} in the ERP`];
}

function isPartial(world: World, key: string): boolean {
  const { details = {} } = stateOf(world, key) ?? {};
  return Object.values(details).some((pairs) => pairs.some((pair) => pair.crm === '' || pair.erp === ''));
}
