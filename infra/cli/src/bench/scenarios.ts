import type { Scenario } from './scenario.ts';
import { crmToErp } from './scenarios/crm-to-erp.ts';
import { deadErp } from './scenarios/dead-erp.ts';
import { footprint } from './scenarios/footprint.ts';
import { polling } from './scenarios/polling.ts';
import { rawDisk } from './scenarios/raw-disk.ts';
import { rawHttp } from './scenarios/raw-http.ts';
import { rawKafka } from './scenarios/raw-kafka.ts';
import { rawStore } from './scenarios/raw-store.ts';
import { receiver } from './scenarios/receiver.ts';
import { trickle } from './scenarios/trickle.ts';

/** In the order in which they run: the machine's own limits first, as the others are shown beside them. */
export const scenarios: readonly Scenario[] = [
  rawDisk,
  rawHttp,
  rawKafka,
  rawStore,
  receiver,
  crmToErp,
  trickle,
  polling,
  deadErp,
  footprint,
];
