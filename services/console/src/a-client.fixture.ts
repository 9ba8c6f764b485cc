/** Someone who asks a console, as a browser or a script would. */
export interface Client {
  get(path: string): Promise<Reply>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  send(method: string, path: string, headers?: Record<string, string>): Promise<Reply>;
}

export interface Reply {
  status: number;
  json: Record<string, unknown>;
  text: string;
  cookie: string | null;
  retryAfter: string | null;
}

/** @param headers what this one always sends: nothing, a cookie with its CSRF token, an API key */
export function aClient(port: number, headers: Record<string, string> = {}): Client {
  const ask = async (path: string, init: RequestInit): Promise<Reply> => {
    const given = init.headers as Record<string, string> | undefined;
    const response = await fetch(`http://127.0.0.1:${String(port)}${path}`, {
      ...init,
      headers: { ...headers, ...given },
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    const isJson = String(response.headers.get('content-type')).includes('json');
    return {
      status: response.status,
      text,
      json: (isJson ? JSON.parse(text) : {}) as Reply['json'],
      cookie: response.headers.get('set-cookie'),
      retryAfter: response.headers.get('retry-after'),
    };
  };
  return {
    get: (path) => ask(path, {}),
    post: (path, body = {}, more = {}) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...more },
        body: JSON.stringify(body),
      }),
    send: (method, path, more = {}) => ask(path, { method, headers: more }),
  };
}

export function signIn(port: number, user: string, password: string): Promise<Reply> {
  return aClient(port).post('/api/session', { user, password });
}

/** As the browser of someone who signed in. */
export async function signedIn(port: number, user: string, password: string): Promise<Client> {
  const { status, json, cookie, text } = await signIn(port, user, password);
  if (status !== 200) throw new Error(text);
  return aClient(port, { cookie: cookie?.split(';')[0] ?? '', 'x-csrf-token': String(json['csrfToken']) });
}
