/**
 * What a failure means for what happens next (design, "Failures are classed"). Code branches on the class alone; the
 * texts are for people.
 */
export const failureMeanings = {
  transient: 'The network, 429 or 503. It is tried again on the schedule.',
  unknown: 'A create that may or may not have happened. The other side is asked before it is sent again.',
  rejected: 'The other side read it and said no. The same bytes would be refused again, so a person acts.',
  broken: 'Our mapping, adapter or function failed. A person acts.',
  partial:
    'The master arrived; some detail rows could not be paired, and are not sent as new again. A person acts.',
  loop: 'One pair crossed too often in a short time. It stops until a person acts.',
} as const;

export type FailureClass = keyof typeof failureMeanings;
export const failureClasses = Object.keys(failureMeanings) as [FailureClass, ...FailureClass[]];

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
