import { stringifyJson, type Json } from '@syncline/contract';
import { tableOf } from './output.ts';

interface Field {
  to: string;
  value: Json;
  by: string;
  made: Json;
  problem: { kind: string; message: string } | null;
}

interface Previewed {
  dataId: string;
  destId: string | null;
  outcome: string;
  reason: { code: string; message: string } | null;
  fields: Field[];
  details: { dest: string; rows: { source: string; fields: Field[] }[] }[];
  notes: string[];
  request: {
    to: string;
    method?: string;
    url?: string;
    headers?: Record<string, string>;
    topic?: string;
    body: string;
  } | null;
}

/** The answer of mapping's preview route. */
export interface PreviewAnswer {
  streamId: string;
  direction: string;
  source: string;
  dest: string;
  records: Previewed[];
}

const longestValue = 60;

/** The previews in words, one record after the other. */
export function previewLines({ source, dest, records }: PreviewAnswer): string[] {
  return records.flatMap((record, at) => [
    ...(at === 0 ? [] : ['']),
    `${source} ${record.dataId} → ${dest}${record.destId === null ? '' : ` ${record.destId}`}: ${record.outcome}`,
    ...(record.reason === null ? [] : [`  ${record.reason.message} (${record.reason.code})`]),
    ...record.notes.map((note) => `  ${note}`),
    ...fieldLines(record.fields, '  '),
    ...record.details.flatMap(({ dest: detail, rows }) =>
      rows.flatMap(({ source: row, fields }) => [
        `  ${detail}, from row ${row}:`,
        ...fieldLines(fields, '    '),
      ]),
    ),
    ...requestLines(record.request),
  ]);
}

function fieldLines(fields: readonly Field[], indent: string): string[] {
  if (fields.length === 0) return [];
  const rows = fields.map(({ to, value, by, made, problem }) => [
    `${indent}${to}`,
    problem === null ? shown(value) : `- ${problem.message}`,
    problem === null ? by : '',
    problem === null && isMade(by) ? `of ${shown(made)}` : '',
  ]);
  return tableOf([`${indent}field`, 'value', 'by', ''], rows).split('\n');
}

/** Is the value another than what it was made of? */
function isMade(by: string): boolean {
  return ['options', 'lookup', 'reference', 'default', 'hook'].includes(by);
}

function shown(value: Json): string {
  const text = stringifyJson(value);
  return text.length <= longestValue ? text : `${text.slice(0, longestValue)}…`;
}

function requestLines(request: Previewed['request']): string[] {
  if (request === null) return ['  nothing would be sent'];
  const { to, method, url, headers = {}, topic, body } = request;
  const where = to === 'crm' ? `on ${topic ?? ''}` : `${method ?? ''} ${url ?? ''}`;
  const more = Object.entries(headers).map(([name, value]) => `, ${name}: ${value}`);
  return [`  would be sent: ${where}${more.join('')}`, `  ${body}`];
}
