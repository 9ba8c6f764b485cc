import { createLoop, type Logger, type Part } from '@syncline/chassis';
import { RefusedRequest, stringifyJson } from '@syncline/contract';
import type { Tenant } from '@syncline/catalog';
import type { Request, Response, RequestHandler } from 'express';
import type { TenantOverview } from './tenant-overview.ts';

const everyMs = 2_000;
const maxClients = 200;
/** A browser that falls this far behind is cut off; it comes again and gets the newest. */
const maxBehindBytes = 1024 * 1024;
/** How soon a browser whose stream ended asks again. */
const retryMs = 3_000;

export interface Live {
  part: Part;
  /** `GET /live?tenant=`: server-sent events, each the whole overview of a tenant */
  handler: RequestHandler;
}

/** Tells browsers what moves: one reading for each tenant that someone looks at, however many look. */
export function createLive(deps: {
  tenant(id: string): Tenant | undefined;
  read(tenant: Tenant): Promise<TenantOverview>;
  logger: Logger;
}): Live {
  const clients = new Map<Response, string>();

  async function tellTenant(id: string): Promise<void> {
    const tenant = deps.tenant(id);
    const watching = (): Response[] => [...clients].flatMap(([res, of]) => (of === id ? [res] : []));
    if (tenant === undefined) {
      for (const res of watching()) res.end();
      return;
    }
    const message = `event: overview\ndata: ${stringifyJson(await deps.read(tenant))}\n\n`;
    for (const res of watching()) {
      if (res.writableLength > maxBehindBytes) res.destroy();
      else res.write(message);
    }
  }

  function begin(req: Request, res: Response, tenantId: string): void {
    res.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    res.write(`retry: ${retryMs}\n\n`);
    clients.set(res, tenantId);
    req.on('close', () => clients.delete(res));
    res.on('close', () => clients.delete(res));
    tellTenant(tenantId).catch((error: unknown) =>
      deps.logger.warn('the overview could not be told', { error }),
    );
  }

  const loop = createLoop({
    name: 'live',
    everyMs,
    logger: deps.logger,
    async tick() {
      await Promise.all([...new Set(clients.values())].map(tellTenant));
    },
  });

  return {
    part: {
      ...loop,
      // Streams have no end of their own: the server would wait for them until its deadline.
      async stopIntake() {
        for (const res of clients.keys()) res.end();
        clients.clear();
      },
    },
    handler(req, res) {
      const { tenant: tenantId } = req.query as Record<string, unknown>;
      if (typeof tenantId !== 'string' || deps.tenant(tenantId) === undefined)
        throw new RefusedRequest('notFound', `There is no tenant ${JSON.stringify(tenantId ?? '')}`);
      if (clients.size >= maxClients)
        throw new RefusedRequest('rateLimited', `${maxClients} browsers are being told what moves already`);
      begin(req, res, tenantId);
    },
  };
}
