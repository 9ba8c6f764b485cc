/** An answer of the API that is not what was asked for; its message is fit for people. */
export class ApiProblem extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * Reads one path of the admin API.
 * @param {(string | number)[]} segments below `/api`; each is encoded, whatever it holds
 * @param {Record<string, unknown>} query empty values are left out
 */
export async function read(segments, query = {}, signal = undefined) {
  const path = segments.map((one) => encodeURIComponent(one)).join('/');
  const given = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  let response;
  try {
    response = await fetch(`/api/${path}${search === '' ? '' : `?${search}`}`, { signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiProblem('The console does not answer. It is tried again.', 0);
  }
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  throw new ApiProblem(body.errMsg ?? `The console answers ${response.status}.`, response.status);
}
