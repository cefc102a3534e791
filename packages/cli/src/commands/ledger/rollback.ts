// rollback: gives back what ran before, or any activation. `previous` becomes a number before the question, and only that number is sent.
import type { RollbackAnswer, WriteAnswer } from '@confledger/contracts/http';
import { CliError, usage } from '../../errors/cli-error.js';
import { EXIT, type ExitCode } from '../../errors/exit-codes.js';
import type { Given } from '../../grammar/given.js';
import { counted } from '../../output/text.js';
import { printWritten } from '../../output/written.js';
import type { LedgerName, Session } from '../../session.js';
import { makeGuarded, writeHeaders } from '../../writes/guarded.js';
import { acceptances } from '../../writes/live-options.js';
import { refuseAbstract, waitIfAsked } from './wait-for-nodes.js';

/** An activation by its number, or a version by its number. */
type Goal = { readonly kind: 'activation' | 'version'; readonly number: number };

export async function run(session: Session, given: Given): Promise<ExitCode | void> {
  const ledger = await session.ledger();
  if (given.is('wait')) await refuseAbstract(session, ledger.environment);
  const goal = await goalOf(session, given, ledger);
  let answeredAt = '';
  const send = async (dryRun: boolean, reason: string | undefined): Promise<RollbackAnswer> => {
    const { environment, service } = ledger;
    const [layers, schemas] = [given.text('layers') as 'recorded' | undefined, given.text('schemas') as 'current' | undefined];
    const acceptViolations = given.is('accept-violations') ? true : undefined;
    const body = { dryRun, reason, layers, schemas, acceptViolations, ...acceptances(given) };
    const call = { service, query: { environment }, headers: writeHeaders(), body };
    const client = await session.client;
    const { data, timestamp } =
      goal.kind === 'activation'
        ? await client.rollBackTo({ ...call, activation: String(goal.number) })
        : await client.rollBack({ ...call, version: String(goal.number) });
    answeredAt = timestamp;
    return data;
  };
  // No guards: a rollback names what it gives back, and an activation that lands in between must not refuse it at night.
  const written = await makeGuarded<WriteAnswer & Partial<RollbackAnswer>>(session, given, ledger, {
    question: `Roll ${ledger.environment}.${ledger.service} back to ${goal.kind} ${goal.number}?`,
    ...{ weighty: true, isShown: true },
    look: async ({ reason }) => ({ answer: await send(true, reason), guards: {} }),
    act: async ({ reason }) => send(false, reason),
  });
  printWritten(session, written.answer, { isShown: !written.isDryRun });
  sayWhatElse(session, written.answer);
  return written.isDryRun ? undefined : waitIfAsked(session, given, { ledger, answer: written.answer, answeredAt });
}

async function goalOf(session: Session, given: Given, { environment, service }: LedgerName): Promise<Goal> {
  const [named = 'previous'] = given.positionals;
  const activation = given.number('activation');
  if (activation !== undefined) {
    if (given.positionals.length > 0) throw usage('A version and --activation are both given.', 'Give one of them.');
    return { kind: 'activation', number: activation };
  }
  const client = await session.client;
  if (named !== 'previous' && named !== 'active') {
    const { data } = await client.readVersion({ service, version: named, query: { environment } });
    return { kind: 'version', number: data.version ?? 0 };
  }
  const { data } = await client.readVersion({ service, version: 'active', query: { environment } });
  if (data.activation === null) throw nothing(environment, service, 'Nothing is active');
  if (named === 'active') return { kind: 'activation', number: data.activation };
  const running = await client.readActivation({ service, activation: String(data.activation), query: { environment } });
  const { previousActivation } = running.data.item;
  if (previousActivation === null) throw nothing(environment, service, 'Nothing was active before');
  return { kind: 'activation', number: previousActivation };
}

function nothing(environment: string, service: string, what: string): CliError {
  const code = what === 'Nothing is active' ? 'NOTHING_ACTIVE' : 'NOTHING_PREVIOUS';
  return new CliError(EXIT.notFound, code, `${what} in ${environment}.${service}.`, {
    remedy: '`confledger versions` shows what can be rolled back to.',
  });
}

function sayWhatElse(session: Session, { rollback }: Partial<RollbackAnswer>): void {
  if (rollback === undefined) return;
  for (const { ledger, message } of rollback.blocked) session.warn(`${ledger} cannot follow: ${message}`);
  const { otherActivations } = rollback;
  if (otherActivations.length > 0)
    session.say(
      `That version also ran in ${counted(otherActivations.length, 'other activation')}: ${otherActivations.join(', ')} (--activation <n>).`,
    );
}
