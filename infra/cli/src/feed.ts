import { setTimeout as sleep } from 'node:timers/promises';
import type { Output } from './output.ts';

const everyMs = 1000;
/** More than this many lines at once are told as a number, so that a busy system can still be read. */
const mostLines = 8;
const askLimitMs = 2000;

interface FeedLine {
  seq: number;
  text: string;
}

/** Tells in words what moved between the sandbox ERP and CRM, until the signal. */
export async function followFeeds(
  urls: string[],
  { output, signal }: { output: Output; signal: AbortSignal },
): Promise<void> {
  const feeds = urls.map((url) => ({ url, seq: 0, skipping: true }));
  while (feeds.length > 0 && !signal.aborted) {
    for (const feed of feeds) {
      const lines = await linesAfter(feed.url, feed.seq, signal);
      feed.seq = lines.at(-1)?.seq ?? feed.seq;
      for (const line of told(lines)) output.say(line);
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

/** The newest lines, and how many more there were. */
export function told(lines: readonly FeedLine[]): string[] {
  const shown = lines.slice(-mostLines).map(({ text }) => `  ${text}`);
  const more = lines.length - shown.length;
  return more > 0 ? [`  … ${more} more`, ...shown] : shown;
}

async function linesAfter(url: string, seq: number, signal: AbortSignal): Promise<FeedLine[]> {
  try {
    const response = await fetch(`${url}?after=${seq}&limit=500`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(askLimitMs)]),
    });
    const body = (await response.json()) as FeedLine[] | { lines?: FeedLine[] };
    return Array.isArray(body) ? body : (body.lines ?? []);
  } catch {
    // It restarts, or has no feed: nothing to tell.
    return [];
  }
}
