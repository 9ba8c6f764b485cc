import { parentPort } from 'node:worker_threads';
import { stringifyJson } from '@syncline/contract';
import { readBody } from '@syncline/erp';

// Parses one large XML body at a time for xml-thread.ts. Erasable TypeScript, as it runs from source too.

/** What the thread is given. */
export interface XmlJob {
  bytes: Uint8Array;
  contentType: string;
}

/** The body as JSON text, or why it is none. */
export type XmlReply = { text: string } | { message: string };

function parse({ bytes, contentType }: XmlJob): XmlReply {
  try {
    return { text: stringifyJson(readBody('xml', Buffer.from(bytes), contentType)) };
  } catch (error) {
    return { message: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on('message', (job: XmlJob) => parentPort?.postMessage(parse(job)));
