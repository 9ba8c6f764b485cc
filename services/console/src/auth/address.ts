import type { Request } from 'express';

/** From where a request came: as the proxies say that CONSOLE_PROXIES trusts, else the connection's own address. */
export function addressOf(req: Request): string {
  return (req.ip ?? 'unknown').replace(/^::ffff:/, '').slice(0, 64);
}
