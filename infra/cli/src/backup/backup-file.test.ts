import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { checkBackup, readBackup, writeBackup, type BackupLine } from './backup-file.ts';

describe('a backup file', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'syncline-backup-'));
    file = join(folder, 'a.backup.gz');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const lines: BackupLine[] = [
    { collection: 'sync_data_mappings', text: '{"_id":"r1","state":"{\\"a\\":\\"客户 \\u2028 x\\"}"}' },
    { collection: 'sync_data_mappings', text: '{"_id":"r2"}' },
    { collection: 'pointers', text: '{"_id":"p1","rowId":"r1"}' },
  ];

  async function* batches(some: BackupLine[] = lines) {
    await Promise.resolve();
    for (const line of some) yield [line];
  }

  it('gives back what was written, collection by collection', async () => {
    await writeBackup(file, 1_000, batches());
    const { header, trailer } = await checkBackup(file);
    expect(header.begunAt).toBe(1_000);
    expect(trailer.counts).toEqual({ sync_data_mappings: 2, pointers: 1 });
    const taken: BackupLine[][] = [];
    await readBackup(file, (some) => {
      taken.push(some);
      return Promise.resolve();
    });
    expect(taken).toEqual([lines.slice(0, 2), lines.slice(2)]);
  });

  it('is for its owner alone', async () => {
    await writeBackup(file, 1_000, batches());
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('names the keys of its secrets', async () => {
    const catalog = JSON.stringify({ token: { cipher: 'aes-256-gcm', key: '0a1b2c3d', text: 'x' } });
    const config = { collection: 'config', text: JSON.stringify({ _id: 'current', catalog }) };
    expect((await writeBackup(file, 1, batches([config]))).secretKeys).toEqual(['0a1b2c3d']);
  });

  it('leaves nothing behind when it breaks off', async () => {
    async function* broken() {
      yield* batches();
      throw new Error('the store is away');
    }
    await expect(writeBackup(file, 1, broken())).rejects.toThrow('the store is away');
    expect(() => statSync(file)).toThrow();
    expect(() => statSync(`${file}.part`)).toThrow();
  });

  it('is refused when a document was changed, when its end is missing, and when it is something else', async () => {
    await writeBackup(file, 1, batches());
    const text = gunzipSync(readFileSync(file)).toString();
    writeFileSync(file, gzipSync(text.replace('"p1"', '"p2"')));
    await expect(checkBackup(file)).rejects.toThrow('is damaged');
    writeFileSync(file, gzipSync(text.slice(0, text.indexOf('{"endedAt"'))));
    await expect(checkBackup(file)).rejects.toThrow('its end is missing');
    writeFileSync(file, gzipSync(text).subarray(0, 60));
    await expect(checkBackup(file)).rejects.toThrow('not a whole gzip file');
    writeFileSync(file, gzipSync('{"some":"json"}\n'));
    await expect(checkBackup(file)).rejects.toThrow('is no backup of Syncline');
  });
});
