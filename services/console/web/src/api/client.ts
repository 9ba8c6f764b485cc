export type QueryValues = Readonly<Record<string, string | number | null | undefined>>;

/** A refusal of the API, in its own words; or that it could not be reached. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: string;
  readonly traceId: string;

  constructor(message: string, { status = 0, code = '', traceId = '' } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.traceId = traceId;
  }
}

/** The address of something below `/api`; every segment is data and written as such. */
export function apiPath(segments: readonly string[], query: QueryValues = {}): string {
  const path = ['/api', ...segments.map(encodeURIComponent)].join('/');
  const given = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return search.size === 0 ? path : `${path}?${search}`;
}

export async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  return answerOf<T>(await reach(path, { signal: signal ?? null }));
}

export async function post<T>(path: string, body: object = {}): Promise<T> {
  return answerOf<T>(await reach(path, { method: 'POST', headers: headers(), body: JSON.stringify(body) }));
}

export async function remove(path: string): Promise<void> {
  await answerOf(await reach(path, { method: 'DELETE', headers: headers() }));
}

let csrfToken = '';

/** What the server wants to hear from a page of its own, and from no other, when it is to do something. */
export function setCsrfTokenOf(session: { csrfToken: string | null } | null): void {
  csrfToken = session?.csrfToken ?? '';
}

function headers(): Record<string, string> {
  return { 'content-type': 'application/json', 'x-csrf-token': csrfToken };
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...init, credentials: 'same-origin' });
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new ApiProblem('');
  }
}

async function answerOf<T>(response: Response): Promise<T> {
  const answer = (await response.json().catch(() => null)) as unknown;
  if (response.ok && answer !== null) return answer as T;
  const { errCode, errMsg, traceId } = (answer ?? {}) as Record<string, unknown>;
  const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
  throw new ApiProblem(textOf(errMsg) || `HTTP ${response.status}`, {
    status: response.status,
    code: textOf(errCode),
    traceId: textOf(traceId),
  });
}
