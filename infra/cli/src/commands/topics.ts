import { withKafka } from '../clients.ts';
import type { Context } from './command.ts';

/** Creates the topics on a broker that `up` does not start: for Docker and Kubernetes. */
export async function topics({ installation, output }: Context): Promise<void> {
  await withKafka(installation, (kafka) => kafka.ensureTopics());
  output.say('The topics are there.');
}
