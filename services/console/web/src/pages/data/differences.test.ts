import { differencesOf, fieldsOf, prettyJson } from './differences.ts';

describe('fieldsOf', () => {
  it('names every value by its place, rows counted from one', () => {
    const text =
      '{"master":{"name":"Acme","__proto__":"data"},"details":{"ContactObj":[{"phone":"1"},{"phone":"2"}]}}';
    expect([...fieldsOf(text)]).toEqual([
      ['master.name', 'Acme'],
      ['master.__proto__', 'data'],
      ['details.ContactObj[1].phone', '1'],
      ['details.ContactObj[2].phone', '2'],
    ]);
  });

  it('keeps every digit', () => {
    expect([...fieldsOf('{"n":12345678901234567890,"p":1.10}').values()]).toEqual([
      '12345678901234567890',
      '1.10',
    ]);
  });
});

describe('differencesOf', () => {
  it('tells what is new, changed, the same and gone', () => {
    expect(differencesOf('{"a":"1","b":"1","d":"1"}', '{"a":"1","b":"2","c":"3"}')).toEqual([
      { path: 'a', before: '1', now: '1', kind: 'same' },
      { path: 'b', before: '1', now: '2', kind: 'modified' },
      { path: 'c', before: null, now: '3', kind: 'added' },
      { path: 'd', before: '1', now: null, kind: 'removed' },
    ]);
  });

  it('calls nothing changed where there is nothing to compare with', () => {
    expect(differencesOf(null, '{"a":1}')).toEqual([{ path: 'a', before: null, now: '1', kind: 'same' }]);
  });
});

describe('prettyJson', () => {
  it('is the same value on several lines', () => {
    expect(prettyJson('{"a":[1.10,{}],"b":null}')).toBe(
      '{\n  "a": [\n    1.10,\n    {}\n  ],\n  "b": null\n}',
    );
  });

  it('leaves what is no JSON as it is', () => {
    expect(prettyJson('<html>')).toBe('<html>');
  });
});
