/** Bytes that are not what their format says. The message says what is wrong, and where. */
export class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody';
}

/** A record that its data center's format cannot carry. The message names the path: a person has to act. */
export class UnwritableBody extends Error {
  override readonly name = 'UnwritableBody';
}
