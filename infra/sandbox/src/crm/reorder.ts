import type { CrmMessage } from './messages-of.ts';

interface Held {
  seq: number;
  messages: CrmMessage[];
  timer: NodeJS.Timeout;
}

/** Holds an event back until the next one of the same record has gone ahead of it, or until its time is up. */
export class Reorder {
  private readonly held = new Map<string, Held>();
  private readonly release: (seq: number, messages: CrmMessage[]) => void;

  constructor(release: (seq: number, messages: CrmMessage[]) => void) {
    this.release = release;
  }

  hold(seq: number, messages: CrmMessage[], atMostMs: number): void {
    const key = messages[0]?.key;
    if (key === undefined) return;
    this.passed(key);
    const timer = setTimeout(() => {
      this.passed(key);
    }, atMostMs);
    this.held.set(key, { seq, messages, timer });
  }

  /** An event of this record went out: what was held comes behind it. */
  passed(key: string | undefined): void {
    const held = key === undefined ? undefined : this.held.get(key);
    if (held === undefined || key === undefined) return;
    clearTimeout(held.timer);
    this.held.delete(key);
    this.release(held.seq, held.messages);
  }

  releaseAll(): void {
    for (const key of this.held.keys()) this.passed(key);
  }
}
