// The command table and the exit codes, for what is made from them.
export { COMMANDS } from './commands/table.js';
export { BY_API } from './commands/tables/installation.js';
export { EXIT_CODES } from './errors/exit-codes.js';
export type { ExitCode } from './errors/exit-codes.js';
export type { Command, Example, Flag, Positional } from './grammar/command.js';
export { exitsOf } from './grammar/help.js';
export { flagsOf } from './grammar/parse.js';
export { usageLine } from './grammar/usage-line.js';
