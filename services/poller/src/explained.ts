import { RefusedRequest } from '@syncline/contract';
import { PublishFailed } from '@syncline/kafka';
import { StoreUnavailable } from '@syncline/store';
import { PollFailed, PollInterrupted } from './poll-failure.ts';

/** Runs what a caller waits for; what goes wrong is told in the contract's form, with the ERP's own words. */
export async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PollFailed) throw new RefusedRequest('internal', `${error.message} (${error.code})`);
    if (error instanceof PollInterrupted || error instanceof PublishFailed)
      throw new RefusedRequest('internal', error.message);
    if (error instanceof StoreUnavailable) throw new RefusedRequest('cacheUnavailable', error.message);
    throw error;
  }
}
