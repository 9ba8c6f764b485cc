import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isInternalToken } from '@syncline/chassis';
import { createAdapters, type Adapters } from '@syncline/functions';
import { aCatalogView, anErpObject } from '@syncline/testkit';
import { aCachedPush } from './a-receiver.fixture.ts';
import { adaptPush } from './adapt.ts';
import { createCallApi } from './call-api.ts';

const internalSecret = 's'.repeat(32);
const query = 'erp.syncData.getSyncDataMappingBySourceDataId';
const success = '{"errCode":"s106240000","errMsg":"success"}';

let server: Server;
let mappingUrl: string;
let answer: (req: IncomingMessage, res: ServerResponse, body: string) => void;
let adapters: Adapters;

beforeAll(async () => {
  server = createServer((req, res) => {
    let body = '';
    req.on('data', (part: Buffer) => (body += part.toString())).on('end', () => answer(req, res, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  mappingUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  adapters = createAdapters({ timeLimitMs: 2_000, logger: { warn: () => undefined } });
});
afterAll(async () => {
  await adapters.stop(AbortSignal.timeout(1_000));
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  answer = (_req, res) => res.end(success);
});

const call = (name: string = query, secret: string | undefined = internalSecret) =>
  createCallApi({ mappingUrl, internalSecret: secret })('81138')({
    name,
    header: { tenantId: 'another', token: 'x' },
    params: { a: '客户' },
  });

describe('a call of an adapter', () => {
  it('reaches mapping for the tenant of the push, whatever the adapter sends as header', async () => {
    let seen: { url: string | undefined; tenantId: unknown; token: string; body: string } | undefined;
    answer = (req, res, body) => {
      const { tenantid, token } = req.headers;
      seen = { url: req.url, tenantId: tenantid, token: String(token), body };
      res.statusCode = 409;
      res.end('{"errCode":"s306240012"}');
    };
    expect(await call()).toEqual({ statusCode: 409, content: '{"errCode":"s306240012"}' });
    expect(seen).toMatchObject({
      url: `/erp/syncdata/open/callAPI/${query}`,
      tenantId: '81138',
      body: '{"a":"客户"}',
    });
    expect(isInternalToken(internalSecret, '81138', seen?.token ?? '')).toBe(true);
    expect(isInternalToken(internalSecret, 'another', seen?.token ?? '')).toBe(false);
  });

  it('goes to no other path', async () => {
    await expect(call('../../../functions/run')).rejects.toThrow(
      /^there is no API \.\.\/.*; there are erp\.syncData\.create/,
    );
  });

  it('says what to set where there is no secret', async () => {
    await expect(
      createCallApi({ mappingUrl, internalSecret: undefined })('81138')({
        name: query,
        header: {},
        params: {},
      }),
    ).rejects.toThrow('set SYNCLINE_INTERNAL_SECRET');
  });

  it('says where mapping was looked for', async () => {
    const nowhere = createCallApi({ mappingUrl: 'http://127.0.0.1:9', internalSecret });
    await expect(nowhere('81138')({ name: query, header: {}, params: {} })).rejects.toThrow(
      /mapping does not answer at http:\/\/127\.0\.0\.1:9\/.* \(.+\); is MAPPING_URL right\?/,
    );
  });

  it('follows no redirect, and takes no endless answer', async () => {
    answer = (_req, res) => {
      res.writeHead(307, { location: 'http://127.0.0.1:9/' });
      res.end();
    };
    await expect(call()).rejects.toThrow('mapping does not answer');
    answer = (_req, res) => res.end('x'.repeat(5_000_000));
    await expect(call()).rejects.toThrow('over 4194304 bytes');
  });

  it('is answered to the adapter as the specification says', async () => {
    const source = `function adapt() {
      const [failed, result, message] = Fx.proxy.callAPI('${query}', {}, {});
      log.info([failed, result, message]);
      return { objAPIName: 'BD_Customer', masterFieldVal: { FCUSTID: 'A', failed, status: result.statusCode, code: JSON.parse(result.content).errCode } };
    }`;
    const adapter = { kind: 'function', source } as const;
    const view = aCatalogView({ erpObjects: [anErpObject({ adapter })], streams: [] });
    const push = { ...aCachedPush('p1', 0), dataId: null, body: Buffer.from('{}') };
    const xml = { parse: () => Promise.reject(new Error('no XML here')) };
    const callApi = createCallApi({ mappingUrl, internalSecret });
    const { records, log, problems } = await adaptPush(push, view, { adapters, xml, callApi });
    expect(problems).toEqual([]);
    expect(JSON.parse(records[0]?.json ?? '')).toMatchObject({
      master: { failed: false, status: 200, code: 's106240000' },
    });
    expect(log).toEqual([JSON.stringify([false, { statusCode: 200, content: success, bytes: null }, ''])]);
  });
});
