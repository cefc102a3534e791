// Answers what Node refuses before it is a request: malformed HTTP, headers that are too large.
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '@confledger/application';
import { failure } from '../errors/failure.js';
import { STATUS_OF } from '../errors/status.js';
import { RequestRefused } from '../errors/request-refused.js';

/** Fastify's clientErrorHandler. */
export function clientErrorHandler(clock: Clock): (error: NodeJS.ErrnoException, socket: Socket) => void {
  return (error, socket) => {
    // A connection that was reset, or on which an answer is under way, cannot be answered.
    if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
      socket.destroy();
      return;
    }
    const refused = RequestRefused.of(error.code === 'HPE_HEADER_OVERFLOW' ? 'HEADERS_TOO_LARGE' : 'REQUEST_MALFORMED');
    const status = STATUS_OF[refused.code];
    const body = JSON.stringify(failure(refused, randomUUID(), new Date(clock.now()).toISOString()));
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  };
}
