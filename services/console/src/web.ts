import { resolve } from 'node:path';
import express from 'express';

const folder = resolve(import.meta.dirname, '../web');

/** Nothing but what comes from here, and no script or style within the page: a value of a record can never become one. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** In place of helmet's own policy, which would ask browsers for https: the console speaks plain HTTP on loopback. */
export const strictPolicy: express.RequestHandler = (_req, res, next) => {
  res.setHeader('Content-Security-Policy', contentSecurityPolicy);
  res.removeHeader('Strict-Transport-Security');
  next();
};

/** The page at `/` and its files. */
export function createWeb(): express.RequestHandler {
  return express.static(folder, {
    redirect: false,
    cacheControl: false,
    setHeaders: (res) => {
      res.setHeader('Cache-Control', 'no-cache');
    },
  });
}
