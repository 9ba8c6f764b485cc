// The ERP field mapping table: which employee (department, option, currency, country, unit) of the CRM is which of the ERP.
//
//   ./syncline run-function docs/examples/field-mapping.js --tenant 81138

const data = {
  dataCenterId: 'data_center_id',
  channel: 'ERP_K3CLOUD', // or ERP_SAP, ERP_U8, OA, STANDARD_CHANNEL
  dataType: 'employee',
  fsDataId: 'fsDataId', // of an employee, the employee id and not the id of the user
  fsDataName: 'fsDataName',
  erpDataId: 'erpDataId',
  erpDataName: 'erpDataName',
};
const ret = Fx.proxy.callAPI('erp.syncData.createErpfieldmapping', {}, data);
Fx.log.info('ret is : ' + ret);
