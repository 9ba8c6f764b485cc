import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const minutes = 60_000;

interface Report {
  invariants: Record<string, number>;
  faults: Record<string, number>;
  seen: { edits: number; probes: number };
}

// A short run of `./syncline chaos` with a fixed seed; longer ones and what they showed are in docs/guarantees.md.
describe('half a minute of faults under load', () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'syncline chaos '));
  });
  afterAll(() => {
    rmSync(home, { recursive: true, force: true });
  });

  function runChaos(json: string): Promise<{ code: number | null; output: string }> {
    const args = ['chaos', '--minutes', '0.5', '--seed', '7', '--rate', '8', '--json', json];
    const child = spawn(join(resolve(import.meta.dirname, '../..'), 'syncline'), args, {
      env: { ...process.env, SYNCLINE_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    return new Promise((settle) => {
      child.once('exit', (code) => settle({ code, output }));
    });
  }

  it(
    'lose nothing, double nothing, leave nothing stale or stuck and make no echo',
    async () => {
      const json = join(home, 'report.json');
      const { code, output } = await runChaos(json);
      expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
      const { invariants, faults, seen } = JSON.parse(readFileSync(json, 'utf8')) as Report;
      expect(invariants).toEqual({ lost: 0, createdTwice: 0, stale: 0, stuck: 0, echo: 0 });
      expect(Object.keys(faults).length).toBeGreaterThan(4);
      expect(seen.edits).toBeGreaterThan(50);
      expect(seen.probes).toBeGreaterThan(5);
    },
    9 * minutes,
  );
});
