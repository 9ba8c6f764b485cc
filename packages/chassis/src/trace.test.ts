import { newTraceId, traceIdOf, traceparentOf } from './trace.ts';

describe('a trace', () => {
  it('has an id of 32 hex digits, another one each time', () => {
    expect(newTraceId()).toMatch(/^[0-9a-f]{32}$/);
    expect(newTraceId()).not.toBe(newTraceId());
  });

  it('travels in traceparent and is found there', () => {
    const traceId = newTraceId();
    expect(traceIdOf(traceparentOf(traceId))).toBe(traceId);
  });

  it.each([
    undefined,
    '',
    'x',
    `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`,
    `00-${'A'.repeat(32)}-${'1'.repeat(16)}-01`,
  ])('is not taken from %s', (traceparent) => {
    expect(traceIdOf(traceparent)).toBeNull();
  });
});
