// completion: prints the script for a shell.
import type { Given } from '../../grammar/given.js';
import { SCRIPTS, type Shell } from '../../completion/scripts.js';
import type { Session } from '../../session.js';

export async function run(session: Session, given: Given): Promise<void> {
  session.print(SCRIPTS[given.positionals[0] as Shell]);
}
