import type { PollWindow } from '../../api/shapes.ts';

export type BlockStatus = PollWindow['status'] | 'gap';

/** A stretch of ERP time in the picture of the ledger. */
export interface Block {
  from: number;
  to: number;
  status: BlockStatus;
  /** the window behind it; null for a gap */
  window: PollWindow | null;
}

/** What covers a stretch best: a window that was asked for again and came whole has no fault any more. */
const rank: Record<PollWindow['status'], number> = { complete: 3, open: 2, short: 1, failed: 0 };

/**
 * The stretches of ERP time that the windows cover, from old to new, with the gaps between them. Windows overlap: each
 * begins a little before the last one ended, and one that failed is asked for again.
 */
export function blocksOf(windows: readonly PollWindow[]): Block[] {
  const edges = [...new Set(windows.flatMap(({ startTime, endTime }) => [startTime, endTime]))].sort(
    (a, b) => a - b,
  );
  const blocks: Block[] = [];
  edges.slice(0, -1).forEach((from, index) => {
    const to = edges[index + 1] ?? from;
    const block = blockOf(from, to, windows);
    const last = blocks.at(-1);
    if (last !== undefined && last.window === block.window && last.status === block.status) last.to = to;
    else blocks.push(block);
  });
  return blocks;
}

/** The blocks from a moment on; one that it goes through is cut there. */
export function since(blocks: readonly Block[], from: number): Block[] {
  return blocks
    .filter(({ to }) => to > from)
    .map((block) => ({ ...block, from: Math.max(block.from, from) }));
}

function blockOf(from: number, to: number, windows: readonly PollWindow[]): Block {
  const covering = windows.filter(({ startTime, endTime }) => startTime <= from && endTime >= to);
  const best = covering.reduce<PollWindow | null>(
    (found, one) => (found === null || rank[one.status] > rank[found.status] ? one : found),
    null,
  );
  return { from, to, status: best?.status ?? 'gap', window: best };
}
