import { ask, type Address } from './ask.ts';

const opMsg = 2013;
const requestId = 0x53594e43;
const headerBytes = 16;

/** Whether a MongoDB server answers `hello`, sent as one OP_MSG: header, flags, one section that is the command. */
export async function answersMongo(address: Address): Promise<boolean> {
  const head = Buffer.alloc(headerBytes + 5);
  const command = bson([int32('hello', 1), text('$db', 'admin')]);
  head.writeInt32LE(head.length + command.length, 0);
  head.writeInt32LE(requestId, 4);
  head.writeInt32LE(opMsg, 12);
  const reply = await ask(address, Buffer.concat([head, command]), (bytes) => bytes.length >= headerBytes);
  return reply?.readInt32LE(8) === requestId;
}

function bson(elements: Buffer[]): Buffer {
  const content = Buffer.concat([...elements, Buffer.from([0])]);
  return Buffer.concat([littleEndian(content.length + 4), content]);
}

function int32(name: string, value: number): Buffer {
  return Buffer.concat([Buffer.from(`\x10${name}\0`), littleEndian(value)]);
}

function text(name: string, value: string): Buffer {
  return Buffer.concat([
    Buffer.from(`\x02${name}\0`),
    littleEndian(value.length + 1),
    Buffer.from(`${value}\0`),
  ]);
}

function littleEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
