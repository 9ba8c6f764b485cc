import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSyncline, type RunningSyncline } from '@syncline/testkit';
import { startOutsideCrm, type OutsideCrm } from './outside-crm.ts';
import { SpecErp } from './spec-erp.ts';
import type { Format } from './spec-wire.ts';

export const formats = ['json', 'xml', 'text'] as const;

const tenantId = '700';

const adapters: Record<Format, string> = {
  json: `function adapt({ body: { bill } }) {
    return { objAPIName: 'BILL', masterFieldVal: { FID: bill.key, FNo: bill.number, FName: bill.title } };
  }`,
  xml: `function adapt({ body }) {
    const LINE = [].concat(body['b:line'] ?? []).map((line) => ({ LID: line['@id'], FQty: line['#text'] }));
    return { objAPIName: 'BILL', masterFieldVal: { FID: body['@id'], FNo: body['b:no'], FName: body['b:name'] }, detailFieldVals: { LINE } };
  }`,
  text: `function adapt({ raw }) {
    return raw.trim().split('\\n').map((line) => {
      const [FID, FNo, FName] = line.split(';');
      return { objAPIName: 'BILL', masterFieldVal: { FID, FNo, FName } };
    });
  }`,
};

/** The text ledger has a reply of its own. */
const results: Partial<Record<Format, string>> = {
  text: ', result: { codePath: status.code, successCodes: [OK], messagePath: status.text, dataPath: payload }',
};

const dataCenterOf = (format: Format, baseUrl: string): string => `
      - { id: ${format}, channel: STANDARD_CHANNEL, baseUrl: "${baseUrl}", token: erp-${format}, format: ${format}${results[format] ?? ''} }`;

const objectOf = (format: Format): string => `
  - tenantId: "${tenantId}"
    dataCenterId: ${format}
    apiName: BILL
    idField: FID
    nameField: FName
    matchFields: [FNo]
    details: [ { apiName: LINE, idField: LID } ]
    poll: { everyMinutes: 6, pageSize: 2 }
    adapter: adapters/${format}.js`;

const streamsOf = (format: Format): string => `
  - id: ${format}-to-erp
    name: Bills to ${format}
    tenantId: "${tenantId}"
    dataCenterId: ${format}
    direction: crm-to-erp
    source: Bill
    dest: BILL
    triggers: [create, update, invalid, recover]
    fields: [ { to: FNo, from: no }, { to: FName, from: name } ]
    details: [ { source: BillLine, dest: LINE, fields: [ { to: FQty, from: qty } ] } ]
  - id: ${format}-to-crm
    name: Bills of ${format}
    tenantId: "${tenantId}"
    dataCenterId: ${format}
    direction: erp-to-crm
    source: BILL
    dest: Bill
    triggers: [create, update, invalid, recover]
    fields: [ { to: no, from: FNo }, { to: name, from: FName } ]
    details: [ { source: LINE, dest: BillLine, fields: [ { to: qty, from: FQty } ] } ]`;

export interface Reply {
  status: number;
  errCode: string;
  errMsg: string;
  data?: Record<string, { destDataId: string; status: number; lastSyncStatus: number }>;
}

/** A tenant with a ledger in each format, all of them paired with one object of its CRM. */
export interface Ledgers {
  erps: Record<Format, SpecErp>;
  crm: OutsideCrm;
  push(body: Buffer | string | object, headers: Record<string, string>): Promise<Reply>;
  /** one of the calls of spec 5 */
  call(name: string, parameters: object): Promise<Reply>;
  poll(format: Format): Promise<{ totalNum: number; received: number; pages: number }>;
  stop(): Promise<void>;
}

export async function startLedgers(): Promise<Ledgers> {
  const folder = mkdtempSync(join(tmpdir(), 'syncline ledgers '));
  const erps = { json: new SpecErp('json'), xml: new SpecErp('xml'), text: new SpecErp('text') };
  mkdirSync(join(folder, 'adapters'));
  const dataCenters: string[] = [];
  for (const format of formats) {
    dataCenters.push(dataCenterOf(format, await erps[format].start()));
    writeFileSync(join(folder, 'adapters', `${format}.js`), adapters[format]);
  }
  const tenant = `tenants:\n  - id: "${tenantId}"\n    name: Ledgers\n    pushTokens: [ledgers-push]\n    dataCenters:`;
  const text = [
    tenant + dataCenters.join(''),
    `erpObjects:${formats.map(objectOf).join('')}`,
    `streams:${formats.map(streamsOf).join('')}`,
  ].join('\n');
  writeFileSync(join(folder, 'all.yaml'), text);
  const system = await startSyncline({ config: folder, sandbox: false });
  const crm = await startOutsideCrm(system, tenantId, { tells: true });
  return {
    erps,
    crm,
    ...callsTo(system),
    async stop() {
      await crm.stop();
      for (const format of formats) await erps[format].stop();
      await system.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function callsTo(system: RunningSyncline): Pick<Ledgers, 'push' | 'call' | 'poll'> {
  async function post(url: string, headers: Record<string, string>, body: Buffer | string): Promise<Reply> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { token: 'ledgers-push', tenantId, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
    return { status: response.status, ...((await response.json()) as Omit<Reply, 'status'>) };
  }
  return {
    push(body, headers) {
      const url = `${system.url('receiver')}/erp/syncdata/open/objdata/asyncpush`;
      const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
      return post(url, { objectApiName: 'BILL', version: 'v1', ...headers }, bytes);
    },
    call(name, parameters) {
      const url = `${system.url('mapping')}/erp/syncdata/open/callAPI/erp.syncData.${name}`;
      return post(url, {}, JSON.stringify(parameters));
    },
    async poll(format) {
      const url = `${system.url('poller')}/poll-tasks/${tenantId}/${format}/BILL/run`;
      return (await (await fetch(url, { method: 'POST' })).json()) as Awaited<ReturnType<Ledgers['poll']>>;
    },
  };
}
