/**
 * A spreadsheet takes a text file's cell that begins with one of these for a formula and runs it (CSV injection). Such
 * a text is written with an apostrophe before it. One that has apostrophes there of its own gets one more, so that
 * reading gives every text back as it was.
 */
const runs = /^'*[=+\-@\t\r]/;
const guarded = /^'+[=+\-@\t\r]/;

/** For text files. */
export function guardFormula(text: string): string {
  return runs.test(text) ? `'${text}` : text;
}

/** For cells that say they are text, and are never run: only what reading would take off needs the apostrophe. */
export function guardApostrophe(text: string): string {
  return guarded.test(text) ? `'${text}` : text;
}

/** Takes the apostrophe off again. */
export function unguard(text: string): string {
  return guarded.test(text) ? text.slice(1) : text;
}
