import { previewLines } from './preview-lines.ts';

const field = { to: 'FName', value: 'Acme', by: 'from', made: 'Acme', problem: null };
const record = {
  dataId: 'A1',
  destId: 'E1',
  outcome: 'update',
  reason: null,
  fields: [field, { to: 'FLevel', value: 'A', by: 'options', made: '1', problem: null }],
  details: [{ dest: 'BD_Contact', rows: [{ source: 'r1', fields: [field] }] }],
  notes: [],
  request: {
    to: 'erp',
    method: 'POST',
    url: 'http://erp/update',
    headers: {},
    body: '{"objAPIName":"BD_Customer"}',
  },
};
const answer = (over = {}) => ({
  streamId: 's1',
  direction: 'crm-to-erp',
  source: 'AccountObj',
  dest: 'BD_Customer',
  records: [{ ...record, ...over }],
});

describe('a preview in words', () => {
  it('says what becomes of the record, where each value comes from and what would be sent', () => {
    const text = previewLines(answer()).join('\n');
    expect(text).toMatch(/^AccountObj A1 → BD_Customer E1: update\n/);
    expect(text).toMatch(/FLevel +"A" +options +of "1"/);
    expect(text).toMatch(/BD_Contact, from row r1:/);
    expect(text).toMatch(/would be sent: POST http:\/\/erp\/update\n {2}\{"objAPIName":"BD_Customer"\}$/);
  });

  it('says why nothing is written', () => {
    const problem = { kind: 'failed', message: 'FName is required and name is empty.' };
    const text = previewLines(
      answer({
        outcome: 'failed',
        reason: { code: 'required-empty', message: 'FName is required and name is empty.' },
        fields: [{ ...field, value: null, problem }],
        request: null,
      }),
    ).join('\n');
    expect(text).toMatch(/: failed\n {2}FName is required and name is empty. \(required-empty\)/);
    expect(text).toMatch(/FName +- FName is required/);
    expect(text).toMatch(/nothing would be sent$/);
  });
});
