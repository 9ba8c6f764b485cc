import { crmWriteResultSchema, erpWriteResultSchema, readMessage, topics } from '@syncline/contract';
import type { Received } from '@syncline/kafka';
import type { Addressed } from './addressed.ts';
import { rowIdOf } from './pair.ts';

/**
 * The answer of either side finds its row by the id of the write.
 * @throws UnreadableMessage
 */
export function onWriteResult(message: Received): Addressed[] {
  if (message.topic === topics.erpWriteResults) {
    const result = readMessage(erpWriteResultSchema, message.value);
    return [{ kind: 'row', rowId: result.rowId, input: { kind: 'erpResult', result } }];
  }
  const result = readMessage(crmWriteResultSchema, message.value);
  return [{ kind: 'row', rowId: rowIdOf(result.writeId), input: { kind: 'crmResult', result } }];
}
