import type { IncomingMessage } from 'node:http';
import { RefusedRequest } from '@syncline/contract';

/**
 * Refuses a body by the length that its head names. Express's parsers would refuse it, too, but read it to its end before
 * they answer: of 100 GB that are announced and never come, that is no answer at all.
 */
export function refuseLongBody(maxBytes: number) {
  return (req: IncomingMessage, _res: unknown, next: (error?: unknown) => void): void => {
    if (Number(req.headers['content-length'] ?? 0) <= maxBytes) next();
    else next(new RefusedRequest('bodyTooLarge', `The body has more than ${maxBytes} bytes`));
  };
}
