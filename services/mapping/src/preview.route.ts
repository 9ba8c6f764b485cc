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
import { accessOf, type Access } from './operator-access.ts';
import type { Preview } from './preview/describe.ts';
import { readGiven } from './preview/given-record.ts';
import { previewRecord, type PreviewDeps } from './preview/preview.ts';
import { streamNamed } from './tables/file-answers.ts';
import type { TokenCheck } from './token-check.ts';

const maxBodyBytes = 4 * 1024 * 1024;
const maxDepth = 72;
const mostRecords = 100;

export interface PreviewRouteDeps extends PreviewDeps {
  catalog: { view(): CatalogView };
  tokenCheck: TokenCheck;
}

/**
 * `POST /preview/{stream}` (its id or name): what records would become and why; nothing is sent or stored.
 * Body `{records: […] | record: … | xml: "…", operation?, stream?}`: `stream` is tried instead of the one in force.
 */
export function createPreviewRoute(deps: PreviewRouteDeps): express.Router {
  const router = express.Router();
  const readText = express.text({ type: () => true, limit: maxBodyBytes, defaultCharset: 'utf-8' });
  // Who asks is known before the body is read.
  const authorize: express.RequestHandler = async (req, res, next) => {
    res.locals['access'] = await accessOf(req, deps);
    next();
  };
  router.post('/preview/:stream', authorize, refuseLongBody(maxBodyBytes), readText, async (req, res) => {
    const body = bodyOf(typeof req.body === 'string' ? req.body : '');
    const name = String(req.params['stream']);
    const wanted = wantedStream(name, { body, access: res.locals['access'] as Access }, deps.catalog.view());
    const operation = textOf(body['operation']) || undefined;
    const previews: Preview[] = [];
    // One after the other: a long list must not keep live records from the evaluator.
    for (const json of recordsOf(body)) {
      previews.push(await previewRecord(readGiven(json, { ...wanted, operation }), wanted, deps));
    }
    const { id: streamId, direction, source, dest } = wanted.stream;
    res.type('json').send(stringifyJson({ streamId, direction, source, dest, records: previews }));
  });
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

/** @throws RefusedRequest when there is none of this id or name that the caller may see */
function wantedStream(
  name: string,
  { body, access }: { body: JsonObject; access: Access },
  view: CatalogView,
): { stream: Stream; view: CatalogView } {
  const edited = body['stream'] ?? null;
  if (edited === null) return { stream: streamNamed(name, view, access), view };
  const isThere = view.streams.some((stream) => stream.id === name || stream.name === name);
  const id = isThere ? streamNamed(name, view, access).id : name;
  const form = isJsonObject(edited) ? { ...edited, id } : edited;
  // The form's checks know plain values; exact numbers of `value` and `options` keep their digits.
  const read = withEditedStream(view, form, checkExpression);
  if (!read.ok) throw bad(`stream.${read.path}: ${read.message}`);
  if (!access.may(read.stream.tenantId)) throw bad('stream.tenantId: is not the tenant of this token');
  return read;
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
