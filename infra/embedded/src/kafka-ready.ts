import { ask, type Address } from './ask.ts';

const metadataKey = 3;
const metadataVersion = 1;
const correlationId = 0x53594e43;
const allTopics = -1;

/**
 * Whether a broker answers and leads all its partitions. It opens its port a moment before it leads what it
 * led earlier; until then clients would get "not the leader".
 */
export async function answersKafka(address: Address): Promise<boolean> {
  const request = Buffer.alloc(18);
  request.writeInt32BE(request.length - 4, 0);
  request.writeInt16BE(metadataKey, 4);
  request.writeInt16BE(metadataVersion, 6);
  request.writeInt32BE(correlationId, 8);
  request.writeInt16BE(-1, 12);
  request.writeInt32BE(allTopics, 14);
  const reply = await ask(
    address,
    request,
    (bytes) => bytes.length >= 4 && bytes.length >= bytes.readInt32BE(0) + 4,
  );
  return reply?.readInt32BE(4) === correlationId && hasAllLeaders(reply);
}

/** Reads Metadata, version 1: brokers, controller, then each topic with its partitions. */
function hasAllLeaders(reply: Buffer): boolean {
  const read = reader(reply, 8);
  const brokers = read.times(() => {
    read.int32();
    read.text();
    read.int32();
    read.text();
  });
  read.int32();
  let leaderless = 0;
  read.times(() => {
    read.int16();
    read.text();
    read.skip(1);
    read.times(() => {
      read.int16();
      read.int32();
      if (read.int32() < 0) leaderless += 1;
      read.times(() => read.int32());
      read.times(() => read.int32());
    });
  });
  return brokers > 0 && leaderless === 0;
}

function reader(bytes: Buffer, start: number) {
  let at = start;
  const skip = (count: number) => {
    at += count;
    return at - count;
  };
  const int16 = () => bytes.readInt16BE(skip(2));
  const int32 = () => bytes.readInt32BE(skip(4));
  const text = () => skip(Math.max(0, int16()));
  const times = (readOne: () => unknown) => {
    const count = Math.max(0, int32());
    for (let i = 0; i < count; i += 1) readOne();
    return count;
  };
  return { skip, int16, int32, text, times };
}
