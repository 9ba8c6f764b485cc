import { parseJson, stringifyJson } from '@syncline/contract';
import { aCatalogView, aStream } from '@syncline/testkit';
import { readGiven } from './given-record.ts';

const toErp = aStream();
const toCrm = aStream({ id: 's2', direction: 'erp-to-crm' });
const view = aCatalogView({ streams: [toErp, toCrm] });
const read = (text: string, stream = toErp, operation?: string) =>
  readGiven(parseJson(text), { stream, view, operation });

describe('a record to preview', () => {
  it.each([
    [
      'an event of the CRM',
      '{"dataId":"A1","operation":"update","data":{"name":"Acme"},"details":{"ContactObj":[{"_id":"r"}]}}',
    ],
    ['data and details', '{"data":{"_id":"A1","name":"Acme"},"details":{"ContactObj":[{"_id":"r"}]}}'],
    [
      'the standard structure',
      '{"masterFieldVal":{"_id":"A1","name":"Acme"},"detailFieldVals":{"ContactObj":[{"_id":"r"}]}}',
    ],
    [
      'one row instead of a list',
      '{"masterFieldVal":{"_id":"A1","name":"Acme"},"detailFieldVals":{"ContactObj":{"_id":"r"}}}',
    ],
  ])('is read from %s', (_name, text) => {
    const { dataId, operation, record } = read(text);
    expect([dataId, operation]).toEqual(['A1', 'upsert']);
    expect(record).toMatchObject({ master: { name: 'Acme' }, details: { ContactObj: [{ _id: 'r' }] } });
  });

  it('is read from its bare fields, with every digit', () => {
    const { dataId, record } = read('{"FCUSTID":12345678901234567890,"FName":"Acme"}', toCrm);
    expect(dataId).toBe('12345678901234567890');
    expect(stringifyJson(record.master)).toBe('{"FCUSTID":12345678901234567890,"FName":"Acme"}');
  });

  it('may be voided, by its own word before that of all', () => {
    expect(read('{"data":{"_id":"A1"}}', toErp, 'invalid').operation).toBe('void');
    expect(read('{"data":{"_id":"A1"},"operation":"recover"}', toErp, 'invalid').operation).toBe('recover');
  });

  it.each([
    ['[]', 'expected a record'],
    ['{"data":{"name":"Acme"}}', 'the record has no id: _id'],
    ['{"data":{"_id":"A1"},"operation":"burn"}', 'there is no operation burn'],
    ['{"data":{"_id":"A1"},"details":{"ContactObj":[1]}}', 'the detail rows of ContactObj'],
  ])('is refused with the reason: %s', (text, reason) => {
    expect(() => read(text)).toThrow(reason);
  });
});
