import { readBulkPlan, runBulk } from '../shared/bulk.ts';
import { fieldsOf, ok, pageOf } from '../shared/control-routes.ts';
import { optionalFlag, optionalTexts } from '../shared/fields.ts';
import {
  BadRequest,
  jsonBody,
  param,
  type HttpCall,
  type HttpReply,
  type Route,
} from '../shared/http-server.ts';
import { fillRows, fillTemplate } from '../shared/template.ts';
import type { Crm } from './crm.ts';
import { edit, readEdit } from './edits.ts';
import { summarize } from './summary.ts';

/** The control routes that only the CRM has. `tenantId` is the tenant of a call that names none. */
export function crmRoutes(crm: Crm, tenantId: string): Route[] {
  const tenantOf = (call: HttpCall): string => call.query.get('tenantId') ?? tenantId;
  return [
    { method: 'POST', path: '/control/records/:objectApiName', run: (call) => editOne(crm, tenantId, call) },
    { method: 'POST', path: '/control/bulk/:objectApiName', run: (call) => editMany(crm, tenantId, call) },
    {
      method: 'GET',
      path: '/control/records/:objectApiName',
      run: (call) =>
        ok({ records: pageOf(crm.records.all(tenantOf(call), param(call, 'objectApiName')), call) }),
    },
    {
      method: 'GET',
      path: '/control/records/:objectApiName/:dataId',
      run: (call) => {
        const record = crm.records.get(tenantOf(call), param(call, 'objectApiName'), param(call, 'dataId'));
        if (record === undefined) throw new BadRequest('there is no such record', 404);
        return ok(record);
      },
    },
    {
      method: 'GET',
      path: '/control/summary',
      run: (call) => ok(summarize(crm, { tenantId: tenantOf(call), fields: fieldsOf(call) })),
    },
  ];
}

async function editOne(crm: Crm, tenantId: string, call: HttpCall): Promise<HttpReply> {
  const body = jsonBody(call);
  const edited = edit(crm, readEdit(param(call, 'objectApiName'), body, tenantId));
  if (optionalFlag(body, 'wait') === true) await crm.outbox.settled(edited.seq);
  return ok(edited);
}

/** `{count, from?, ratePerSecond?, dataIds?, wait?}` and the fields of one edit, with `{n}` in its texts. */
async function editMany(crm: Crm, tenantId: string, call: HttpCall): Promise<HttpReply> {
  const body = jsonBody(call);
  const plan = readBulkPlan(body);
  const template = readEdit(param(call, 'objectApiName'), body, tenantId);
  const targets = optionalTexts(body, 'dataIds');
  let lastSeq = 0;
  const dataIds = await runBulk(plan, (n) => {
    const dataId = targets === undefined ? template.dataId : targets[(n - plan.from) % targets.length];
    const edited = edit(crm, {
      ...template,
      dataId: dataId?.replaceAll('{n}', String(n)),
      data: fillTemplate(template.data, n),
      details: fillRows(template.details, n),
    });
    lastSeq = edited.seq;
    return edited.dataId;
  });
  if (optionalFlag(body, 'wait') === true) await crm.outbox.settled(lastSeq);
  return ok({ count: dataIds.length, dataIds });
}
