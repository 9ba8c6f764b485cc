import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually, startSyncline, type RunningSyncline } from '@syncline/testkit';

const minutes = 60_000;
const root = resolve(import.meta.dirname, '../..');
const success = '{"errCode":"s106240000","errMsg":"success"}';

const config = `
tenants:
  - id: "81138"
    name: Acme
    pushTokens: ["functions-push"]
    dataCenters:
      - { id: data_center_id, channel: ERP_K3CLOUD, baseUrl: "http://127.0.0.1:9/erp", token: erp-secret }
erpObjects:
  - { tenantId: "81138", dataCenterId: data_center_id, apiName: BD_Customer.BillHead, idField: FID, adapter: adapters/customer.js }
streams:
  - id: 155bd981457343f291e0edc13776217f
    name: Customers
    tenantId: "81138"
    dataCenterId: data_center_id
    direction: crm-to-erp
    source: AccountObj
    dest: BD_Customer.BillHead
    fields: [ { to: FName, from: name } ]
`;

/** Maps what is pushed to the account that the push names, and hands over no record. */
const adapter = `function adapt({ body }) {
  const names = { sourceObjectApiName: 'AccountObj', destObjectApiName: 'BD_Customer.BillHead' };
  const [failed, result, message] = Fx.proxy.callAPI('erp.syncData.createSyncDataMapping', {}, { ...names, sourceDataId: body.account, destDataId: body.customer });
  if (failed || result.statusCode !== 200) throw new Error(message || result.content);
}`;

describe('functions of an operator, in the whole system', () => {
  let folder: string;
  let system: RunningSyncline;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'syncline functions '));
    mkdirSync(join(folder, 'adapters'));
    writeFileSync(join(folder, 'all.yaml'), config);
    writeFileSync(join(folder, 'adapters/customer.js'), adapter);
    system = await startSyncline({ config: folder, sandbox: false });
  }, 5 * minutes);
  afterAll(async () => {
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 2 * minutes);

  /** `./syncline run-function` beside the running system. */
  function runFunction(file: string, ...more: string[]): Promise<{ code: number; text: string }> {
    const ports = { MAPPING_PORT: String(system.ports.mapping), SYNCLINE_HOME: system.home };
    const args = ['run-function', file, '--tenant', '81138', ...more];
    return new Promise((done) => {
      execFile(
        join(root, 'syncline'),
        args,
        { env: { ...process.env, ...ports } },
        (error, stdout, stderr) => {
          done({ code: typeof error?.code === 'number' ? error.code : 0, text: stdout + stderr });
        },
      );
    });
  }

  const example = (name: string) => join(root, 'docs/examples', name);

  it("runs the specification's two scripts and shows what they log", async () => {
    const table = await runFunction(example('mapping-table.js'));
    expect(table).toMatchObject({ code: 0 });
    expect(table.text).toContain(`[false, HttpResult(statusCode=200, content=${success}, bytes=null), ]`);
    expect(table.text).toContain('"destDataId":"destDataId123666"');
    const field = await runFunction(example('field-mapping.js'));
    expect(field.text).toContain(
      `ret is : [false, HttpResult(statusCode=200, content=${success}, bytes=null), ]`,
    );
    expect(field.code).toBe(0);
  });

  it('says where a script fails, with exit code 1', async () => {
    const file = join(folder, 'broken.js');
    writeFileSync(file, 'log.info("begun");\nnothing();\n');
    const { code, text } = await runFunction(file);
    expect(code).toBe(1);
    expect(text).toMatch(/begun[^]*broken\.js, line 2: ReferenceError/);
  });

  it('lets a push adapter call the Open API through the receiver', async () => {
    const headers = { token: 'functions-push', tenantId: '81138' };
    const pushed = await fetch(`${system.url('receiver')}/erp/syncdata/open/objdata/asyncpush`, {
      method: 'POST',
      headers: {
        ...headers,
        objectApiName: 'BD_Customer.BillHead',
        version: 'v1',
        'content-type': 'application/json',
      },
      body: '{"account":"A9","customer":"C9"}',
    });
    expect(pushed.status).toBe(200);
    const query = '/erp/syncdata/open/callAPI/erp.syncData.getSyncDataMappingBySourceDataId';
    const names = { sourceObjectApiName: 'AccountObj', destObjectApiName: 'BD_Customer.BillHead' };
    await eventually(
      async () => {
        const answer = await fetch(`${system.url('mapping')}${query}`, {
          method: 'POST',
          headers,
          body: JSON.stringify({ ...names, sourceDataId: ['A9'] }),
        });
        const { data } = (await answer.json()) as { data?: Record<string, { destDataId: string }> };
        return data?.['A9']?.destDataId === 'C9';
      },
      { withinMs: 30_000, everyMs: 200 },
    );
  });
});
