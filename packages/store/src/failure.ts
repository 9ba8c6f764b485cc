import { mongo } from 'mongoose';

/** The store did not answer in time, or cannot be reached. What was asked may still have happened. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** The catalog was changed by someone else since it was read. */
export class ConfigConflict extends Error {
  override readonly name = 'ConfigConflict';
}

/**
 * `SYNCLINE_SECRET_KEY` does not do: what is kept cannot be opened, or may not be written. The message is one line that
 * names the setting and the remedy.
 */
export class SecretKeyProblem extends Error {
  override readonly name = 'SecretKeyProblem';
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
  'PoolClearedOnNetworkError',
  'MongoWaitQueueTimeoutError',
  'MongoOperationTimeoutError',
  'MongooseError',
]);

/** Did the store not answer, or not promise to keep what it did? Then nobody knows whether it happened. */
export function isUnreachable(error: unknown): boolean {
  if (error instanceof StoreUnavailable) return true;
  if (!(error instanceof Error)) return false;
  if (error instanceof mongo.MongoBulkWriteError) return isInterrupted(error);
  return (
    unreachable.has(error.name) ||
    (error instanceof mongo.MongoError && error.hasErrorLabel('RetryableWriteError'))
  );
}

/** The driver wraps whatever ends a bulk in the error of a bulk, which then names no operation that failed. */
function isInterrupted(error: mongo.MongoBulkWriteError): boolean {
  if (writeErrorsOf(error).length > 0) return false;
  const isServersOwn = error.code !== undefined && error.result.getWriteConcernError() === undefined;
  return !isServersOwn || error.hasErrorLabel('RetryableWriteError');
}

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === duplicateKey;
}

/**
 * Where an unordered bulk met documents that are there already, all else in it being done.
 * @returns the places of those operations in the batch
 * @throws the error itself if anything else went wrong
 */
export function duplicatesOf(error: unknown): number[] {
  if (!(error instanceof mongo.MongoBulkWriteError)) throw error;
  const errors = writeErrorsOf(error);
  const isAllOfIt = errors.length > 0 && errors.every(({ code }) => code === duplicateKey);
  if (!isAllOfIt || error.result.getWriteConcernError() !== undefined) throw error;
  return errors.map(({ index }) => index);
}

/** Those that ended this bulk. `result` has some too when it was interrupted later, and says nothing of the rest then. */
function writeErrorsOf(error: mongo.MongoBulkWriteError): mongo.WriteError[] {
  return [error.writeErrors].flat();
}
