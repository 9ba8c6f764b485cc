import {
  crmObjectOf,
  erpObjectOf,
  type Catalog,
  type ErpObject,
  type FieldMapping,
  type Stream,
} from './catalog.ts';
import type { ConfigPath } from './config-error.ts';
import { matchFieldsOf } from './match-fields.ts';
import { checkPlace, oneOf, repeats, type CatalogProblem, type CheckExpression } from './problem.ts';
import { catalogView, type CatalogView } from './view.ts';

interface Context {
  view: CatalogView;
  checkExpression: CheckExpression;
}

export function* checkStreams(catalog: Catalog, checkExpression: CheckExpression): Generator<CatalogProblem> {
  const { streams } = catalog;
  for (const at of repeats(streams, (it) => it.id))
    yield {
      path: ['streams', at, 'id'],
      message: 'another stream has this id',
      expected: 'an id of its own',
    };
  const wayOf = (it: Stream): string =>
    [it.tenantId, it.dataCenterId, it.direction, it.source, it.dest].join('\n');
  for (const at of repeats(streams, wayOf)) {
    const it = streams[at];
    const first = streams.find((other) => it !== undefined && wayOf(other) === wayOf(it));
    yield {
      path: ['streams', at],
      message: `stream ${first?.id ?? ''} has the same direction, source and dest in this data center`,
      expected: 'at most one stream for a direction, source and dest',
    };
  }
  const context = { view: catalogView(catalog), checkExpression };
  for (const [index, stream] of streams.entries()) {
    const path = ['streams', index];
    const misplaced = [...checkPlace(catalog, stream, path)];
    if (misplaced.length > 0) yield* misplaced;
    else yield* checkStream(stream, path, context);
  }
}

function* checkStream(stream: Stream, path: ConfigPath, context: Context): Generator<CatalogProblem> {
  const { view, checkExpression } = context;
  const erpSide = stream.direction === 'crm-to-erp' ? 'dest' : 'source';
  const object = view.erpObject(stream.tenantId, stream.dataCenterId, erpObjectOf(stream));
  if (object === undefined)
    yield {
      path: [...path, erpSide],
      message: `data center ${stream.dataCenterId} has no ERP object ${stream[erpSide]}`,
      expected: oneOf(objectsOfPlace(view, stream).map((it) => it.apiName)),
    };
  else {
    yield* checkDetails(stream, object, path);
    yield* checkMatch(stream, object, path, view);
  }
  const wrong = stream.filter === null ? null : checkExpression(stream.filter);
  if (wrong !== null) yield notJsonata([...path, 'filter'], wrong);
  yield* checkMappings(stream, stream.fields, [...path, 'fields'], context);
  for (const [index, detail] of stream.details.entries())
    yield* checkMappings(stream, detail.fields, [...path, 'details', index, 'fields'], context);
}

function* checkMatch(
  stream: Stream,
  object: ErpObject,
  path: ConfigPath,
  view: CatalogView,
): Generator<CatalogProblem> {
  const { matchBeforeCreate: given, direction, tenantId, dataCenterId } = stream;
  if (given === undefined) return;
  const here = [...path, 'matchBeforeCreate'];
  if (direction === 'crm-to-erp')
    yield {
      path: here,
      message: 'only before a create towards the CRM a match is looked for',
      expected: 'a stream from the ERP to the CRM, or none',
    };
  else {
    const streams = view.pairStreams(tenantId, dataCenterId, crmObjectOf(stream), erpObjectOf(stream));
    const found = matchFieldsOf(streams, object, given);
    if (typeof found === 'string')
      yield { path: here, message: found, expected: 'a map of ERP fields to the CRM fields that equal them' };
  }
}

function objectsOfPlace(view: CatalogView, stream: Stream): ErpObject[] {
  return view.erpObjects.filter(
    (it) => it.tenantId === stream.tenantId && it.dataCenterId === stream.dataCenterId,
  );
}

function notJsonata(path: ConfigPath, wrong: string): CatalogProblem {
  return { path, message: `the expression is not JSONata: ${wrong}`, expected: 'a JSONata expression' };
}

function* checkDetails(stream: Stream, object: ErpObject, path: ConfigPath): Generator<CatalogProblem> {
  const erpSide = stream.direction === 'crm-to-erp' ? 'dest' : 'source';
  const known = object.details.map((it) => it.apiName);
  for (const [index, detail] of stream.details.entries())
    if (known.length > 0 && !known.includes(detail[erpSide]))
      yield {
        path: [...path, 'details', index, erpSide],
        message: `ERP object ${object.apiName} has no detail ${detail[erpSide]}`,
        expected: oneOf(known),
      };
  for (const at of repeats(stream.details, (it) => `${it.source}\n${it.dest}`))
    yield {
      path: [...path, 'details', at],
      message: 'the stream maps these two details already',
      expected: 'at most one mapping for a source and dest',
    };
}

function* checkMappings(
  stream: Stream,
  mappings: readonly FieldMapping[],
  path: ConfigPath,
  context: Context,
): Generator<CatalogProblem> {
  for (const at of repeats(mappings, (it) => it.to))
    yield {
      path: [...path, at, 'to'],
      message: 'the field is mapped already',
      expected: 'each target field once',
    };
  for (const [index, mapping] of mappings.entries()) {
    const here = [...path, index];
    const wrong = mapping.expression === undefined ? null : context.checkExpression(mapping.expression);
    if (wrong !== null) yield notJsonata([...here, 'expression'], wrong);
    yield* checkReference(stream, mapping, [...here, 'reference'], context.view);
  }
}

/** A reference leads to the counterpart of an object of the source side; which one it is must be plain. */
function* checkReference(
  stream: Stream,
  mapping: FieldMapping,
  path: ConfigPath,
  view: CatalogView,
): Generator<CatalogProblem> {
  const { reference } = mapping;
  if (reference === null) return;
  const { tenantId, dataCenterId } = stream;
  const dests =
    stream.direction === 'crm-to-erp'
      ? view.pairsOfCrmObject(tenantId, reference.object, dataCenterId).map((it) => it.erpObject)
      : view.pairsOfErpObject(tenantId, dataCenterId, reference.object).map((it) => it.crmObject);
  if (dests.length === 0)
    yield {
      path,
      message: `no stream of data center ${dataCenterId} pairs ${reference.object} with anything`,
      expected: 'an object on the source side of a stream',
    };
  else if (reference.dest === null && dests.length > 1)
    yield {
      path,
      message: `${reference.object} has several dests in data center ${dataCenterId}: ${dests.join(', ')}`,
      expected: `{object: ${reference.object}, dest: ${oneOf(dests)}}`,
    };
  else if (reference.dest !== null && !dests.includes(reference.dest))
    yield {
      path: [...path, 'dest'],
      message: `no stream of data center ${dataCenterId} pairs ${reference.object} with ${reference.dest}`,
      expected: oneOf(dests),
    };
}
