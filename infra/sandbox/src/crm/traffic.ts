import { textOf, type JsonObject } from '@syncline/contract';
import { seededRandom } from '../shared/random.ts';
import type { TrafficScript } from '../shared/traffic.ts';
import type { Crm } from './crm.ts';
import { edit } from './edits.ts';
import type { CrmRecord } from './records.ts';

const firstWords = [
  'Northwind',
  'Acme',
  'Blue River',
  'Cedar',
  'Delta',
  'Eagle',
  'Fjord',
  'Granite',
  'Harbour',
  'Iris',
];
const secondWords = ['Trading', 'Machines'];
const people = [
  'Ann Lee',
  'Bo Chen',
  'Carla Diaz',
  'Dev Rao',
  'Eva Novak',
  'Finn Berg',
  'Gao Lin',
  'Hana Sato',
];
const seedAccounts = 20;
const seedOrders = 10;
const maxAccounts = 60;
const maxOrders = 200;

interface Demo {
  crm: Crm;
  tenantId: string;
}

/** What people do in the demo's CRM: keep accounts with their contacts, and take orders. */
export function crmTraffic(crm: Crm, tenantId: string): TrafficScript {
  const demo = { crm, tenantId };
  return {
    seed: () => {
      seedMissing(demo, 'AccountObj', { field: 'account_no', count: seedAccounts, add: addAccount });
      seedMissing(demo, 'SalesOrderObj', { field: 'name', count: seedOrders, add: addOrder });
    },
    edit: (n) => {
      const random = seededRandom(crm.journal.lastSeq + n);
      const accounts = crm.records.all(tenantId, 'AccountObj').size;
      const orders = crm.records.all(tenantId, 'SalesOrderObj').size;
      if (n % 8 === 0 && accounts < maxAccounts) addAccount(demo, accounts);
      else if (n % 5 === 0 && orders < maxOrders) addOrder(demo, orders);
      else if (n % 7 === 0) addContact(demo, random);
      else changePhone(demo, random);
    },
  };
}

interface Seed {
  field: string;
  count: number;
  add: (demo: Demo, i: number) => void;
}

function seedMissing(demo: Demo, objectApiName: string, { field, count, add }: Seed): void {
  const records = [...demo.crm.records.all(demo.tenantId, objectApiName).values()];
  const there = new Set(records.map(({ data }) => textOf(data[field])));
  for (let i = 0; i < count; i += 1) {
    if (!there.has(objectApiName === 'AccountObj' ? accountNumber(i) : orderNumber(i))) add(demo, i);
  }
}

function accountNumber(i: number): string {
  return `K-${String(1001 + i)}`;
}

function orderNumber(i: number): string {
  return `SO-${String(5001 + i)}`;
}

function addAccount({ crm, tenantId }: Demo, i: number): void {
  const words = [firstWords[i % 10] ?? '', secondWords[Math.floor(i / 10) % 2] ?? ''];
  const data = {
    name: [...words, i < 20 ? '' : String(i)].join(' ').trim(),
    account_no: accountNumber(i),
    tel: `+49 30 ${String(550_000 + i)}`,
    address: `${String(10 + i)} Market Street`,
    level: String((i % 3) + 1),
  };
  const contacts = [contact(i), ...(i % 3 === 0 ? [contact(i + 3)] : [])];
  edit(crm, { tenantId, objectApiName: 'AccountObj', data, details: { ContactObj: contacts } });
}

function contact(i: number): JsonObject {
  const name = people[i % people.length] ?? '';
  return {
    name,
    phone: `+49 171 ${String(2_000_000 + i)}`,
    email: `${name.toLowerCase().replace(' ', '.')}@example.com`,
  };
}

function addOrder({ crm, tenantId }: Demo, i: number): void {
  const accounts = accountsOf({ crm, tenantId });
  const account = accounts[i % accounts.length];
  if (account === undefined) return;
  const lines = [
    { product_name: 'Ball bearing', quantity: 10 + i, price: 6.5 },
    { product_name: 'Sealing kit', quantity: 2, price: 18 },
  ];
  const amount = lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
  const data = { name: orderNumber(i), account_id: account.dataId, order_date: '2026-01-15', amount };
  edit(crm, { tenantId, objectApiName: 'SalesOrderObj', data, details: { SalesOrderProductObj: lines } });
}

function addContact(demo: Demo, random: () => number): void {
  const account = pickAccount(demo, random);
  const contacts = account?.details.ContactObj ?? [];
  if (account === undefined || contacts.length >= 5) return;
  const added = contact(Math.floor(random() * 1000));
  const { tenantId, objectApiName, dataId } = account;
  edit(demo.crm, { tenantId, objectApiName, dataId, data: {}, details: { ContactObj: [added] } });
}

function changePhone(demo: Demo, random: () => number): void {
  const account = pickAccount(demo, random);
  if (account === undefined) return;
  const { tenantId, objectApiName, dataId } = account;
  const tel = `+49 30 ${String(100_000 + Math.floor(random() * 900_000))}`;
  edit(demo.crm, { tenantId, objectApiName, dataId, data: { tel }, details: {} });
}

function pickAccount(demo: Demo, random: () => number): CrmRecord | undefined {
  const accounts = accountsOf(demo);
  return accounts[Math.floor(random() * accounts.length)];
}

function accountsOf({ crm, tenantId }: Demo): CrmRecord[] {
  return [...crm.records.all(tenantId, 'AccountObj').values()].filter(({ status }) => status === 'normal');
}
