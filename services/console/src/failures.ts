import type { FailureCount } from '@syncline/store';
import { z } from 'zod';

/** Failures of one stream that say the same, whatever ids and numbers they say it of. */
export const failureGroupSchema = z.object({
  streamId: z.string(),
  status: z.number(),
  errorClass: z.string().nullable(),
  errorCode: z.string().nullable(),
  message: z.string().describe('what they say, with … for what differs'),
  text: z.string().describe('the longest piece that all of them say: /syncs?text= finds them'),
  count: z.number(),
  newestAt: z.number(),
});
export type FailureGroup = z.infer<typeof failureGroupSchema>;

const gap = '…';
const maxText = 200;
/** What differs between failures that are alike: quoted values, and words with a digit in them. */
const variable = /"[^"]*"|'[^']*'|[\w.:-]*\d[\w.:-]*/g;

/** Puts failures that differ in no more than an id or a number together, the most frequent first. */
export function groupFailures(counts: readonly FailureCount[]): FailureGroup[] {
  const groups = new Map<string, { patterns: Set<string>; group: FailureGroup }>();
  for (const { count, newestAt, errorMessage, ...same } of counts) {
    const said = errorMessage ?? '';
    const pattern = said.replace(variable, gap);
    const key = JSON.stringify([same.streamId, same.status, same.errorClass, same.errorCode, pattern]);
    const found = groups.get(key);
    if (found === undefined) {
      const group = { ...same, message: said, text: said.slice(0, maxText), count, newestAt };
      groups.set(key, { patterns: new Set([said]), group });
    } else {
      found.patterns.add(said);
      found.group.count += count;
      found.group.newestAt = Math.max(found.group.newestAt, newestAt);
      if (found.patterns.size > 1)
        Object.assign(found.group, { message: pattern, text: longestPiece(pattern) });
    }
  }
  return [...groups.values()].map(({ group }) => group).sort((a, b) => b.count - a.count);
}

function longestPiece(pattern: string): string {
  const pieces = pattern.split(gap).map((piece) => piece.trim());
  return pieces
    .reduce((longest, piece) => (piece.length > longest.length ? piece : longest), '')
    .slice(0, maxText);
}
