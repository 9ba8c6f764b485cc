import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { readWire, writeWire, type Fields, type Format, type Value } from './spec-wire.ts';

export interface Call {
  /** `create`, `update`, `void`, `queryMasterBatch`, `queryMasterById` */
  name: string;
  master: Fields;
  details: Record<string, Fields[]>;
  headers: IncomingMessage['headers'];
  query: Record<string, string>;
}

interface Kept {
  master: Fields;
  details: Record<string, Fields[]>;
  changedAt: number;
}

interface Reply {
  code: string;
  message: string;
  data: Value;
}

/**
 * The ERP of one ledger by somebody who read spec 2 and 3 and contract 4 and shares no code with Syncline. Each format has
 * the habits of a family of servers: XML in GBK with prefixes, text in GB18030 with a reply of its own, JSON in UTF-8.
 */
export class SpecErp {
  readonly format: Format;
  readonly token: string;
  readonly calls: Call[] = [];
  readonly records = new Map<string, Kept>();
  /** what came otherwise than the specification says */
  readonly complaints: string[] = [];
  /** ms, for creates */
  delayMs = 0;
  /** answers `detailDataIds` as spec 2.1 shows it: one id for a detail, however many rows there are */
  isTerse = false;
  #ids = 0;
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  constructor(format: Format) {
    this.format = format;
    this.token = `erp-${format}`;
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/path`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Somebody works in the ERP. */
  keep(id: string, master: Fields, details: Record<string, Fields[]> = {}): void {
    this.records.set(id, { master: { FID: id, ...master }, details, changedAt: Date.now() - 1000 });
  }

  named(name: string): Call[] {
    return this.calls.filter((call) => call.name === name);
  }

  /** The writes of a record by its number. */
  writesOf(number: string): Call[] {
    return this.calls.filter(({ master }) => master['FNo'] === number);
  }

  /** The id under which the record with this number is kept. */
  idOf(number: string): string {
    return [...this.records].find(([, { master }]) => master['FNo'] === number)?.[0] ?? '';
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://erp');
    const path = url.pathname.replace('/path/', '');
    const query = Object.fromEntries(url.searchParams);
    const isWrite = path === 'create' || path === 'update';
    this.#check(request, path, query);
    const body = isWrite ? readWire(this.format, Buffer.concat(chunks)) : {};
    const isVoid = request.headers['operationtype'] === '3';
    const call: Call = {
      name: isVoid ? 'void' : path,
      master: fieldsOf(body['masterFieldVal']),
      details: rowsOf(body['detailFieldVals']),
      headers: request.headers,
      query,
    };
    if (isWrite && body['objAPIName'] !== 'BILL')
      this.complaints.push(`objAPIName ${textOf(body['objAPIName'])}`);
    this.calls.push(call);
    if (path === 'create' && this.delayMs > 0) await sleep(this.delayMs);
    const isKnown = request.headers['token'] === this.token;
    const reply = isKnown ? this.#reply(path, call) : { code: '401', message: 'token', data: null };
    const { type, bytes } = writeWire(this.format, reply);
    response.writeHead(200, { 'content-type': type }).end(bytes);
  }

  #check({ method, headers }: IncomingMessage, path: string, query: Record<string, string>): void {
    const complain = (isWrong: boolean, what: string): void => {
      if (isWrong) this.complaints.push(`${path}: ${what}`);
    };
    complain(headers.token !== this.token, 'token');
    if (path === 'create' || path === 'update') {
      const types: Record<Format, RegExp> = {
        json: /^application\/json/,
        xml: /^(application|text)\/xml/,
        text: /^text\/plain/,
      };
      complain(method !== 'POST', `method ${String(method)}`);
      complain(
        !types[this.format].test(headers['content-type'] ?? ''),
        `content type ${String(headers['content-type'])}`,
      );
      return;
    }
    complain(method !== 'GET', `method ${String(method)}`);
    complain(
      query['objAPIName'] !== 'BILL' || query['includeDetail'] !== 'true',
      `query ${JSON.stringify(query)}`,
    );
    const named = path === 'queryMasterById' ? ['dataId'] : ['startTime', 'endTime', 'offset', 'limit'];
    for (const name of named) complain(query[name] === undefined, `no ${name}`);
    if (path === 'queryMasterBatch')
      for (const name of named)
        complain(!/^\d+$/.test(query[name] ?? ''), `${name} is ${String(query[name])}`);
  }

  #reply(path: string, call: Call): Reply {
    const done = (data: Value): Reply => ({ code: '0', message: 'success', data });
    if (path === 'create') return done(this.#save(`${this.format}-${String((this.#ids += 1))}`, call));
    if (path === 'update') {
      const id = textOf(call.master['FID']);
      return this.records.has(id)
        ? done(this.#save(id, call))
        : { code: '404', message: `没有 ${id}`, data: null };
    }
    if (path === 'queryMasterById') return done(this.#shown(call.query['dataId'] ?? ''));
    const { startTime, endTime, offset, limit } = call.query;
    const ids = [...this.records].flatMap(([id, { changedAt }]) =>
      changedAt >= Number(startTime) && changedAt < Number(endTime) ? [id] : [],
    );
    const page = ids.slice(Number(offset), Number(offset) + Number(limit));
    return done({ totalNum: String(ids.length), dataList: page.map((id) => this.#shown(id)) });
  }

  #save(id: string, { master, details }: Call): Value {
    const before = this.records.get(id);
    const rows = (details['LINE'] ?? []).map((row) => ({
      ...row,
      LID: row['LID'] ?? `L${String((this.#ids += 1))}`,
    }));
    const kept = new Map([...(before?.details['LINE'] ?? []), ...rows].map((row) => [row['LID'], row]));
    this.records.set(id, {
      master: { ...before?.master, ...master, FID: id },
      details: { LINE: [...kept.values()] },
      changedAt: Date.now(),
    });
    const ids = rows.map(({ LID }) => LID);
    const told: Fields = this.isTerse || ids.length === 1 ? { LINE: ids[0] ?? '' } : { LINE: ids };
    return { masterDataId: id, ...(ids.length > 0 && { detailDataIds: told }) };
  }

  #shown(id: string): Value {
    const record = this.records.get(id);
    if (record === undefined) return null;
    return { objAPIName: 'BILL', masterFieldVal: record.master, detailFieldVals: record.details };
  }
}

function fieldsOf(value: Value | undefined): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function rowsOf(value: Value | undefined): Record<string, Fields[]> {
  return Object.fromEntries(
    Object.entries(fieldsOf(value)).map(([name, rows]) => [
      name,
      (Array.isArray(rows) ? rows : [rows]).map(fieldsOf),
    ]),
  );
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
