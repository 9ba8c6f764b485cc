/** What a command tells the person who ran it. */
export interface Output {
  say(line: string): void;
  warn(line: string): void;
}

// A terminal acts on control characters; names and messages that come from outside may hold some.
const controlCharacters = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** The text without what a terminal would act on; tabs and line ends stay. */
export function printable(text: string): string {
  return text.replace(controlCharacters, '');
}

/** Plain lines: `say` to standard output, `warn` to standard error. A reader that went away ends nothing. */
export function terminalOutput(): Output {
  const ignore = (): void => undefined;
  process.stdout.on('error', ignore);
  process.stderr.on('error', ignore);
  return {
    say: (line) => void process.stdout.write(`${printable(line)}\n`),
    warn: (line) => void process.stderr.write(`${printable(line)}\n`),
  };
}

/** A table for the terminal: columns as wide as their widest cell. */
export function tableOf(header: string[], rows: string[][]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [header, ...rows].map(line).join('\n');
}

/** `1 token`, `2 tokens` */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** `1.2 s`, for durations that a person waits for. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
