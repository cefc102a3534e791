// promote: takes own values of another environment over, exactly as the dry run showed them.
import type { PromotionAnswer, WriteAnswer } from '@confledger/contracts/http';
import type { ExitCode } from '../../errors/exit-codes.js';
import { usage } from '../../errors/cli-error.js';
import type { Given } from '../../grammar/given.js';
import { counted, oneLine } from '../../output/text.js';
import { changeLines, inLine } from '../../output/values.js';
import { printWritten } from '../../output/written.js';
import type { Session } from '../../session.js';
import { makeGuarded, writeHeaders, type Guards } from '../../writes/guarded.js';
import { acceptances, activateOf } from '../../writes/live-options.js';
import { standingGuards } from '../../writes/own-standing.js';
import { refuseAbstract, waitIfAsked } from './wait-for-nodes.js';

export async function run(session: Session, given: Given): Promise<ExitCode | void> {
  const from = given.text('from');
  if (from === undefined) throw usage('`promote` needs --from <environment>.', 'The target is -e.');
  const ledger = await session.ledger();
  const activate = activateOf(given);
  if (given.is('wait')) await refuseAbstract(session, ledger.environment);
  const { environment, service } = ledger;
  let answeredAt = '';
  const send = async (dryRun: boolean, reason: string | undefined, guards: Guards): Promise<PromotionAnswer> => {
    const paths = given.positionals.length === 0 ? {} : { paths: given.positionals };
    const version = given.text('version');
    const body = {
      from,
      ...(version === undefined ? {} : { version }),
      ...paths,
      prune: given.is('prune'),
      activate,
      dryRun,
      reason,
      ...acceptances(given),
      ...guards,
    };
    const { data, timestamp } = await (await session.client).promote({ service, query: { environment }, headers: writeHeaders(), body });
    answeredAt = timestamp;
    return data;
  };
  const written = await makeGuarded<WriteAnswer & Partial<PromotionAnswer>>(session, given, ledger, {
    question: `Promote from ${from} to ${environment}.${service}${activate === false ? '' : ' and take it live'}?`,
    ...{ weighty: activate !== false, isShown: true },
    look: async ({ reason }) => {
      const standing = await standingGuards(session, ledger);
      const answer = await send(true, reason, standing);
      const digest = answer.activated?.digest;
      const guards = digest === undefined ? standing : { ...standing, expectedDigest: digest };
      return { answer, guards, lines: [...changeLines(answer.changes, session.paintErr, { isCut: true }), ...beside(answer)] };
    },
    act: async ({ reason, guards }) => send(false, reason, guards),
  });
  printWritten(session, written.answer, { isShown: !written.isDryRun });
  if (written.isDryRun) for (const line of beside(written.answer)) session.say(line);
  return written.isDryRun ? undefined : waitIfAsked(session, given, { ledger, answer: written.answer, answeredAt });
}

/** What is left out, what the source lacks, and what would still differ. */
function beside({ promotion }: Partial<PromotionAnswer>): string[] {
  if (promotion === undefined || promotion === null) return [];
  const { skipped, lacking, stillDiffer, stillDifferCount, hidesDiffer } = promotion;
  return [
    ...(skipped.length === 0
      ? []
      : [`Left out, because they are inherited already: ${skipped.map(({ path }) => oneLine(path)).join(', ')}`]),
    ...lacking.map(({ path, value }) => `The source lacks ${oneLine(path)}: ${inLine(value)} (kept without --prune)`),
    ...(hidesDiffer ? ['$inherit.hide differs, and is never promoted.'] : []),
    ...(stillDifferCount === 0
      ? []
      : [`${counted(stillDifferCount, 'value')} would still differ: ${stillDiffer.map(({ path }) => oneLine(path)).join(', ')}`]),
  ];
}
