import { refuseLongBody } from '@syncline/chassis';
import { RefusedRequest } from '@syncline/contract';
import express from 'express';
import type { Caller } from '../auth/caller.ts';
import { isSame } from '../auth/digests.ts';

/**
 * A page of another site can make a browser post here, but neither as JSON nor without saying where it comes from.
 * @throws RefusedRequest
 */
export function requireOwnPage(req: express.Request): void {
  const site = req.get('sec-fetch-site') ?? 'same-origin';
  const isFromHere = site === 'same-origin' && isOwnOrigin(req.get('origin'), req.get('host'));
  if (isFromHere && req.is('application/json') !== false) return;
  throw new RefusedRequest(
    'badHeader',
    'Only the console itself may ask for this, with content-type: application/json',
  );
}

/** Browsers name the page that posts, over plain HTTP too, where they say nothing of its site. */
function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}

/**
 * A browser adds the cookie of itself, whoever makes it ask; the token only a page of the console can know.
 * @throws RefusedRequest
 */
export function requireCsrfToken(req: express.Request, { session }: Caller): void {
  if (session === undefined || isSame(req.get('x-csrf-token') ?? '', session.csrfToken)) return;
  throw new RefusedRequest('forbidden', 'The header x-csrf-token is not the one of this session');
}

/** The body of a request as JSON. */
export type ReadJson = (req: express.Request, res: express.Response) => Promise<unknown>;

export function createReadJson(maxBytes: number): ReadJson {
  const refuseLong = refuseLongBody(maxBytes);
  const parse = express.json({ limit: maxBytes, strict: true });
  return (req, res) =>
    new Promise((resolve, reject) => {
      const read = (refusal?: unknown): void => {
        if (refusal !== undefined) reject(refusalOf(refusal));
        else parse(req, res, finish);
      };
      const finish = (error?: unknown): void => {
        if (error === undefined) resolve(req.body);
        else reject(refusalOf(error));
      };
      refuseLong(req, res, read);
    });
}

function refusalOf(error: unknown): RefusedRequest {
  if (error instanceof RefusedRequest) return error;
  const { status } = error as { status?: unknown };
  if (status === 413) return new RefusedRequest('bodyTooLarge', 'The body is too large');
  if (status === 415) return new RefusedRequest('badContentType', 'The charset or encoding is unknown');
  return new RefusedRequest('badBody', 'The body is not JSON');
}
