import { mongo } from 'mongoose';

/** The store did not answer in time, or cannot be reached. What was asked may still have happened. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** The catalog was changed by someone else since it was read. */
export class ConfigConflict extends Error {
  override readonly name = 'ConfigConflict';
}

/** A list's `after` that no page of that list gave out. */
export class BadCursor extends Error {
  override readonly name = 'BadCursor';
}

const duplicateKey = 11000;

/** Names of driver errors that say nothing about the request itself. */
const unreachable = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'MongoPoolClearedOnNetworkError',
  'MongoWaitQueueTimeoutError',
  'MongoOperationTimeoutError',
  'MongooseError',
]);

export function isUnreachable(error: unknown): boolean {
  if (error instanceof StoreUnavailable) return true;
  if (!(error instanceof Error)) return false;
  return (
    unreachable.has(error.name) ||
    (error instanceof mongo.MongoError && error.hasErrorLabel('RetryableWriteError'))
  );
}

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === duplicateKey;
}

/**
 * Where an unordered bulk met documents that are there already.
 * @returns the places of those operations in the batch
 * @throws the error itself if anything else went wrong
 */
export function duplicatesOf(error: unknown): number[] {
  if (!(error instanceof mongo.MongoBulkWriteError)) throw error;
  const errors = [error.writeErrors].flat();
  const concern = error.result.getWriteConcernError();
  if (concern !== undefined || errors.some(({ code }) => code !== duplicateKey)) throw error;
  return errors.map(({ index }) => index);
}
