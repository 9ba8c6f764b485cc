/** A header that cannot be sent as it is. Its message names the header and never its value, which may be a secret. */
export class BadHeader extends Error {
  override readonly name = 'BadHeader';
}

// RFC 9110, 5.5: visible ASCII, obs-text, space and tab.
const sendable = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Refuses values that HTTP cannot carry. axios would strip CR, LF, NUL and everything outside Latin-1 without a word:
 * a token or key would arrive as another one.
 * @throws BadHeader
 */
export function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (sendable.test(value) && value.trim() === value) continue;
    throw new BadHeader(
      `the header ${name} holds a line break, NUL, space at an end or a character outside Latin-1; correct its value`,
    );
  }
}
