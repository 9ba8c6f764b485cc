/** Every code an HTTP answer can carry (contract 3): its status and what to do. Numbers are never reused. */
export const errorCodes = {
  success: { code: 's106240000', http: 200, when: 'the request was carried out', remedy: 'Nothing to do.' },
  unauthorized: {
    code: 's306240001',
    http: 401,
    when: 'token is missing, unknown, or belongs to another tenant',
    remedy: 'Send a push token of the tenant in the header token.',
  },
  badHeader: {
    code: 's306240002',
    http: 400,
    when: 'a header is missing or malformed',
    remedy: 'Send the named header once, in the form that the message asks for.',
  },
  badVersion: {
    code: 's306240003',
    http: 400,
    when: 'version is not v1',
    remedy: 'Send the header version: v1.',
  },
  unknownObject: {
    code: 's306240004',
    http: 404,
    when: 'objectApiName is not configured for this tenant and data center',
    remedy: 'Configure the ERP object, or correct the header objectApiName.',
  },
  badDataCenter: {
    code: 's306240005',
    http: 400,
    when: 'dataCenterId is missing although the tenant has several, or is unknown',
    remedy: 'Send the id of one of the data centers of the tenant in dataCenterId.',
  },
  badBody: {
    code: 's306240006',
    http: 400,
    when: 'id is set and the body is not the standard structure',
    remedy: 'Correct the body at the JSON path in the message.',
  },
  bodyTooLarge: {
    code: 's306240007',
    http: 413,
    when: 'the body is over the limit',
    remedy: 'Send fewer records a request, or raise RECEIVER_MAX_BODY_BYTES.',
  },
  badContentType: {
    code: 's306240008',
    http: 415,
    when: 'the content type is none of JSON, XML and text, or the charset is unknown',
    remedy:
      'Send application/json, application/xml, text/xml or text/plain, in a charset that the message names.',
  },
  cacheUnavailable: {
    code: 's306240009',
    http: 503,
    when: 'the push cache cannot be written',
    remedy: 'Send the same request again after Retry-After seconds; it was not accepted.',
  },
  rateLimited: {
    code: 's306240010',
    http: 429,
    when: 'the tenant is over its rate limit, or the address showed too many wrong tokens',
    remedy: 'Send the same request again after Retry-After seconds.',
  },
  notFound: {
    code: 's306240011',
    http: 404,
    when: 'the named API, mapping or object does not exist',
    remedy: 'Correct the name or id in the message.',
  },
  conflict: {
    code: 's306240012',
    http: 409,
    when: 'it exists already with another value',
    remedy: 'Read what is there; update it if it is wrong.',
  },
  noAdapter: {
    code: 's306240013',
    http: 400,
    when: 'there is no id, and the object has no adapter',
    remedy: 'Send the header id with a standard body, or give the object an adapter.',
  },
  badQuery: {
    code: 's306240014',
    http: 400,
    when: 'a query parameter of the admin API is unknown or malformed',
    remedy: 'Correct the query parameter that the message names.',
  },
  notSignedIn: {
    code: 's306240015',
    http: 401,
    when: 'the console is asked without a session, an API key or the operator key, or with one that has ended',
    remedy: 'Sign in, or send the header Authorization: Bearer with an API key.',
  },
  signInRefused: {
    code: 's306240016',
    http: 401,
    when: 'name and password do not belong together, or the user is disabled',
    remedy: 'Check both; ./syncline user password NAME makes a new password.',
  },
  forbidden: {
    code: 's306240017',
    http: 403,
    when: 'the role does not allow it, or a browser sends no x-csrf-token of its session',
    remedy: 'Ask an admin for the role or the tenants; a page sends the csrfToken of GET /api/session.',
  },
  tooManySignIns: {
    code: 's306240018',
    http: 429,
    when: 'signing in failed too often for this name or from this address',
    remedy: 'Wait for Retry-After seconds, then try again.',
  },
  internal: {
    code: 's306240099',
    http: 500,
    when: 'anything else went wrong',
    remedy: 'Look for the traceId in the logs of the service.',
  },
} as const;

export type ErrorName = Exclude<keyof typeof errorCodes, 'success'>;

/** A request that is refused with a code of the table. Its message goes to the caller. */
export class RefusedRequest extends Error {
  readonly errorName: ErrorName;
  readonly retryAfterSeconds: number | undefined;

  constructor(errorName: ErrorName, message: string, retryAfterSeconds?: number) {
    super(message);
    this.name = 'RefusedRequest';
    this.errorName = errorName;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
