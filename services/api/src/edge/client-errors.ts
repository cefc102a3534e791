// Answers to what is refused before it is a request: malformed HTTP, headers that are too large, what comes too slowly.
import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '@confledger/application';
import type { ErrorCode } from '@confledger/contracts/http';
import { COMMON_HEADERS, JSON_TYPE } from '../answers/envelope.js';
import { failure } from '../errors/failure.js';
import { STATUS_OF } from '../errors/status.js';
import { RequestRefused } from '../errors/request-refused.js';
import type { Gate } from './gate.js';

/** What answers that are written by hand need. */
export interface RawAnswers {
  readonly clock: Clock;
}

/** A fault of a connection, as Node's parser and its timers name it. */
type ConnectionFault = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

/** A request line whose method alone is unknown: `FOO / HTTP/1.1`. */
const UNKNOWN_METHOD = /^[A-Z][A-Z-]{0,31} \S+ HTTP\/1\.[01]\r?\n/;

/** Handles the server's event `clientError`. */
export function clientErrorHandler(
  gate: Pick<Gate, 'isBusy' | 'lastAnswerOn'>,
  raw: RawAnswers,
): (error: ConnectionFault, socket: Duplex) => void {
  return (error, socket) => {
    const last = error.code === 'ECONNRESET' ? null : gate.lastAnswerOn(socket as Socket);
    // Behind a request that was whole there is nonsense, or more than it promised: that request is answered.
    if (last?.req.complete === true) return;
    // A body that comes too slowly: its handler waits for it, and answers nothing any more.
    if (last !== null && error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return refuseWith(last, RequestRefused.of('REQUEST_TIMEOUT'), raw);
    // A connection that was reset, or on which an answer is under way, cannot be answered.
    if (error.code === 'ECONNRESET' || !socket.writable || gate.isBusy(socket as Socket)) {
      socket.destroy();
      return;
    }
    refuseOn(socket, RequestRefused.of(codeOf(error)), raw);
  };
}

function codeOf({ code, rawPacket }: ConnectionFault): ErrorCode {
  if (code === 'HPE_HEADER_OVERFLOW') return 'HEADERS_TOO_LARGE';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'REQUEST_TIMEOUT';
  if (code === 'HPE_INVALID_METHOD' && rawPacket !== undefined && UNKNOWN_METHOD.test(rawPacket.toString('latin1')))
    return 'METHOD_UNKNOWN';
  return 'REQUEST_MALFORMED';
}

/** Answers a request that the api's framework does not see. The connection ends. */
export function refuseWith(response: ServerResponse, refused: RequestRefused, { clock }: RawAnswers): void {
  const { body, headers } = answerTo(refused, clock);
  response.writeHead(STATUS_OF[refused.code], { ...headers, ...refused.headers, connection: 'close' });
  response.end(body);
}

/** Answers on a connection that is no longer read as HTTP, and ends it. */
export function refuseOn(socket: Duplex, refused: RequestRefused, { clock }: RawAnswers): void {
  const status = STATUS_OF[refused.code];
  const { body, headers } = answerTo(refused, clock);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries({ ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' }).map(
      ([name, value]) => `${name}: ${value}`,
    ),
  ];
  socket.on('error', () => undefined);
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

/** What every answer has, though no framework makes this one. */
function answerTo(refused: RequestRefused, clock: Clock): { readonly body: string; readonly headers: Readonly<Record<string, string>> } {
  const requestId = randomUUID();
  const body = JSON.stringify(failure(refused, requestId, new Date(clock.now()).toISOString()));
  return { body, headers: { ...COMMON_HEADERS, 'x-request-id': requestId, 'content-type': JSON_TYPE } };
}
