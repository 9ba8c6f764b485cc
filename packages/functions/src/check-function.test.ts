import { checkHook } from './index.ts';

describe('checkHook', () => {
  it.each([
    ['a function', 'function execute(syncArg) { return { isExec: true }; }'],
    ['a constant', 'const execute = (syncArg) => null;'],
    ['an export', 'export function execute(syncArg) {}'],
    ['a default export', 'export default function (syncArg) {}'],
    ['a default arrow', 'export default async ({ objectData }) => ({ objectData });'],
    ['a named default', 'export default function execute() {}'],
  ])('takes %s', (_what, source) => {
    expect(checkHook(source)).toBeNull();
  });

  it('names the line of what is no JavaScript', () => {
    expect(checkHook('function execute() {\n  return {;\n}')).toEqual({
      message: "SyntaxError: Unexpected token ';'",
      line: 2,
    });
  });

  it('wants a function execute', () => {
    expect(checkHook('function other() {}')).toEqual({
      message: 'it defines no function execute(syncArg)',
      line: null,
    });
  });
});
