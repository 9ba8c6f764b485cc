import type { SaxesParser } from 'saxes';
import { BadTable, type TableLimits, type TableRow } from './table.ts';
import { localName } from './xlsx-parts.ts';

interface Cell {
  column: number;
  type: string;
  text: string;
}

/** Listens to a sheet's XML and collects its rows; whoever reads takes them away. */
export function sheetRows(
  xml: SaxesParser<object>,
  sharedTexts: readonly string[],
  limits: TableLimits,
): TableRow[] {
  const rows: TableRow[] = [];
  let line = 0;
  let cells: Cell[] = [];
  let cell: Cell | null = null;
  let takesText = false;
  xml.on('opentag', (tag) => {
    const name = localName(tag);
    if (name === 'row') {
      line = tag.attributes['r'] === undefined ? line + 1 : Number(tag.attributes['r']);
      cells = [];
    } else if (name === 'c') {
      const column = columnOf(tag.attributes['r']) ?? (cells.at(-1)?.column ?? -1) + 1;
      if (column >= limits.columns) throw new BadTable(`over ${String(limits.columns)} columns`, line);
      cell = { column, type: tag.attributes['t'] ?? 'n', text: '' };
    } else if (name === 'v' || name === 't') takesText = cell !== null;
  });
  xml.on('text', (piece) => {
    if (cell === null || !takesText) return;
    cell.text += piece;
    if (cell.text.length > limits.cellLength * 8) throw new BadTable('a cell is too long', line);
  });
  xml.on('closetag', (tag) => {
    const name = localName(tag);
    if (name === 'v' || name === 't') takesText = false;
    else if (name === 'c' && cell !== null) {
      cells.push(cell);
      cell = null;
    } else if (name === 'row') rows.push(rowOf(line, cells, sharedTexts));
  });
  return rows;
}

function rowOf(line: number, cells: readonly Cell[], sharedTexts: readonly string[]): TableRow {
  const texts: string[] = [];
  const damaged = new Map<number, string>();
  for (const cell of cells) {
    while (texts.length < cell.column) texts.push('');
    texts[cell.column] = textOfCell(cell, sharedTexts);
    const damage = damageOf(cell);
    if (damage !== null) damaged.set(cell.column, damage);
  }
  return damaged.size === 0 ? { line, cells: texts } : { line, cells: texts, damaged };
}

function textOfCell({ type, text }: Cell, sharedTexts: readonly string[]): string {
  if (type === 's') return unescaped(sharedTexts[Number(text)] ?? '');
  if (type === 'b') return text === '1' ? 'TRUE' : 'FALSE';
  return type === 'n' ? text : unescaped(text);
}

/** A number has 15 digits in a spreadsheet; the others are gone, and nobody can tell which they were. */
function damageOf({ type, text }: Cell): string | null {
  if (type === 'e') return `the spreadsheet shows the error ${text}`;
  if (type !== 'n') return null;
  const digits = text.replace(/^-|\.|^0+/g, '');
  return digits.length > 15 || /e/i.test(text)
    ? 'the spreadsheet holds it as a number and has lost digits: format the column as text, then enter it again'
    : null;
}

function unescaped(text: string): string {
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

/** `AB12` is column 27, counted from 0. */
function columnOf(place: string | undefined): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(place ?? '')?.[0];
  if (letters === undefined) return undefined;
  return Array.from(letters).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}
