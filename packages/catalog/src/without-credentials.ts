/** A URL may carry a user and password, or a key behind its question mark. */
export function withoutCredentials(url: string): string {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  if (parsed.username !== '' || parsed.password !== '') {
    parsed.username = '***';
    parsed.password = '';
  }
  if (parsed.search !== '') parsed.search = '***';
  return parsed.username === '' && parsed.search === '' ? url : parsed.href;
}
