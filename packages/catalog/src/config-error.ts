/** Where a value stands in a config file, as keys and list positions. */
export type ConfigPath = readonly (string | number)[];

/** The first thing that is wrong in a config folder, and where (contract 1, `validate`). */
export interface ConfigError {
  file: string;
  /** 1-based, as editors count */
  line: number;
  /** 1-based */
  column: number;
  /** `streams[0].fields[2].to`; empty when it is about the whole file */
  path: string;
  /** what is wrong, in words */
  message: string;
  /** what stands there; never a secret */
  found: string;
  expected: string;
}

export class BadConfig extends Error {
  readonly error: ConfigError;

  constructor(error: ConfigError) {
    super(formatConfigError(error));
    this.name = 'BadConfig';
    this.error = error;
  }
}

/** One line: `acme.yaml:12:7 streams[0].filter: not JSONata (…); found …, expected …`. */
export function formatConfigError(error: ConfigError): string {
  const place = `${error.file}:${String(error.line)}:${String(error.column)}`;
  const where = error.path === '' ? place : `${place} ${error.path}`;
  return `${where}: ${error.message}; found ${error.found}, expected ${error.expected}`;
}

/** `['streams', 0, 'options', 'a.b']` → `streams[0].options["a.b"]` */
export function pathText(path: ConfigPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${String(part)}]`;
    else if (!/^[\p{L}\p{N}_$-]+$/u.test(part)) text += `[${JSON.stringify(part)}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text;
}
