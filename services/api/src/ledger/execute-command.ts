// Sends a command to its ledger and gives its outcome to the client.
import type { CommandOutcome } from '@confledger/application';
import type { WriteAnswer } from '@confledger/contracts/http';
import type { Command } from '@confledger/domain';
import { writeAnswer, type Done } from '../answers/writes.js';
import type { ApiContext } from '../context.js';
import { entityTag } from '../request/conditions.js';
import { commandRequest, type WriteCall } from '../request/write-options.js';
import { RequestRefused } from '../errors/request-refused.js';

/** Executes a command; a refusal is thrown for the error handler. Sets status and headers of the answer. */
export async function write(
  context: ApiContext,
  call: WriteCall,
  command: Command,
): Promise<{ readonly answer: WriteAnswer; readonly done: Done }> {
  const outcome = await execute(context, call, command);
  if (outcome.kind === 'refused') throw RequestRefused.from(outcome.refusal);
  return { answer: answerTo(context, call, outcome), done: outcome };
}

/** Executes a command and gives its outcome, refused or done. */
export function execute(context: ApiContext, call: WriteCall, command: Command): Promise<CommandOutcome> {
  return context.ledgers.execute(call.ledger, command, commandRequest(call));
}

/** The answer to a command that was not refused; sets status and headers. */
export function answerTo(context: ApiContext, { reply }: WriteCall, done: Done): WriteAnswer {
  if (done.etag !== null) reply.header('etag', entityTag(done.etag));
  if (done.replayed) reply.header('idempotency-replayed', 'true');
  return writeAnswer(done, context.installation);
}
