import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface StandardBody {
  objAPIName: string;
  masterFieldVal: Record<string, unknown>;
  detailFieldVals?: Record<string, Record<string, unknown>[]>;
}

export interface OutsideErp {
  baseUrl: string;
  calls: { path: string; headers: IncomingMessage['headers']; body: StandardBody | null }[];
  records: Map<string, StandardBody & { changedAt: number }>;
  stop(): Promise<void>;
}

/** An ERP by somebody who read spec 2 and 3 and contract 4, and shares no code with Syncline. */
export async function startOutsideErp(): Promise<OutsideErp> {
  const calls: OutsideErp['calls'] = [];
  const records: OutsideErp['records'] = new Map();
  let next = 1;

  const answers: Record<string, (url: URL, body: StandardBody | null) => unknown> = {
    '/api/create': (_url, body) => {
      if (body === null) return { code: '1', message: 'no body' };
      const id = `E${String(next++)}`;
      return save(id, body);
    },
    '/api/update': (_url, body) => {
      const wanted = body?.masterFieldVal['FID'];
      const id = typeof wanted === 'string' ? wanted : '';
      if (body === null || !records.has(id)) return { code: '404', message: `no record ${id}` };
      return save(id, body);
    },
    '/api/queryMasterById': (url) => {
      const found = records.get(url.searchParams.get('dataId') ?? '');
      return { code: '0', message: 'ok', data: found === undefined ? null : standard(found) };
    },
    '/api/queryMasterBatch': (url) => {
      const [from, to] = [Number(url.searchParams.get('startTime')), Number(url.searchParams.get('endTime'))];
      const [offset, limit] = [Number(url.searchParams.get('offset')), Number(url.searchParams.get('limit'))];
      const name = url.searchParams.get('objAPIName');
      const changed = [...records.values()].filter(
        (record) => record.objAPIName === name && record.changedAt >= from && record.changedAt < to,
      );
      const dataList = changed.slice(offset, offset + limit).map(standard);
      return { code: '0', message: 'ok', data: { totalNum: String(changed.length), dataList } };
    },
  };

  function save(id: string, body: StandardBody) {
    const lines = body.detailFieldVals?.['LINES'] ?? [];
    const detailFieldVals = {
      LINES: lines.map((line, i) => ({ ...line, LID: line['LID'] ?? `${id}-${String(i + 1)}` })),
    };
    records.set(id, {
      objAPIName: body.objAPIName,
      masterFieldVal: { ...body.masterFieldVal, FID: id },
      detailFieldVals,
      changedAt: Date.now(),
    });
    const ids = detailFieldVals.LINES.map((line) => line.LID);
    return { code: '0', message: 'ok', data: { masterDataId: id, detailDataIds: { LINES: ids } } };
  }

  function standard({ objAPIName, masterFieldVal, detailFieldVals = {} }: StandardBody): StandardBody {
    return { objAPIName, masterFieldVal, detailFieldVals };
  }

  const server = createServer((request, response) => {
    void read(request).then((text) => {
      const url = new URL(request.url ?? '/', 'http://erp');
      const body = text === '' ? null : (JSON.parse(text) as StandardBody);
      calls.push({ path: url.pathname, headers: request.headers, body });
      answer(
        response,
        request.headers['token'] === 'outside-secret' ? answers[url.pathname]?.(url, body) : undefined,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${String(port)}/api`,
    calls,
    records,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function answer(response: ServerResponse, value: unknown): void {
  response.writeHead(value === undefined ? 401 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value ?? { code: '401', message: 'wrong token' }));
}
