import express from 'express';
import { collectProcessMetrics, readMetrics } from './metrics.ts';
import { reasonNotReady } from './part.ts';
import type { Part } from './part.ts';

export interface ProbesOptions {
  service: string;
  /** everything that must work before the service can do its job */
  parts(): readonly Part[];
}

/** The paths that answer in every state of a process, even while it stops. */
export const probePaths: readonly string[] = ['/healthz', '/readyz', '/metrics'];

/** `GET /healthz`, `/readyz` and `/metrics` (contract 1). */
export function createProbes({ service, parts }: ProbesOptions): express.Router {
  collectProcessMetrics();
  const router = express.Router();
  router.get('/healthz', (_req, res) => {
    res.json({ status: 'ok', service });
  });
  router.get('/readyz', (_req, res) => {
    const reasons = reasonsNotReady(parts());
    res.status(reasons.length === 0 ? 200 : 503).json({ ready: reasons.length === 0, service, reasons });
  });
  router.get('/metrics', async (_req, res) => {
    const { contentType, text } = await readMetrics();
    res.set('Content-Type', contentType).send(text);
  });
  return router;
}

/** Every part that cannot do its job, and why. */
export function reasonsNotReady(parts: readonly Part[]): { part: string; reason: string }[] {
  return parts.flatMap((part) => {
    const reason = reasonNotReady(part);
    return reason === null ? [] : [{ part: part.name, reason }];
  });
}
