// The data mapping table: insert, update and query it.
//
//   ./syncline run-function docs/examples/mapping-table.js --tenant 81138

const header = {};

const param1 = {
  ployDetailId: '155bd981457343f291e0edc13776217f', // the stream's id; its name is good too, and stays when the stream is made anew
  sourceObjectApiName: 'AccountObj',
  destObjectApiName: 'BD_Customer.BillHead',
  sourceDataId: 'sourceDataId123',
  destDataId: 'destDataId123666',
  sourceDataName: 'sourceDataName3666',
  destDataName: 'destDataName66',
  remark: 'remark1341',
};
const result1 = Fx.proxy.callAPI('erp.syncData.createSyncDataMapping', header, param1);
// [false, HttpResult(statusCode=200, content={"errCode":"s106240000","errMsg":"success"}, bytes=null), ]
log.info(result1);

// Update the destination's id by the source's id.
const param2 = {
  sourceObjectApiName: 'AccountObj',
  destObjectApiName: 'BD_Customer.BillHead',
  sourceDataId: 'sourceDataId123',
  destDataId: 'destDataId123666',
};
const result2 = Fx.proxy.callAPI('erp.syncData.updateSyncDataMapping', header, param2);
log.info(result2);

// Which of these source ids have a mapping? At most 1000 ids.
const param3 = {
  sourceObjectApiName: 'AccountObj',
  destObjectApiName: 'BD_Customer.BillHead',
  sourceDataId: ['sourceDataId123'],
};
const result3 = Fx.proxy.callAPI('erp.syncData.getSyncDataMappingBySourceDataId', header, param3);
log.info(result3);
