import type { FieldRule } from '../../api/shapes.ts';

/** px; the style sheet gives each field this height, so that lines meet them. */
export const lineHeight = 34;

export interface FieldLayout {
  left: { name: string; isField: boolean }[];
  right: readonly FieldRule[];
  lines: { from: number; to: number; isChanged: boolean }[];
  /** of the longer side */
  rows: number;
}

/** Which field stands in which row, and which rows a line joins. A source field that is used twice stands there once. */
export function layOut(fields: readonly FieldRule[]): FieldLayout {
  const names = [...new Set(fields.map(sourceOf))];
  const left = names.map((name) => ({ name, isField: !name.startsWith('=') }));
  const lines = fields.map((rule, to) => ({
    from: names.indexOf(sourceOf(rule)),
    to,
    isChanged:
      rule.from === undefined || rule.lookup !== null || rule.reference !== null || rule.options !== null,
  }));
  return { left, right: fields, lines, rows: Math.max(left.length, fields.length) };
}

/** A constant or an expression belongs to its own field alone: `=FCurrency`. */
function sourceOf({ from, to }: FieldRule): string {
  return from ?? `=${to}`;
}
