import { withEditedStream, type CatalogView, type Stream } from '@syncline/catalog';
import { refuseLongBody } from '@syncline/chassis';
import {
  isJsonObject,
  jsonDepth,
  parseJson,
  RefusedRequest,
  stringifyJson,
  textOf,
  type Json,
  type JsonObject,
} from '@syncline/contract';
import { readBody, UnreadableBody } from '@syncline/erp';
import { checkExpression } from '@syncline/functions';
import express from 'express';
import type { Preview } from './preview/describe.ts';
import { readGiven } from './preview/given-record.ts';
import { previewRecord, type PreviewDeps } from './preview/preview.ts';

const maxBodyBytes = 4 * 1024 * 1024;
const maxDepth = 72;
const mostRecords = 100;

export interface PreviewRouteDeps extends PreviewDeps {
  catalog: { view(): CatalogView };
}

/**
 * `POST /preview/{streamId}`: what records would become and why; nothing is sent or stored.
 * Body `{records: […] | record: … | xml: "…", operation?, stream?}`: `stream` is tried instead of the one in force.
 *
 * It asks for no token: the port listens on loopback unless the operator says otherwise, and nothing is changed.
 */
export function createPreviewRoute(deps: PreviewRouteDeps): express.Router {
  const router = express.Router();
  const readText = express.text({ type: () => true, limit: maxBodyBytes, defaultCharset: 'utf-8' });
  router.post(
    '/preview/:streamId',
    refuseLongBody(maxBodyBytes),
    readText,
    async (req: express.Request<{ streamId: string }>, res) => {
      const body = bodyOf(typeof req.body === 'string' ? req.body : '');
      const wanted = wantedStream(req.params.streamId, body, deps.catalog.view());
      const operation = textOf(body['operation']) || undefined;
      const previews: Preview[] = [];
      // One after the other: a long list must not keep live records from the evaluator.
      for (const json of recordsOf(body)) {
        previews.push(await previewRecord(readGiven(json, { ...wanted, operation }), wanted, deps));
      }
      const { id: streamId, direction, source, dest } = wanted.stream;
      res.type('json').send(stringifyJson({ streamId, direction, source, dest, records: previews }));
    },
  );
  return router;
}

function bad(message: string): RefusedRequest {
  return new RefusedRequest('badBody', message);
}

function bodyOf(text: string): JsonObject {
  if (jsonDepth(text, maxDepth) > maxDepth) throw bad('$: nested deeper than 64 levels');
  let json: Json;
  try {
    json = parseJson(text);
  } catch {
    throw bad('the body is not JSON');
  }
  if (!isJsonObject(json)) throw bad('expected {record: …}, {records: […]} or {xml: "…"}');
  return json;
}

function wantedStream(
  streamId: string,
  body: JsonObject,
  view: CatalogView,
): { stream: Stream; view: CatalogView } {
  const edited = body['stream'] ?? null;
  if (edited !== null) {
    const form = isJsonObject(edited) ? { ...edited, id: streamId } : edited;
    // The form's checks know plain values; exact numbers of `value` and `options` keep their digits.
    const read = withEditedStream(view, form, checkExpression);
    if (!read.ok) throw bad(`stream.${read.path}: ${read.message}`);
    return read;
  }
  const stream = view.stream(streamId);
  if (stream !== undefined) return { stream, view };
  const ids = view.streams.slice(0, 20).map(({ id }) => id);
  throw new RefusedRequest('notFound', `there is no stream ${streamId}; there are ${ids.join(', ')}`);
}

function recordsOf(body: JsonObject): Json[] {
  const { xml, records, record } = body;
  const given = typeof xml === 'string' ? [fromXml(xml)] : Array.isArray(records) ? records : [record];
  if (given[0] === undefined) throw bad('expected {record: …}, {records: […]} or {xml: "…"}');
  if (given.length > mostRecords) throw bad(`at most ${String(mostRecords)} records at a time`);
  return given as Json[];
}

function fromXml(text: string): Json {
  try {
    return readBody('xml', Buffer.from(text));
  } catch (error) {
    if (error instanceof UnreadableBody) throw bad(`xml: ${error.message}`);
    throw error;
  }
}
