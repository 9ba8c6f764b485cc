class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

/**
 * Waits for a promise, but no longer than that. kafkajs calls cannot be cancelled: the call may still go on, and
 * whoever gave it up must not use its client again.
 * @param limit ms, or a signal
 * @throws TookTooLong
 */
export async function settledWithin<T>(limit: number | AbortSignal, promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined); // its late rejection has no reader
  let giveUp = (): void => undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    giveUp = () =>
      reject(new TookTooLong(typeof limit === 'number' ? `no answer within ${limit} ms` : 'stopped'));
  });
  tooLong.catch(() => undefined);
  const timer = typeof limit === 'number' ? setTimeout(giveUp, limit) : null;
  if (typeof limit !== 'number') {
    if (limit.aborted) giveUp();
    limit.addEventListener('abort', giveUp);
  }
  try {
    return await Promise.race([promise, tooLong]);
  } finally {
    if (timer !== null) clearTimeout(timer);
    if (typeof limit !== 'number') limit.removeEventListener('abort', giveUp);
  }
}
