/** Numbers the rows as the ERP wants them, and leaves out those without a phone. */
function execute({ objectData, details }) {
  const rows = details.BD_Contact.filter((row) => row.FPhone);
  return {
    objectData: { ...objectData, FContactCount: rows.length },
    details: { BD_Contact: rows.map((row, i) => ({ ...row, FSeq: i + 1 })) },
  };
}
