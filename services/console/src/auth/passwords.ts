import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { RefusedRequest } from '@syncline/contract';
import type { PasswordHash } from '@syncline/store';

/** 32 MiB and some 0.1 s for each; the store keeps them with each hash, so they can grow. */
const parameters = { cost: 2 ** 15, blockSize: 8, parallelization: 1 };
const keyLength = 32;
/** Two at once leave threads for what else Node does in its pool. */
const mostAtOnce = 2;
const mostWaiting = 32;

export interface Passwords {
  hash(password: string): Promise<PasswordHash>;
  /** @param known null for a user that there is not: takes as long, and is false */
  isRight(password: string, known: PasswordHash | null): Promise<boolean>;
}

/** Checks passwords off the event loop, few at once. */
export function createPasswords(): Passwords {
  const inTurn = createTurns();
  const nobody: PasswordHash = {
    ...parameters,
    salt: randomBytes(16).toString('base64'),
    hash: randomBytes(keyLength).toString('base64'),
  };
  return {
    async hash(password) {
      const salt = randomBytes(16).toString('base64');
      const hash = await inTurn(() => derive(password, { ...parameters, salt }));
      return { ...parameters, salt, hash: hash.toString('base64') };
    },
    async isRight(password, known) {
      const against = known ?? nobody;
      const derived = await inTurn(() => derive(password, against));
      return timingSafeEqual(derived, Buffer.from(against.hash, 'base64')) && known !== null;
    },
  };
}

function derive(password: string, using: Omit<PasswordHash, 'hash'>): Promise<Buffer> {
  const { cost, blockSize, parallelization, salt } = using;
  const options = { cost, blockSize, parallelization, maxmem: 256 * cost * blockSize };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), Buffer.from(salt, 'base64'), keyLength, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < mostAtOnce) running += 1;
    else if (waiting.length < mostWaiting) await new Promise<void>((resolve) => waiting.push(resolve));
    else throw new RefusedRequest('tooManySignIns', 'Too many sign in at once', 2);
    try {
      return await work();
    } finally {
      // The next one takes over this turn.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
