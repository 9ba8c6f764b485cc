import { createLog } from '../shared/log.ts';
import { runSandbox } from '../shared/run.ts';
import { readErpSettings, startSandboxErp } from './start.ts';

await runSandbox({
  name: 'sandbox-erp',
  portVariable: 'SANDBOX_ERP_PORT',
  start: () => startSandboxErp(readErpSettings(process.env), createLog('sandbox-erp')),
});
