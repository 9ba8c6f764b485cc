import { RefusedRequest } from '@syncline/contract';
import type { RequestHandler } from 'express';
import { reachableHost } from './reachable-host.ts';

const hostHeader = /^(\[[0-9a-f:.]+\]|[^\s:[\]/?#@]+)(?::\d{1,5})?$/i;
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The host that a header `Host` names, without its port and in one spelling; null when it names none. */
export function hostNameOf(header: string | undefined): string | null {
  const name = hostHeader.exec(header ?? '')?.[1];
  return name === undefined ? null : name.toLowerCase().replace(/\.$/, '');
}

/** May a browser that asks for this host be answered? */
export function isAllowedHost(name: string | null, allowed: readonly string[]): boolean {
  return name !== null && (loopback.test(name) || allowed.includes(name));
}

/**
 * Answers only requests that name this console by a name it knows. A page of another site that lets its own name point
 * to this machine (DNS rebinding) could otherwise read everything from here.
 * @param host where the console listens
 * @param others further names: CONSOLE_ALLOWED_HOSTS
 */
export function onlyAllowedHosts(host: string, others: readonly string[]): RequestHandler {
  const allowed = [reachableHost(host), ...others].flatMap((name) => hostNameOf(name) ?? []);
  return (req, _res, next) => {
    const name = hostNameOf(req.headers.host);
    if (isAllowedHost(name, allowed)) next();
    else
      next(
        new RefusedRequest(
          'badHeader',
          `The console does not answer to the name in the header Host (${String(name)}); CONSOLE_ALLOWED_HOSTS adds names`,
        ),
      );
  };
}
