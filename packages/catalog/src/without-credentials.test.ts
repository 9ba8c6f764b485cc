import { withoutCredentials } from './without-credentials.ts';

describe('withoutCredentials', () => {
  it('hides the user, password and query of a URL', () => {
    expect(withoutCredentials('https://user:secret@erp.example/api?key=secret')).toBe(
      'https://***@erp.example/api?***',
    );
  });

  it.each(['http://127.0.0.1:8710/erp', 'not a URL'])('leaves %s as it is', (url) => {
    expect(withoutCredentials(url)).toBe(url);
  });
});
