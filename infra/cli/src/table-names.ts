/** The tables that are exported and imported. */
export const tableNames = ['mappings', 'field-mappings'] as const;
export type TableName = (typeof tableNames)[number];
