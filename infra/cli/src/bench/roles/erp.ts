import { Agent, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { paced, sharedNow } from '../clock.ts';
import { pushBody, pushHeaders } from '../records.ts';
import { queryDated, type Dated } from './dated-records.ts';
import { listen } from './listen.ts';
import { Records, type Expected, type Told } from './erp-records.ts';

export type ErpVerbs = ReturnType<typeof erpVerbs>;

interface Pushes {
  url: string;
  count: number;
  perSecond: number;
  /** goes before each id */
  prefix: string;
}

/** An ERP that does nothing but count: as fast as node:http can be. */
export function erpVerbs() {
  const records = new Records();
  let delayMs = 0;
  let dated: Dated = { count: 0, from: 0, to: 1 };
  const agent = new Agent({ keepAlive: true });

  const handle = (req: IncomingMessage, res: ServerResponse): void => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const body = answerTo(req.url ?? '', Buffer.concat(chunks), records, dated);
      if (delayMs === 0) reply(res, body);
      else setTimeout(reply, delayMs, res, body);
    });
  };

  return {
    start: () => listen(handle),

    /** Begins a new count: nothing of before is known any more. */
    async begin({ delayMs: wanted, ...expected }: Expected & { delayMs: number }): Promise<void> {
      delayMs = wanted;
      records.begin(expected);
    },

    /** Has records that are polled. */
    async hold(wanted: Dated): Promise<void> {
      dated = wanted;
    },

    told: async (): Promise<Told> => records.told(),

    /** When each key's first call arrived. */
    arrivals: async (): Promise<[key: string, at: number][]> => records.arrivals(),

    /** Pushes new records to Syncline at an even pace; tells when each was sent. */
    async push({ url, count, perSecond, prefix }: Pushes): Promise<[key: string, at: number][]> {
      const sent: [string, number][] = [];
      await paced(count, perSecond, (seq) => {
        const key = `${prefix}-${seq}`;
        sent.push([key, sharedNow()]);
        return postPush(url, agent, { key, seq });
      });
      return sent;
    },
  };
}

function answerTo(url: string, body: Buffer, records: Records, dated: Dated): string {
  if (url.startsWith('/erp/create')) return records.create(body);
  if (url.startsWith('/erp/update')) return records.update(body);
  if (url.startsWith('/erp/queryMasterBatch'))
    return queryDated(dated, new URL(url, 'http://erp').searchParams);
  return '{"code":"0","message":"success","data":null}';
}

function reply(res: ServerResponse, body: string): void {
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  res.end(body);
}

function postPush(url: string, agent: Agent, fields: { key: string; seq: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const sending = request(url, { method: 'POST', agent, headers: pushHeaders(fields.key) }, (res) => {
      res.resume();
      if (res.statusCode !== 200) reject(new Error(`a push was answered ${res.statusCode ?? 0}`));
      else res.on('end', resolve);
    });
    sending.on('error', reject);
    sending.end(pushBody(fields));
  });
}
