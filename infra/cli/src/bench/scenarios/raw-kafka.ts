import { topics } from '@syncline/contract';
import { withKafka } from '../../clients.ts';
import { Sheet } from '../figures.ts';
import type { Scenario } from '../scenario.ts';
import { repeat } from './repeat.ts';

const batch = 500;
const inFlight = 4;

/** What the broker takes through the very producer that the services use. */
export const rawKafka: Scenario = {
  name: 'raw-kafka',
  about: `Messages of 1 KB on 12 partitions, acknowledged by the broker, ${inFlight} callers with batches of ${batch}.`,
  async measure(bench) {
    const installation = bench.place.named('raw');
    const sheet = new Sheet();
    await withKafka(installation, async (kafka) => {
      await kafka.ensureTopics();
      const producer = kafka.producer();
      await producer.start();
      const value = Buffer.alloc(1024, 'x');
      const messages = Array.from({ length: batch }, (_, index) => ({
        topic: topics.syncOutcomes,
        key: `bench/${index}`,
        value,
      }));
      await repeat(bench, async (seconds, counts) => {
        const end = performance.now() + seconds * 1000;
        let sent = 0;
        const startedAt = performance.now();
        const caller = async (): Promise<void> => {
          while (performance.now() < end) {
            await producer.publish(messages);
            sent += batch;
          }
        };
        await Promise.all(Array.from({ length: inFlight }, caller));
        const perSecond = sent / ((performance.now() - startedAt) / 1000);
        if (counts)
          sheet.add({ id: 'produce', label: 'produce, batches of 500', unit: 'messages/s' }, perSecond);
      });
      await producer.stop(AbortSignal.timeout(2000));
    });
    return sheet.figures();
  },
};
