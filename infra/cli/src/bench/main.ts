import { serveVerbs, type Verbs } from './child-verbs.ts';

// The processes that the benchmark runs beside itself: loads, and the other two sides. Each is loaded when it is asked for.
const roles: Record<string, () => Promise<Verbs>> = {
  erp: async () => (await import('./roles/erp.ts')).erpVerbs(),
  crm: async () => (await import('./roles/crm.ts')).crmVerbs(),
  load: async () => (await import('./roles/load.ts')).loadVerbs(),
  'raw-http': async () => (await import('./roles/raw-http.ts')).rawHttpVerbs(),
};

// They lead groups of their own, so that Ctrl-C reaches the parent alone; its end, however it comes, is theirs.
process.on('disconnect', () => process.exit());
const role = roles[process.argv[2] ?? ''];
if (role === undefined) throw new Error(`there is no role ${process.argv[2] ?? ''}`);
serveVerbs(await role());
