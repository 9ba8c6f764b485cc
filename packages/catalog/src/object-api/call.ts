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
  /** further formats, in which anything may come */
  alsoIn?: readonly Format[];
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

export interface SampleChange {
  headers?: Readonly<Record<string, string>>;
  /** a header that is left out */
  without?: string;
  body?: { mediaType: string; text: string };
}

/** The command of a call, with other headers or another body where they are given. */
export function sampleOf(
  { method, server, path, parameters, body }: Omit<ApiCall, 'samples'>,
  title: string,
  over: SampleChange = {},
): Sample {
  const sent = (place: Parameter['in']): [string, string][] =>
    parameters.flatMap((it) =>
      it.in === place && it.sent !== undefined && it.name !== over.without
        ? [[it.name, it.sent] as [string, string]]
        : [],
    );
  const headers = [...sent('header'), ...Object.entries(over.headers ?? {})];
  const sentBody = over.body ?? (body !== null ? bodyOf(body) : null);
  if (sentBody !== null) headers.push(['content-type', sentBody.mediaType]);
  const command = curlOf({
    method,
    url: server + path,
    query: sent('query'),
    headers,
    ...(sentBody !== null && { body: sentBody.text }),
  });
  return { title, command };
}

function bodyOf({ format, example }: Body): { mediaType: string; text: string } {
  return { mediaType: mediaTypes[format], text: exampleText(format, example) };
}

export function header(name: string, description: string, over: Partial<Parameter> = {}): Parameter {
  return { in: 'header', name, description, required: true, schema: { type: 'string' }, ...over };
}

export function query(name: string, sent: string, description: string, schema: JsonObject): Parameter {
  return { in: 'query', name, description, required: true, schema, sent };
}
