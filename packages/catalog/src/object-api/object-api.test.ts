import { spawnSync } from 'node:child_process';
import { errorCodes, type JsonObject } from '@syncline/contract';
import { aCatalogView, aDataCenter, aFieldMapping, anErpObject, aStream, aTenant } from '@syncline/testkit';
import type { DataCenter, ErpObject } from '../catalog.ts';
import { objectApi } from './object-api.ts';

const options = { receiverUrl: 'http://127.0.0.1:8701', now: Date.UTC(2026, 0, 31) };

const field = (apiName: string, type: string, required = false) => ({
  apiName,
  label: `the ${apiName}`,
  type,
  required,
});

const listed = anErpObject({
  fields: [field('FNumber', 'text', true), field('FAmount', 'number'), field('FDue', 'date')],
  details: [
    {
      apiName: 'BD_Contact',
      label: 'Contact',
      idField: 'FContactId',
      fields: [field('FMain', 'boolean'), field('FPhone', 'text')],
    },
  ],
});

function apiOf(object: ErpObject = listed, dataCenter: Partial<DataCenter> = {}, others: DataCenter[] = []) {
  const tenants = [aTenant({ dataCenters: [aDataCenter(dataCenter), ...others] })];
  const api = objectApi(aCatalogView({ tenants, erpObjects: [object] }), object, options)!;
  const call = (name: string) => api.calls.find((one) => one.name === name)!;
  const operation = (path: string, method: string): Operation =>
    ((api.openApi['paths'] as JsonObject)[path] as JsonObject)[method] as unknown as Operation;
  return { ...api, call, operation };
}

interface Operation {
  parameters: {
    name: string;
    required: boolean;
    description: string;
    schema: JsonObject;
    example?: unknown;
  }[];
  requestBody: { content: Record<string, { schema: JsonObject; example: JsonObject | string }> };
  responses: Record<
    string,
    { description: string; content: Record<string, { schema: JsonObject; example: unknown }> }
  >;
  'x-codeSamples': { label: string; source: string }[];
}

/** What a shell hands to curl. */
function argumentsOf(command: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}`;
  const { stdout } = spawnSync('sh', ['-c', script], { env: { TOKEN: 'from-env' }, encoding: 'utf8' });
  return stdout.split('\0').slice(0, -1);
}

describe('objectApi', () => {
  it('describes the five endpoints, each at its own server', () => {
    const { openApi, calls } = apiOf();
    expect(calls.map(({ method, name }) => `${method} ${name}`)).toEqual([
      'POST create',
      'POST update',
      'GET queryMasterBatch',
      'GET queryMasterById',
      'POST asyncpush',
    ]);
    const paths = openApi['paths'] as Record<string, { servers: { url: string }[] }>;
    expect(Object.entries(paths).map(([path, { servers }]) => `${servers[0]!.url}${path}`)).toEqual([
      'http://127.0.0.1:8710/erp/create',
      'http://127.0.0.1:8710/erp/update',
      'http://127.0.0.1:8710/erp/queryMasterBatch',
      'http://127.0.0.1:8710/erp/queryMasterById',
      'http://127.0.0.1:8701/erp/syncdata/open/objdata/asyncpush',
    ]);
    expect(openApi['openapi']).toBe('3.1.0');
    expect(JSON.parse(JSON.stringify(openApi))).toEqual(openApi);
  });

  it('has the fields of master and details with label, type and what is required', () => {
    const { schema, example } = apiOf().operation('/create', 'post').requestBody.content['application/json']!;
    expect(schema).toMatchObject({
      properties: {
        objAPIName: { const: 'BD_Customer' },
        masterFieldVal: {
          required: ['FNumber'],
          properties: {
            FNumber: { title: 'the FNumber', type: 'string' },
            FAmount: { type: 'number' },
            FDue: { type: 'string', format: 'date' },
          },
        },
        detailFieldVals: {
          properties: { BD_Contact: { items: { properties: { FMain: { type: 'boolean' } } } } },
        },
      },
    });
    expect(example).toEqual({
      objAPIName: 'BD_Customer',
      masterFieldVal: { FNumber: 'the FNumber', FAmount: 12.5, FDue: '2026-01-31', FName: 'FName' },
      detailFieldVals: { BD_Contact: [{ FMain: true, FPhone: 'the FPhone' }] },
    });
  });

  it('gives ids to an update and to what is pushed, and none to a create', () => {
    const { call } = apiOf();
    const ids = { masterFieldVal: { FCUSTID: expect.any(String) } };
    expect(call('create').body?.example).not.toMatchObject(ids);
    for (const name of ['update', 'asyncpush']) expect(call(name).body?.example).toMatchObject(ids);
    expect(call('update').body?.schema).toMatchObject({
      properties: { masterFieldVal: { required: ['FCUSTID', 'FNumber'] } },
    });
  });

  it('finds the fields of an object that lists none in its streams', () => {
    const object = anErpObject({ details: [] });
    const stream = aStream({
      fields: [aFieldMapping('FTel', { from: 'tel' })],
      details: [
        { source: 'ContactObj', dest: 'BD_Contact', fields: [aFieldMapping('FMail', { from: 'mail' })] },
      ],
    });
    const view = aCatalogView({ erpObjects: [object], streams: [stream] });
    expect(objectApi(view, object, options)?.calls[0]?.body?.example).toMatchObject({
      masterFieldVal: { FName: 'FName', FNumber: 'FNumber', FTel: 'FTel' },
      detailFieldVals: { BD_Contact: [{ FMail: 'FMail' }] },
    });
  });

  it('shows code, message and data where the data center says they are', () => {
    const result = { codePath: 'r.status', successCodes: ['OK'], messagePath: 'r.text', dataPath: 'r.body' };
    const { content } = apiOf(listed, { result }).operation('/create', 'post').responses['200']!;
    expect(content['application/json']).toMatchObject({
      example: {
        r: {
          status: 'OK',
          text: 'success',
          body: { masterDataId: expect.any(String), detailDataIds: { BD_Contact: [expect.any(String)] } },
        },
      },
      schema: {
        properties: { r: { properties: { status: {}, body: { required: ['masterDataId'] } } } },
      },
    });
  });

  it('speaks the format of the data center, and JSON to the receiver', () => {
    const { operation, call } = apiOf(listed, { format: 'xml' });
    const { example } = operation('/create', 'post').requestBody.content['application/xml']!;
    expect(example).toContain(
      '<?xml version="1.0" encoding="UTF-8"?>\n<syncData>\n  <objAPIName>BD_Customer</objAPIName>\n  <masterFieldVal>',
    );
    expect(argumentsOf(call('create').samples[0]!.command)).toContain('content-type: application/xml');
    expect(argumentsOf(call('asyncpush').samples[0]!.command)).toContain('content-type: application/json');
  });

  it('has the headers of a push, with what they must be', () => {
    const path = '/erp/syncdata/open/objdata/asyncpush';
    const { parameters } = apiOf().operation(path, 'post');
    expect(parameters.map(({ name, required }) => [name, required])).toEqual([
      ['token', true],
      ['tenantId', true],
      ['dataCenterId', false],
      ['objectApiName', true],
      ['version', true],
      ['operationType', false],
      ['id', true],
    ]);
    expect(parameters.find(({ name }) => name === 'tenantId')?.schema).toEqual({
      type: 'string',
      const: '81138',
    });
    const ofTwo = apiOf(listed, {}, [aDataCenter({ id: 'dc-2' })]).operation(path, 'post');
    expect(ofTwo.parameters.find(({ name }) => name === 'dataCenterId')?.required).toBe(true);
    const adapted = apiOf(anErpObject({ adapter: { kind: 'expression', expression: '$' } }));
    expect(adapted.operation(path, 'post').parameters.find(({ name }) => name === 'id')?.required).toBe(
      false,
    );
  });

  it('says what the receiver can answer', () => {
    const { responses } = apiOf().operation('/erp/syncdata/open/objdata/asyncpush', 'post');
    expect(Object.keys(responses)).toEqual(['200', '400', '401', '404', '413', '415', '429', '500', '503']);
    expect(responses['400']!.description).toContain(errorCodes.badBody.code);
  });

  it('gives commands that a shell understands, whatever the names are', () => {
    const object = anErpObject({ apiName: "It's $HOME", label: '`id`', fields: [field("O'Neil", 'text')] });
    const { calls, call } = apiOf(object);
    const [create, batch] = [call('create'), call('queryMasterBatch')].map((one) =>
      argumentsOf(one.samples[0]!.command),
    );
    expect(create).toContain('token: from-env');
    expect(JSON.parse(create!.at(-1)!)).toEqual(call('create').body?.example);
    expect(batch!.find((one) => one.startsWith('http'))).toBe(
      `http://127.0.0.1:8710/erp/queryMasterBatch?objAPIName=It's%20%24HOME&startTime=${options.now - 86_400_000}` +
        `&endTime=${options.now}&includeDetail=true&offset=0&limit=100`,
    );
    const titles = calls.flatMap(({ samples }) => samples.map(({ title }) => title));
    expect(titles.filter((title) => title.startsWith('Voids'))).toHaveLength(2);
  });

  it('voids with operationType 3', () => {
    for (const name of ['update', 'asyncpush']) {
      const [plain, voids] = apiOf().call(name).samples;
      expect(argumentsOf(plain!.command)).not.toContain('operationType: 3');
      expect(argumentsOf(voids!.command)).toContain('operationType: 3');
    }
  });

  it('shows a push for the adapter where there is one, without the header id', () => {
    const titles = (object: ErpObject) => apiOf(object).call('asyncpush').samples;
    expect(titles(listed)).toHaveLength(2);
    const sent = argumentsOf(
      titles(anErpObject({ adapter: { kind: 'expression', expression: '$' } }))[2]!.command,
    );
    expect(sent).toContain('content-type: text/plain');
    expect(sent.filter((one) => one.startsWith('id:'))).toEqual([]);
    expect(sent).toContain('objectApiName: BD_Customer');
  });

  it('holds no token and no password', () => {
    const { openApi, calls } = apiOf(listed, { baseUrl: 'http://user:erp-secret@erp.example/api' });
    expect(JSON.stringify([openApi, calls])).not.toContain('erp-secret');
  });
});
