import type { CatalogView, Stream } from '@syncline/catalog';
import type { Clock } from '@syncline/chassis';
import type { Store } from '@syncline/store';
import type { Batcher } from '../batcher.ts';
import type { PreviewDependencies } from '../preview.ts';
import type { Parameters } from '../open-api/parameters.ts';
import type { Said } from './said.ts';

export interface Column {
  name: string;
  /** `info` is written by exports and passed over by imports */
  use: 'required' | 'optional' | 'info';
  /** identifies something: a spreadsheet's rounded number must not pass for it */
  isId?: true;
}

/** What became of a row. */
export type RowEnd =
  | { result: 'created' | 'updated' | 'unchanged' }
  | { result: 'skipped'; problem: string }
  | { result: 'refused'; column: string | null; problem: string; remedy: string };

export interface TableDependencies extends PreviewDependencies {
  store: Store;
  batcher: Pick<Batcher, 'submit'>;
  clock: Clock;
}

/** What an export is of. */
export interface Selection {
  tenantIds: readonly string[];
  stream: Stream | null;
}

export interface TakeOptions {
  isDryRun: boolean;
  /** what the rows before said, of which a dry run leaves nothing in the store */
  said: Said;
}

/** One of the two tables: its columns, how its rows are taken and how they are given. */
export interface TableKind<Prepared = unknown> {
  columns: readonly Column[];
  /**
   * What one row asks for, or its end when it asks for nothing.
   * @throws RowRefused or RefusedRequest
   */
  prepare(parameters: Parameters, tenantId: string, view: CatalogView): Prepared | RowEnd;
  /** Takes prepared rows, or says only what taking them would do; one end for each, in order. */
  take(prepared: readonly Prepared[], options: TakeOptions, deps: TableDependencies): Promise<RowEnd[]>;
  /** All rows, as texts in the order of the columns. */
  rows(selection: Selection, store: Store): AsyncGenerator<string[]>;
}

export function isEnd(prepared: object): prepared is RowEnd {
  return 'result' in prepared;
}
