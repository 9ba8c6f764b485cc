/** A call to the other side, as the history tells it. */
export interface CallText {
  method: string;
  url: string;
  status: number | null;
  durationMs: number;
  answer: string;
}

const pattern = /^(GET|POST) (\S+): (?:HTTP (\d{3})|no answer) in (\d+) ms(?:: ([\s\S]*))?$/;

/** Reads `POST http://erp/create: HTTP 200 in 13 ms: {…}`; null for any other text. */
export function callOf(message: string): CallText | null {
  const [, method, url, status, ms, answer] = pattern.exec(message) ?? [];
  if (method === undefined || url === undefined) return null;
  return {
    method,
    url,
    status: status === undefined ? null : Number(status),
    durationMs: Number(ms),
    answer: answer ?? '',
  };
}
