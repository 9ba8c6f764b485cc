import { setTimeout as sleep } from 'node:timers/promises';
import type { Output } from './output.ts';

const everyMs = 1000;
/** More than this many lines at once are told as a number, so that a busy system can still be read. */
const mostLines = 8;
const pageSize = 500;
const askLimitMs = 2000;

/** As `GET /control/feed` of the sandbox gives them. */
interface FeedLine {
  seq: number;
  text: string;
}

/** Tells in words what moves between the sandbox ERP and CRM from now on, until the signal. */
export async function followFeeds(
  urls: string[],
  { output, signal }: { output: Output; signal: AbortSignal },
): Promise<void> {
  const feeds = urls.map((url) => new Feed(url, signal));
  // What moved in earlier runs was told then.
  for (const feed of feeds) await feed.next();
  while (feeds.length > 0 && !signal.aborted) {
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    for (const feed of feeds) for (const line of told(await feed.next())) output.say(line);
  }
}

/** The newest lines, and how many more there were. */
export function told(lines: readonly FeedLine[]): string[] {
  const shown = lines.slice(-mostLines).map(({ text }) => `  ${text}`);
  const more = lines.length - shown.length;
  return more > 0 ? [`  … ${more} more`, ...shown] : shown;
}

class Feed {
  readonly #url: string;
  readonly #signal: AbortSignal;
  #seq = 0;

  constructor(url: string, signal: AbortSignal) {
    this.#url = url;
    this.#signal = signal;
  }

  /** All lines since the last call; none while the sandbox is away. */
  async next(): Promise<FeedLine[]> {
    const lines: FeedLine[] = [];
    for (;;) {
      const page = await this.#page();
      this.#seq = page.at(-1)?.seq ?? this.#seq;
      lines.push(...page);
      if (page.length < pageSize) return lines;
    }
  }

  async #page(): Promise<FeedLine[]> {
    try {
      const response = await fetch(`${this.#url}?after=${this.#seq}&limit=${pageSize}`, {
        signal: AbortSignal.any([this.#signal, AbortSignal.timeout(askLimitMs)]),
      });
      const { lines } = (await response.json()) as { lines?: FeedLine[] };
      return lines ?? [];
    } catch {
      return [];
    }
  }
}
