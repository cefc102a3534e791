// What a write carries beside the change: reason, guards, activation, dry run. Each may stand in the query or in the body.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CommandRequest } from '@confledger/application';
import type { Flag, WriteBody, WriteQuery } from '@confledger/contracts/http';
import type { Actor, Guards, LedgerId } from '@confledger/domain';
import { writeConditions, type Tagged } from './conditions.js';
import { idempotencyKeyOf, requestText, traceparentOf } from './identity.js';
import { eitherWord, oneOf } from './words.js';

/** Guards about rules, which some writes take. */
interface RuleGuards {
  readonly standing?: 'accepted' | undefined;
  readonly acceptViolations?: boolean | undefined;
}

interface RuleGuardsInQuery extends Pick<RuleGuards, 'standing'> {
  readonly acceptViolations?: Flag | undefined;
}

/** The call of any operation that writes to a ledger. */
export interface WriteCall {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly query: WriteQuery & RuleGuardsInQuery;
  readonly body: WriteBody & RuleGuards;
  readonly actor: Actor;
  readonly ledger: LedgerId;
}

/** Everything about a write to a ledger that is not the change itself. */
export function commandRequest(call: WriteCall, of: Tagged = 'document'): CommandRequest<Guards> {
  return { guards: guardsOf(call, of), ...plainRequest(call) };
}

/** A write to a stream of any kind. */
interface PlainCall {
  readonly request: FastifyRequest;
  readonly query: Pick<WriteQuery, 'reason' | 'changeReason' | 'dryRun'>;
  readonly body: Pick<WriteBody, 'reason' | 'changeReason' | 'dryRun'>;
  readonly actor: Actor;
}

/** Everything about a write but the change itself and its guards. */
export function plainRequest({ request, query, body, actor }: PlainCall): Omit<CommandRequest<null>, 'guards'> {
  const traceparent = traceparentOf(request);
  const idempotencyKey = idempotencyKeyOf(request);
  return {
    actor,
    reason: oneOf('reason', reasonOf(query), reasonOf(body)) ?? null,
    request: requestText(request),
    correlationId: request.id,
    dryRun: oneOf('dryRun', flag(query.dryRun), body.dryRun) ?? false,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

function reasonOf({ reason, changeReason }: Pick<WriteBody, 'reason' | 'changeReason'>): string | undefined {
  return eitherWord('reason', reason, 'changeReason', changeReason);
}

/** A flag of the query. */
export function flag(text: 'true' | 'false' | undefined): boolean | undefined {
  return text === undefined ? undefined : text === 'true';
}

/** What a change is to take live, as a query says it. */
export function activateWord(text: WriteQuery['activate']): boolean | 'all' | undefined {
  return text === 'all' ? text : flag(text);
}

function guardsOf({ request, query, body }: WriteCall, of: Tagged): Guards {
  const expectedVersion = oneOf('expectedVersion', wholeNumber(query.expectedVersion), body.expectedVersion);
  const expectedActive = oneOf(
    'expectedActive',
    query.expectedActive === 'null' ? null : wholeNumber(query.expectedActive),
    body.expectedActive,
  );
  const expectedActivation = oneOf(
    'expectedActivation',
    query.expectedActivation === 'null' ? null : wholeNumber(query.expectedActivation),
    body.expectedActivation,
  );
  const expectedDigest = oneOf('expectedDigest', query.expectedDigest, body.expectedDigest);
  const acceptOldNodes = oneOf('acceptOldNodes', flag(query.acceptOldNodes), body.acceptOldNodes);
  const acceptBlocked = oneOf('acceptBlocked', flag(query.acceptBlocked), body.acceptBlocked);
  const activate = oneOf('activate', activateWord(query.activate), body.activate);
  const standing = oneOf('standing', query.standing, body.standing);
  const acceptViolations = oneOf('acceptViolations', flag(query.acceptViolations), body.acceptViolations);
  return {
    ...writeConditions(request, of),
    ...(expectedVersion === undefined ? {} : { expectedVersion }),
    ...(expectedActive === undefined ? {} : { expectedActive }),
    ...(expectedActivation === undefined ? {} : { expectedActivation }),
    ...(expectedDigest === undefined ? {} : { expectedDigest }),
    ...(acceptOldNodes === undefined ? {} : { acceptOldNodes }),
    ...(acceptBlocked === undefined ? {} : { acceptBlocked }),
    ...(activate === undefined ? {} : { activate }),
    ...(standing === undefined ? {} : { standing }),
    ...(acceptViolations === undefined ? {} : { acceptViolations }),
  };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
