/** The same store with another database. Who logs in there is still looked up where the address said before. */
export function databaseUri(uri: string, database: string): string {
  const parts = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/.exec(uri);
  const [, server = uri, former = '', query = ''] = parts ?? [];
  const hasUser = server.includes('@') && !/(?:^|&)authSource=/i.test(query);
  const options = [query, hasUser ? `authSource=${former || 'admin'}` : ''].filter((one) => one !== '');
  return `${server}/${database}${options.length > 0 ? `?${options.join('&')}` : ''}`;
}
