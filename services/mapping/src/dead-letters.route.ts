import type { Clock, Logger } from '@syncline/chassis';
import { RefusedRequest } from '@syncline/contract';
import type { Producer } from '@syncline/kafka';
import type { Store } from '@syncline/store';
import express from 'express';
import { z } from 'zod';
import { sendBack, topicsToSendTo, type SentBack } from './dead-letters/send-back.ts';
import type { AccessDependencies } from './operator-access.ts';
import { accessIn, bodyOf, personField, takeBody } from './operator-body.ts';
import { nameOf } from './retry/person.ts';
import type { Running } from './running.ts';

export interface DeadLettersDeps extends AccessDependencies {
  store: Store;
  producer: Pick<Producer, 'publish'>;
  running: Running;
  clock: Clock;
  logger: Logger;
}

/** A letter may hold a MiB. */
const mostAtOnce = 500;
const mostShown = 20;

const topic = z.enum(topicsToSendTo, `expected one of ${topicsToSendTo.join(', ')}`).optional();
const moment = z.number().int().nonnegative().optional();
const sendBackSchema = z.strictObject({
  by: personField,
  ids: z.array(z.string().min(1).max(400)).min(1).max(mostAtOnce).optional(),
  filter: z
    .strictObject({ topic, text: z.string().min(1).max(512).optional(), from: moment, to: moment })
    .optional(),
  again: z.boolean().default(false),
  dryRun: z.boolean().default(false),
});

/**
 * POST `/dead-letters/send-back`: messages that no one could read go to their topics once more, as they came. They belong
 * to no tenant, so the operator key is needed.
 */
export function createDeadLettersRoute(deps: DeadLettersDeps): express.Router {
  const router = express.Router();
  router.post(
    '/dead-letters/send-back',
    takeBody(deps),
    async (req: express.Request, res: express.Response) => {
      const access = accessIn(res);
      if (!access.ofAll)
        throw new RefusedRequest('unauthorized', 'dead letters belong to no tenant: show the operator key');
      const { ids, filter = {}, again, dryRun, by } = bodyOf(req, sendBackSchema);
      const wanted = { ...given(filter), ...(ids !== undefined && { ids }), isSentBack: again };
      const found = await deps.store.deadLetters.idsOf(wanted, mostAtOnce + 1);
      const some = found.slice(0, mostAtOnce);
      const hasMore = found.length > mostAtOnce;
      if (dryRun) {
        res.json({ found: some.length, hasMore, sent: 0, refused: [], sample: some.slice(0, mostShown) });
        return;
      }
      const person = nameOf(by, access);
      const results = await deps.running.run('send-back', (stopping) =>
        sendBack(some, { by: person, again }, { ...deps, stopping }),
      );
      res.json({ found: some.length, hasMore, ...summaryOf(results), sample: [] });
    },
  );
  return router;
}

function summaryOf(results: readonly SentBack[]) {
  const refused = results.flatMap(({ id, refusal }) => (refusal === null ? [] : [{ id, message: refusal }]));
  return { sent: results.length - refused.length, refused };
}

function given<T extends object>(filter: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
