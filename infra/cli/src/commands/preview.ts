import { readFile } from 'node:fs/promises';
import { isJsonObject, parseJson, stringifyJson, type Json } from '@syncline/contract';
import { previewLines, type PreviewAnswer } from '../preview-lines.ts';
import { Refused } from '../refused.ts';
import { urlOf } from '../services.ts';
import type { Context } from './command.ts';

export interface PreviewOptions {
  operation?: string;
  stream?: string;
  json: boolean;
}

const withinMs = 60_000;

/** Says what the records of a file would become, and why, without sending them. */
export async function preview(
  streamId: string,
  file: string,
  { operation, stream, json }: PreviewOptions,
  { installation, output }: Context,
): Promise<void> {
  const edited = stream === undefined ? {} : { stream: jsonIn(stream, await textOf(stream)) };
  const told = operation === undefined ? {} : { operation };
  const body = { ...recordsIn(file, await textOf(file)), ...told, ...edited };
  const url = `${urlOf(installation, 'MAPPING_PORT')}/preview/${encodeURIComponent(streamId)}`;
  const answer = await ask(url, stringifyJson(body));
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

async function ask(url: string, body: string): Promise<string> {
  let response: Response;
  try {
    const headers = { 'content-type': 'application/json' };
    response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(withinMs) });
  } catch {
    throw new Refused(`The mapping service does not answer at ${url}. Does ./syncline up run?`);
  }
  const text = await response.text();
  if (!response.ok) throw new Refused(reasonIn(text) ?? `${url} answers ${String(response.status)}.`);
  return text;
}

function reasonIn(text: string): string | null {
  try {
    const json = parseJson(text);
    return isJsonObject(json) && typeof json['errMsg'] === 'string' ? json['errMsg'] : null;
  } catch {
    return null;
  }
}
