import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readInstallation } from './installation.ts';
import { Refused } from './refused.ts';
import { addSecretKey, readSecretKeys, withSecretKey } from './secret-key.ts';

describe('the key for secrets in the store', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'syncline-key-'));
  });
  afterEach(() => {
    rmSync(home, { recursive: true });
  });

  it('is made once, for its owner alone, and handed to the services', () => {
    const installation = readInstallation({ SYNCLINE_HOME: home });
    expect(readSecretKeys(installation)).toEqual([]);
    const { env, secretKeys } = withSecretKey(installation);
    expect(secretKeys.map((key) => key.length)).toEqual([32]);
    expect(readInstallation({ SYNCLINE_SECRET_KEY: env['SYNCLINE_SECRET_KEY'] }).secretKeys).toEqual(
      secretKeys,
    );
    expect(withSecretKey(installation).secretKeys).toEqual(secretKeys);
    expect(statSync(join(home, 'secret-key')).mode & 0o077).toBe(0);
  });

  it('is that of the environment where it is set, and no file is made then', () => {
    const given = Buffer.alloc(32, 1).toString('hex');
    const installation = withSecretKey(readInstallation({ SYNCLINE_HOME: home, SYNCLINE_SECRET_KEY: given }));
    expect(installation.secretKeys).toEqual([Buffer.alloc(32, 1)]);
    expect(() => statSync(join(home, 'secret-key'))).toThrow('ENOENT');
  });

  it('stays able to decrypt when a new one is put before it', () => {
    const installation = readInstallation({ SYNCLINE_HOME: home });
    const { secretKeys } = withSecretKey(installation);
    const added = addSecretKey(installation);
    expect(added).toHaveLength(2);
    expect(added.slice(1)).toEqual(secretKeys);
    expect(readSecretKeys(installation)).toEqual(added);
  });

  it('is not made anew over a file that is damaged', () => {
    writeFileSync(join(home, 'secret-key'), 'half of a k');
    expect(() => withSecretKey(readInstallation({ SYNCLINE_HOME: home }))).toThrow(Refused);
  });
});
