import { textOf } from '@syncline/contract';
import { seededRandom } from '../shared/random.ts';
import type { TrafficScript } from '../shared/traffic.ts';
import { edit } from './edits.ts';
import type { Erp } from './erp.ts';
import type { PushQueue } from './push-queue.ts';
import type { ErpRecord } from './records.ts';

const products = [
  ['Hydraulic hose', '12 mm x 5 m', 48],
  ['Ball bearing', '6204-2RS', 6.5],
  ['Gear pump', '16 ccm', 310],
  ['Solenoid valve', '24 V', 72],
  ['Pressure gauge', '0-250 bar', 39],
  ['V-belt', 'SPA 1250', 14],
  ['Flange motor', '2.2 kW', 420],
  ['Coupling', 'size 28', 27],
  ['Filter element', '10 micron', 33],
  ['Sealing kit', '63/45', 18],
] as const;
/** Nobody pushes the last two, nor their edits: Syncline finds them by polling. */
const polledProducts = new Set(['M-1009', 'M-1010']);
const maxProducts = 40;

/** What people do in the demo's ERP: keep products, and now and then correct a customer. */
export function erpTraffic(erp: Erp, pushes: PushQueue): TrafficScript {
  const addProduct = (i: number): void => {
    const [name, specification, price] = products[i % products.length] ?? products[0];
    const series = Math.floor(i / products.length);
    const master = {
      FNumber: `M-${String(1001 + i)}`,
      FName: series === 0 ? name : `${name} series ${String(series + 1)}`,
      FSpecification: specification,
      FPrice: price,
    };
    const push = !polledProducts.has(master.FNumber);
    edit(erp, pushes, { objectApiName: 'BD_Material', master, details: {}, push });
  };
  return {
    seed: () => {
      const there = new Set(
        [...erp.records.all('BD_Material').values()].map(({ master }) => textOf(master.FNumber)),
      );
      for (let i = 0; i < products.length; i += 1) {
        if (!there.has(`M-${String(1001 + i)}`)) addProduct(i);
      }
    },
    edit: (n) => {
      const random = seededRandom(erp.journal.lastSeq + n);
      const productCount = erp.records.all('BD_Material').size;
      if (n % 10 === 0 && productCount < maxProducts) addProduct(productCount);
      else if (n % 3 === 0) correctCustomer(erp, pushes, random);
      else reprice(erp, pushes, random);
    },
  };
}

function reprice(erp: Erp, pushes: PushQueue, random: () => number): void {
  const product = pick(erp, 'BD_Material', random);
  if (product === undefined) return;
  const price = Math.round((5 + random() * 500) * 100) / 100;
  const { objectApiName, dataId } = product;
  const push = !polledProducts.has(textOf(product.master.FNumber));
  edit(erp, pushes, { objectApiName, dataId, master: { FPrice: price }, details: {}, push });
}

function correctCustomer(erp: Erp, pushes: PushQueue, random: () => number): void {
  const customer = pick(erp, 'BD_Customer', random);
  if (customer === undefined) return;
  const { objectApiName, dataId } = customer;
  const address = `${String(1 + Math.floor(random() * 200))} Harbour Road`;
  edit(erp, pushes, { objectApiName, dataId, master: { FAddress: address }, details: {}, push: true });
}

function pick(erp: Erp, objectApiName: string, random: () => number): ErpRecord | undefined {
  const records = [...erp.records.all(objectApiName).values()].filter(({ voided }) => !voided);
  return records[Math.floor(random() * records.length)];
}
