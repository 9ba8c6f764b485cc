import { isJsonObject, jsonDepth, parseJson, RefusedRequest, type Json } from '@syncline/contract';
import { refuseLongBody } from '@syncline/chassis';
import express from 'express';
import { z } from 'zod';
import { accessOf, type Access, type AccessDependencies } from './operator-access.ts';

const maxBodyBytes = 4 * 1024 * 1024;
const maxDepth = 72;

const readText: express.RequestHandler = express.text({
  type: () => true,
  limit: maxBodyBytes,
  defaultCharset: 'utf-8',
});

/** Before a route that reads `bodyOf`: who asks is known before anything of the body is read. */
export function takeBody(deps: AccessDependencies): express.RequestHandler[] {
  const authorize: express.RequestHandler = async (req, res, next) => {
    res.locals['access'] = await accessOf(req, deps);
    next();
  };
  return [authorize, refuseLongBody(maxBodyBytes), readText];
}

/** Behind `takeBody`: who asks. */
export function accessIn(res: express.Response): Access {
  return res.locals['access'] as Access;
}

/** Any JSON, as `parseJson` gives it: no schema looks into it. */
export const anyJson = z.custom<Json>(() => true).optional();
/** Who acts, for the history. */
export const personField = z.string().max(200).optional();
export const reasonField = z.string().max(500).default('');

/**
 * A JSON body by its schema, with every digit of its numbers. No body at all is an empty object.
 * @throws RefusedRequest badBody naming the field
 */
export function bodyOf<T extends z.ZodObject>(req: express.Request, schema: T): z.output<T> {
  const text = typeof req.body === 'string' && req.body !== '' ? req.body : '{}';
  const read = schema.safeParse(parse(text));
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw bad(`$.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`);
}

function parse(text: string): Json {
  if (jsonDepth(text, maxDepth) > maxDepth) throw bad('$: nested deeper than 64 levels');
  let json: Json;
  try {
    json = parseJson(text);
  } catch {
    throw bad('the body is not JSON');
  }
  if (!isJsonObject(json)) throw bad('$: expected an object');
  return json;
}

function bad(message: string): RefusedRequest {
  return new RefusedRequest('badBody', message);
}
