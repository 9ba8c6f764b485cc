import { crmWriteSchema, erpWriteSchema, readMessage, textOf, topics } from '@syncline/contract';
import type { Outgoing } from '@syncline/kafka';
import { aStream } from '@syncline/testkit';
import { startMapping, Surroundings, type RunningMapping } from './a-mapping.fixture.ts';
import { anEvent, inputsOfCrm, pairKey, received } from './a-pair.fixture.ts';
import type { Addressed } from './addressed.ts';
import { createCrmMatchNotes } from './crm-matches.ts';
import { onErpRecord } from './on-erp-record.ts';
import { readCrmMessage } from './on-crm-event.ts';
import { openCreateScope } from './side-documents.ts';
import { pairDigest } from './pair.ts';

const toCrm = aStream({ direction: 'erp-to-crm', matchBeforeCreate: {} });
let around: Surroundings;
let mapping: RunningMapping;
let written: string[];
let offset = 0;

async function begin(streams = [aStream(), toCrm]): Promise<void> {
  around = new Surroundings();
  await around.start({ streams });
  written = [];
  const publish = (messages: Outgoing[]) => {
    for (const { topic, value } of messages) note(topic, Buffer.from(value));
    return Promise.resolve();
  };
  mapping = await startMapping(around, { publish, consumes: false });
}

function note(topic: string, value: Buffer): void {
  if (topic === topics.crmWrites) {
    const { operation, dataId = '', data } = readMessage(crmWriteSchema, value);
    written.push(`crm ${operation} ${dataId} ${textOf(data['name'])}`);
  } else if (topic === topics.erpWrites) {
    written.push(`erp ${readMessage(erpWriteSchema, value).operation}`);
  }
}

afterEach(async () => {
  await mapping.stop();
  await around.stop();
}, 60_000);

const notes = () => createCrmMatchNotes({ store: around.store });

/** The CRM tells of a record: it is noted as the consumer notes it, and these are its inputs. */
async function crmTells(dataId: string, data: Record<string, unknown>, over = {}): Promise<Addressed[]> {
  offset += 1;
  const all = { _id: dataId, name: `name of ${dataId}`, ...data };
  const part = { eventId: `e${String(offset)}`, dataId, data: all, occurredAt: 1_000 + offset, ...over };
  const message = { ...anEvent(part), offset };
  const read = readCrmMessage(message.value);
  if (read.kind !== 'event') throw new Error('not an event');
  await notes().note(read.event, mapping.catalog.view());
  return inputsOfCrm(message, mapping.catalog.view(), Date.now());
}

function erpPushes(dataId: string, number: string): Promise<Addressed[]> {
  offset += 1;
  const { tenantId, dataCenterId, erpObject: objectApiName } = pairKey;
  const master = { FCUSTID: dataId, FName: `ERP ${dataId}`, FNumber: number };
  const place = { tenantId, dataCenterId, objectApiName, dataId };
  const told = { operation: 'upsert', order: offset, receivedAt: 5, via: 'push' };
  const record = { master, details: {} };
  const message = received(topics.erpRecords, { arrivalId: `p${String(offset)}`, ...place, ...told, record });
  return onErpRecord(message, mapping.catalog.view(), around.store, Date.now());
}

describe('before a create towards the CRM', () => {
  it('finds the record that the CRM has told of, by its newest value', async () => {
    await begin([toCrm]);
    await crmTells('A1', { number: 'old' });
    await crmTells('A1', { number: ' N-1 ' });
    await mapping.carryOut.run(await erpPushes('E1', 'N-1'));
    await mapping.carryOut.run(await erpPushes('E2', 'old'));
    expect(written).toEqual(['crm update A1 ERP E1', 'crm create  ERP E2']);
    const owners = await around.store.pointers.readMany([pairDigest(pairKey, 'crm', 'A1')]);
    expect([...owners.values()]).toEqual([pairDigest(pairKey, 'erp', 'E1')]);
  }, 60_000);

  it('does not find one that has a counterpart, or is gone, or says nothing', async () => {
    await begin([toCrm]);
    await crmTells('A1', { number: 'N-1' });
    await mapping.carryOut.run(await erpPushes('E1', 'N-1'));
    await mapping.carryOut.run(await erpPushes('E2', 'N-1'));
    await crmTells('A3', { number: 'N-3' });
    await crmTells('A3', { number: 'N-3' }, { operation: 'invalid' });
    await mapping.carryOut.run(await erpPushes('E3', 'N-3'));
    await crmTells('A4', { number: 'N-4' });
    await crmTells('A4', { number: '' });
    await mapping.carryOut.run(await erpPushes('E4', 'N-4'));
    expect(written).toEqual([
      'crm update A1 ERP E1',
      'crm create  ERP E2',
      'crm create  ERP E3',
      'crm create  ERP E4',
    ]);
  }, 60_000);

  it('finds several, and the history names them', async () => {
    await begin([toCrm]);
    await crmTells('A1', { number: 'N-1' });
    await crmTells('A2', { number: 'N-1' });
    await mapping.carryOut.run(await erpPushes('E1', 'N-1'));
    expect(written).toEqual([]);
    const [row] = (await around.store.mappingRows.readMany([pairDigest(pairKey, 'erp', 'E1')])).values();
    expect(row).toMatchObject({ lastSyncStatus: 5, isCreated: false });
    const sync = (await around.store.syncHistory.getMany([row?.lastSyncDataId ?? ''])).values().next().value;
    expect(sync?.errorCode).toBe('several-match');
    expect(sync?.errorMessage).toMatch(/A1 \(name of A1\), A2 \(name of A2\)/);
  }, 60_000);

  it('makes one pair of a record that both sides tell of in one batch, whoever comes first', async () => {
    await begin();
    const first = [...(await crmTells('A1', { number: 'N-1' })), ...(await erpPushes('E1', 'N-1'))];
    await mapping.carryOut.run(first);
    const second = [...(await erpPushes('E2', 'N-2')), ...(await crmTells('A2', { number: 'N-2' }))];
    await mapping.carryOut.run(second);
    expect(written.filter((one) => one.includes('create'))).toEqual([]);
    expect(written).toEqual(expect.arrayContaining(['crm update A1 ERP E1', 'crm update A2 ERP E2']));
    const digests = ['A1', 'A2'].map((dataId) => pairDigest(pairKey, 'crm', dataId));
    expect((await around.store.openCreates.rowsAmong(digests)).size).toBe(0);
  }, 60_000);

  it('waits for a create in the ERP that another process is just beginning with it', async () => {
    await begin();
    await crmTells('A1', { number: 'N-1' });
    const rowId = pairDigest(pairKey, 'crm', 'A1');
    // Stated before its row is written, by the process that decides about A1; too late to be seen among the open ones.
    const scope = openCreateScope(pairKey, 'elsewhere');
    await around.store.openCreates.add([{ rowId, scope, match: null, openedAt: 1 }]);
    await mapping.carryOut.run(await erpPushes('E1', 'N-1'));
    expect(written).toEqual([]);
    expect((await around.store.pointers.readMany([rowId])).size).toBe(0);
    await around.store.openCreates.remove([rowId]);
    await mapping.carryOut.run([
      { kind: 'row', rowId: pairDigest(pairKey, 'erp', 'E1'), input: { kind: 'wake' } },
    ]);
    expect(written).toEqual(['crm update A1 ERP E1']);
  }, 60_000);
});
