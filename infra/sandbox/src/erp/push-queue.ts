import { setTimeout } from 'node:timers/promises';
import { errorCodes } from '@syncline/contract';
import type { Erp, WaitingPush } from './erp.ts';
import { PushClient, type PushAnswer, type PushTarget } from './push-client.ts';

const concurrency = 32;
const firstDelayMs = 200;
const maxDelayMs = 5000;

interface Lane {
  pushes: WaitingPush[];
}

/**
 * Sends the edits that wait to be pushed: different records side by side, one record's edits in order, each until the
 * receiver has taken it or refused it for good. What is not settled is sent again after a restart.
 */
export class PushQueue {
  target: PushTarget;
  private readonly erp: Erp;
  private readonly client = new PushClient(concurrency);
  private readonly lanes = new Map<string, Lane>();
  private readonly ready = new Set<string>();
  private readonly watchers = new Map<number, (answer: PushAnswer) => void>();
  private readonly stopped = new AbortController();
  private active = 0;

  constructor(erp: Erp, target: PushTarget) {
    this.erp = erp;
    this.target = target;
  }

  /** Takes up what an earlier process left. */
  start(): void {
    for (const push of this.erp.waitingPushes.values()) this.add(push);
  }

  add(push: WaitingPush): void {
    const key = `${push.record.objectApiName}/${push.record.dataId}`;
    const lane = this.lanes.get(key);
    if (lane !== undefined) {
      lane.pushes.push(push);
      return;
    }
    this.lanes.set(key, { pushes: [push] });
    this.ready.add(key);
    this.pump();
  }

  /** The receiver's last word on the push of this entry. */
  settled(seq: number): Promise<PushAnswer> {
    return new Promise((resolve) => this.watchers.set(seq, resolve));
  }

  stop(): void {
    this.stopped.abort();
    this.client.close();
  }

  private pump(): void {
    for (const key of this.ready) {
      if (this.active >= concurrency) return;
      this.ready.delete(key);
      void this.sendNext(key);
    }
  }

  private async sendNext(key: string): Promise<void> {
    const lane = this.lanes.get(key);
    const push = lane?.pushes.shift();
    if (lane === undefined || push === undefined) return;
    this.active += 1;
    const answer = await this.sendUntilSettled(push);
    if (answer === null || this.stopped.signal.aborted) return;
    this.note(push, answer);
    this.active -= 1;
    if (lane.pushes.length === 0) this.lanes.delete(key);
    else this.ready.add(key);
    this.pump();
  }

  /** Null when this process stops first. */
  private async sendUntilSettled({ record }: WaitingPush): Promise<PushAnswer | null> {
    for (
      let delayMs = firstDelayMs;
      !this.stopped.signal.aborted;
      delayMs = Math.min(2 * delayMs, maxDelayMs)
    ) {
      const answer = await this.client.send(this.target, record);
      if (!isWorthRepeating(answer)) return answer;
      const waitMs = Math.min(Math.max(delayMs, answer.retryAfterMs ?? 0), maxDelayMs);
      await setTimeout(waitMs, undefined, { signal: this.stopped.signal }).catch(() => undefined);
    }
    return null;
  }

  private note({ seq, record }: WaitingPush, { status, errCode, errMsg, retryAfterMs }: PushAnswer): void {
    this.erp.record({
      at: this.erp.now(),
      by: 'push',
      operation: 'push',
      objectApiName: record.objectApiName,
      dataId: record.dataId,
      applied: false,
      status,
      code: errCode,
      ...(errCode !== errorCodes.success.code && { message: errMsg }),
      fault: null,
      pushOf: seq,
    });
    this.watchers.get(seq)?.({ status, errCode, errMsg, retryAfterMs });
    this.watchers.delete(seq);
  }
}

/** A missing answer, 429, a server error or one that is not the receiver's own: the same push may be taken later. */
function isWorthRepeating({ status, errCode }: PushAnswer): boolean {
  return status === null || status === 429 || status >= 500 || errCode === '';
}
