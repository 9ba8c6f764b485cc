/** Bytes that are not what their format says. The message says what is wrong, and where. */
export class UnreadableBody extends Error {
  override readonly name: string = 'UnreadableBody';
}

/** A body in a charset that nobody here can read. */
export class UnknownCharset extends UnreadableBody {
  override readonly name = 'UnknownCharset';

  constructor(charset: string) {
    super(`the charset ${JSON.stringify(charset)} is not known; send UTF-8, UTF-16, GBK or GB18030`);
  }
}

/** A record that its data center's format cannot carry. The message names the path: a person has to act. */
export class UnwritableBody extends Error {
  override readonly name = 'UnwritableBody';
}
