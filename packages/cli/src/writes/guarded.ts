// The way of every write that is shown before it is made: look, ask, act, and act on nothing but what was seen.
import { ApiError, newIdempotencyKey } from '@confledger/client';
import type { WriteAnswer } from '@confledger/contracts/http';
import { EXIT_OF } from '../errors/exit-of.js';
import { EXIT } from '../errors/exit-codes.js';
import type { Given } from '../grammar/given.js';
import { counted } from '../output/text.js';
import { changeLines } from '../output/values.js';
import { questionFor, type Question } from '../questions/risk.js';
import { withReason } from '../questions/reason.js';
import type { LedgerName, Session } from '../session.js';

/** What must still hold when the write is made. */
export interface Guards {
  readonly expectedVersion?: number;
  readonly expectedActivation?: number | null;
  readonly expectedDigest?: string;
}

/** What a dry run showed, and what it rests on. */
export interface Seen<A> {
  readonly answer: A;
  readonly guards: Guards;
  /** What there is to see. Default: the changes of the answer. */
  readonly lines?: readonly string[];
  /** Paths whose values are not shown. */
  readonly secrets?: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

/** What a write sends beside the change. */
export interface Sent {
  readonly reason: string | undefined;
  readonly guards: Guards;
}

export interface GuardedWrite<A extends WriteAnswer> {
  /** `Take this live in production.engine?` */
  readonly question: string;
  /** It takes something live, or changes rules: it is asked for where production runs by it. */
  readonly weighty: boolean;
  /** It is shown before it is made, also where nothing is asked. */
  readonly isShown: boolean;
  readonly look: (sent: Pick<Sent, 'reason'>) => Promise<Seen<A>>;
  readonly act: (sent: Sent) => Promise<A>;
}

/** What became of it: seen only by a dry run, or written. */
export interface Written<A> {
  readonly answer: A;
  readonly isDryRun: boolean;
}

/** Makes the write. Where something came between look and act it throws the conflict (exit 4), after showing the difference as it is now. */
export async function makeGuarded<A extends WriteAnswer>(
  session: Session,
  given: Given,
  ledger: LedgerName,
  write: GuardedWrite<A>,
): Promise<Written<A>> {
  const isDryRun = given.is('dry-run');
  if (!isDryRun) announce(session, ledger);
  const question = await questionFor(session, given, ledger.environment, write.weighty);
  return withReason(session, given, async (reason) => {
    if (isDryRun) return { answer: (await write.look({ reason })).answer, isDryRun };
    if (!write.isShown && question.because === null) return { answer: await write.act({ reason, guards: {} }), isDryRun };
    return { answer: await lookAskAct(session, write, question, reason), isDryRun };
  });
}

async function lookAskAct<A extends WriteAnswer>(
  session: Session,
  write: GuardedWrite<A>,
  question: Question,
  reason: string | undefined,
): Promise<A> {
  const seen = await write.look({ reason });
  show(session, seen);
  if (seen.answer.changed) await question.put(write.question);
  try {
    return await write.act({ reason, guards: seen.guards });
  } catch (error) {
    if (isConflict(error)) await showAgain(session, () => write.look({ reason }));
    throw error;
  }
}

/** Says where a write goes, before it is sent. */
export function announce(session: Session, { environment, service }: LedgerName): void {
  announceTarget(session, `${environment}.${service}`);
}

export function announceTarget(session: Session, what: string): void {
  session.say(session.paintErr('dim', `Writing to ${what} at ${session.target.url} (${session.target.source})`));
}

function show<A extends WriteAnswer>(session: Session, { answer, lines, secrets = NONE }: Seen<A>): void {
  const shown = lines ?? changeLines(answer.changes, session.paintErr, { isCut: true, secrets });
  for (const line of shown) session.say(line);
  const missing = answer.changeCount - answer.changes.length;
  if (missing > 0) session.say(`… and ${counted(missing, 'change')} more`);
}

async function showAgain<A extends WriteAnswer>(session: Session, look: () => Promise<Seen<A>>): Promise<void> {
  try {
    const seen = await look();
    session.say('Something else was written or taken live since. Now it would be:');
    show(session, seen);
  } catch {
    // The conflict itself is what is reported.
  }
}

/** Whether an error says that what was seen does not hold any more. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.code !== 'UNKNOWN' && EXIT_OF[error.code] === EXIT.conflict;
}

/** Headers of a write: sent again with the same key, it is written once. */
export function writeHeaders(): { readonly 'idempotency-key': string } {
  return { 'idempotency-key': newIdempotencyKey() };
}
