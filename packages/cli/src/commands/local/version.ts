// version: of this program, and of the server where one is asked for.
import type { Given } from '../../grammar/given.js';
import { printResult } from '../../output/results.js';
import type { Session } from '../../session.js';

/** Of ConfLedger; a spec holds it to the package. */
export const CLI_VERSION = '0.1.0';

export async function run(session: Session, given: Given): Promise<void> {
  const data = { confledger: CLI_VERSION, node: process.version };
  if (!given.is('remote')) return printResult(session, data, () => `confledger ${CLI_VERSION}, Node ${process.version}\n`);
  const { version } = await (await session.client).health();
  printResult(session, { ...data, server: version }, () => `confledger ${CLI_VERSION}, Node ${process.version}, server ${version}\n`);
}
