import { RefusedRequest } from '@syncline/contract';
import { z } from 'zod';
import { refusalOf } from './mapping-call.ts';
import { tenantRoute } from './route.ts';

/** A window of many pages takes its time; the poller goes on with it even when nobody waits any more. */
const limitMs = 120_000;

const polledSchema = z.object({
  startTime: z.number(),
  endTime: z.number(),
  totalNum: z.number().nullable(),
  received: z.number(),
  pages: z.number(),
});

export const runPollRoutes = [
  tenantRoute({
    method: 'post',
    role: 'operator',
    path: '/poll-tasks/:dataCenterId/:objectApiName/run',
    summary: 'Polls an object now and answers when that window is on the topic',
    query: {},
    answer: polledSchema,
    async handle({ tenant, param }, { pollerUrl }) {
      const place = [tenant.id, param('dataCenterId'), param('objectApiName')]
        .map(encodeURIComponent)
        .join('/');
      const response = await fetch(`${pollerUrl}/poll-tasks/${place}/run`, {
        method: 'POST',
        redirect: 'error',
        signal: AbortSignal.timeout(limitMs),
      }).catch(() => {
        throw new RefusedRequest('cacheUnavailable', 'The poller does not answer');
      });
      const answer: unknown = await response.json().catch(() => null);
      if (response.ok) return polledSchema.parse(answer);
      throw refusalOf(answer, response.status, 'The poller');
    },
  }),
];
