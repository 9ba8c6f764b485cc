import type { Writable } from 'node:stream';
import winston from 'winston';
import { createRedactor } from './redact.ts';
import type { Redactor } from './redact.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Record<string, unknown>;

/** Writes what a process says of itself. No secret passes it: see `createRedactor`. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Values that no line of this logger, its parents and its children may show from now on. */
  addSecrets(values: readonly string[]): void;
  /** A logger whose every line carries these fields. */
  child(fields: LogFields): Logger;
}

export interface LoggerOptions {
  service: string;
  level: LogLevel;
  /** the standard output, unless a test reads along */
  stream?: Writable & { isTTY?: boolean };
}

/** A logger that writes one JSON object a line, or readable text where a person is looking (contract 1). */
export function createLogger({ service, level, stream = process.stdout }: LoggerOptions): Logger {
  const redactor = createRedactor(level === 'debug');
  const line = stream.isTTY === true ? textLine : jsonLine;
  const format = winston.format.printf((info) => {
    const fields = redactor.value(info['fields']) as LogFields;
    return line({
      time: new Date(),
      level: info.level,
      service,
      message: redactor.text(String(info.message)),
      fields,
    });
  });
  // Whoever read the output may go away before us; that is no reason to end with work in flight.
  stream.on('error', () => undefined);
  const transports = [new winston.transports.Stream({ stream, eol: '\n' })];
  return loggerOver(winston.createLogger({ level, format, transports }), redactor, {});
}

function loggerOver(target: winston.Logger, redactor: Redactor, common: LogFields): Logger {
  const write =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      target.log({ level, message, fields: { ...common, ...fields } });
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    addSecrets: (values) => redactor.addSecrets(values),
    child: (fields) => loggerOver(target, redactor, { ...common, ...fields }),
  };
}

interface Line {
  time: Date;
  level: string;
  service: string;
  message: string;
  fields: LogFields;
}

/** One JSON object. Our own keys come first and win, so that no field can pass itself off as the level or the service. */
function jsonLine({ time, level, service, message, fields }: Line): string {
  const own = { time: time.toISOString(), level, service, message };
  const line = JSON.stringify({ ...own, ...fields, ...own });
  return line.replace(
    lineBreaking,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

// JSON.stringify escapes all below U+0020 by itself; these too end a line for some readers.
const lineBreaking = /[\u007f-\u009f\u2028\u2029]/g;

function textLine({ time, level, service, message, fields }: Line): string {
  const parts = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const line = [time.toISOString().slice(11, 23), level.padEnd(5), service, message, ...parts].join(' ');
  // A terminal obeys control characters and directional marks: a record's name could rewrite the line above.
  return line.replace(/\p{Cc}|[\u2028-\u202e\u2066-\u2069]/gu, ' ');
}
