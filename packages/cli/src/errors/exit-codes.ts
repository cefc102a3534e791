// The exit codes of all commands: one table, never changed, only extended.

/** Every exit code with its meaning. */
export const EXIT_CODES = {
  0: 'done, also when there was nothing to do',
  1: 'refused, invalid, or an internal fault',
  2: 'wrong usage, or a local file that cannot be read or parsed',
  3: 'the server cannot be reached or is busy, or the outcome is not known; the message says which',
  4: 'conflict: something else was written or taken live first',
  5: 'not applied by the nodes in time',
  6: 'differences found (with --exit-code)',
  7: 'not found',
  8: 'not authenticated or not permitted',
  9: 'partly done',
  10: 'waits for an approval',
  11: 'frozen, or a gate is closed',
  12: 'integrity broken',
  130: 'interrupted',
} as const;

/** An exit code of the table. */
export type ExitCode = keyof typeof EXIT_CODES;

/** The codes by name. */
export const EXIT = {
  done: 0,
  refused: 1,
  usage: 2,
  unreachable: 3,
  conflict: 4,
  notApplied: 5,
  differences: 6,
  notFound: 7,
  notPermitted: 8,
  partlyDone: 9,
  approval: 10,
  frozen: 11,
  integrity: 12,
  interrupted: 130,
} as const satisfies Record<string, ExitCode>;
