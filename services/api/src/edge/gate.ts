// At most one request of a connection is under way. Node emits all pipelined requests of a chunk at once, and the response of one that waits
// behind another hears nothing when its connection goes: a handler that began for it would leave behind what it opened.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export type Handle = (request: IncomingMessage, response: ServerResponse) => void;

export interface GateOptions {
  /** How many requests of a connection may wait. The next one closes it. */
  readonly waitingMax: number;
  /** One request of a connection begins, or its last one has ended. */
  readonly onBusy?: (socket: Socket, isBusy: boolean) => void;
  /** A connection is closed, because too many of its requests were waiting. */
  readonly onExcess?: () => void;
}

interface Line {
  isBusy: boolean;
  waiting: { readonly handle: Handle; readonly request: IncomingMessage; readonly response: ServerResponse }[];
}

/** Hands requests on, one of each connection at a time, in their order. */
export class Gate {
  readonly #options: GateOptions;
  readonly #lines = new WeakMap<Socket, Line>();

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Whether a request of the connection is under way. */
  isBusy(socket: Socket): boolean {
    return this.#lines.get(socket)?.isBusy === true;
  }

  /** Calls `handle` now, or when what came before on this connection was answered; never when the connection goes before. */
  pass(request: IncomingMessage, response: ServerResponse, handle: Handle): void {
    const { socket } = request;
    const line = this.#lines.get(socket) ?? this.#open(socket);
    if (!line.isBusy) return this.#begin(line, request, response, handle);
    if (line.waiting.length < this.#options.waitingMax) {
      line.waiting.push({ handle, request, response });
      return;
    }
    line.waiting = [];
    this.#options.onExcess?.();
    socket.destroy();
  }

  #open(socket: Socket): Line {
    const line: Line = { isBusy: false, waiting: [] };
    this.#lines.set(socket, line);
    socket.once('close', () => (line.waiting = []));
    return line;
  }

  #begin(line: Line, request: IncomingMessage, response: ServerResponse, handle: Handle): void {
    const { socket } = request;
    if (!line.isBusy) this.#options.onBusy?.(socket, true);
    line.isBusy = true;
    // Follows the end of the answer and the end of the connection alike.
    response.once('close', () => {
      const next = socket.destroyed ? undefined : line.waiting.shift();
      if (next !== undefined) return this.#begin(line, next.request, next.response, next.handle);
      line.isBusy = false;
      this.#options.onBusy?.(socket, false);
    });
    handle(request, response);
  }
}
