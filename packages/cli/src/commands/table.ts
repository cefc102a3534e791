// The command table: every command, from which parsing, help, completion and the reference are made.
import type { Command } from '../grammar/command.js';
import { INSTALLATION_COMMANDS } from './tables/installation.js';
import { NOUN_COMMANDS } from './tables/nouns.js';
import { READ_COMMANDS } from './tables/reads.js';
import { WRITE_COMMANDS } from './tables/writes.js';

/** In the order of the help. */
export const COMMANDS: readonly Command[] = [...READ_COMMANDS, ...WRITE_COMMANDS, ...INSTALLATION_COMMANDS, ...NOUN_COMMANDS];
