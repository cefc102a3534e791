// Sends a command to its ledger and gives its outcome to the client. Used by every route that writes.
import type { CommandOutcome } from '@confledger/application';
import type { WriteAnswer } from '@confledger/contracts';
import type { Command } from '@confledger/domain';
import { writeAnswer, writeStatus, type Done } from '../answers/writes.js';
import type { ApiContext } from '../context.js';
import type { Call } from '../endpoint.js';
import { refuseByLedger } from '../errors/request-refused.js';
import { entityTag } from '../request/conditions.js';
import { commandRequest, writtenLedger } from '../request/write-options.js';
import type { WriteBody, WriteQuery } from '../schemas/requests.js';

export type WriteCall = Call<WriteQuery, WriteBody>;

/** Executes a command; a refusal is thrown for the error handler. Sets status and headers of the answer. */
export async function write(
  context: ApiContext,
  call: WriteCall,
  command: Command,
): Promise<{ readonly answer: WriteAnswer; readonly done: Done }> {
  const outcome = await execute(context, call, command);
  if (outcome.kind === 'refused') throw refuseByLedger(outcome.refusal);
  return { answer: accepted(context, call, outcome), done: outcome };
}

/** Executes a command and gives its outcome, refused or done. */
export function execute(context: ApiContext, call: WriteCall, command: Command): Promise<CommandOutcome> {
  const ledger = writtenLedger(call, context.environments);
  return context.ledgers.execute(ledger, command, commandRequest(call));
}

/** The answer to a command that was not refused; sets status and headers. */
export function accepted(context: ApiContext, { request, reply }: WriteCall, done: Done): WriteAnswer {
  reply.code(writeStatus(request.method, done));
  if (done.etag !== null) reply.header('etag', entityTag(done.etag));
  if (done.replayed) reply.header('idempotency-replayed', 'true');
  return writeAnswer(done, context.installation);
}
