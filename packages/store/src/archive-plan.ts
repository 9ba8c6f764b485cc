/**
 * What a backup leaves out: registers that follow from the rows (mapping states them anew), what belongs to one run of
 * the processes, and secrets that are made again.
 */
const leftOut = new Set([
  'due',
  'waits',
  'open_creates',
  'held',
  'unannounced_pushes',
  'crm_reads',
  'crm_read_records',
  'history_turns',
  'instances',
  'operator_key',
  'console_sessions',
]);

/**
 * Rows come first. A pointer or an attempt is stored before its row says so: read after the rows, none that a row relies
 * on is missing, and one whose row is missing is left out by the restore. Bodies are stored before what refers to them.
 */
const first = ['sync_data_mappings', 'pointers', 'erp_attempts', 'sync_history'];
const last = ['push_cache', 'bodies', 'body_stamps', 'counters'];

/** The collections of a backup, in the order in which they are read and written. */
export function archived(names: readonly string[]): string[] {
  const taken = names.filter((name) => !leftOut.has(name));
  const between = taken.filter((name) => !first.includes(name) && !last.includes(name));
  return [...first, ...between, ...last].filter((name) => taken.includes(name));
}

/** Collections that may hold something in a store that counts as empty: whoever looks at it leaves that behind. */
export const countsAsEmpty: ReadonlySet<string> = new Set([
  'operator_key',
  'instances',
  'restores',
  'console_users',
  'console_sessions',
  'console_api_keys',
  'console_audit',
]);
