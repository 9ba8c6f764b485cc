export type Format = 'json' | 'xml' | 'text';
export type Value = string | number | null | Value[] | Fields;
export interface Fields {
  [name: string]: Value;
}

/** The standard structure as it came (contract 4): JSON, or one element per key. */
export function readWire(format: Format, bytes: Buffer): Fields {
  const text = bytes.toString('utf8');
  if (format !== 'xml') return JSON.parse(text) as Fields;
  const content = /^<\?xml[^>]*\?>\s*<syncData>(.*)<\/syncData>\s*$/s.exec(text)?.[1];
  if (content === undefined) throw new Error(`not the XML that was agreed on: ${text.slice(0, 200)}`);
  return elementsIn(content) as Fields;
}

function elementsIn(text: string): Value {
  const fields: Fields = {};
  let isLeaf = true;
  for (const [, name = '', content = ''] of text.matchAll(/<([^\s<>/]+)>(.*?)<\/\1>/gs)) {
    isLeaf = false;
    const [before, value] = [fields[name], elementsIn(content)];
    if (before === undefined) fields[name] = value;
    else fields[name] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  return isLeaf ? text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&') : fields;
}

/** An answer in the way of the format's servers. */
export function writeWire(format: Format, reply: { code: string; message: string; data: Value }) {
  if (format === 'json') return { type: 'application/json', bytes: Buffer.from(JSON.stringify(reply)) };
  if (format === 'text') {
    const own = {
      status: { code: reply.code === '0' ? 'OK' : reply.code, text: reply.message },
      payload: reply.data,
    };
    return { type: 'text/plain; charset=GB18030', bytes: inGbk(JSON.stringify(own)) };
  }
  const head = '<?xml version="1.0" encoding="GBK"?>\n<n:Reply xmlns:n="urn:erp">';
  const inner = Object.entries(reply).map(([name, value]) => element(`n:${name}`, value));
  return { type: 'text/xml', bytes: inGbk(`${head}\n${inner.join('\n')}\n</n:Reply>`) };
}

function element(name: string, value: Value): string {
  if (Array.isArray(value)) return value.map((one) => element(name, one)).join('\n');
  if (value === null) return `<${name}/>`;
  if (typeof value !== 'object') return `<${name}><![CDATA[${String(value)}]]></${name}>`;
  const inner = Object.entries(value).map(([key, one]) => element(key, one));
  return `<${name}>\n${inner.join('\n')}\n</${name}>`;
}

const gbkOf = new Map<string, Buffer>();

/** Text in GBK, by asking the decoder for all that it has; what it has not is `?`, as servers write it. */
export function inGbk(text: string): Buffer {
  if (gbkOf.size === 0) {
    const decoder = new TextDecoder('gbk');
    for (let lead = 0x81; lead < 0xff; lead += 1)
      for (let trail = 0x40; trail < 0xff; trail += 1) {
        const bytes = Buffer.from([lead, trail]);
        const character = decoder.decode(bytes);
        if (character.length === 1 && character !== '\ufffd') gbkOf.set(character, bytes);
      }
  }
  return Buffer.concat(
    Array.from(text, (character) =>
      character < '\x80' ? Buffer.from(character) : (gbkOf.get(character) ?? Buffer.from('?')),
    ),
  );
}
