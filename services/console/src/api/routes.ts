import { apiKeyRoutes } from './api-keys.route.ts';
import { auditRoutes } from './audit.route.ts';
import { bulkRetryRoutes } from './bulk-retries.route.ts';
import { deadLetterRoutes } from './dead-letters.route.ts';
import { erpObjectRoutes } from './erp-objects.route.ts';
import { fieldMappingRoutes } from './field-mappings.route.ts';
import { historyTaskRoutes } from './history-tasks.route.ts';
import { lagRoutes } from './lag.route.ts';
import { mappingRoutes } from './mappings.route.ts';
import { overviewRoutes } from './overview.route.ts';
import { pollRoutes } from './polls.route.ts';
import { pushTokenRoutes } from './push-tokens.route.ts';
import type { ApiRoute } from './route.ts';
import { runPollRoutes } from './run-poll.route.ts';
import { putRightRoutes } from './put-right.route.ts';
import { streamControlRoutes } from './stream-controls.route.ts';
import { streamRoutes } from './streams.route.ts';
import { syncRoutes } from './syncs.route.ts';
import { tenantRoutes } from './tenants.route.ts';
import { userRoutes } from './users.route.ts';

/** All that the admin API answers, beside its own description. */
export const apiRoutes: readonly ApiRoute[] = [
  ...overviewRoutes,
  ...tenantRoutes,
  ...pushTokenRoutes,
  ...erpObjectRoutes,
  ...streamRoutes,
  ...mappingRoutes,
  ...syncRoutes,
  ...putRightRoutes,
  ...bulkRetryRoutes,
  ...streamControlRoutes,
  ...pollRoutes,
  ...runPollRoutes,
  ...fieldMappingRoutes,
  ...deadLetterRoutes,
  ...historyTaskRoutes,
  ...lagRoutes,
  ...userRoutes,
  ...apiKeyRoutes,
  ...auditRoutes,
];
