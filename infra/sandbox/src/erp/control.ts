import type { JsonObject } from '@syncline/contract';
import { readBulkPlan, runBulk } from '../shared/bulk.ts';
import { fieldsOf, ok, pageOf } from '../shared/control-routes.ts';
import { optionalFlag, optionalObject, optionalText, optionalTexts } from '../shared/fields.ts';
import {
  BadRequest,
  jsonBody,
  param,
  type HttpCall,
  type HttpReply,
  type Route,
} from '../shared/http-server.ts';
import { fillRows, fillTemplate } from '../shared/template.ts';
import { edit, readEdit } from './edits.ts';
import type { Erp } from './erp.ts';
import type { PushTarget } from './push-client.ts';
import type { PushQueue } from './push-queue.ts';
import { summarize } from './summary.ts';

/** The control routes that only the ERP has. */
export function erpRoutes(erp: Erp, pushes: PushQueue): Route[] {
  return [
    { method: 'POST', path: '/control/records/:objectApiName', run: (call) => editOne(erp, pushes, call) },
    { method: 'POST', path: '/control/bulk/:objectApiName', run: (call) => editMany(erp, pushes, call) },
    {
      method: 'GET',
      path: '/control/records/:objectApiName',
      run: (call) => ok({ records: pageOf(erp.records.all(param(call, 'objectApiName')), call) }),
    },
    {
      method: 'GET',
      path: '/control/records/:objectApiName/:dataId',
      run: (call) => {
        const record = erp.records.get(param(call, 'objectApiName'), param(call, 'dataId'));
        if (record === undefined) throw new BadRequest('there is no such record', 404);
        return ok(record);
      },
    },
    { method: 'GET', path: '/control/summary', run: (call) => ok(summarize(erp, fieldsOf(call))) },
    { method: 'GET', path: '/control/settings', run: () => ok(readSettings(erp, pushes)) },
    {
      method: 'PUT',
      path: '/control/settings',
      run: (call) => {
        const body = jsonBody(call);
        erp.changeSettings(body);
        setTarget(pushes, optionalObject(body, 'push') ?? {});
        return ok(readSettings(erp, pushes));
      },
    },
  ];
}

async function editOne(erp: Erp, pushes: PushQueue, call: HttpCall): Promise<HttpReply> {
  const body = jsonBody(call);
  const wanted = readEdit(param(call, 'objectApiName'), body);
  const edited = edit(erp, pushes, wanted);
  if (!wanted.push || optionalFlag(body, 'waitForPush') !== true) return ok({ ...edited, push: null });
  return ok({ ...edited, push: await pushes.settled(edited.seq) });
}

/** `{count, from?, ratePerSecond?, dataIds?}` and the fields of one edit, with `{n}` in its texts. */
async function editMany(erp: Erp, pushes: PushQueue, call: HttpCall): Promise<HttpReply> {
  const body = jsonBody(call);
  const plan = readBulkPlan(body);
  const template = readEdit(param(call, 'objectApiName'), body);
  const targets = optionalTexts(body, 'dataIds');
  const dataIds = await runBulk(plan, (n) => {
    const dataId = targets === undefined ? template.dataId : targets[(n - plan.from) % targets.length];
    const wanted = {
      ...template,
      dataId: dataId?.replaceAll('{n}', String(n)),
      master: fillTemplate(template.master, n),
      details: fillRows(template.details, n),
    };
    return edit(erp, pushes, wanted).dataId;
  });
  return ok({ count: dataIds.length, dataIds });
}

function readSettings(erp: Erp, { target }: PushQueue): unknown {
  const { url, tenantId, dataCenterId } = target;
  return { ...erp.settings, push: { url, tenantId, dataCenterId } };
}

// Not kept over a restart: the environment says where an ERP pushes, and a token has no place in the journal.
function setTarget(pushes: PushQueue, body: JsonObject): void {
  const read = (name: keyof PushTarget): string => optionalText(body, name) ?? pushes.target[name];
  pushes.target = {
    url: read('url'),
    token: read('token'),
    tenantId: read('tenantId'),
    dataCenterId: read('dataCenterId'),
  };
}
