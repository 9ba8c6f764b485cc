import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@syncline/testkit';
import { createLog } from '../shared/log.ts';
import type { RunningSandbox } from '../shared/run.ts';
import { temporaryFolder } from '../testing/sandbox-process.ts';
import { sandboxErp } from './client.ts';
import { startSandboxErp } from './start.ts';

interface Push {
  id: string;
  operationType: string | undefined;
  name: unknown;
}

const folder = temporaryFolder();
const pushes: Push[] = [];
let answer = { status: 200, body: '' };
let receiver: Server;
let url = '';
let running: RunningSandbox | null = null;
const taken = { status: 200, body: '{"errCode":"s106240000","errMsg":"success"}' };

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { masterFieldVal } = JSON.parse(body) as { masterFieldVal: { FName: unknown } };
      const { id, operationtype } = request.headers;
      pushes.push({
        id: String(id),
        operationType: operationtype as string | undefined,
        name: masterFieldVal.FName,
      });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}/push`;
});
beforeEach(async () => {
  pushes.length = 0;
  answer = taken;
  running = await start();
});
afterEach(async () => {
  await running?.stop();
});
afterAll(() => {
  receiver.close();
  folder.remove();
});

function start(): Promise<RunningSandbox> {
  const push = { url, token: 'secret', tenantId: '81138', dataCenterId: 'dc-main' };
  const settings = { host: '127.0.0.1', port: 0, dataDir: folder.path, token: 't', push, traffic: false };
  return startSandboxErp(settings, createLog('test'));
}

describe('a push of the sandbox ERP', () => {
  it('carries the record as it is after the edit, and is done when the receiver takes it', async () => {
    const erp = sandboxErp(running?.url ?? '');
    const { dataId, push } = await erp.editAndPush('Pushed', { master: { FName: 'one' } });
    expect(push).toMatchObject({ status: 200, errCode: 's106240000' });
    await erp.editAndPush('Pushed', { dataId, operation: 'void' });
    expect(pushes).toEqual([
      { id: dataId, operationType: undefined, name: 'one' },
      { id: dataId, operationType: '3', name: 'one' },
    ]);
    expect(await erp.summary()).toMatchObject({
      pushesWaiting: 0,
      objects: { Pushed: { pushes: { accepted: 2 } } },
    });
  });

  it('is sent again until it is taken, one record in order, over a restart too', async () => {
    answer = { status: 503, body: '{"errCode":"s306240009","errMsg":"later"}' };
    const erp = sandboxErp(running?.url ?? '');
    const { dataId } = await erp.edit('Kept', { master: { FName: 'v1' }, push: true });
    await erp.edit('Kept', { dataId, master: { FName: 'v2' }, push: true });
    await eventually(() => pushes.length >= 2);
    expect(pushes.every(({ name }) => name === 'v1')).toBe(true);
    await running?.stop();
    pushes.length = 0;
    answer = taken;
    running = await start();
    const restarted = sandboxErp(running.url);
    await eventually(async () => (await restarted.summary()).pushesWaiting === 0);
    expect(pushes.map(({ name }) => name)).toEqual(['v1', 'v2']);
  });

  it('ends when the receiver refuses it', async () => {
    answer = { status: 404, body: '{"errCode":"s306240004","errMsg":"no such object"}' };
    const erp = sandboxErp(running?.url ?? '');
    const { push } = await erp.editAndPush('Refused', { master: { FName: 'x' } });
    expect(push).toMatchObject({ status: 404, errCode: 's306240004', errMsg: 'no such object' });
    const { lines } = await erp.feed();
    expect(lines.at(-1)?.text).toBe(
      "Syncline refused the push of Refused R000001 'x': s306240004 no such object",
    );
  });
});
