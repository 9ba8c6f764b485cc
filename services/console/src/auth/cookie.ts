import type { Request, Response } from 'express';

/** Browsers share cookies among the ports of a host: two consoles on one machine need two names. */
function cookieNameOf(req: Request): string {
  return `syncline-session-${String(req.socket.localPort ?? '')}`;
}

/** The session's token as the browser sends it; undefined when it sends none. */
export function readCookie(req: Request): string | undefined {
  const name = cookieNameOf(req);
  for (const pair of (req.headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
}

/** Kept by the browser until it is closed or the session ends; over https it is sent over https alone. */
export function writeCookie(req: Request, res: Response, token: string, maxAgeMs: number): void {
  const parts = [
    `${cookieNameOf(req)}=${token}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Strict',
    `Max-Age=${String(Math.floor(maxAgeMs / 1000))}`,
    ...(req.secure ? ['Secure'] : []),
  ];
  res.setHeader('Set-Cookie', parts.join('; '));
}

export function clearCookie(req: Request, res: Response): void {
  writeCookie(req, res, '', 0);
}
