// Waits until the nodes of a ledger have applied an activation: at least so many, all that were live, and none that refuses it.
import type { Client } from '@confledger/client';
import type { NodeItem, WriteAnswer } from '@confledger/contracts/http';
import { CliError, Interrupted, usage } from '../../errors/cli-error.js';
import { EXIT, type ExitCode } from '../../errors/exit-codes.js';
import type { Given } from '../../grammar/given.js';
import { progressOn } from '../../output/progress.js';
import { counted, oneLine } from '../../output/text.js';
import type { LedgerName, Session } from '../../session.js';
import { judgeNodes, type Judged } from './judged-nodes.js';

/** Interval between two looks at the nodes. */
const LOOK_INTERVAL_MS = 300;
/** How long to wait where nothing else is said, in seconds. */
export const WAIT_SECONDS_DEFAULT = 60;
const MS_PER_SECOND = 1_000;

/** What is waited for. */
export interface Awaited {
  readonly activation: number;
  readonly version: number;
  /** Digest of the version's own document. */
  readonly own: string;
  /** When it was answered, by the api's clock: an older report says nothing about it. */
  readonly answeredAt: string;
}

/** Waits where --wait was given; answers 5 where it was not applied in time. */
export async function waitIfAsked(
  session: Session,
  given: Given,
  { ledger, answer, answeredAt }: { readonly ledger: LedgerName; readonly answer: WriteAnswer; readonly answeredAt: string },
): Promise<ExitCode | void> {
  if (!given.is('wait')) return;
  const { activation } = answer.activated ?? answer;
  if (activation === null) return;
  const awaited = await awaitedOf(session, ledger, activation).catch((error: unknown) => {
    throw session.io.signal.aborted ? interruptedWaiting(activation) : error;
  });
  return waitForNodes(session, given, ledger, { ...awaited, answeredAt: answer.changed ? answeredAt : awaited.answeredAt });
}

/** The activation as it was recorded. */
export async function awaitedOf(session: Session, { environment, service }: LedgerName, activation: number): Promise<Awaited> {
  const { data } = await (await session.client).readActivation({ service, activation: String(activation), query: { environment } });
  const { version, own, occurredAt } = data.item;
  return { activation, version, own, answeredAt: occurredAt };
}

/** Throws a CliError (exit 2) for an environment that no node follows, before anything is written. */
export async function refuseAbstract(session: Session, environment: string): Promise<void> {
  const { data } = await (await session.client).readEnvironment({ environment });
  if (data.abstract) throw usage(`${environment} is abstract: no node runs it, so there is nothing to wait for.`, 'Leave --wait out.');
}

/** Resolves when it is applied. Throws a CliError: exit 5 for a refusal and for the deadline, exit 4 where another activation took its place. */
export async function waitForNodes(session: Session, given: Given, ledger: LedgerName, awaited: Awaited): Promise<void> {
  const seconds = given.number('timeout') ?? WAIT_SECONDS_DEFAULT;
  const least = given.number('nodes') ?? 1;
  const deadline = performance.now() + seconds * MS_PER_SECOND;
  const progress = progressOn(session);
  let goal = awaited;
  const client = await session.client;
  const seen = new Map<string, NodeItem>();
  try {
    for (;;) {
      const judged = judgeNodes(await nodesOf(client, ledger), goal, seen);
      progress.show(
        `${counted(judged.applied.length, 'node')} of ${judged.all.length} ${judged.all.length === 1 ? 'has' : 'have'} applied activation ${goal.activation}`,
      );
      if (judged.refusals.length > 0) throw notApplied(goal, judged, 'refused');
      if (judged.waiting.length === 0 && judged.applied.length >= least) return finish(session, goal, judged);
      goal = await newerGoal(client, ledger, goal);
      if (performance.now() > deadline) throw notApplied(goal, judged, `${seconds} s`, least);
      await pause(session);
    }
  } catch (error) {
    if (session.io.signal.aborted) throw interruptedWaiting(goal.activation);
    throw error;
  } finally {
    progress.end();
  }
}

function interruptedWaiting(activation: number): Interrupted {
  return new Interrupted(`the activation stays; \`confledger wait ${activation}\` goes on waiting`);
}

function finish(session: Session, { activation }: Awaited, { applied }: Judged): void {
  session.say(`Activation ${activation} is applied by ${counted(applied.length, 'node')}.`);
}

async function nodesOf(client: Client, { environment, service }: LedgerName): Promise<readonly NodeItem[]> {
  const { data } = await client.listNodes({ query: { environment, service } });
  return data.items;
}

/** What inheritance activated of the same own version is waited for instead; any other activation ends the wait. */
async function newerGoal(client: Client, { environment, service }: LedgerName, goal: Awaited): Promise<Awaited> {
  const { data } = await client.readVersion({ service, version: 'active', query: { environment } });
  if (data.activation === null || data.activation <= goal.activation) return goal;
  const newer = (await client.readActivation({ service, activation: String(data.activation), query: { environment } })).data.item;
  if (newer.actor === 'system:inheritance' && newer.own === goal.own)
    return { activation: newer.activation, version: newer.version, own: newer.own, answeredAt: newer.occurredAt };
  throw new CliError(
    EXIT.conflict,
    'SUPERSEDED',
    `Activation ${goal.activation} is superseded by ${newer.activation}, by ${oneLine(newer.actor)}.`,
    {
      remedy: `Wait for that one: confledger wait ${newer.activation}`,
    },
  );
}

function notApplied({ activation }: Awaited, { refusals, waiting, applied }: Judged, why: string, least = 0): CliError {
  const details = [
    ...refusals.map(({ name, reasons }) => ({ path: name, rule: 'refused', message: reasons.join(' '), remedy: '' })),
    ...waiting.map((name) => ({ path: name, rule: 'silent', message: `has not applied activation ${activation}`, remedy: '' })),
  ];
  const few = applied.length + waiting.length < least ? ` ${counted(applied.length, 'node')} applied it, and ${least} must.` : '';
  const message =
    why === 'refused' ? `A node refused activation ${activation}.` : `Activation ${activation} was not applied within ${why}.${few}`;
  return new CliError(EXIT.notApplied, why === 'refused' ? 'REFUSED_BY_NODE' : 'NOT_APPLIED', message, {
    remedy: `The activation stays. Go back: confledger rollback; or go on waiting: confledger wait ${activation}`,
    details,
  });
}

/** Resolves after the interval, or at Ctrl-C, with a rejection. */
async function pause(session: Session): Promise<void> {
  const { signal } = session.io;
  const { setTimeout: delay } = await import('node:timers/promises');
  await delay(LOOK_INTERVAL_MS, undefined, { signal });
}
