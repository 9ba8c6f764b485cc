import { connect, type Socket } from 'node:net';

/** What came back for bytes that no HTTP client would send. */
export interface RawAnswer {
  /** null: the connection ended without an answer */
  status: number | null;
  errCode: string | null;
  text: string;
}

const patienceMs = 15_000;

/** Sends bytes as they are, and waits for the first answer or the end of the connection. */
export function sendRaw(port: number, ...parts: (string | Buffer)[]): Promise<RawAnswer> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    const finish = (): void => {
      socket.destroy();
      done(answerOf(Buffer.concat(chunks).toString('latin1')));
    };
    socket.setTimeout(patienceMs, finish).on('error', finish).on('close', finish);
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      if (isWhole(Buffer.concat(chunks).toString('latin1'))) finish();
    });
    for (const part of parts) socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part);
  });
}

/** Opens a connection and leaves it half-way through a request. */
export function leaveHalfWay(port: number, head: string): { closed: Promise<void>; socket: Socket } {
  const socket = connect(port, '127.0.0.1');
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  socket.on('error', () => undefined).on('data', () => undefined);
  socket.write(head);
  return { closed, socket };
}

function isWhole(text: string): boolean {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  if (rest.length === 0) return false;
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  const body = rest.join('\r\n\r\n');
  return length === undefined ? /\r\n0\r\n|^0\r\n/.test(body) : body.length >= Number(length);
}

function answerOf(text: string): RawAnswer {
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? NaN) || null,
    errCode: /"errCode":"(\w+)"/.exec(text)?.[1] ?? null,
    text,
  };
}

export type Headers = Readonly<Record<string, string | undefined>>;

/** The head of a request, as text; one with undefined is left out. */
export function headOf(method: string, path: string, headers: Headers): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return [`${method} ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

/** A whole request; the length of its body is named unless the headers name another. */
export function requestOf(
  head: { method?: string; path: string; headers: Headers },
  body: string | Buffer,
): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const length = { 'Content-Length': String(bytes.length) };
  const headers = { Host: '127.0.0.1', ...length, ...head.headers };
  return Buffer.concat([Buffer.from(headOf(head.method ?? 'POST', head.path, headers), 'latin1'), bytes]);
}
