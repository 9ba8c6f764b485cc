import { otherSide, type Side } from '@syncline/contract';
import type { Draw } from './draw.ts';
import type { Kind } from './kinds.ts';

/** What people do with one record over a run. */
export interface Habit {
  kind: Kind;
  bornOn: Side;
  /** edited on both sides, turn about and at times at once */
  isShared: boolean;
  /** edited again and again */
  isHot: boolean;
  /** ERP: told by a push; else it is only found by polling */
  isPushed: boolean;
}

/** A record that the load works on. */
export interface Thing extends Habit {
  key: string;
  /** on each side, as far as known; '' otherwise */
  ids: Record<Side, string>;
  /** edits so far on each side; the next label has the next number */
  edits: Record<Side, number>;
  isVoided: boolean;
  /** an order names it: were it voided before it was made, the order would wait for nobody */
  isNamed: boolean;
  /** a call's end is unknown: it has to be looked up before it is edited again */
  isUncertain: boolean;
  rows: number;
  isBusy: boolean;
  turn: Side;
  turnsLeft: number;
}

const habits: readonly (readonly [weight: number, habit: Omit<Habit, 'isHot'>])[] = [
  [5, { kind: 'customer', bornOn: 'crm', isShared: false, isPushed: true }],
  [3, { kind: 'customer', bornOn: 'erp', isShared: false, isPushed: true }],
  [2, { kind: 'customer', bornOn: 'erp', isShared: false, isPushed: false }],
  [4, { kind: 'customer', bornOn: 'crm', isShared: true, isPushed: true }],
  [3, { kind: 'customer', bornOn: 'erp', isShared: true, isPushed: true }],
  [3, { kind: 'product', bornOn: 'erp', isShared: false, isPushed: true }],
  [2, { kind: 'product', bornOn: 'erp', isShared: false, isPushed: false }],
  [4, { kind: 'order', bornOn: 'crm', isShared: false, isPushed: true }],
];

/**
 * How often people of a shared record turn to the other side. A pair that is written to and fro more than 5 times in 10
 * minutes is stopped as a loop (design, "Echo"); edits of both sides at once make up to two turns.
 */
const turns = 2;

export function newThing(draw: Draw, number: number): Thing {
  const habit = draw.weighted(habits);
  return {
    ...habit,
    isHot: draw.share() < 0.1,
    key: `${habit.kind}-${String(number)}`,
    ids: { crm: '', erp: '' },
    edits: { crm: 0, erp: 0 },
    isVoided: false,
    isNamed: false,
    isUncertain: false,
    rows: 0,
    isBusy: false,
    turn: habit.bornOn,
    turnsLeft: habit.isShared ? turns : 0,
  };
}

/** What a person does next with a record that is there. */
export type Act = 'edit' | 'edit-row' | 'add-row' | 'void' | 'recover' | 'edit-both' | 'turn';

export function nextAct(draw: Draw, thing: Thing): Act {
  if (thing.isVoided) return 'recover';
  if (thing.isShared) {
    const canTurn = thing.turnsLeft > 0 && thing.ids[otherSide(thing.turn)] !== '';
    return draw.weighted<Act>([
      [10, 'edit'],
      [canTurn ? 3 : 0, 'turn'],
      [canTurn ? 2 : 0, 'edit-both'],
    ]);
  }
  const hasRows = thing.kind !== 'product';
  return draw.weighted<Act>([
    [10, 'edit'],
    [hasRows && thing.rows > 0 ? 4 : 0, 'edit-row'],
    [hasRows && thing.rows < 6 ? 2 : 0, 'add-row'],
    // A poll leaves voided records out: nobody would hear of it.
    [thing.isPushed && !thing.isNamed ? 1.5 : 0, 'void'],
  ]);
}
