import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const progressEveryMs = 5_000;
const linesInError = 15;

/** What Maven's failures mean and what to do about them; the first that matches is told. */
const remedies: [pattern: RegExp, advice: string][] = [
  [
    /No compiler is provided|invalid target release|release version \d+ not supported/,
    'A JDK of version 17 or newer is needed, not only a JRE. Debian: apt-get install openjdk-17-jdk. If several are installed, set JAVA_HOME.',
  ],
  [
    /Could not transfer|Could not resolve|Non-resolvable|UnknownHost|Connection refused/,
    'Maven could not fetch a library. Check the network; behind a proxy or mirror, set it in ~/.m2/settings.xml.',
  ],
  [/No space left on device/, 'The disk is full.'],
];

/** Runs `mvn package` in `folder`. The error's text says what to do. */
export async function runMaven(folder: string, log: (line: string) => void): Promise<void> {
  const maven = spawn('mvn', ['-B', 'package'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const errors: string[] = [];
  let fetched = 0;
  const startedAt = Date.now();
  const progress = setInterval(() => {
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    log(`  still building after ${String(seconds)} s, ${String(fetched)} files fetched`);
  }, progressEveryMs);
  const read = (line: string) => {
    if (line.startsWith('Downloaded from')) fetched += 1;
    if (/^\[ERROR\]|^Error|^The JAVA_HOME/.test(line)) errors.push(line);
  };
  createInterface(maven.stdout).on('line', read);
  createInterface(maven.stderr).on('line', read);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      maven.on('error', reject);
      maven.on('close', resolve);
    });
    if (code !== 0) throw new Error(explain(errors));
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? new Error(missing) : error;
  } finally {
    clearInterval(progress);
  }
}

const missing =
  'Maven is needed to build the embedded broker and store, and "mvn" was not found. Install Maven 3.8 or newer (Debian: apt-get install maven), or set KAFKA_BROKERS and MONGODB_URI to servers of your own.';

function explain(errors: string[]): string {
  const text = errors.slice(0, linesInError).join('\n');
  const advice = remedies.find(([pattern]) => pattern.test(text))?.[1];
  return ['The embedded broker and store could not be built.', ...(advice ? [advice] : []), text].join('\n');
}
