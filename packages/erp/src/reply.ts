import type { DataCenter, ResultPaths } from '@syncline/catalog';
import { isEmpty, isJsonObject, textOf, type Json } from '@syncline/contract';
import { UnreadableBody } from './body-errors.ts';
import { readBody } from './body.ts';
import type { ErpFailure } from './call.ts';
import { decodeBeginning } from './charset.ts';

/** A whole answer, whatever it says. */
export interface Answer {
  status: number;
  contentType?: string | undefined;
  retryAfter?: string | undefined;
  location?: string | undefined;
  date?: string | undefined;
  body: Buffer;
}

/** No whole answer came. `sent`: the request may have arrived. */
export interface Cut {
  code: string;
  message: string;
  sent: boolean;
}

/** What was asked of which ERP, as far as it decides how its answer is read. */
export interface Question {
  dataCenter: Pick<DataCenter, 'id' | 'baseUrl' | 'format' | 'result'>;
  /** A create, or an update that adds rows: doing it twice would leave two. Such a doubt is `unknown`, not `transient`. */
  onlyOnce: boolean;
  /** ms, for a `Retry-After` that is a date */
  now: number;
}

export type Verdict = { ok: true; data: Json | undefined } | { ok: false; failure: ErpFailure };

/**
 * What an exchange means (design, "A create is guarded" and "Failures are classed").
 *
 * Success is HTTP 2xx, and parsed, and a code of the list: an HTML login page, an empty body and a cut JSON all come
 * with 200 too.
 */
export function readReply(exchange: { answer: Answer } | { cut: Cut }, question: Question): Verdict {
  if ('cut' in exchange) return readCut(exchange.cut, question);
  const { answer } = exchange;
  const { status } = answer;
  if (status === 429 || status === 503) return busy(answer, question);
  if (status === 408 || status >= 500) {
    return inDoubt(question, `http-${status}`, `the ERP answered HTTP ${status}${excerptOf(answer)}`);
  }
  if (status >= 300 && status < 400) return redirected(answer, question);
  return status >= 400 ? refused(answer, question) : readSuccess(answer, question);
}

function readCut({ code, message, sent }: Cut, question: Question): Verdict {
  if (code === 'address-refused') return failed('broken', code, message, false);
  if (!sent) return failed('transient', code, `the ERP could not be reached: ${message}`, true);
  return inDoubt(question, code, `the ERP gave no whole answer: ${message}`);
}

function failed(kind: ErpFailure['kind'], code: string, message: string, unwell: boolean): Verdict {
  return { ok: false, failure: { kind, code, message, unwell } };
}

function inDoubt(question: Question, code: string, message: string): Verdict {
  return failed(question.onlyOnce ? 'unknown' : 'transient', code, message, true);
}

function busy({ status, retryAfter }: Answer, { now }: Question): Verdict {
  const retryAfterMs = retryAfterMsOf(retryAfter, now);
  const asked =
    retryAfterMs === undefined ? '' : `, to be asked again after ${Math.ceil(retryAfterMs / 1000)} s`;
  const failure: ErpFailure = {
    kind: 'transient',
    code: `http-${status}`,
    message: `the ERP is busy (HTTP ${status}${asked})`,
    unwell: true,
  };
  return { ok: false, failure: retryAfterMs === undefined ? failure : { ...failure, retryAfterMs } };
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). */
export function retryAfterMsOf(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const at = httpDateMs(text);
  return at === null ? undefined : Math.max(0, at - now);
}

/** A date only in the form that HTTP writes: Date.parse takes nearly anything. */
export function httpDateMs(value: string | undefined): number | null {
  const text = value?.trim() ?? '';
  const at = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} [\d:]{8} GMT$/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? null : at;
}

/** Never followed: the token would go to another host, and a create would arrive as a GET. */
function redirected({ status, location }: Answer, question: Question): Verdict {
  const target = location !== undefined && URL.canParse(location) ? ` to ${new URL(location).host}` : '';
  const message = `the ERP redirects${target} (HTTP ${status}); correct baseUrl, or log in there again`;
  // 302 and 303 are also how a web application answers a form that it has carried out.
  if (question.onlyOnce && (status === 302 || status === 303))
    return failed('unknown', `http-${status}`, message, false);
  return failed('rejected', `http-${status}`, message, false);
}

const hints: Record<number, (dataCenter: Question['dataCenter']) => string> = {
  401: ({ id }) => `the ERP does not accept the token of data center ${id}; correct it`,
  403: ({ id }) => `the token of data center ${id} may not do this; give it the right or correct it`,
  404: ({ id }) => `the ERP has nothing at this address; correct baseUrl of data center ${id}`,
  407: ({ id }) => `a proxy before the ERP of data center ${id} asks for a login`,
};

function refused(answer: Answer, question: Question): Verdict {
  const said = codeAndMessageOf(answer, question);
  const hint = hints[answer.status]?.(question.dataCenter);
  const own = `the ERP answered HTTP ${answer.status}`;
  if (said === null) {
    const message = hint === undefined ? own + excerptOf(answer) : `${hint} (HTTP ${answer.status})`;
    return failed('rejected', `http-${answer.status}`, message, false);
  }
  return failed('rejected', said.code, [said.message || own, hint].filter(Boolean).join('; '), false);
}

function readSuccess(answer: Answer, question: Question): Verdict {
  const { result } = question.dataCenter;
  let json: Json;
  try {
    json = readAnswer(answer, question);
  } catch (error) {
    if (!(error instanceof UnreadableBody)) throw error;
    const message = `the ERP's answer (HTTP ${answer.status}) is unreadable: ${error.message}${excerptOf(answer)}`;
    return inDoubt(question, 'unreadable-answer', message);
  }
  const said = codeIn(json, result);
  if (said === null) {
    return inDoubt(
      question,
      'no-code',
      `the ERP's answer has no code at ${result.codePath}${excerptOf(answer)}`,
    );
  }
  if (result.successCodes.includes(said.code)) return { ok: true, data: valueAt(json, result.dataPath) };
  return failed('rejected', said.code, said.message || `the ERP answered with code ${said.code}`, false);
}

function readAnswer({ body, contentType }: Answer, { dataCenter }: Question): Json {
  return readBody(dataCenter.format, body, contentType, { isPlain: true });
}

/** What the body of a failed request says, if it can be read and does not claim success. */
function codeAndMessageOf(answer: Answer, question: Question): { code: string; message: string } | null {
  try {
    const said = codeIn(readAnswer(answer, question), question.dataCenter.result);
    return said !== null && !question.dataCenter.result.successCodes.includes(said.code) ? said : null;
  } catch (error) {
    if (error instanceof UnreadableBody) return null;
    throw error;
  }
}

function codeIn(json: Json, result: ResultPaths): { code: string; message: string } | null {
  const code = textOf(valueAt(json, result.codePath)).trim();
  if (code === '') return null;
  return { code: code.slice(0, 200), message: textOf(valueAt(json, result.messagePath)).trim() };
}

/** The value at a path of keys joined by dots; of a list, its first element unless the key is an index. */
export function valueAt(json: Json, path: string): Json | undefined {
  let value: Json | undefined = json;
  for (const key of path === '' ? [] : path.split('.')) {
    if (Array.isArray(value) && !/^\d+$/.test(key)) value = value[0];
    if (isEmpty(value) || typeof value !== 'object') return undefined;
    if (Array.isArray(value)) value = value[Number(key)];
    else value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

/** The beginning of a body that nobody expected, so that a login page is seen to be one. */
function excerptOf({ body, contentType }: Answer): string {
  const text = decodeBeginning(body, 400, contentType).replace(/\s+/g, ' ').trim();
  return text === '' ? ', with an empty body' : `: ${text.slice(0, 120)}`;
}
