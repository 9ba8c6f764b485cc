import { otherSide, type Side } from '@syncline/contract';

/** What one side holds taken away, the other's kept. */
export function without<T>(bySide: Partial<Record<Side, T>>, side: Side): Partial<Record<Side, T>> {
  const other = otherSide(side);
  const kept = bySide[other];
  return kept === undefined ? {} : { [other]: kept };
}

/** What one side holds set, or taken away when there is nothing. */
export function withSide<T>(
  bySide: Partial<Record<Side, T>>,
  side: Side,
  value: T | undefined,
): Partial<Record<Side, T>> {
  return value === undefined ? without(bySide, side) : { ...bySide, [side]: value };
}
