import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CatalogView, Stream } from '@syncline/catalog';
import { RefusedRequest, stringifyJson } from '@syncline/contract';
import { readTable, writeTable, type TableFormat, type TextEncoding } from '@syncline/tables';
import type express from 'express';
import type { Access } from '../operator-access.ts';
import { readHeading } from './import-row.ts';
import { firstRow, importTable, type ImportDependencies, type ImportNote } from './import-table.ts';
import { spool } from './spool.ts';
import type { TableKind } from './table-kind.ts';

const contentTypes: Record<TableFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** Answers with a file. */
export function sendTable(
  res: express.Response,
  file: { name: string; format: TableFormat; rows: AsyncIterable<readonly string[]> },
): Promise<void> {
  const { name, format, rows } = file;
  res.setHeader('Content-Type', contentTypes[format]);
  res.setHeader('Content-Disposition', `attachment; filename="${name}.${format}"`);
  return sent(writeTable(format, rows), res);
}

/** Answers with what an import tells, a line each. */
export function sendNotes(res: express.Response, notes: AsyncGenerator<ImportNote>): Promise<void> {
  res.setHeader('Content-Type', 'application/x-ndjson');
  return sent(Readable.from(lines(notes)), res);
}

export interface Asked {
  kind: TableKind;
  access: Access;
  format: TableFormat;
  encoding: TextEncoding | undefined;
  isDryRun: boolean;
  tenantId: string | null;
  stopping: AbortSignal;
}

/** Takes the rows of the file that a request brings, and answers with what becomes of them. */
export async function takeFile(
  req: express.Request,
  res: express.Response,
  asked: Asked,
  deps: ImportDependencies,
): Promise<void> {
  const { kind, format, encoding } = asked;
  const file = await spool(req);
  const rows = readTable({ path: file.path, format, encoding });
  try {
    const first = await firstRow(rows);
    const heading = readHeading(first, kind.columns);
    const notes = importTable({ ...asked, heading, columns: first?.cells ?? [], rows }, deps);
    await sendNotes(res, notes);
  } finally {
    await rows.return(undefined);
    await file.remove();
  }
}

/** Who goes away while the answer is on its way wants no more of it. */
async function sent(answer: Readable, res: express.Response): Promise<void> {
  try {
    await pipeline(answer, res);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

async function* lines(notes: AsyncGenerator<ImportNote>): AsyncGenerator<string> {
  for await (const note of notes) yield `${stringifyJson(note)}\n`;
}

/** A query parameter that may be there once. */
export function queryText(req: express.Request, name: string): string | undefined {
  const value = req.query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw new RefusedRequest('badQuery', `${name}: comes twice`);
  return value;
}

/** One that is one of a few words. */
export function queryWord<Word extends string>(
  req: express.Request,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const text = queryText(req, name);
  const word = words.find((one) => one === text);
  if (text !== undefined && word === undefined)
    throw new RefusedRequest('badQuery', `${name}: expected one of ${words.join(', ')}`);
  return word;
}

/** By its id or its name. */
export function streamNamed(wanted: string, view: CatalogView, access: Access): Stream {
  const found = view.streams.filter(
    ({ id, name, tenantId }) => (id === wanted || name === wanted) && access.may(tenantId),
  );
  const [stream, ...others] = found;
  if (stream === undefined) throw new RefusedRequest('notFound', `there is no stream ${wanted}`);
  if (others.length > 0)
    throw new RefusedRequest('badQuery', `streamId: several streams have the name ${wanted}; send its id`);
  return stream;
}
