/** Who the benchmark's tenant is, on both sides. */
export const tenantId = '81138';
export const dataCenterId = 'dc-bench';
export const crmObject = 'AccountObj';
export const erpObject = 'BD_Customer';
export const pushToken = 'bench-push-token';
export const erpToken = 'bench-erp-token';
/** requests that the bench's data center takes at the same time */
export const erpConcurrency = 64;

/** A message or body of about so many bytes, as most records of an ERP are. */
const recordBytes = 1024;

export interface Fields {
  /** tells records apart; also how the ERP recognises one that it made */
  key: string;
  /** rises with each change of a record */
  seq: number;
}

/** A CRM record's data. */
export function crmData({ key, seq }: Fields): Record<string, string | number> {
  const data = { _id: key, name: `Customer ${key}`, account_no: key, tel: '010-12345678', seq };
  return { ...data, remark: filler(JSON.stringify(data).length + 250) };
}

/** The body of a standard push (contract 3). */
export function pushBody({ key, seq }: Fields): string {
  const master = { FCUSTID: key, FNumber: key, FName: `Customer ${key}`, FTel: '010-12345678', FSeq: seq };
  const masterFieldVal = { ...master, FRemark: filler(JSON.stringify(master).length + 80) };
  return JSON.stringify({ objAPIName: erpObject, masterFieldVal });
}

/** The headers of a standard push (contract 3). */
export function pushHeaders(key: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    token: pushToken,
    tenantId,
    dataCenterId,
    objectApiName: erpObject,
    version: 'v1',
    id: key,
  };
}

const text = 'No two customers are alike, and their remarks are as long as they have to be. '.repeat(14);

function filler(besides: number): string {
  return text.slice(0, Math.max(0, recordBytes - besides));
}
