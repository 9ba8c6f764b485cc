export { textEncodings, type TextEncoding } from './decode-text.ts';
export {
  BadTable,
  defaultLimits,
  formatOf,
  tableFormats,
  type TableFormat,
  type TableLimits,
  type TableRow,
} from './table.ts';
export { readTable, writeTable, type TableFile } from './tables.ts';
