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
  /** so many records are changed in turn; a new one each time without it */
  keys?: number;
  /** the number of the first push */
  from?: number;
}

/** How a data center fails: it answers 500, or not at all. */
export type Trouble = 'none' | 'answers-500' | 'hangs';

/** An ERP that does nothing but count: as fast as node:http can be. */
export function erpVerbs() {
  const records = new Records();
  let delayMs = 0;
  let trouble: { path: string; kind: Trouble } = { path: '/', kind: 'none' };
  let dated: Dated = { count: 0, from: 0, to: 1 };
  const agent = new Agent({ keepAlive: true });

  const handle = (req: IncomingMessage, res: ServerResponse): void => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const fails = trouble.kind !== 'none' && (req.url ?? '').startsWith(trouble.path);
      if (fails && trouble.kind === 'hangs') return;
      if (fails) {
        reply(res, '{"code":"500"}', 500);
        return;
      }
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

    /** From now on requests to this path fail so. */
    async fail(wanted: { path: string; kind: Trouble }): Promise<void> {
      trouble = wanted;
    },

    /** Has records that are polled. */
    async hold(wanted: Dated): Promise<void> {
      dated = wanted;
    },

    told: async (): Promise<Told> => records.told(),

    /** When each key's first call arrived. */
    arrivals: async (): Promise<[key: string, at: number][]> => records.arrivals(),

    /** Pushes new records to Syncline at an even pace; tells when each was sent. */
    async push({
      url,
      count,
      perSecond,
      prefix,
      keys = count,
      from = 0,
    }: Pushes): Promise<[key: string, at: number][]> {
      const sent: [string, number][] = [];
      await paced(count, perSecond, (seq) => {
        const key = `${prefix}-${(from + seq) % keys}`;
        sent.push([key, sharedNow()]);
        return postPush(url, agent, { key, seq: from + seq });
      });
      return sent;
    },
  };
}

function answerTo(url: string, body: Buffer, records: Records, dated: Dated): string {
  if (/^\/erp\d*\/create/.test(url)) return records.create(body);
  if (/^\/erp\d*\/update/.test(url)) return records.update(body);
  if (url.startsWith('/erp/queryMasterBatch'))
    return queryDated(dated, new URL(url, 'http://erp').searchParams);
  return '{"code":"0","message":"success","data":null}';
}

function reply(res: ServerResponse, body: string, status = 200): void {
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
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
