/** A window that could not be read. The task is tried again after a growing delay; the checkpoint stays. */
export class PollFailed extends Error {
  override readonly name = 'PollFailed';
  /** the ERP's code, or ours in kebab case */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A window that was left for a reason outside of it. No try is lost: it is read again from its beginning. */
export class PollInterrupted extends Error {
  override readonly name = 'PollInterrupted';
}
