import { z } from 'zod';

// The state is mapping's own; only what people want to know is read, and anything that is missing is left out. Its keys
// may be called anything, so nothing but the few names below is looked at.

const waitKey = z.object({ key: z.string(), label: z.string().catch('another record') });
const side = z.enum(['crm', 'erp']);
const texts = z.array(z.string()).catch([]);

const currentSchema = z.object({
  phase: z.string(),
  attempts: z.number().catch(0),
  dueAt: z.number().nullable().catch(null),
  since: z.number().nullable().catch(null),
  change: z.object({ syncId: z.string(), side }).nullable().catch(null),
  write: z.object({ to: side, operation: z.string() }).nullable().catch(null),
  keys: z.array(waitKey).catch([]),
  candidates: texts,
  failure: z.object({ code: z.string(), message: z.string() }).nullable().catch(null),
});
type Current = z.infer<typeof currentSchema>;

const changes = z.object({ crm: z.unknown(), erp: z.unknown() }).partial().catch({});

const stateSchema = z.object({
  current: currentSchema.nullable().catch(null),
  waiting: changes,
  failed: changes,
  unresolved: texts,
});

/** What a mapping row is doing, for people. */
export const rowStateSchema = z.object({
  phase: z.string().describe('what the newest sync does now; atRest when nothing is under way'),
  words: z.string().describe('the same in words'),
  syncId: z.string().nullable(),
  since: z.number().nullable().describe('ms'),
  attempts: z.number().describe('failed ones so far'),
  nextDueAt: z.number().nullable().describe('ms; when it goes on by itself, null when only news moves it on'),
  waitsFor: z.array(z.string()).describe('the records it waits for'),
  candidates: z.array(z.string()).describe('ids that a person has to choose from'),
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  queued: z.array(side).describe('sides with a newer change that waits behind it'),
  failedSides: z.array(side).describe('sides with a failed change that a person may retry'),
  unresolved: z.array(z.string()).describe('ids of failed syncs that no success has settled'),
});
export type RowState = z.infer<typeof rowStateSchema>;

const atRest: Current = {
  phase: 'atRest',
  attempts: 0,
  dueAt: null,
  since: null,
  change: null,
  write: null,
  keys: [],
  candidates: [],
  failure: null,
};

/** Reads a mapping row's state leniently: what is not understood is left out, and never an error. */
export function readRowState(stateText: string): RowState {
  const { current, waiting, failed, unresolved } = parseState(stateText);
  const { phase, since, attempts, dueAt, change, keys, candidates, failure } = current ?? atRest;
  return {
    phase,
    words: phaseWords(current ?? atRest),
    syncId: change === null ? null : change.syncId,
    since,
    attempts,
    nextDueAt: dueAt,
    waitsFor: keys.map(({ label }) => label),
    candidates,
    failure,
    queued: sidesOf(waiting),
    failedSides: sidesOf(failed),
    unresolved,
  };
}

function parseState(text: string): z.infer<typeof stateSchema> {
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    return { current: null, waiting: {}, failed: {}, unresolved: [] };
  }
}

function sidesOf(found: { crm?: unknown; erp?: unknown }): ('crm' | 'erp')[] {
  return side.options.filter((one) => found[one] !== undefined && found[one] !== null);
}

const phaseSentences: Readonly<Record<string, (current: Current, target: string) => string>> = {
  atRest: () => 'at rest',
  inFlight: ({ write }, target) => `${write?.operation ?? 'a write'} sent to ${target}, no answer yet`,
  retry: ({ attempts }) =>
    attempts === 0 ? 'put off, sent soon' : `sent again soon, after ${countOf(attempts, 'failed attempt')}`,
  unknown: (_current, target) => `nobody knows whether it was written: ${target} is being asked`,
  person: ({ candidates }) =>
    `a person has to say what became of it${candidates.length > 0 ? `; candidates: ${candidates.join(', ')}` : ''}`,
  resend: () => 'perhaps written: sent again soon under the same id',
  details: () => 'written; the ids of its detail rows are being looked up',
  reread: () => 'the ERP is asked for the record again',
  parked: ({ keys }) => `waits for ${listOf(keys.map(({ label }) => label))}`,
  openWait: () => 'waits for a create that is under way and may have made this record',
  held: () => 'held, as its stream is off',
};

function phaseWords(current: Current): string {
  const { phase, write } = current;
  const target = write === null ? 'the other side' : `the ${write.to.toUpperCase()}`;
  const sentence = Object.hasOwn(phaseSentences, phase) ? phaseSentences[phase] : undefined;
  return sentence?.(current, target) ?? phase;
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function listOf(labels: readonly string[]): string {
  return labels.length === 0 ? 'another record' : labels.join(', ');
}
