/** One HTTP call as a person would make it from a shell. */
export interface CurlCall {
  method: 'GET' | 'POST';
  url: string;
  query: readonly (readonly [name: string, value: string])[];
  /** without the token */
  headers: readonly (readonly [name: string, value: string])[];
  body?: string | undefined;
}

/** The command, ready to be copied. The token is never in it: the shell's `TOKEN` has it. */
export function curlOf({ method, url, query, headers, body }: CurlCall): string {
  const search = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  const parts = [
    `curl -sS -X ${method} ${quoted(search === '' ? url : `${url}?${search}`)}`,
    `-H "token: $TOKEN"`,
    ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`--data-raw ${quoted(body)}`]),
  ];
  return parts.join(' \\\n  ');
}

/** Between single quotes a shell takes everything as it is. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
