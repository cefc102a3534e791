// activate: takes a version live, exactly as the difference showed it.
import { ApiError } from '@confledger/client';
import type { DiffAnswer, WriteAnswer } from '@confledger/contracts/http';
import type { ExitCode } from '../../errors/exit-codes.js';
import type { Given } from '../../grammar/given.js';
import { changeLines } from '../../output/values.js';
import { printWritten } from '../../output/written.js';
import type { LedgerName, Session } from '../../session.js';
import { makeGuarded, writeHeaders, type Guards, type Seen } from '../../writes/guarded.js';
import { acceptances } from '../../writes/live-options.js';
import { refuseAbstract, waitIfAsked } from './wait-for-nodes.js';

interface Wanted {
  readonly ledger: LedgerName;
  /** As it was typed; a word is replaced by the number that it meant when the difference was shown. */
  version: string;
  readonly layers: 'newest' | 'kept' | undefined;
}

export async function run(session: Session, given: Given): Promise<ExitCode | void> {
  const ledger = await session.ledger();
  if (given.is('wait')) await refuseAbstract(session, ledger.environment);
  const layers = given.text('layers') as Wanted['layers'];
  const wanted: Wanted = { ledger, version: given.positionals[0] ?? 'latest', layers };
  let answeredAt = '';
  const send = async (dryRun: boolean, reason: string | undefined, guards: Guards): Promise<WriteAnswer> => {
    const { environment, service } = ledger;
    const body = { dryRun, reason, layers, ...acceptances(given), ...guards };
    const call = { service, version: wanted.version, query: { environment }, headers: writeHeaders(), body };
    const { data, timestamp } = await (await session.client).activateVersion(call);
    answeredAt = timestamp;
    return data;
  };
  const written = await makeGuarded<WriteAnswer>(session, given, ledger, {
    question: `Take version ${wanted.version} live in ${ledger.environment}.${ledger.service}?`,
    ...{ weighty: true, isShown: true },
    look: async ({ reason }) => look(session, wanted, (guards) => send(true, reason, guards)),
    act: async ({ reason, guards }) => send(false, reason, guards),
  });
  printWritten(session, written.answer, { isShown: !written.isDryRun });
  return written.isDryRun ? undefined : waitIfAsked(session, given, { ledger, answer: written.answer, answeredAt });
}

/** What would change for the nodes, the dry run, and the guards that hold what was seen. */
async function look(session: Session, wanted: Wanted, dryRun: (guards: Guards) => Promise<WriteAnswer>): Promise<Seen<WriteAnswer>> {
  const difference = await differenceTo(session, wanted);
  if (difference !== null && /^(?:latest|previous|active)$/.test(wanted.version))
    wanted.version = String(difference.to.version ?? wanted.version);
  const running = difference?.activation ?? null;
  const answer = await dryRun({ expectedActivation: running });
  const digest = answer.activated?.digest;
  const guards = { expectedActivation: running, ...(digest === undefined ? {} : { expectedDigest: digest }) };
  const lines = difference === null ? undefined : changeLines(difference.items, session.paintErr, { isCut: true });
  return {
    answer: { ...answer, changes: difference?.items ?? answer.changes, changeCount: difference?.changeCount ?? answer.changeCount },
    guards,
    ...(lines === undefined ? {} : { lines }),
  };
}

/** From what runs, or from the empty document where nothing does; null where there is no ledger. */
async function differenceTo(session: Session, { ledger, version, layers }: Wanted): Promise<DiffAnswer | null> {
  const { environment, service } = ledger;
  const client = await session.client;
  const difference = async (from: string): Promise<DiffAnswer> =>
    (
      await client.readDifference({
        service,
        query: { environment, from, to: version, limit: 100, ...(layers === undefined ? {} : { layers }) },
      })
    ).data;
  try {
    return await difference('active');
  } catch (error) {
    if (error instanceof ApiError && error.code === 'LEDGER_UNKNOWN') return null;
    if (error instanceof ApiError && error.code === 'NOTHING_ACTIVE') return difference('0');
    throw error;
  }
}
