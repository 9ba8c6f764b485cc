import { callOf } from './call-text.ts';

describe('callOf', () => {
  it('reads an answered call', () => {
    expect(callOf('POST http://erp/create: HTTP 200 in 13 ms: {"code":"0"}')).toEqual({
      method: 'POST',
      url: 'http://erp/create',
      status: 200,
      durationMs: 13,
      answer: '{"code":"0"}',
    });
  });

  it('reads a call that nobody answered', () => {
    expect(callOf('GET http://erp/queryMasterById?dataId=1: no answer in 30000 ms')).toMatchObject({
      status: null,
      durationMs: 30_000,
      answer: '',
    });
  });

  it('leaves other words alone', () => {
    expect(callOf('accepted by the CRM')).toBeNull();
  });
});
