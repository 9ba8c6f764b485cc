import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseJson, stringifyJson, textOf, type Json, type JsonObject } from '@syncline/contract';

export interface Kept {
  id: string;
  at: number;
  master: JsonObject;
  details: Record<string, JsonObject[]>;
}

interface Sent {
  objAPIName: string;
  masterFieldVal: JsonObject;
  detailFieldVals?: Record<string, JsonObject[]>;
}

export interface Reply extends JsonObject {
  code: string;
  message: string;
  data: Json;
}

/** Why the ERP says no. */
export class No extends Error {}

/** An ERP that keeps to the specification. A test replaces the one method that shall be wrong. */
export class AnErp {
  readonly kept: Kept[] = [];
  readonly byKey = new Map<string, JsonObject>();
  #ids = 0;
  readonly #server: Server = createServer((request, response) => void this.#answer(request, response));

  accepts(token: string, _call: string): boolean {
    return token === 'erp-secret';
  }

  /** ms, as stamps of changes */
  now(): number {
    return Date.now();
  }

  /** A value as it is kept. */
  toKept(value: Json, _field: string): Json {
    return value;
  }

  written(record: Kept, rowIds: Record<string, string[]>): JsonObject {
    return { masterDataId: record.id, detailDataIds: rowIds };
  }

  isIn({ at }: Kept, start: number, end: number): boolean {
    return at >= start && at < end;
  }

  pageOf(found: Kept[], offset: number, limit: number): Kept[] {
    return found.slice(offset, offset + limit);
  }

  totalOf(found: Kept[], _page: Kept[]): Json {
    return found.length;
  }

  create(sent: Sent, key: string): JsonObject {
    const before = this.byKey.get(key);
    if (before !== undefined) return before;
    const record: Kept = { id: this.nextId(), at: 0, master: {}, details: {} };
    this.kept.push(record);
    const answer = this.written(record, this.change(record, sent));
    this.byKey.set(key, answer);
    return answer;
  }

  update(sent: Sent, _operationType: string | undefined): JsonObject {
    const record = this.find(textOf(sent.masterFieldVal['FCUSTID']));
    if (record === undefined) throw new No('there is no such record');
    return this.written(record, this.change(record, sent));
  }

  change(record: Kept, sent: Sent): Record<string, string[]> {
    record.at = this.now();
    for (const [name, value] of Object.entries(sent.masterFieldVal))
      record.master[name] = this.toKept(value, name);
    record.master['FCUSTID'] = record.id;
    return Object.fromEntries(
      Object.entries(sent.detailFieldVals ?? {}).map(([apiName, rows]) => [
        apiName,
        rows.map((row) => this.changeRow(record, apiName, row)),
      ]),
    );
  }

  changeRow(record: Kept, apiName: string, row: JsonObject): string {
    const rows = (record.details[apiName] ??= []);
    const id = textOf(row['FContactId']) || this.nextId();
    const known = rows.find((one) => one['FContactId'] === id);
    if (known === undefined) rows.push({ ...row, FContactId: id });
    else Object.assign(known, row);
    return id;
  }

  find(id: string): Kept | undefined {
    return this.kept.find((record) => record.id === id);
  }

  byId(id: string): Json {
    const record = this.find(id);
    return record === undefined ? null : this.shown(record, true);
  }

  batch(query: URLSearchParams): JsonObject {
    const number = (name: string): number => Number(query.get(name));
    const found = this.kept.filter((record) => this.isIn(record, number('startTime'), number('endTime')));
    const page = this.pageOf(found, number('offset'), number('limit'));
    const rows = page.map((record) => this.shown(record, query.get('includeDetail') === 'true'));
    return { totalNum: this.totalOf(found, page), dataList: rows };
  }

  shown({ master, details }: Kept, withDetails: boolean): JsonObject {
    return {
      objAPIName: 'BD_Customer',
      masterFieldVal: { ...master },
      ...(withDetails && { detailFieldVals: details }),
    };
  }

  send(response: ServerResponse, reply: Reply, _call: string): void {
    response.writeHead(200, { 'content-type': 'application/json' }).end(stringifyJson(reply));
  }

  nextId(): string {
    this.#ids += 1;
    return `E${this.#ids}`;
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/erp`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://erp');
    const call = pathname.replace('/erp/', '');
    if (!this.accepts(String(request.headers['token']), call)) {
      response.writeHead(401).end();
      return;
    }
    const header = (name: string): string | undefined => request.headers[name]?.toString();
    const sent = (): Sent => parseJson(Buffer.concat(chunks).toString()) as unknown as Sent;
    try {
      const data =
        call === 'create'
          ? this.create(sent(), header('idempotency-key') ?? '')
          : call === 'update'
            ? this.update(sent(), header('operationtype'))
            : call === 'queryMasterById'
              ? this.byId(searchParams.get('dataId') ?? '')
              : this.batch(searchParams);
      this.send(response, { code: '0', message: 'success', data }, call);
    } catch (error) {
      if (!(error instanceof No)) throw error;
      this.send(response, { code: 'E42', message: error.message, data: null }, call);
    }
  }
}
