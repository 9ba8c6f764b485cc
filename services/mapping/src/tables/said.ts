import { createHash } from 'node:crypto';

/** Digests of 12 bytes: two of so few never meet by chance. */
const mostKept = 200_000;

/** What the rows of one dry run said so far, of as many as may be held in memory. */
export class Said {
  private readonly values = new Map<string, string>();

  /** What was said of this first, or null if this is the first word on it, which is kept. */
  before(key: string, value: string): string | null {
    const digest = createHash('sha256').update(key).digest().subarray(0, 12).toString('base64');
    const known = this.values.get(digest);
    if (known === undefined && this.values.size < mostKept) this.values.set(digest, value);
    return known ?? null;
  }

  /** Was there more than could be kept? */
  get isFull(): boolean {
    return this.values.size >= mostKept;
  }
}
