import { setTimeout } from 'node:timers/promises';
import { crmReadSchema, crmWriteSchema, readMessage, topics, UnreadableMessage } from '@syncline/contract';
import type { Log } from '../shared/log.ts';
import type { Arrived, TakeBatch } from './broker-consumer.ts';
import type { Crm, CrmFault } from './crm.ts';
import { onCrmRead } from './on-crm-read.ts';
import { onCrmWrite } from './on-crm-write.ts';

/** Carries out a batch in order; done when the broker has every answer. */
export function takeBatchOf(crm: Crm, log: Log): TakeBatch {
  return async (batch, beat) => {
    const seqs: number[] = [];
    for (const message of batch) {
      try {
        seqs.push(await take(crm, message));
      } catch (error) {
        if (!(error instanceof UnreadableMessage)) throw error;
        log.warn('a message cannot be read and is passed over', {
          topic: message.topic,
          reason: error.message,
        });
      }
    }
    await beat();
    await Promise.all(seqs.map((seq) => crm.outbox.settled(seq)));
  };
}

async function take(crm: Crm, { topic, key, value }: Arrived): Promise<number> {
  if (topic === topics.crmReads) {
    const read = readMessage(crmReadSchema, value);
    const faults = crm.faults.hit('read', read.objectApiName);
    await slowDown(faults);
    return onCrmRead(crm, read, { key, faults });
  }
  const write = readMessage(crmWriteSchema, value);
  const faults = crm.faults.hit(write.operation, write.objectApiName);
  await slowDown(faults);
  return onCrmWrite(crm, write, { key, faults });
}

async function slowDown(faults: CrmFault[]): Promise<void> {
  const slow = faults.find(({ kind }) => kind === 'slow');
  if (slow !== undefined) await setTimeout(slow.delayMs);
}
