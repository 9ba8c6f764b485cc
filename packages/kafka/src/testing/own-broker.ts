import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildEmbedded, embeddedKafka } from '@syncline/embedded';
import { eventually, freePort } from '@syncline/testkit';

/** A broker that a test may stop and start as it likes: the one of the run belongs to all tests. */
export class OwnBroker {
  readonly host = '127.0.0.1';
  private readonly dataDir = mkdtempSync(join(tmpdir(), 'syncline-broker-'));
  private port = 0;
  private child: ChildProcess | null = null;

  get address(): string {
    return `${this.host}:${this.port}`;
  }

  /** The same port and data each time. */
  async start(): Promise<void> {
    await buildEmbedded({ log: () => undefined });
    if (this.port === 0) this.port = await freePort();
    const { command, args, cwd, isReady } = await embeddedKafka({
      host: this.host,
      port: this.port,
      dataDir: this.dataDir,
      heapMb: 320,
    });
    this.child = spawn(command, args, { cwd, stdio: 'ignore' });
    await eventually(isReady, { withinMs: 90_000, everyMs: 200 });
  }

  /** SIGKILL loses what was not on disk; SIGTERM lets it close. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    this.child = null;
    if (child === null || child.exitCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  async remove(): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
