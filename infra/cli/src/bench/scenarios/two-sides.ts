import type { BenchConfigOptions } from '../bench-config.ts';
import type { Child } from '../child.ts';
import type { System } from '../place.ts';
import type { CrmVerbs } from '../roles/crm.ts';
import type { ErpVerbs } from '../roles/erp.ts';
import type { Dated } from '../roles/dated-records.ts';
import type { Bench } from '../scenario.ts';

/** A system with an ERP and a CRM on its two sides. */
export interface TwoSides {
  system: System;
  erp: Child<ErpVerbs>;
  crm: Child<CrmVerbs>;
  stop(): Promise<void>;
}

export async function startTwoSides(
  { place }: Bench,
  name: string,
  services: readonly string[],
  { config, dated }: { config?: BenchConfigOptions; dated?: Dated } = {},
): Promise<TwoSides> {
  const erp = await place.child<ErpVerbs>('erp');
  const { port: erpPort } = await erp.call('start');
  if (dated !== undefined) await erp.call('hold', dated);
  const system = await place.system({ name, services, erpPort, ...(config === undefined ? {} : { config }) });
  const crm = await place.child<CrmVerbs>('crm');
  await crm.call('start', { env: system.installation.env });
  return {
    system,
    erp,
    crm,
    async stop() {
      place.end(crm);
      await system.stop();
      place.end(erp);
    },
  };
}
