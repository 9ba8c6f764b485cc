import { createLoop, type Logger, type Part } from '@syncline/chassis';
import { RefusedRequest, stringifyJson } from '@syncline/contract';
import type { Tenant } from '@syncline/catalog';
import type { Request, Response, RequestHandler } from 'express';
import { callerOf, mayTenant, type Caller } from './auth/caller.ts';
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

interface Client {
  tenantId: string;
  req: Request;
}

interface Deps {
  tenant(id: string): Tenant | undefined;
  /** who a stream is for, asked again while it lasts */
  caller(req: Request): Promise<Caller>;
  read(tenant: Tenant): Promise<TenantOverview>;
  logger: Logger;
}

/** Tells browsers what moves: one reading for each tenant that someone looks at, however many look. */
export function createLive(deps: Deps): Live {
  const clients = new Map<Response, Client>();

  async function tellTenant(id: string): Promise<void> {
    const tenant = deps.tenant(id);
    const watching = (): Response[] =>
      [...clients].flatMap(([res, { tenantId }]) => (tenantId === id ? [res] : []));
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

  async function tellAll(): Promise<void> {
    await Promise.all(
      [...clients].map(async ([res, client]) => {
        if (await isStillWelcome(client, deps)) return;
        clients.delete(res);
        res.end();
      }),
    );
    await Promise.all([...new Set([...clients.values()].map(({ tenantId }) => tenantId))].map(tellTenant));
  }

  return {
    part: {
      ...createLoop({ name: 'live', everyMs, logger: deps.logger, tick: tellAll }),
      // Streams have no end of their own: the server would wait for them until its deadline.
      async stopIntake() {
        for (const res of clients.keys()) res.end();
        clients.clear();
      },
    },
    handler(req, res) {
      const tenantId = requireTenant(req, callerOf(res), deps);
      if (clients.size >= maxClients)
        throw new RefusedRequest('rateLimited', `${maxClients} browsers are being told what moves already`);
      begin(res);
      clients.set(res, { tenantId, req });
      req.on('close', () => clients.delete(res));
      res.on('close', () => clients.delete(res));
      tellTenant(tenantId).catch((error: unknown) =>
        deps.logger.warn('the overview could not be told', { error }),
      );
    },
  };
}

/** A session that ended, and a tenant that was taken away, end the stream, too. */
function isStillWelcome({ tenantId, req }: Client, deps: Deps): Promise<boolean> {
  return deps.caller(req).then(
    (caller) => mayTenant(caller, tenantId),
    // A store that does not answer says nothing about the session.
    (error: unknown) => !(error instanceof RefusedRequest),
  );
}

function requireTenant(req: Request, caller: Caller, deps: Deps): string {
  const { tenant: id } = req.query as Record<string, unknown>;
  if (typeof id === 'string' && deps.tenant(id) !== undefined && mayTenant(caller, id)) return id;
  throw new RefusedRequest('notFound', `There is no tenant ${JSON.stringify(id ?? '')}`);
}

function begin(res: Response): void {
  res.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  res.write(`retry: ${retryMs}\n\n`);
}
