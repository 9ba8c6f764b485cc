import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readInstallation } from './installation.ts';
import { readInternalSecret, withInternalSecret } from './internal-secret.ts';

describe('the internal secret', () => {
  const home = mkdtempSync(join(tmpdir(), 'syncline-secret-'));
  afterAll(() => {
    rmSync(home, { recursive: true });
  });
  const installation = readInstallation({ SYNCLINE_HOME: home });

  it('is made once, for its owner alone, and handed to the services', () => {
    expect(readInternalSecret(installation)).toBeNull();
    const { env } = withInternalSecret(installation);
    expect(env['SYNCLINE_INTERNAL_SECRET']).toMatch(/^[0-9a-f]{64}$/);
    expect(withInternalSecret(installation).env).toEqual(env);
    expect(readInternalSecret(installation)).toBe(env['SYNCLINE_INTERNAL_SECRET']);
    expect(statSync(join(home, 'internal-secret')).mode & 0o077).toBe(0);
  });

  it('is that of the environment where it is set', () => {
    const env = { SYNCLINE_HOME: home, SYNCLINE_INTERNAL_SECRET: 'x'.repeat(40) };
    expect(withInternalSecret(readInstallation(env)).env['SYNCLINE_INTERNAL_SECRET']).toBe('x'.repeat(40));
  });

  it('goes with the address of mapping, whatever its port', () => {
    expect(readInstallation({ MAPPING_PORT: '9004' }).env['MAPPING_URL']).toBe('http://127.0.0.1:9004');
    expect(readInstallation({ MAPPING_URL: 'http://mapping:1' }).env['MAPPING_URL']).toBe('http://mapping:1');
  });
});
