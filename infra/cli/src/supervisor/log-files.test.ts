import { closeSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogFiles } from './log-files.ts';

describe('LogFiles', () => {
  const home = mkdtempSync(join(tmpdir(), 'syncline-logs-'));
  afterAll(() => {
    rmSync(home, { recursive: true });
  });

  it('cuts a large log under its writer, which goes on at its beginning', () => {
    const logs = new LogFiles(home, { maxBytes: 100, keep: 2 });
    const writer = logs.open('pusher');
    try {
      writeSync(writer, 'a'.repeat(100));
      logs.rotate('pusher');
      writeSync(writer, 'next');
      expect(readFileSync(logs.path('pusher'), 'utf8')).toBe('next');
      expect(statSync(`${logs.path('pusher')}.1`).size).toBe(100);
    } finally {
      closeSync(writer);
    }
  });

  it('keeps no more old logs than it may', () => {
    const logs = new LogFiles(home, { maxBytes: 10, keep: 2 });
    const writer = logs.open('mapping');
    for (const letter of ['a', 'b', 'c', 'd']) {
      writeSync(writer, letter.repeat(10));
      logs.rotate('mapping');
    }
    closeSync(writer);
    const path = logs.path('mapping');
    expect([`${path}.1`, `${path}.2`].map((old) => readFileSync(old, 'utf8'))).toEqual([
      'd'.repeat(10),
      'c'.repeat(10),
    ]);
    expect(existsSync(`${path}.3`)).toBe(false);
  });

  it('leaves a small log alone', () => {
    const logs = new LogFiles(home, { maxBytes: 1000, keep: 2 });
    const writer = logs.open('poller');
    writeSync(writer, 'one\ntwo\n');
    closeSync(writer);
    logs.rotate('poller');
    expect(logs.tail('poller', 1)).toEqual(['two']);
  });

  it('has an empty end where there is no log', () => {
    expect(new LogFiles(home).tail('console')).toEqual([]);
  });
});
