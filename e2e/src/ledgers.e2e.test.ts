import { eventually } from '@syncline/testkit';
import { formats, startLedgers, type Ledgers } from './ledgers.ts';
import type { Call, SpecErp } from './spec-erp.ts';
import { inGbk, type Format } from './spec-wire.ts';

const minutes = 60_000;
const success = { status: 200, errCode: 's106240000', errMsg: 'success' };

let world: Ledgers;
beforeAll(async () => {
  world = await startLedgers();
}, 5 * minutes);
afterAll(() => world.stop(), 2 * minutes);

/** The first thing that is found, waited for. */
const found = <T>(look: () => T | undefined): Promise<T> =>
  eventually(() => look() ?? Promise.reject(new Error(`not there yet: ${look.toString()}`)), {
    withinMs: 45_000,
    everyMs: 50,
  });
const othersThan = (format: Format): Format[] => formats.filter((other) => other !== format);
const standard = (FID: string, fields: object, LINE?: object[]) => ({
  objAPIName: 'BILL',
  masterFieldVal: { FID, ...fields },
  ...(LINE !== undefined && { detailFieldVals: { LINE } }),
});
const crmWrite = (dataId: string, operation: string) =>
  found(() =>
    world.crm.writes.find((write) => write.source.dataId === dataId && write.operation === operation),
  );
/** The nth write of the record with a number. */
const writeOf = (erp: SpecErp, number: string, nth = 1): Promise<Call> =>
  found(() => erp.writesOf(number)[nth - 1]);
const isSettled = (number: string, count: number) =>
  found(
    () => world.crm.outcomes.filter(({ source }) => source.dataId === number).length >= count || undefined,
  );

describe.each(formats)('a ledger that speaks %s', (format) => {
  it('gets a record of the CRM as a create, and its change as an update with the ids', async () => {
    const { crm, erps } = world;
    const [erp, number] = [erps[format], `007-${format}`];
    await crm.emit(
      'create Bill',
      `D-${format}`,
      { no: number, name: '客户 <&> 甲' },
      {
        BillLine: [{ _id: 'r1', qty: '00123' }],
      },
    );
    const create = await writeOf(erp, number);
    expect(create).toMatchObject({
      name: 'create',
      master: { FNo: number, FName: '客户 <&> 甲' },
      details: { LINE: [{ FQty: '00123' }] },
      headers: { token: `erp-${format}`, 'idempotency-key': expect.stringMatching(/./) as string },
    });
    expect(create.master).not.toHaveProperty('FID');
    await isSettled(`D-${format}`, 3);
    await crm.emit(
      'update Bill',
      `D-${format}`,
      { no: number, name: '乙' },
      {
        BillLine: [{ _id: 'r1', qty: '00124' }],
      },
    );
    const update = await writeOf(erp, number, 2);
    const [row] = erp.records.get(erp.idOf(number))?.details['LINE'] ?? [];
    expect(update).toMatchObject({
      name: 'update',
      master: { FID: erp.idOf(number), FName: '乙' },
      details: { LINE: [{ FQty: '00124', LID: row?.['LID'] }] },
    });
    expect(erp.complaints).toEqual([]);
  });

  it('pushes a standard record, in UTF-8 and in GBK', async () => {
    const plain = standard(`P-${format}`, { FNo: `P-${format}`, FName: '甲' }, [{ LID: '1', FQty: '1' }]);
    const headers = { dataCenterId: format, id: `P-${format}` };
    expect(await world.push(plain, headers)).toMatchObject(success);
    const create = await crmWrite(`P-${format}`, 'create');
    expect(create).toMatchObject({
      data: { no: `P-${format}`, name: '甲' },
      details: { BillLine: [{ qty: '1' }] },
      source: { dataCenterId: format, objAPIName: 'BILL', dataId: `P-${format}` },
    });
    const gbk = inGbk(JSON.stringify(standard(`P-${format}`, { FNo: `P-${format}`, FName: '中文' })));
    const answer = await world.push(gbk, { ...headers, 'content-type': 'application/json; charset=GBK' });
    expect(answer).toMatchObject(success);
    expect((await crmWrite(`P-${format}`, 'update')).data).toMatchObject({ name: '中文' });
  });

  it('is polled page by page, a single row of a record being a list', async () => {
    const erp = world.erps[format];
    for (const n of [1, 2, 3]) {
      const id = `Q${String(n)}-${format}`;
      erp.keep(
        id,
        { FNo: id, FName: '轮询', FBig: '12345678901234567890' },
        { LINE: [{ LID: `${id}-1`, FQty: '007' }] },
      );
    }
    const window = await world.poll(format);
    expect(window.received).toBe(window.totalNum);
    for (const n of [1, 2, 3]) {
      const { data, details } = await crmWrite(`Q${String(n)}-${format}`, 'create');
      expect(data).toMatchObject({ name: '轮询', no: `Q${String(n)}-${format}` });
      expect(details).toMatchObject({ BillLine: [{ qty: '007' }] });
    }
    expect(erp.named('queryMasterBatch').length).toBeGreaterThanOrEqual(2);
    expect(erp.complaints).toEqual([]);
  });

  it('is asked for a record whose rows it gave too few ids, and their changes find them', async () => {
    const erp = world.erps[format];
    const number = `T-${format}`;
    erp.isTerse = true;
    const rows = (qty: string) => ({
      BillLine: [
        { _id: 'a', qty: `${qty}1` },
        { _id: 'b', qty: `${qty}2` },
      ],
    });
    await world.crm.emit('create Bill', `T-${format}`, { no: number, name: 'terse' }, rows('x'));
    const { headers } = await writeOf(erp, number);
    expect(headers['content-type']).toMatch(new RegExp(format === 'text' ? 'plain' : format));
    const id = erp.idOf(number);
    await found(() => erp.named('queryMasterById').find(({ query }) => query['dataId'] === id));
    await isSettled(`T-${format}`, 3);
    erp.isTerse = false;
    await world.crm.emit('update Bill', `T-${format}`, { no: number, name: 'terse' }, rows('y'));
    const { details } = await writeOf(erp, number, 2);
    const [first, second] = erp.records.get(id)?.details['LINE'] ?? [];
    expect(details['LINE']).toEqual([
      { LID: first?.['LID'], FQty: 'y1' },
      { LID: second?.['LID'], FQty: 'y2' },
    ]);
    expect(erp.records.get(id)?.details['LINE']).toHaveLength(2);
    expect(erp.complaints).toEqual([]);
  });
});

describe('a push without id', () => {
  const xml =
    '<?xml version="1.0" encoding="GBK"?><b:bill xmlns:b="urn:b" id="X1"><b:no>007</b:no>' +
    '<b:name><![CDATA[<甲>]]></b:name><b:line id="1">0.10</b:line></b:bill>';
  const json = '\ufeff{"bill":{"key":"J1","number":"010","title":"丁"}}';

  it.each([
    {
      what: 'XML in GBK that its declaration names',
      headers: { dataCenterId: 'xml', 'content-type': 'text/xml' },
      body: inGbk(xml),
      dataId: 'X1',
      write: { data: { no: '007', name: '<甲>' }, details: { BillLine: [{ qty: '0.10' }] } },
    },
    {
      what: 'text in GB18030',
      headers: { dataCenterId: 'text', 'content-type': 'text/plain; charset=gb18030' },
      body: inGbk('T1;008;乙\nT2;009;丙\n'),
      dataId: 'T2',
      write: { data: { no: '009', name: '丙' } },
    },
    {
      what: 'JSON in UTF-16 with a mark',
      headers: { dataCenterId: 'json', 'content-type': 'application/json' },
      body: Buffer.from(json, 'utf16le'),
      dataId: 'J1',
      write: { data: { no: '010', name: '丁' } },
    },
  ])('becomes a record: $what', async ({ headers, body, dataId, write }) => {
    expect(await world.push(body, headers)).toMatchObject(success);
    expect(await crmWrite(dataId, 'create')).toMatchObject(write);
  });

  it('is refused in a charset that nobody knows, by its name', async () => {
    const headers = { dataCenterId: 'text', 'content-type': 'text/plain; charset=x-klingon' };
    const refusal = await world.push('T3;1;x', headers);
    expect(refusal).toMatchObject({ status: 415, errCode: 's306240008' });
    expect(refusal.errMsg).toContain('"x-klingon"');
  });
});

describe('a void', () => {
  it('that is pushed goes to the CRM and the other ledgers, and a later push takes it back everywhere', async () => {
    const { push, erps } = world;
    const headers = { dataCenterId: 'json', id: 'V1' };
    await push(standard('V1', { FNo: 'V1', FName: 'a' }), headers);
    for (const other of othersThan('json')) await writeOf(erps[other], 'V1');
    await isSettled('crm-V1', 2);
    // Asked before the void, which may take the number away.
    const ids = { xml: erps.xml.idOf('V1'), text: erps.text.idOf('V1'), json: 'V1' };
    expect(await push(standard('V1', {}), { ...headers, operationType: '3' })).toMatchObject(success);
    expect(await crmWrite('V1', 'invalid')).toMatchObject({ dataId: 'crm-V1' });
    for (const other of othersThan('json')) {
      const id = ids[other];
      await found(() => erps[other].named('void').find(({ master }) => master['FID'] === id));
    }
    await push(standard('V1', { FNo: 'V1', FName: 'again' }), headers);
    expect(await crmWrite('V1', 'recover')).toMatchObject({ dataId: 'crm-V1', data: { name: 'again' } });
    for (const other of othersThan('json')) {
      const update = await found(() =>
        erps[other].writesOf('V1').find(({ master }) => master['FName'] === 'again'),
      );
      expect(update).toMatchObject({ name: 'update', master: { FID: ids[other] } });
      expect(update.headers).not.toHaveProperty('operationtype');
    }
    expect(erps.json.writesOf('V1')).toEqual([]);
  });

  it('in the CRM goes to every ledger with operationType 3, a recover without, and a delete as a void', async () => {
    const { crm, erps } = world;
    const record = { no: 'V2', name: 'b' };
    const emit = (operation: string) => crm.emit(`${operation} Bill`, 'V2', record);
    await emit('create');
    for (const format of formats) await writeOf(erps[format], 'V2');
    await isSettled('V2', 3);
    for (const [i, operation] of ['invalid', 'recover', 'delete'].entries()) {
      await emit(operation);
      for (const format of formats) {
        const id = await found(() => erps[format].idOf('V2') || undefined);
        const calls = () => erps[format].calls.filter(({ master }) => master['FID'] === id);
        const call = await found(() => calls()[i]);
        expect(call.name).toBe(operation === 'recover' ? 'update' : 'void');
        expect(call.headers['operationtype']).toBe(operation === 'recover' ? undefined : '3');
      }
      await isSettled('V2', 3 * (i + 2));
    }
  });

  it('of a record that nobody knows is kept and not sent; a later push creates it', async () => {
    const { push, call, crm } = world;
    const headers = { dataCenterId: 'xml', id: 'V3' };
    await push(standard('V3', {}), { ...headers, operationType: '3' });
    await isSettled('V3', 1);
    const names = { sourceObjectApiName: 'BILL', destObjectApiName: 'Bill', dataCenterId: 'xml' };
    const { data } = await call('getSyncDataMappingBySourceDataId', { ...names, sourceDataId: ['V3'] });
    expect(data?.['V3']).toMatchObject({ status: 3, destDataId: '' });
    expect(crm.writes.filter(({ source }) => source.dataId === 'V3')).toEqual([]);
    await push(standard('V3', { FNo: 'V3', FName: 'c' }), headers);
    expect(await crmWrite('V3', 'create')).toMatchObject({ data: { name: 'c' } });
  });

  it('waits for the create that is under way', async () => {
    const { crm, erps } = world;
    erps.text.delayMs = 1_500;
    await crm.emit('create Bill', 'V4', { no: 'V4', name: 'd' });
    await writeOf(erps.text, 'V4');
    await crm.emit('invalid Bill', 'V4', { no: 'V4', name: 'd' });
    const voided = await found(() =>
      erps.text.named('void').find(({ master }) => master['FID'] === erps.text.idOf('V4')),
    );
    expect(voided.headers['operationtype']).toBe('3');
    expect(erps.text.writesOf('V4').filter(({ name }) => name === 'create')).toHaveLength(1);
    erps.text.delayMs = 0;
  });
});

describe('several ledgers of a tenant', () => {
  it('share a record through the CRM: a change in one reaches the others and does not come back', async () => {
    const { push, erps, crm, poll } = world;
    const headers = { dataCenterId: 'xml', id: 'M1' };
    await push(standard('M1', { FNo: 'M1', FName: 'one' }), headers);
    for (const other of othersThan('xml')) expect((await writeOf(erps[other], 'M1')).name).toBe('create');
    await isSettled('crm-M1', 2);
    await push(standard('M1', { FNo: 'M1', FName: 'two' }), headers);
    for (const other of othersThan('xml')) {
      const update = await writeOf(erps[other], 'M1', 2);
      expect(update).toMatchObject({ name: 'update', master: { FID: erps[other].idOf('M1'), FName: 'two' } });
    }
    // What the others wrote shows up in their polls: nobody has anything to say about it.
    for (const other of othersThan('xml')) await poll(other);
    await crm.emit('update Bill', 'crm-M1', { no: 'M1', name: 'three' });
    for (const format of formats)
      await found(() => erps[format].writesOf('M1').find(({ master }) => master['FName'] === 'three'));
    expect(erps.xml.writesOf('M1').map(({ name, master }) => [name, master['FID']])).toEqual([
      ['update', 'M1'],
    ]);
    for (const other of othersThan('xml')) expect(erps[other].writesOf('M1')).toHaveLength(3);
    expect(crm.writes.filter(({ data }) => data['no'] === 'M1').map(({ operation }) => operation)).toEqual([
      'create',
      'update',
    ]);
  });

  it('have to be told apart by dataCenterId', async () => {
    const { push, call, erps } = world;
    expect(await push(standard('M2', {}), { id: 'M2' })).toMatchObject({
      status: 400,
      errCode: 's306240005',
    });
    expect(await push(standard('M2', {}), { id: 'M2', dataCenterId: 'no' })).toMatchObject({
      errCode: 's306240005',
    });
    const names = { sourceObjectApiName: 'Bill', destObjectApiName: 'BILL', sourceDataId: ['crm-M1'] };
    const query = (more: object) => call('getSyncDataMappingBySourceDataId', { ...names, ...more });
    expect(await query({})).toMatchObject({
      errCode: 's306240005',
      errMsg: expect.stringContaining('json, xml, text') as string,
    });
    expect(await query({ dataCenterId: 'no' })).toMatchObject({ errCode: 's306240005' });
    for (const format of formats) {
      const { data } = await query({ dataCenterId: format });
      expect(data?.['crm-M1']?.destDataId).toBe(format === 'xml' ? 'M1' : erps[format].idOf('M1'));
    }
    expect((await query({ ployDetailId: 'xml-to-erp' })).data?.['crm-M1']?.destDataId).toBe('M1');
  });
});
