import { Worker } from 'node:worker_threads';
import { sleep, type Part } from '@syncline/chassis';
import type { XmlJob, XmlReply } from './worker.ts';

/** Parses XML beside the event loop: a MiB of it takes 0.3 s and more, in which no push would be answered. */
export interface XmlThread extends Part {
  /** @throws XmlThreadStopped */
  parse(bytes: Buffer, contentType: string): Promise<XmlReply>;
}

/** The process is stopping: nothing is wrong with the body. */
export class XmlThreadStopped extends Error {
  override readonly name = 'XmlThreadStopped';
}

const timeLimitMs = 60_000;
const maxHeapMb = 1024;

// From source under jest, from dist else: the two have the same names and differ in the ending.
const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

export function createXmlThread(): XmlThread {
  let worker: Worker | null = null;
  let tail: Promise<unknown> = Promise.resolve();
  const stopping = new AbortController();
  const refuseWhenStopping = (): void => {
    if (stopping.signal.aborted) throw new XmlThreadStopped('the process is stopping');
  };

  /** A body that ends or outlasts its thread is to blame alone: there is one at a time, and the next gets a new thread. */
  async function parseNow(job: XmlJob): Promise<XmlReply> {
    refuseWhenStopping();
    worker ??= startWorker();
    const over = new AbortController();
    const late = sleep(timeLimitMs, AbortSignal.any([stopping.signal, over.signal])).then(() => null);
    const reply = await Promise.race([replyOf(worker, job), late]);
    over.abort();
    if (reply !== null && !('ended' in reply)) return reply;
    void worker.terminate();
    worker = null;
    refuseWhenStopping();
    return { message: reply === null ? 'parsing it takes too long' : `parsing it failed: ${reply.ended}` };
  }

  return {
    name: 'xml thread',
    start: () => Promise.resolve(),
    async stop() {
      stopping.abort();
      await worker?.terminate();
    },
    parse(bytes, contentType) {
      const parsed = tail.then(() => parseNow({ bytes, contentType }));
      tail = parsed.catch(() => undefined);
      return parsed;
    },
  };
}

function startWorker(): Worker {
  const worker = new Worker(new URL(`./worker.${ending}`, import.meta.url), {
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
  });
  worker.unref();
  // Its end is noticed by the job that it was doing, and by the next one.
  worker.on('error', () => undefined);
  return worker;
}

function replyOf(worker: Worker, job: XmlJob): Promise<XmlReply | { ended: string }> {
  return new Promise((resolve) => {
    const settle = (reply: XmlReply | { ended: string }): void => {
      worker.off('message', settle).off('error', fail).off('exit', exit);
      resolve(reply);
    };
    const fail = (error: unknown): void =>
      settle({ ended: error instanceof Error ? error.message : String(error) });
    const exit = (): void => settle({ ended: 'its thread ended' });
    worker.on('message', settle).on('error', fail).on('exit', exit);
    worker.postMessage(job);
  });
}
