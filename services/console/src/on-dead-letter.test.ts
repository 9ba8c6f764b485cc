import type { Received } from '@syncline/kafka';
import { deadLetterOf } from './on-dead-letter.ts';

const aMessage = (headers: Record<string, string>): Received => ({
  topic: 'sync.dead-letters',
  partition: 2,
  offset: 7,
  key: 'key',
  value: Buffer.from([0xff]),
  headers,
  timestamp: 5,
});

describe('deadLetterOf', () => {
  it('names the letter by where the message was', () => {
    const headers = { topic: 'crm.events', partition: '3', offset: '41', reason: 'no JSON', other: 'kept' };
    expect(deadLetterOf(aMessage(headers))).toEqual({
      topic: 'crm.events',
      partition: 3,
      offset: 41,
      key: 'key',
      value: Buffer.from([0xff]),
      headers,
      reason: 'no JSON',
      at: 5,
    });
  });

  it.each([
    {},
    { topic: 'crm.events' },
    { topic: '', partition: '1', offset: '1' },
    { topic: 'crm.events', partition: '-1', offset: '1' },
    { topic: 'crm.events', partition: '1', offset: 'x' },
  ])('names one with the headers %j by where it is itself', (headers: Record<string, string>) => {
    const own = { topic: 'sync.dead-letters', partition: 2, offset: 7, reason: 'no reason was given' };
    expect(deadLetterOf(aMessage(headers))).toMatchObject(own);
  });

  it('takes a message without a key, a value and a time', () => {
    const message = { ...aMessage({}), key: '', value: null, timestamp: NaN };
    expect(deadLetterOf(message)).toMatchObject({ key: null, value: null, at: 0 });
  });
});
