// An answer of many lines of JSON, which goes on until its work is done, its client is gone or the api closes.
import { Readable } from 'node:stream';
import type { ErrorCode } from '@confledger/contracts/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiContext } from '../context.js';
import { onceGone } from '../edge/gone.js';
import { isFault, refusalFor } from '../errors/failure.js';
import { logFault } from '../runtime/request-log.js';

const LINES_TYPE = 'application/x-ndjson; charset=utf-8';

/** The call that is answered so. */
export interface LinesCall {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Aborts when the client of the answer is gone, or the api closes. */
export function endingOf({ closing }: Pick<ApiContext, 'closing'>, { reply }: LinesCall): AbortSignal {
  const left = new AbortController();
  onceGone(reply.raw, () => left.abort());
  return AbortSignal.any([left.signal, closing]);
}

/**
 * Sends each value as a line. What cannot go on says so in its last line, of the kind `failed`. When the api closes there is no last line, as
 * when the connection breaks. `onClose` is called when nothing more is sent, also where nothing was; it may be called twice.
 */
export function sendLines(
  { logger }: Pick<ApiContext, 'logger'>,
  { request, reply }: LinesCall,
  values: AsyncIterable<object>,
  { ending, onClose = () => undefined }: { readonly ending: AbortSignal; readonly onClose?: () => void },
): 'sent' {
  const lines = Readable.from(linesOf(values, { ending, onClose, onFault: (error) => logFault(logger, request, error) }));
  // Fastify ends the stream when the client leaves, perhaps before it began.
  lines.once('close', onClose);
  // An api that closes waits for its connections: this one ends with its answer.
  reply.type(LINES_TYPE).headers({ 'cache-control': 'no-store', connection: 'close' }).send(lines);
  return 'sent';
}

interface LinesOptions {
  readonly ending: AbortSignal;
  readonly onClose: () => void;
  readonly onFault: (error: unknown) => void;
}

async function* linesOf(values: AsyncIterable<object>, { ending, onClose, onFault }: LinesOptions): AsyncGenerator<string> {
  try {
    for await (const value of values) {
      if (ending.aborted) return;
      yield `${JSON.stringify(value)}\n`;
    }
  } catch (error) {
    if (ending.aborted) return;
    const { code, message } = refusalFor(error);
    if (isFault({ code })) onFault(error);
    yield `${JSON.stringify({ kind: 'failed', code, error: message } satisfies FailedLine)}\n`;
  } finally {
    onClose();
  }
}

/** The last line of what could not go on. */
interface FailedLine {
  readonly kind: 'failed';
  readonly code: ErrorCode;
  readonly error: string;
}
