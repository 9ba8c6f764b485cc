import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import express from 'express';

const folder = resolve(import.meta.dirname, '../web/dist');
const noncePlace = '__NONCE__';
const notBuilt =
  '<!doctype html><title>Syncline</title><p>The console was not built: start it with ./syncline up, ' +
  'or run pnpm build in services/console/web.</p>';

/**
 * Nothing but what comes from here, and no script within the page: a value of a record can never become one. Style
 * elements need the nonce, which is another one for each page: antd makes its styles as components appear.
 */
const contentSecurityPolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** In place of helmet's own policy, which would ask browsers for https: the console speaks plain HTTP on loopback. */
export const strictPolicy: express.RequestHandler = (_req, res, next) => {
  const nonce = randomBytes(16).toString('base64url');
  res.locals['nonce'] = nonce;
  res.setHeader('Content-Security-Policy', contentSecurityPolicy(nonce));
  res.removeHeader('Strict-Transport-Security');
  next();
};

/** The built web app: its files, and the page itself at every other address that a browser may open. */
export function createWeb(): express.Router {
  const router = express.Router();
  const files = { redirect: false, index: false } as const;
  // Their names hold a digest of what they hold.
  router.use('/assets', express.static(join(folder, 'assets'), { ...files, immutable: true, maxAge: '1y' }));
  router.get(['/index.html', /^\/(?!api\/|assets\/)[^.]*$/], (_req, res) => {
    const page = readPage();
    res.setHeader('Cache-Control', 'no-store');
    res
      .status(page === null ? 503 : 200)
      .type('html')
      .send((page ?? notBuilt).replaceAll(noncePlace, String(res.locals['nonce'])));
  });
  router.use(express.static(folder, { ...files, maxAge: '1h' }));
  return router;
}

/** Read anew for each visit, which is rare: a build under a running console changes the names of all files. */
function readPage(): string | null {
  const file = join(folder, 'index.html');
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
