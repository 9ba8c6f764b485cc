/** What the harness and the system know of each other. */
export const tenantId = '81138';
export const dataCenterId = 'dc-main';
export const pushToken = 'chaos-push-token';
export const erpToken = 'chaos-erp-token';

/** The ERP's answer must be there within this. */
const erpTimeoutMs = 2_500;
/** Longer than any fault makes a request late: what the ERP has not carried out by then it never will (contract 6). */
const createSettleSeconds = 12;

const place = { tenantId, dataCenterId };
const triggers = ['create', 'update', 'invalid', 'recover'];

/**
 * The configuration (contract 6; YAML holds JSON): customers both ways with contacts, products from the ERP, orders from
 * the CRM with lines and a reference to their customer. Every field that people change carries a label, which says who
 * changed it last and how often.
 */
export function chaosConfig(erpPort: number): string {
  const dataCenter = {
    id: dataCenterId,
    channel: 'STANDARD_CHANNEL',
    baseUrl: `http://127.0.0.1:${String(erpPort)}/erp`,
    token: erpToken,
    timeoutMs: erpTimeoutMs,
    createSettleSeconds,
    // Faults end by themselves: the schedule has to outlast them, and nothing is to wait long once they have.
    retryDelaysMs: [500, 1_000, 2_000, ...Array.from({ length: 60 }, () => 4_000)],
    breaker: { failures: 10, probeSeconds: 1 },
  };
  return JSON.stringify({
    tenants: [{ id: tenantId, name: 'Chaos', pushTokens: [pushToken], dataCenters: [dataCenter] }],
    erpObjects: [
      { ...place, ...customers, poll: poll() },
      { ...place, ...orders },
      { ...place, ...products, poll: poll() },
    ],
    streams: streams.map((stream) => ({ ...place, ...stream, triggers })),
  });
}

// Overlap and lag are longer than the harness lets a transaction of the ERP be late.
const poll = () => ({ everySeconds: 4, pageSize: 50, overlapSeconds: 30 });

const fieldsOf = (...names: string[]) => names.map((apiName) => ({ apiName }));

const customers = {
  apiName: 'BD_Customer',
  idField: 'FCUSTID',
  nameField: 'FName',
  matchFields: ['FNumber'],
  fields: fieldsOf('FNumber', 'FName', 'FTel'),
  details: [{ apiName: 'BD_Contact', idField: 'FContactId', fields: fieldsOf('FContactName', 'FPhone') }],
};

const orders = {
  apiName: 'SAL_SaleOrder',
  idField: 'FID',
  nameField: 'FBillNo',
  matchFields: ['FBillNo'],
  fields: fieldsOf('FBillNo', 'FCustId', 'FDate'),
  details: [
    { apiName: 'SAL_SaleOrderEntry', idField: 'FEntryId', fields: fieldsOf('FMaterialName', 'FQty') },
  ],
};

const products = {
  apiName: 'BD_Material',
  idField: 'FMATERIALID',
  nameField: 'FName',
  matchFields: ['FNumber'],
  fields: fieldsOf('FNumber', 'FName', 'FSpecification'),
};

const streams = [
  {
    id: 'customers-to-erp',
    direction: 'crm-to-erp',
    source: 'AccountObj',
    dest: 'BD_Customer',
    fields: [
      { to: 'FNumber', from: 'account_no', required: true },
      { to: 'FName', from: 'name', required: true },
      { to: 'FTel', from: 'tel' },
    ],
    details: [
      {
        source: 'ContactObj',
        dest: 'BD_Contact',
        fields: [
          { to: 'FContactName', from: 'name' },
          { to: 'FPhone', from: 'phone' },
        ],
      },
    ],
  },
  {
    id: 'customers-to-crm',
    direction: 'erp-to-crm',
    source: 'BD_Customer',
    dest: 'AccountObj',
    fields: [
      { to: 'account_no', from: 'FNumber', required: true },
      { to: 'name', from: 'FName', required: true },
      { to: 'tel', from: 'FTel' },
    ],
    details: [
      {
        source: 'BD_Contact',
        dest: 'ContactObj',
        fields: [
          { to: 'name', from: 'FContactName' },
          { to: 'phone', from: 'FPhone' },
        ],
      },
    ],
  },
  {
    id: 'orders-to-erp',
    direction: 'crm-to-erp',
    source: 'SalesOrderObj',
    dest: 'SAL_SaleOrder',
    fields: [
      { to: 'FBillNo', from: 'name', required: true },
      { to: 'FCustId', from: 'account_id', reference: 'AccountObj', required: true },
      { to: 'FDate', from: 'order_date' },
    ],
    details: [
      {
        source: 'SalesOrderProductObj',
        dest: 'SAL_SaleOrderEntry',
        fields: [
          { to: 'FMaterialName', from: 'product_name' },
          { to: 'FQty', from: 'quantity' },
        ],
      },
    ],
  },
  {
    id: 'products-to-crm',
    direction: 'erp-to-crm',
    source: 'BD_Material',
    dest: 'ProductObj',
    fields: [
      { to: 'product_code', from: 'FNumber', required: true },
      { to: 'name', from: 'FName', required: true },
      { to: 'spec', from: 'FSpecification' },
    ],
  },
];
