// `confledger __complete <words>`: what shells call. Prints candidates, and nothing on a failure.
import type { Command } from '../grammar/command.js';
import { Given } from '../grammar/given.js';
import { looseFlags } from '../grammar/parse.js';
import type { Io } from '../io.js';
import { Session } from '../session.js';
import { candidates } from './candidates.js';
import { knownNames } from './known-names.js';

export async function complete(commands: readonly Command[], typed: readonly string[], io: Io): Promise<void> {
  try {
    const values = looseFlags(commands, typed.slice(0, -1));
    const given = new Given([], values, ['environment', 'service', 'context', 'server', 'token-file', 'output', 'request-timeout']);
    const session = new Session({ ...io, err: { ...io.err, write: () => undefined } }, given);
    const found = await candidates(commands, typed, (names) => knownNames(session, names));
    io.out.write(found.map(({ value, summary }) => `${value}${summary === '' ? '' : `\t${summary}`}\n`).join(''));
  } catch {
    // A shell that completes shows no errors.
  }
}
