/** An ERP may repeat the token in what it says, and messages and answers go to history and console. */
export function hideToken(text: string, token: string): string {
  // A token of a few characters would cut words apart, and protects nothing.
  return token.length >= 4 ? text.replaceAll(token, '***') : text;
}
