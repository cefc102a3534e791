// Sends a command to its ledger and gives its outcome to the client.
import { formatPosition, type CommandOutcome } from '@confledger/application';
import type { WriteAnswer } from '@confledger/contracts/http';
import type { Command } from '@confledger/domain';
import { writeAnswer, type Done } from '../answers/writes.js';
import type { ApiContext } from '../context.js';
import { entityTag, schemaTag, type Tagged } from '../request/conditions.js';
import { commandRequest, type WriteCall } from '../request/write-options.js';
import { RequestRefused } from '../errors/request-refused.js';

/** Executes a command; a refusal is thrown for the error handler. Sets status and headers of the answer. */
export async function write(
  context: ApiContext,
  call: WriteCall,
  command: Command,
): Promise<{ readonly answer: WriteAnswer; readonly done: Done }> {
  let early: { readonly done: Done; readonly answer: WriteAnswer } | null = null;
  const onDecided = (done: Done): void => void (early = { done, answer: writeAnswer(done, context.installation) });
  const outcome = await context.ledgers.execute(call.ledger, command, commandRequest(call, addressedBy(command)), onDecided);
  if (outcome.kind === 'refused') throw RequestRefused.from(outcome.refusal);
  setHeaders(call, outcome, addressedBy(command));
  return { answer: answerMade(early, outcome, context.installation), done: outcome };
}

const addressedBy = ({ type }: Command): Tagged => (type === 'SetSchema' || type === 'RemoveSchema' ? 'schema' : 'document');

/** What was made while the store worked, with its position; made now where that is not what was done. */
function answerMade(early: { readonly done: Done; readonly answer: WriteAnswer } | null, done: Done, installation: string): WriteAnswer {
  if (early?.done !== done) return writeAnswer(done, installation);
  return { ...early.answer, position: formatPosition(installation, done.standing.position) };
}

/** Executes a command and gives its outcome, refused or done. */
export function execute(context: ApiContext, call: WriteCall, command: Command): Promise<CommandOutcome> {
  return context.ledgers.execute(call.ledger, command, commandRequest(call));
}

/** The answer to a command that was not refused; sets status and headers. */
export function answerTo(context: ApiContext, call: WriteCall, done: Done): WriteAnswer {
  setHeaders(call, done, 'document');
  return writeAnswer(done, context.installation);
}

function setHeaders({ reply }: WriteCall, done: Done, of: Tagged): void {
  if (done.etag !== null) reply.header('etag', of === 'schema' ? schemaTag(done.etag) : entityTag(done.etag));
  if (done.replayed) reply.header('idempotency-replayed', 'true');
}
