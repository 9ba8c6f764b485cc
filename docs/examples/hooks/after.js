/** Once the ERP has the customer, its address book gets a mapping of its own. */
function execute(syncArg) {
  if (syncArg.destEventType !== 1) return;
  const [failed, result, message] = Fx.proxy.callAPI(
    'erp.syncData.createSyncDataMapping',
    {},
    {
      sourceObjectApiName: 'AddressObj',
      destObjectApiName: 'BD_Address',
      sourceDataId: syncArg.sourceDataId,
      destDataId: syncArg.destDataId,
      remark: `made after ${syncArg.syncDataId}`,
    },
  );
  if (failed || JSON.parse(result.content).errCode !== 's106240000')
    throw new Error(message || result.content);
  log.info('address book mapped to', syncArg.destDataId);
}
