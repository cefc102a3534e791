// The common end of set and unset: one change set, drafted or taken live.
import type { BatchOperationBody, WriteAnswer } from '@confledger/contracts/http';
import type { Given } from '../../grammar/given.js';
import { printWritten } from '../../output/written.js';
import type { LedgerName, Session } from '../../session.js';
import { makeGuarded, writeHeaders, type Guards } from '../../writes/guarded.js';
import { acceptances, activateOf } from '../../writes/live-options.js';
import { standingGuards } from '../../writes/own-standing.js';
import type { ExitCode } from '../../errors/exit-codes.js';
import { refuseAbstract, waitIfAsked } from './wait-for-nodes.js';

/** Writes operations as one change set, prints what it did, and waits for the nodes where that was asked for. */
export async function writeOperations(
  session: Session,
  given: Given,
  ledger: LedgerName,
  operations: readonly BatchOperationBody[],
  secrets?: ReadonlySet<string>,
): Promise<ExitCode | void> {
  const activate = activateOf(given);
  if (given.is('wait')) await refuseAbstract(session, ledger.environment);
  const { environment, service } = ledger;
  const send = async (
    dryRun: boolean,
    reason: string | undefined,
    guards: Guards,
  ): Promise<{ readonly answer: WriteAnswer; readonly at: string }> => {
    const body = { operations, activate, dryRun, reason, ...acceptances(given), ...guards };
    const { commit, timestamp } = await (
      await session.client
    ).writeBatch({ service, query: { environment }, headers: writeHeaders(), body });
    return { answer: commit, at: timestamp };
  };
  let answeredAt = '';
  const hidden = secrets === undefined ? {} : { secrets };
  const isShown = activate !== false;
  const written = await makeGuarded<WriteAnswer>(session, given, ledger, {
    question: `Take this live in ${environment}.${service}?`,
    ...{ weighty: isShown, isShown },
    look: async ({ reason }) => {
      const guards = await standingGuards(session, ledger);
      const { answer } = await send(true, reason, guards);
      const digest = answer.activated?.digest;
      return { answer, guards: digest === undefined ? guards : { ...guards, expectedDigest: digest }, ...hidden };
    },
    act: async ({ reason, guards }) => {
      const { answer, at } = await send(false, reason, guards);
      answeredAt = at;
      return answer;
    },
  });
  printWritten(session, written.answer, { isShown: isShown && !written.isDryRun, ...hidden });
  return written.isDryRun ? undefined : waitIfAsked(session, given, { ledger, answer: written.answer, answeredAt });
}
