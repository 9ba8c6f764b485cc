import { readReply, retryAfterMsOf, valueAt, type Answer, type Question } from './reply.ts';

const dataCenter: Question['dataCenter'] = {
  id: 'dc-main',
  baseUrl: 'http://erp.test',
  format: 'json',
  result: {
    codePath: 'code',
    successCodes: ['0', '200', 'success'],
    messagePath: 'message',
    dataPath: 'data',
  },
};
const repeatable: Question = { dataCenter, onlyOnce: false, now: Date.UTC(2026, 0, 1) };
const once: Question = { ...repeatable, onlyOnce: true };

const answer = (status: number, body: string, more: Partial<Answer> = {}) => ({
  answer: { status, body: Buffer.from(body), ...more },
});
const cut = (code: string, sent: boolean) => ({ cut: { code, message: 'it failed', sent } });
const kindOf = (exchange: Parameters<typeof readReply>[0], question: Question): string => {
  const verdict = readReply(exchange, question);
  return verdict.ok ? 'ok' : verdict.failure.kind;
};

describe('readReply', () => {
  it.each([
    // exchange, what it means when it may happen only once, and when it may be repeated
    ['success', answer(200, '{"code":"0","data":{}}'), 'ok', 'ok'],
    ['a success code that is a number', answer(200, '{"code":0}'), 'ok', 'ok'],
    ['success with 201', answer(201, '{"code":"success"}'), 'ok', 'ok'],
    ['another code', answer(200, '{"code":"E1","message":"no"}'), 'rejected', 'rejected'],
    ['no code', answer(200, '{"data":{}}'), 'unknown', 'transient'],
    ['an empty code', answer(200, '{"code":""}'), 'unknown', 'transient'],
    ['a login page with 200', answer(200, '<html>log in</html>'), 'unknown', 'transient'],
    ['an empty body', answer(200, ''), 'unknown', 'transient'],
    ['204', answer(204, ''), 'unknown', 'transient'],
    ['cut JSON', answer(200, '{"code":"0","da'), 'unknown', 'transient'],
    ['JSON that is no object', answer(200, '"success"'), 'unknown', 'transient'],
    ['500 with a success code', answer(500, '{"code":"0"}'), 'unknown', 'transient'],
    ['500 with another code', answer(500, '{"code":"E1"}'), 'unknown', 'transient'],
    ['502', answer(502, 'bad gateway'), 'unknown', 'transient'],
    ['504', answer(504, ''), 'unknown', 'transient'],
    ['408', answer(408, ''), 'unknown', 'transient'],
    ['503', answer(503, ''), 'transient', 'transient'],
    ['429', answer(429, '{"code":"E1"}'), 'transient', 'transient'],
    ['400 with a code', answer(400, '{"code":"E1"}'), 'rejected', 'rejected'],
    ['400 with a success code', answer(400, '{"code":"0"}'), 'rejected', 'rejected'],
    ['400 with HTML', answer(400, '<html>'), 'rejected', 'rejected'],
    ['401', answer(401, ''), 'rejected', 'rejected'],
    ['404', answer(404, ''), 'rejected', 'rejected'],
    ['301', answer(301, ''), 'rejected', 'rejected'],
    ['307', answer(307, ''), 'rejected', 'rejected'],
    ['302 to a login page', answer(302, ''), 'unknown', 'rejected'],
    ['303 after the work', answer(303, ''), 'unknown', 'rejected'],
    ['a refused connection', cut('ECONNREFUSED', false), 'transient', 'transient'],
    ['a name that is not found', cut('ENOTFOUND', false), 'transient', 'transient'],
    ['a TLS failure', cut('CERT_HAS_EXPIRED', false), 'transient', 'transient'],
    ['a deadline that passed before sending', cut('deadline', false), 'transient', 'transient'],
    ['a deadline that passed after sending', cut('deadline', true), 'unknown', 'transient'],
    ['a reset after sending', cut('ECONNRESET', true), 'unknown', 'transient'],
    ['a refused address', cut('address-refused', false), 'broken', 'broken'],
  ])('%s', (_name, exchange, whenOnce, whenRepeatable) => {
    expect(kindOf(exchange, once)).toBe(whenOnce);
    expect(kindOf(exchange, repeatable)).toBe(whenRepeatable);
  });

  it("tells the ERP's own code and message", () => {
    expect(readReply(answer(200, '{"code":1001,"message":"FName is required"}'), once)).toEqual({
      ok: false,
      failure: { kind: 'rejected', code: '1001', message: 'FName is required', unwell: false },
    });
  });

  it.each([
    [401, /token of data center dc-main/],
    [403, /token of data center dc-main/],
    [404, /baseUrl of data center dc-main/],
    [407, /proxy/],
  ])('says for %d what to correct', (status, message) => {
    for (const body of ['', '{"code":"E9","message":"denied"}']) {
      const verdict = readReply(answer(status, body), once);
      expect(verdict).toMatchObject({
        failure: { kind: 'rejected', message: expect.stringMatching(message) },
      });
    }
  });

  it('passes on what Retry-After asks for', () => {
    expect(readReply(answer(503, '', { retryAfter: '30' }), once)).toMatchObject({
      failure: { code: 'http-503', retryAfterMs: 30_000, unwell: true },
    });
  });

  it('names the host of a redirect and never its path or query', () => {
    const verdict = readReply(answer(301, '', { location: 'https://login.test/x?token=1' }), once);
    expect(verdict).toMatchObject({
      failure: { message: expect.stringMatching(/login\.test \(HTTP 301\)/) },
    });
  });

  it('shows the beginning of a page that nobody expected', () => {
    const verdict = readReply(answer(200, '<html>\n<title>Log in</title>'), once);
    expect(verdict).toMatchObject({
      failure: { message: expect.stringContaining('<html> <title>Log in</title>') },
    });
  });

  it('reads nested paths and boolean codes', () => {
    const k3: Question = {
      ...once,
      dataCenter: {
        ...dataCenter,
        result: {
          codePath: 'Result.ResponseStatus.IsSuccess',
          successCodes: ['true'],
          messagePath: 'Result.ResponseStatus.Errors.Message',
          dataPath: 'Result',
        },
      },
    };
    const body = (ok: boolean): string =>
      `{"Result":{"Id":7,"ResponseStatus":{"IsSuccess":${ok},"Errors":[{"Message":"bad unit"}]}}}`;
    expect(readReply(answer(200, body(true)), k3)).toMatchObject({ ok: true, data: { Id: 7 } });
    expect(readReply(answer(200, body(false)), k3)).toMatchObject({
      failure: { code: 'false', message: 'bad unit' },
    });
  });

  it('reads XML in any root', () => {
    const question: Question = { ...once, dataCenter: { ...dataCenter, format: 'xml' } };
    const body = '<Response>\n <code> 0 </code><data><masterDataId>007</masterDataId></data></Response>';
    expect(readReply(answer(200, body), question)).toEqual({ ok: true, data: { masterDataId: '007' } });
  });

  it('reads XML as .NET and Java write it: prefixes, types and nil', () => {
    const question: Question = { ...once, dataCenter: { ...dataCenter, format: 'xml' } };
    const body =
      '<a:Reply xmlns:a="urn:x" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><a:code i:type="s">0</a:code>' +
      '<a:message i:nil="true"/><a:data a:id="1"><a:masterDataId>007</a:masterDataId></a:data></a:Reply>';
    expect(readReply(answer(200, body), question)).toEqual({ ok: true, data: { masterDataId: '007' } });
  });

  it.each([
    ['json', '{"code":"0","data":"', '"}', 'application/json;charset=GBK'],
    ['text', '{"code":"0","data":"', '"}', 'text/plain; charset=gb2312'],
    ['xml', '<?xml version="1.0" encoding="GBK"?><r><code>0</code><data>', '</data></r>', 'text/xml'],
  ] as const)(
    'reads GBK in %s, and shows it of an answer that nobody expected',
    (format, head, tail, type) => {
      const question: Question = { ...once, dataCenter: { ...dataCenter, format } };
      const gbk = (text: string) =>
        Buffer.concat([Buffer.from(text), Buffer.from('bfcdbba7', 'hex'), Buffer.from(tail)]);
      const given = (text: string) => ({ answer: { status: 200, body: gbk(text), contentType: type } });
      expect(readReply(given(head), question)).toEqual({ ok: true, data: '客户' });
      const broken = readReply({ answer: { status: 500, body: gbk(head), contentType: type } }, question);
      expect(broken).toMatchObject({ failure: { message: expect.stringContaining('客户') } });
    },
  );

  it('names a charset that it cannot read', () => {
    const verdict = readReply(
      answer(200, '{"code":"0"}', { contentType: 'application/json; charset=big7' }),
      once,
    );
    expect(verdict).toMatchObject({
      failure: { kind: 'unknown', code: 'unreadable-answer', message: expect.stringContaining('"big7"') },
    });
  });

  it('does not find a code in what every object inherits', () => {
    const result = { ...dataCenter.result, codePath: 'constructor.name', successCodes: ['Object'] };
    expect(kindOf(answer(200, '{}'), { ...once, dataCenter: { ...dataCenter, result } })).toBe('unknown');
  });
});

describe('valueAt', () => {
  it.each([
    ['', { a: 1 }],
    ['a', 1],
    ['b.0.c', undefined],
    ['a.b', undefined],
  ])('reads %j', (path, expected) => {
    expect(valueAt({ a: 1 }, path)).toEqual(expected);
  });
});

describe('retryAfterMsOf', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    ['Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
    ['Thu, 01 Jan 2015 00:00:10 GMT', 0],
    ['-5', undefined],
    ['soon', undefined],
    ['2026', 2_026_000],
    [undefined, undefined],
  ])('reads %j', (value, expected) => {
    expect(retryAfterMsOf(value, Date.UTC(2026, 0, 1))).toBe(expected);
  });
});
