/**
 * What a failure means for what happens next (design, "Failures are classed"). Code branches on the class alone.
 * - `transient`: retried on the schedule
 * - `unknown`: a create that may or may not have happened; ask before sending again
 * - `rejected`: the other side said no; a person acts
 * - `broken`: our mapping, adapter or function; a person acts
 * - `partial`: the master arrived, some detail rows could not be paired
 * - `loop`: one pair crossed too often in a short time
 */
export const failureClasses = ['transient', 'unknown', 'rejected', 'broken', 'partial', 'loop'] as const;
export type FailureClass = (typeof failureClasses)[number];

/** A failure as data, fit for a topic, a row and the history. */
export interface Failure {
  class: FailureClass;
  /** the other side's code, or ours in kebab case (`lookup-missing`) */
  code: string;
  /** names the field or fact, and what to do; never a stack trace or a secret */
  message: string;
}

/** A message that cannot be read: it goes to `sync.dead-letters` with this reason, and the partition goes on. */
export class UnreadableMessage extends Error {
  override readonly name = 'UnreadableMessage';
}
