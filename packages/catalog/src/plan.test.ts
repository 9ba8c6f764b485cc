import {
  catalogProblems,
  catalogView,
  emptyCatalog,
  mergeCatalogs,
  planChanges,
  type Catalog,
  type DataCenter,
  type ErpObject,
  type Stream,
} from './index.ts';

function aDataCenter(id: string): DataCenter {
  return {
    id,
    channel: 'STANDARD_CHANNEL',
    baseUrl: 'http://erp',
    token: `secret-of-${id}`,
    format: 'json',
    result: { codePath: 'code', successCodes: ['0'], messagePath: 'message', dataPath: 'data' },
    concurrency: 8,
    requestsPerSecond: null,
    timeoutMs: 30_000,
    retryDelaysMs: [1000],
    createSettleSeconds: 60,
    breaker: { failures: 10, probeSeconds: 10 },
    onUnknownCreate: 'hold',
    timeZone: 'UTC',
  };
}

function anObject(apiName: string, firstAppliedAt: number): ErpObject {
  return {
    tenantId: 't',
    dataCenterId: 'dc',
    apiName,
    label: apiName,
    idField: 'FID',
    nameField: 'FName',
    matchFields: [],
    fields: [],
    details: [],
    poll: null,
    adapter: null,
    firstAppliedAt,
  };
}

function aStream(id: string): Stream {
  const to = { required: false, options: null, lookup: null, reference: null };
  return {
    id,
    name: id,
    tenantId: 't',
    dataCenterId: 'dc',
    direction: 'crm-to-erp',
    source: 'AccountObj',
    dest: 'Customer',
    enabled: true,
    triggers: ['create'],
    filter: null,
    fields: [
      { to: 'FName', from: 'name', ...to },
      { to: 'FTown', from: 'city', ...to },
    ],
    details: [],
    configRevision: '',
  };
}

function aCatalog(): Catalog {
  return {
    tenants: [{ id: 't', name: 'Acme', pushTokenHashes: ['aa'], dataCenters: [aDataCenter('dc')] }],
    erpObjects: [anObject('Customer', 100)],
    streams: [aStream('s1')],
  };
}

const keep = { prune: false };

describe('planChanges', () => {
  it('creates everything on the first apply', () => {
    const changes = planChanges(null, aCatalog(), keep);
    expect(changes.map((it) => `${it.action} ${it.kind} ${it.id}`)).toEqual([
      'create tenant t',
      'create data center t/dc',
      'create ERP object t/dc/Customer',
      'create stream s1',
    ]);
  });

  it('finds nothing to do when the same is applied again', () => {
    const applied = mergeCatalogs(null, aCatalog(), keep);
    const later = { ...aCatalog(), erpObjects: [anObject('Customer', 999)] };
    expect(planChanges(applied, later, keep)).toEqual([]);
  });

  it('says which field of which mapping changes', () => {
    const wanted = aCatalog();
    wanted.streams = [{ ...aStream('s1'), filter: 'a = 1', fields: aStream('s1').fields.slice(0, 1) }];
    const mapping = wanted.streams[0]?.fields[0];
    if (mapping) mapping.required = true;
    expect(planChanges(mergeCatalogs(null, aCatalog(), keep), wanted, keep)).toEqual([
      {
        kind: 'stream',
        id: 's1',
        action: 'update',
        details: [
          'filter: none → a = 1',
          'fields.FName.required: false → true',
          expect.stringMatching(/^fields\.FTown: \{.*\} → none$/),
        ],
      },
    ]);
  });

  it('shows no secret', () => {
    const wanted = aCatalog();
    wanted.tenants = [
      {
        id: 't',
        name: 'Acme',
        pushTokenHashes: ['bb'],
        dataCenters: [{ ...aDataCenter('dc'), token: 'new-token' }],
      },
    ];
    const changes = planChanges(aCatalog(), wanted, keep);
    expect(changes.flatMap((it) => it.details)).toEqual(['pushTokenHashes: *** → ***', 'token: *** → ***']);
    expect(JSON.stringify(planChanges(null, wanted, keep))).not.toContain('new-token');
  });

  it('deletes only when asked to prune', () => {
    const wanted = { ...aCatalog(), streams: [] };
    expect(planChanges(aCatalog(), wanted, keep)).toEqual([]);
    expect(planChanges(aCatalog(), wanted, { prune: true })).toEqual([
      { kind: 'stream', id: 's1', action: 'delete', details: [] },
    ]);
  });
});

describe('mergeCatalogs', () => {
  it('keeps what the wanted catalog does not name', () => {
    const wanted: Catalog = {
      tenants: [{ id: 't', name: 'Renamed', pushTokenHashes: [], dataCenters: [aDataCenter('dc2')] }],
      erpObjects: [],
      streams: [],
    };
    const merged = mergeCatalogs(aCatalog(), wanted, keep);
    expect(merged.tenants.map((it) => [it.name, it.dataCenters.map((center) => center.id)])).toEqual([
      ['Renamed', ['dc', 'dc2']],
    ]);
    expect(merged.streams).toHaveLength(1);
  });

  it('keeps the time of the first apply', () => {
    const later = { ...aCatalog(), erpObjects: [anObject('Customer', 999), anObject('Order', 999)] };
    const merged = mergeCatalogs(aCatalog(), later, { prune: true });
    expect(merged.erpObjects.map((it) => it.firstAppliedAt)).toEqual([100, 999]);
  });

  it('gives a stream that stays a new revision when the id field of its object changes', () => {
    const before = mergeCatalogs(null, aCatalog(), keep);
    const wanted = { ...emptyCatalog(), erpObjects: [{ ...anObject('Customer', 1), idField: 'FNew' }] };
    const after = mergeCatalogs(before, wanted, keep);
    expect(after.streams[0]?.configRevision).not.toBe(before.streams[0]?.configRevision);
  });

  it('can bring together what does not fit, which catalogProblems finds', () => {
    const merged = mergeCatalogs(aCatalog(), { ...aCatalog(), streams: [aStream('s2')] }, keep);
    expect(catalogProblems(merged)).toMatchObject([{ path: ['streams', 1] }]);
  });
});

describe('catalogView', () => {
  const back: Stream = { ...aStream('s2'), direction: 'erp-to-crm', source: 'Customer', dest: 'AccountObj' };
  const view = catalogView({ ...aCatalog(), streams: [aStream('s1'), back] });

  it('finds the streams of both directions between two objects', () => {
    const { toErp, toCrm } = view.pairStreams('t', 'dc', 'AccountObj', 'Customer');
    expect([toErp?.id, toCrm?.id]).toEqual(['s1', 's2']);
    expect(view.pairsOfErpObject('t', 'dc', 'Customer')).toHaveLength(1);
    expect(view.pairsOfCrmObject('t', 'AccountObj')).toHaveLength(1);
  });

  it('finds streams by source and by dest, in one data center or in all', () => {
    expect(view.streamsFrom('t', 'crm-to-erp', 'AccountObj').map((it) => it.id)).toEqual(['s1']);
    expect(view.streamsFrom('t', 'crm-to-erp', 'AccountObj', 'other')).toEqual([]);
    expect(view.streamsTo('t', 'erp-to-crm', 'AccountObj', 'dc').map((it) => it.id)).toEqual(['s2']);
  });

  it('knows nothing of other tenants', () => {
    expect(view.erpObject('u', 'dc', 'Customer')).toBeUndefined();
    expect(view.dataCenter('u', 'dc')).toBeUndefined();
    expect(view.streamsFrom('u', 'crm-to-erp', 'AccountObj')).toEqual([]);
  });
});
