import { sandboxErp } from './client.ts';
import { SandboxProcess, temporaryFolder } from '../testing/sandbox-process.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

/** Creates records, as many at once as asked, until the ERP dies; returns the ids that it answered. */
async function createUntilDead(url: string, atOnce: number): Promise<string[]> {
  const answered: string[] = [];
  let dead = false;
  const one = async (): Promise<void> => {
    while (!dead) {
      const body = JSON.stringify({
        objAPIName: 'BD_Customer',
        masterFieldVal: { FNumber: crypto.randomUUID() },
      });
      try {
        const response = await fetch(`${url}/erp/create`, {
          method: 'POST',
          headers: { token: 'erp-secret' },
          body,
        });
        const { data } = (await response.json()) as { data: { masterDataId: string } };
        answered.push(data.masterDataId);
      } catch {
        dead = true;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return answered;
}

describe('the ledger of the sandbox ERP', () => {
  it('has everything that was answered before a kill -9', async () => {
    const erp = await SandboxProcess.create('erp', folder.path);
    const all: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      await erp.start();
      const creating = createUntilDead(erp.url, 8);
      const seen = sandboxErp(erp.url);
      while ((await seen.summary()).lastSeq < 50 * (round + 1)) await new Promise(setImmediate);
      await erp.kill9();
      all.push(...(await creating));
    }
    await erp.start();
    const control = sandboxErp(erp.url);
    const records = new Set((await control.records('BD_Customer')).map(({ dataId }) => dataId));
    expect(all.length).toBeGreaterThan(100);
    expect(new Set(all).size).toBe(all.length);
    expect(all.filter((dataId) => !records.has(dataId))).toEqual([]);
    const creates = (await control.wholeLedger()).filter(({ applied }) => applied);
    expect(new Set(creates.map(({ dataId }) => dataId))).toEqual(records);
    expect(await erp.stop()).toBe(0);
  }, 60_000);
});
