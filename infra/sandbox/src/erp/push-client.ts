import { Agent, request as httpRequest } from 'node:http';
import { Agent as SecureAgent, request as httpsRequest } from 'node:https';
import { isJsonObject, parseJson, stringifyJson, toStandardRecord } from '@syncline/contract';
import { messageOf } from '../shared/log.ts';
import type { ErpRecord } from './records.ts';

/** Where the ERP pushes its people's edits (spec 4.1). */
export interface PushTarget {
  url: string;
  token: string;
  tenantId: string;
  dataCenterId: string;
}

/** The receiver's answer; `status` is null when none came. */
export interface PushAnswer {
  status: number | null;
  errCode: string;
  errMsg: string;
  retryAfterMs: number | null;
}

const timeoutMs = 30_000;

/** Sends standard-format pushes over connections that are kept. */
export class PushClient {
  private readonly agent: Agent;
  private readonly secureAgent: SecureAgent;

  constructor(connections: number) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
    this.secureAgent = new SecureAgent({ keepAlive: true, maxSockets: connections });
  }

  /** Pushes one record as it was after an edit. Never throws. */
  send(target: PushTarget, record: ErpRecord): Promise<PushAnswer> {
    const body = stringifyJson(toStandardRecord(record.objectApiName, record));
    const headers = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      token: target.token,
      tenantId: target.tenantId,
      dataCenterId: target.dataCenterId,
      objectApiName: record.objectApiName,
      version: 'v1',
      id: record.dataId,
      ...(record.voided && { operationType: '3' }),
    };
    return new Promise((resolve) => {
      const fail = (error: unknown): void => {
        resolve({ status: null, errCode: '', errMsg: messageOf(error), retryAfterMs: null });
      };
      try {
        const secure = target.url.startsWith('https:');
        const request = (secure ? httpsRequest : httpRequest)(
          target.url,
          { method: 'POST', headers, agent: secure ? this.secureAgent : this.agent, timeout: timeoutMs },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('error', fail);
            response.on('end', () => {
              resolve(
                readAnswer(response.statusCode ?? 0, response.headers['retry-after'], Buffer.concat(chunks)),
              );
            });
          },
        );
        request.on('timeout', () => request.destroy(new Error('the receiver did not answer in time')));
        request.on('error', fail);
        request.end(body);
      } catch (error) {
        fail(error);
      }
    });
  }

  close(): void {
    this.agent.destroy();
    this.secureAgent.destroy();
  }
}

function readAnswer(status: number, retryAfter: string | undefined, body: Buffer): PushAnswer {
  const retryAfterMs = retryAfter === undefined ? null : Number(retryAfter) * 1000 || null;
  try {
    const json = parseJson(body.toString('utf8'));
    if (isJsonObject(json))
      return { status, errCode: text(json.errCode), errMsg: text(json.errMsg), retryAfterMs };
  } catch {
    // an answer that is no JSON has no code
  }
  return { status, errCode: '', errMsg: 'the receiver answered no JSON object', retryAfterMs };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
