import { RefusedRequest } from '@syncline/contract';
import { lagSchema } from '../lag.ts';
import { pageFrom, pageOf } from './page.ts';
import { pageQuery } from './query.ts';
import { route } from './route.ts';

const withinMs = 10_000;

export const lagRoutes = [
  route({
    role: 'viewer',
    path: '/lag',
    summary: 'How far each consumer group is behind, by topic and partition',
    query: pageQuery,
    answer: pageOf(lagSchema),
    async handle({ query }, { lag }) {
      const lags = await lag.get(withinMs);
      if (lags === null) throw new RefusedRequest('cacheUnavailable', 'The broker does not answer');
      return pageFrom(lags, query, ({ groupId, topic }) => `${groupId}\n${topic}`);
    },
  }),
];
