// What takes away a whole environment is confirmed by its name: --yes does not answer that.
import { CliError, usage } from '../errors/cli-error.js';
import { EXIT } from '../errors/exit-codes.js';
import type { Given } from '../grammar/given.js';
import type { Session } from '../session.js';
import { askLine, canAsk } from './ask.js';

/** Resolves when the name was given by `--confirm`, or typed. Throws a CliError else, before anything is sent. */
export async function confirmName(session: Session, given: Given, name: string): Promise<void> {
  if (given.is('dry-run')) return;
  const confirmed = given.text('confirm');
  if (confirmed === undefined && !canAsk(session.io))
    throw usage(
      'This is confirmed by the name, and there is no terminal to ask on. Nothing was sent.',
      `Give --confirm ${name}; --yes does not answer this.`,
    );
  const typed = confirmed ?? (await askLine(session.io, `Type the name to confirm (${name}): `)).trim();
  if (typed === name) return;
  const message = 'The name is another one: nothing was written.';
  throw confirmed === undefined ? new CliError(EXIT.refused, 'DECLINED', message) : usage(message, `Give --confirm ${name}.`);
}
