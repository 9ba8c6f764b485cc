import { join } from 'node:path';
import { readInstallation } from '../installation.ts';
import { api } from './api.ts';

const config = join(import.meta.dirname, '../../../sandbox/config');

async function said(json: boolean): Promise<string> {
  const lines: string[] = [];
  const installation = readInstallation({ RECEIVER_PUBLIC_URL: 'https://sync.example' });
  const output = { say: (line: string) => void lines.push(line), warn: () => undefined };
  await api('BD_Customer', { config, json }, { env: {}, installation, output });
  return lines.join('\n');
}

describe('api', () => {
  it('prints a curl command for each endpoint, and for voids', async () => {
    const text = await said(false);
    expect(text.match(/^curl .*$/gm)).toEqual([
      "curl -sS -X POST 'http://127.0.0.1:8710/erp/create' \\",
      "curl -sS -X POST 'http://127.0.0.1:8710/erp/update' \\",
      "curl -sS -X POST 'http://127.0.0.1:8710/erp/update' \\",
      expect.stringContaining('/erp/queryMasterBatch?objAPIName=BD_Customer&startTime='),
      expect.stringContaining('/erp/queryMasterById?objAPIName=BD_Customer&dataId='),
      "curl -sS -X POST 'https://sync.example/erp/syncdata/open/objdata/asyncpush' \\",
      "curl -sS -X POST 'https://sync.example/erp/syncdata/open/objdata/asyncpush' \\",
    ]);
    expect(text).not.toMatch(/erp-secret|sandbox-push-token/);
  });

  it('prints OpenAPI', async () => {
    expect(JSON.parse(await said(true))).toMatchObject({ openapi: '3.1.0' });
  });
});
