import { connect } from 'node:net';

const timeoutMs = 2_000;
const correlation = 0x53594e43;

/** Whether a Kafka broker answers ApiVersions (key 18, version 0); it does so only once it takes requests. */
export function answersKafka(host: string, port: number): Promise<boolean> {
  const request = Buffer.alloc(14);
  request.writeInt32BE(10, 0);
  request.writeInt16BE(18, 4);
  request.writeInt32BE(correlation, 8);
  request.writeInt16BE(-1, 12);
  return answers(
    { host, port },
    request,
    (reply) => reply.length >= 8 && reply.readInt32BE(4) === correlation,
  );
}

/** Whether a MongoDB server answers `hello`, sent as one OP_MSG. */
export function answersMongo(host: string, port: number): Promise<boolean> {
  const body = bson([int32('hello', 1), text('$db', 'admin')]);
  const request = Buffer.concat([Buffer.alloc(21), body]);
  request.writeInt32LE(request.length, 0);
  request.writeInt32LE(correlation, 4);
  request.writeInt32LE(2013, 12);
  return answers(
    { host, port },
    request,
    (reply) => reply.length >= 12 && reply.readInt32LE(8) === correlation,
  );
}

function bson(elements: Buffer[]): Buffer {
  const content = Buffer.concat([...elements, Buffer.from([0])]);
  const length = Buffer.alloc(4);
  length.writeInt32LE(content.length + 4, 0);
  return Buffer.concat([length, content]);
}

function int32(name: string, value: number): Buffer {
  const number = Buffer.alloc(4);
  number.writeInt32LE(value, 0);
  return Buffer.concat([Buffer.from(`\x10${name}\0`), number]);
}

function text(name: string, value: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32LE(value.length + 1, 0);
  return Buffer.concat([Buffer.from(`\x02${name}\0`), length, Buffer.from(`${value}\0`)]);
}

function answers(
  address: { host: string; port: number },
  request: Buffer,
  isAnswer: (reply: Buffer) => boolean,
): Promise<boolean> {
  return new Promise((resolve) => {
    let reply = Buffer.alloc(0);
    const socket = connect(address);
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(timeoutMs, () => {
      end(false);
    });
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      reply = Buffer.concat([reply, chunk]);
      if (isAnswer(reply)) end(true);
    });
    socket.on('error', () => {
      end(false);
    });
    socket.on('close', () => {
      end(false);
    });
  });
}
