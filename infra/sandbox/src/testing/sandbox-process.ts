import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually, freePort } from '@syncline/testkit';

const src = resolve(import.meta.dirname, '..');

/** One sandbox in a process of its own, run from source, which can be killed and started again on its data. */
export class SandboxProcess {
  readonly url: string;
  private readonly side: 'erp' | 'crm';
  private readonly env: NodeJS.ProcessEnv;
  private child: ChildProcess | null = null;

  private constructor(side: 'erp' | 'crm', port: number, env: NodeJS.ProcessEnv) {
    this.side = side;
    this.url = `http://127.0.0.1:${String(port)}`;
    this.env = { ...process.env, ...env, NODE_OPTIONS: '' };
  }

  static async create(
    side: 'erp' | 'crm',
    dataDir: string,
    env: NodeJS.ProcessEnv = {},
  ): Promise<SandboxProcess> {
    const port = await freePort();
    const portVariable = side === 'erp' ? 'SANDBOX_ERP_PORT' : 'SANDBOX_CRM_PORT';
    return new SandboxProcess(side, port, {
      ...env,
      SANDBOX_DATA_DIR: dataDir,
      [portVariable]: String(port),
    });
  }

  /** Starts it and waits until it answers, or until it can do its job. */
  async start(probe: 'healthz' | 'readyz' = 'healthz'): Promise<void> {
    const main = join(src, this.side, 'main.ts');
    this.child = spawn(process.execPath, ['--conditions=source', main], { env: this.env, stdio: 'ignore' });
    await eventually(async () => (await fetch(`${this.url}/${probe}`)).ok, { withinMs: 60_000 });
  }

  async kill9(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Ends it in order and returns its exit code. */
  stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const { child } = this;
    this.child = null;
    if (child === null) return null;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
    return child.exitCode;
  }
}

/** A folder for one test file, removed by `remove`. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'sandbox-'));
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}
