import { createLog } from '../shared/log.ts';
import { runSandbox } from '../shared/run.ts';
import { readCrmSettings, startSandboxCrm } from './start.ts';

await runSandbox({
  name: 'sandbox-crm',
  portVariable: 'SANDBOX_CRM_PORT',
  start: () => startSandboxCrm(readCrmSettings(process.env), createLog('sandbox-crm')),
});
