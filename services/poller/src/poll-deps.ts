import type { Clock, Logger } from '@syncline/chassis';
import type { ErpClient } from '@syncline/erp';
import type { FollowedCatalog, Store } from '@syncline/store';
import type { ErpClocks } from './erp-clocks.ts';
import type { Gates } from './gate.ts';
import type { RecordPublisher } from './publish-records.ts';

/** What it takes to poll. */
export interface PollDeps {
  store: Pick<Store, 'counters' | 'pollTasks' | 'pollWindows'>;
  catalog: Pick<FollowedCatalog, 'view'>;
  erp: Pick<ErpClient, 'queryMasterBatch'>;
  gates: Gates;
  clocks: ErpClocks;
  publisher: RecordPublisher;
  clock: Clock;
  logger: Logger;
  maxPages: number;
}
