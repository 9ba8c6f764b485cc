import { readFile } from 'node:fs/promises';
import { parseJson, stringifyJson, type Json } from '@syncline/contract';
import { mappingCalls } from '../mapping-calls.ts';
import { previewLines, type PreviewAnswer } from '../preview-lines.ts';
import { Refused } from '../refused.ts';
import type { Context } from './command.ts';

export interface PreviewOptions {
  operation?: string;
  stream?: string;
  json: boolean;
}

/** Says what the records of a file would become, and why, without sending them. */
export async function preview(
  stream: string,
  file: string,
  { operation, stream: edit, json }: PreviewOptions,
  { installation, output }: Context,
): Promise<void> {
  const edited = edit === undefined ? {} : { stream: jsonIn(edit, await textOf(edit)) };
  const told = operation === undefined ? {} : { operation };
  const body = { ...recordsIn(file, await textOf(file)), ...told, ...edited };
  const call = await mappingCalls(installation);
  const path = `/preview/${encodeURIComponent(stream)}`;
  const answer = await (await call(path, { method: 'POST', body: stringifyJson(body) })).text();
  if (json) output.say(answer);
  else for (const line of previewLines(parseJson(answer) as unknown as PreviewAnswer)) output.say(line);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Refused(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}

function jsonIn(file: string, text: string): Json {
  try {
    return parseJson(text);
  } catch {
    throw new Refused(`${file} is neither JSON nor XML.`, 2);
  }
}

function recordsIn(file: string, text: string): Record<string, Json> {
  if (text.trimStart().startsWith('<')) return { xml: text };
  const json = jsonIn(file, text);
  return Array.isArray(json) ? { records: json } : { record: json };
}
