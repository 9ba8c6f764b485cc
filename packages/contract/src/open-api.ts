/** The calls of the Open API (spec 5 and 6), over HTTP and as `Fx.proxy.callAPI` inside functions. */
export const openApiNames = [
  'erp.syncData.createSyncDataMapping',
  'erp.syncData.updateSyncDataMapping',
  'erp.syncData.getSyncDataMappingBySourceDataId',
  'erp.syncData.createErpfieldmapping',
] as const;
export type OpenApiName = (typeof openApiNames)[number];

export function isOpenApiName(name: string): name is OpenApiName {
  return openApiNames.some((one) => one === name);
}

/** Where mapping answers a call. */
export function openApiPath(name: OpenApiName): string {
  return `/erp/syncdata/open/callAPI/${name}`;
}
