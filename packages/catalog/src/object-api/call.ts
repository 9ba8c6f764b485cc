import type { Json, JsonObject } from '@syncline/contract';
import { curlOf } from './curl.ts';
import { exampleText, mediaTypes, type Format } from './example-text.ts';

/** A header or a query parameter of a call. */
export interface Parameter {
  in: 'header' | 'query';
  name: string;
  description: string;
  required: boolean;
  schema: JsonObject;
  /** as it stands in the curl command; absent: it is left out there */
  sent?: string;
}

export interface Body {
  format: Format;
  schema: JsonObject;
  example: Json;
}

export interface ApiAnswer {
  status: number;
  description: string;
  body: Body;
}

/** A command that can be copied, and what it does. */
export interface Sample {
  title: string;
  command: string;
}

/** One of the five endpoints of an object (spec 2, 3 and 4). */
export interface ApiCall {
  name: 'create' | 'update' | 'queryMasterBatch' | 'queryMasterById' | 'asyncpush';
  summary: string;
  description: string;
  method: 'GET' | 'POST';
  server: string;
  path: string;
  parameters: Parameter[];
  body: Body | null;
  answers: ApiAnswer[];
  samples: Sample[];
}

/** A call with its curl command. */
export function withSample(call: Omit<ApiCall, 'samples'>): ApiCall {
  return { ...call, samples: [sampleOf(call, call.summary)] };
}

/** The command of a call, with other headers or another body where they are given. */
export function sampleOf(
  { method, server, path, parameters, body }: Omit<ApiCall, 'samples'>,
  title: string,
  over: { headers?: Readonly<Record<string, string>>; example?: Json } = {},
): Sample {
  const sent = (place: Parameter['in']): [string, string][] =>
    parameters.flatMap((it) =>
      it.in === place && it.sent !== undefined ? [[it.name, it.sent] as [string, string]] : [],
    );
  const headers = [...sent('header'), ...Object.entries(over.headers ?? {})];
  if (body !== null) headers.push(['content-type', mediaTypes[body.format]]);
  const command = curlOf({
    method,
    url: server + path,
    query: sent('query'),
    headers,
    ...(body !== null && { body: exampleText(body.format, over.example ?? body.example) }),
  });
  return { title, command };
}

export function header(name: string, description: string, over: Partial<Parameter> = {}): Parameter {
  return { in: 'header', name, description, required: true, schema: { type: 'string' }, ...over };
}

export function query(name: string, sent: string, description: string, schema: JsonObject): Parameter {
  return { in: 'query', name, description, required: true, schema, sent };
}
