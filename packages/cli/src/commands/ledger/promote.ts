// promote: takes own values of another environment over, exactly as the dry run showed them.
import type { PromotionAnswer, WriteAnswer } from '@confledger/contracts/http';
import { formatPath } from '@confledger/document/json-and-paths';
import type { ExitCode } from '../../errors/exit-codes.js';
import { usage } from '../../errors/cli-error.js';
import type { Given } from '../../grammar/given.js';
import { counted, oneLine } from '../../output/text.js';
import { changeLines, inLine } from '../../output/values.js';
import { printWritten } from '../../output/written.js';
import type { LedgerName, Session } from '../../session.js';
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
  // Of a draft into a ledger that is not there yet: no version says that it was seen, so its parts are named, and it must still not be there.
  let chosen: readonly string[] | null = null;
  const send = async (dryRun: boolean, reason: string | undefined, guards: Guards): Promise<PromotionAnswer> => {
    const named = chosen ?? given.positionals;
    const paths = named.length === 0 ? {} : { paths: named };
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
    const headers = { ...writeHeaders(), ...(chosen === null ? {} : { 'if-none-match': '*' as const }) };
    const { data, timestamp } = await (await session.client).promote({ service, query: { environment }, headers, body });
    answeredAt = timestamp;
    return data;
  };
  const written = await makeGuarded<WriteAnswer & Partial<PromotionAnswer>>(session, given, ledger, {
    question: `Promote from ${from} to ${environment}.${service}${activate === false ? '' : ' and take it live'}?`,
    ...{ weighty: activate !== false, isShown: true },
    look: async ({ reason }) => {
      const standing = await standingGuards(session, ledger);
      chosen = null;
      const answer = await send(true, reason, standing);
      const isUnseen = activate === false && standing.expectedVersion === undefined && given.positionals.length === 0;
      if (isUnseen && answer.promotion !== null) chosen = await partsOf(session, { environment: from, service }, answer.promotion.version);
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

/** The members of a version's own document, as paths. `$inherit` is never promoted. */
async function partsOf(session: Session, { environment, service }: LedgerName, version: number): Promise<readonly string[]> {
  const { data } = await (await session.client).readConfiguration({ service, query: { environment, version } });
  return Object.keys(data.configuration).flatMap((name) => (name === '$inherit' ? [] : [formatPath([name])]));
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
