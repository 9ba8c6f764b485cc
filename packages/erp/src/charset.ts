import { UnknownCharset, UnreadableBody } from './body-errors.ts';

// Node's own decoders: with its full ICU they know all that browsers know, and unlike iconv-lite they refuse bytes that a
// charset does not have instead of writing U+FFFD for them.

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Names that servers use and the WHATWG's list lacks, and GBK, which in practice is written as its superset. */
const aliases: Readonly<Record<string, string>> = {
  gbk: 'gb18030',
  gb2312: 'gb18030',
  cp936: 'gb18030',
  ms936: 'gb18030',
  'windows-936': 'gb18030',
  utf16: 'utf-16',
  utf16le: 'utf-16le',
  utf16be: 'utf-16be',
};

/**
 * Bytes to text. A byte order mark decides, else the charset of the header, else that of the XML declaration, else UTF-8
 * (RFC 7303, 3; XML 1.0, appendix F): Kingdee and Yonyou servers answer in GBK.
 * @param contentType the header, for its charset
 * @throws UnknownCharset
 * @throws UnreadableBody for bytes that the charset does not have
 */
export function decodeText(bytes: Buffer, contentType?: string): string {
  const charset = charsetOf(bytes, contentType);
  try {
    return (charset === 'utf-8' ? utf8 : decoderOf(charset, true)).decode(bytes);
  } catch (error) {
    if (error instanceof UnknownCharset) throw error;
    throw new UnreadableBody(`the bytes are not text in ${charset}; name their charset in Content-Type`);
  }
}

/**
 * Throws what `decodeText` would of a charset, without decoding.
 * @throws UnknownCharset
 */
export function checkCharset(bytes: Buffer, contentType?: string): void {
  const charset = charsetOf(bytes, contentType);
  if (charset !== 'utf-8') decoderOf(charset, true);
}

/** The beginning of a text, for people: what is cut or is no text at all does not matter. */
export function decodeBeginning(bytes: Buffer, maxBytes: number, contentType?: string): string {
  const part = bytes.subarray(0, maxBytes);
  try {
    // As a stream, so that the character at the cut is left out and not replaced.
    return decoderOf(charsetOf(bytes, contentType), false).decode(part, { stream: true });
  } catch (error) {
    if (error instanceof UnknownCharset) return part.toString('latin1');
    throw error;
  }
}

function decoderOf(charset: string, fatal: boolean): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(charset, { fatal });
  } catch {
    throw new UnknownCharset(charset);
  }
}

function charsetOf(bytes: Buffer, contentType: string | undefined): string {
  const marked = markedCharset(bytes);
  if (marked !== null) return marked;
  const named = namedCharset(contentType);
  if (named === 'utf-16') return utf16Of(bytes) ?? 'utf-16le';
  return named ?? utf16Of(bytes) ?? declaredCharset(bytes) ?? 'utf-8';
}

function markedCharset(bytes: Buffer): string | null {
  const [first, second] = bytes;
  if (first === 0xef && second === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : null;
}

/** A body begins with an ASCII character (`<`, `{`, white space): one zero byte beside it is UTF-16 without a mark. */
function utf16Of(bytes: Buffer): string | null {
  const [first = 0, second = 0] = bytes;
  if (bytes.length < 2 || (first === 0) === (second === 0)) return null;
  return first === 0 ? 'utf-16be' : 'utf-16le';
}

function namedCharset(contentType = ''): string | null {
  return canonical(/;\s*charset\s*=\s*["']?([^\s;"']+)/i.exec(contentType)?.[1]);
}

const longestDeclaration = 200;

function declaredCharset(bytes: Buffer): string | null {
  if (bytes[0] !== 0x3c || bytes[1] !== 0x3f) return null;
  const head = bytes.subarray(0, longestDeclaration).toString('latin1');
  const declared = canonical(/^<\?xml\s[^>]*?encoding\s*=\s*["']([^"'<>]+)["']/.exec(head)?.[1]);
  // Read byte by byte, so it is not: .NET declares its strings, which are UTF-16, and sends them as UTF-8.
  return declared?.startsWith('utf-16') === true ? 'utf-8' : declared;
}

function canonical(name: string | undefined): string | null {
  if (name === undefined) return null;
  const lower = name.toLowerCase();
  return Object.hasOwn(aliases, lower) ? (aliases[lower] ?? null) : lower.slice(0, 60);
}
