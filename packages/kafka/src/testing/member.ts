import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Place } from './place.ts';

const kafkaIndex = new URL('../index.ts', import.meta.url).href;
const packageFolder = fileURLToPath(new URL('../..', import.meta.url));

export interface MemberEvent {
  what: 'ready' | 'begin' | 'end';
  key: string;
  value: string;
  partition: number;
  offset: number;
  member: string;
}

/** A process with one consumer in it that tells what it does, to be stopped or killed. */
export interface Member {
  name: string;
  events: MemberEvent[];
  ready: Promise<void>;
  /** leaves in order */
  stop(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** kill -9 */
  kill(): Promise<void>;
}

/** @param work ms that a message takes: an expression that may use `message` */
export function startMember(
  place: Place,
  { name, groupId, work }: { name: string; groupId: string; work: string },
): Member {
  const script = `
    import { connectKafka } from '${kafkaIndex}';
    import { createLogger } from '@syncline/chassis';
    import { Writable } from 'node:stream';
    const stream = new Writable({ write(chunk, encoding, done) { process.stderr.write(chunk, done); } });
    const logger = createLogger({ service: 'member', level: 'warn', stream });
    const kafka = connectKafka({ brokers: ${JSON.stringify(place.brokers)}, clientId: '${name}', topicPrefix: '${place.topicPrefix}', logger });
    const tell = (what, message) => process.stdout.write(JSON.stringify({ what, key: message?.key, value: message?.value.toString(), partition: message?.partition, offset: message?.offset }) + '\\n');
    const consumer = kafka.consumer({
      groupId: '${groupId}', topics: ['crm.events'], order: 'key', maxInFlight: 32,
      async handle(message) {
        tell('begin', message);
        await new Promise((resolve) => setTimeout(resolve, ${work}));
        tell('end', message);
      },
    });
    process.on('SIGTERM', async () => {
      await consumer.stop(AbortSignal.timeout(5000));
      await kafka.close();
      process.exit(0);
    });
    await consumer.start();
    tell('ready');
  `;
  const args = ['--conditions=source', '--input-type=module', '--eval', script];
  const child = spawn(process.execPath, args, { cwd: packageFolder, stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'close');
  const events: MemberEvent[] = [];
  const ready = Promise.withResolvers<undefined>();
  createInterface(child.stdout).on('line', (line) => {
    const event = { ...(JSON.parse(line) as MemberEvent), member: name };
    events.push(event);
    if (event.what === 'ready') ready.resolve(undefined);
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exit;
  };
  const signal = (which: NodeJS.Signals): void => void child.kill(which);
  return {
    name,
    events,
    ready: ready.promise,
    signal,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
