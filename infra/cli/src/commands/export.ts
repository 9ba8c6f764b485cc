import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { formatOf, type TableFormat } from '@syncline/tables';
import { mappingCalls } from '../mapping-calls.ts';
import { Refused } from '../refused.ts';
import type { TableName } from '../table-names.ts';
import type { Context } from './command.ts';

export interface ExportOptions {
  stream?: string;
  tenant?: string;
}

/** Writes one of the two tables to a file. The file stands there whole or not at all. */
export async function exportTable(
  table: TableName,
  file: string,
  options: ExportOptions,
  { installation, output }: Context,
): Promise<void> {
  const format = formatOfFile(file);
  const call = await mappingCalls(installation);
  const query = { format, streamId: options.stream, tenantId: options.tenant };
  const response = await call(`/tables/${table}/export`, { query });
  const bytes = await save(response, file);
  output.say(`${file}: ${String(Math.ceil(bytes / 1024))} KiB.`);
}

export function formatOfFile(file: string): TableFormat {
  const format = formatOf(file);
  if (format === null) throw new Refused(`${file}: its name must end with .csv or .xlsx.`, 2);
  return format;
}

/** Puts an answer's body into a file. */
export async function save(response: Response, file: string): Promise<number> {
  const part = `${file}.part`;
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  try {
    await pipeline(bodyOf(response), counted, createWriteStream(part));
    await rename(part, file);
    return bytes;
  } catch (error) {
    await rm(part, { force: true });
    const why = error instanceof Error ? error.message : String(error);
    throw new Refused(
      `The answer broke off (${why}); ${file} was not written. The log of mapping says more; a workbook holds at most 1048575 rows, a .csv file any number.`,
    );
  }
}

export function bodyOf(response: Response): Readable {
  return response.body === null ? Readable.from([]) : Readable.fromWeb(response.body);
}
