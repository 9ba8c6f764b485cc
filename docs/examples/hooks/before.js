/** Customers without a tax number stay in the CRM; all others go to the ERP under their tidy name. */
function execute(syncArg) {
  const { objectData } = syncArg;
  if (!objectData.tax_number) return { isExec: false, message: `${objectData.name} has no tax number` };
  return { objectData: { ...objectData, name: objectData.name.trim().replace(/\s+/g, ' ') } };
}
