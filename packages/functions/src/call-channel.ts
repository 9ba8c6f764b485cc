import type { Duplex } from 'node:stream';

/** Answers one call of a job; both are JSON texts. */
export type AnswerCall = (request: string) => Promise<string>;

const maxRequestBytes = 8 * 1024 * 1024;

/** Runs out after its time; stands still while it is paused. */
export class LateTimer {
  readonly #timeMs: number;
  readonly #onEnd: () => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(timeMs: number, onEnd: () => void) {
    this.#timeMs = timeMs;
    this.#onEnd = onEnd;
    this.restart();
  }

  restart(): void {
    this.stop();
    const timer = setTimeout(() => {
      // When this process was busy itself, the reply may be there and unread: it is read before the verdict.
      setImmediate(() =>
        setImmediate(() => {
          if (this.#timer === timer) this.#onEnd();
        }),
      );
    }, this.#timeMs);
    this.#timer = timer;
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

/** The line on which a job asks the service something and waits for the answer. */
export class CallChannel {
  readonly #stream: Duplex | null;
  #buffer = '';
  #answer: AnswerCall | null = null;
  #timer: LateTimer | null = null;

  constructor(stream: Duplex | null | undefined) {
    this.#stream = stream ?? null;
    this.#stream?.setEncoding('utf8');
    this.#stream?.on('data', (text: string) => {
      this.#read(text);
    });
    // A process that is killed breaks its line: its end is noticed elsewhere.
    this.#stream?.on('error', () => undefined);
  }

  open(answer: AnswerCall, timer: LateTimer): void {
    this.#answer = answer;
    this.#timer = timer;
  }

  close(): void {
    this.#answer = null;
    this.#timer = null;
    this.#buffer = '';
  }

  #read(text: string): void {
    this.#buffer += text;
    const end = this.#buffer.indexOf('\n');
    if (end < 0) {
      // An honest sandbox never sends so much: run-function.ts limits a call.
      if (this.#buffer.length > maxRequestBytes) this.#stream?.destroy();
      return;
    }
    const request = this.#buffer.slice(0, end);
    this.#buffer = this.#buffer.slice(end + 1);
    void this.#reply(request);
  }

  async #reply(request: string): Promise<void> {
    const [answer, timer] = [this.#answer, this.#timer];
    timer?.stop();
    const text = answer === null ? 'null' : await answer(request);
    if (this.#timer !== timer) return;
    timer?.restart();
    this.#stream?.write(`${text}\n`);
  }
}
