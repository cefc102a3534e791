// At most one request of a connection is under way. Node emits all pipelined requests of a chunk at once, and the response of one that waits
// behind another hears nothing when its connection goes: a handler that began for it would leave behind what it opened.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export type Handle = (request: IncomingMessage, response: ServerResponse) => void;

interface Waiting {
  readonly handle: Handle;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** A connection with its requests. */
export interface Line {
  readonly socket: Socket;
  /** To the request that is under way; null when there is none. */
  response: ServerResponse | null;
  /** Nothing more is read from it. */
  isEnding: boolean;
  /** A request has come on it. */
  hasAsked: boolean;
  /** Since when none is, or, while one is, since when none was before; milliseconds of `performance.now()`. */
  idleSince: number;
  readonly waiting: Waiting[];
}

const LINE = Symbol('line');
type LinedSocket = Socket & { [LINE]?: Line };

/** Hands requests on, one of each connection at a time, in their order. */
export class Gate {
  readonly #waitingMax: number;
  readonly #onExcess: () => void;
  readonly #lines = new Set<Line>();

  /** `waitingMax` requests of a connection may wait. The next one closes it, and `onExcess` is called. */
  constructor(waitingMax: number, onExcess: () => void) {
    this.#waitingMax = waitingMax;
    this.#onExcess = onExcess;
  }

  /** The connections that are open. */
  get lines(): ReadonlySet<Line> {
    return this.#lines;
  }

  /** Knows a new connection from now on. */
  open(socket: Socket): Line {
    const line: Line = {
      socket,
      response: null,
      isEnding: false,
      hasAsked: false,
      idleSince: performance.now(),
      waiting: [],
    };
    (socket as LinedSocket)[LINE] = line;
    this.#lines.add(line);
    socket.once('close', () => this.forget(line));
    return line;
  }

  /** A connection that is closed, or as good as closed: what waits on it is dropped. */
  forget(line: Line): void {
    line.waiting.length = 0;
    this.#lines.delete(line);
  }

  /** Whether a request of the connection is under way. */
  isBusy(socket: Socket): boolean {
    const line = lineOf(socket);
    return line !== undefined && line.response !== null;
  }

  /** The answer under way, where it has not begun: it is the last of its connection from now on. Null where there is none. */
  lastAnswerOn(socket: Socket): ServerResponse | null {
    const line = lineOf(socket);
    if (line === undefined || line.response === null || line.response.headersSent) return null;
    line.waiting.length = 0;
    line.isEnding = true;
    return line.response;
  }

  /** Calls `handle` now, or when what came before on this connection was answered; never when the connection goes before. */
  pass(request: IncomingMessage, response: ServerResponse, handle: Handle): void {
    const { socket } = request;
    const line = lineOf(socket) ?? this.open(socket);
    if (line.response === null) return begin(line, { handle, request, response });
    if (line.waiting.push({ handle, request, response }) <= this.#waitingMax) return;
    this.forget(line);
    this.#onExcess();
    socket.destroy();
  }
}

function lineOf(socket: LinedSocket): Line | undefined {
  return socket[LINE];
}

function begin(line: Line, { handle, request, response }: Waiting): void {
  line.hasAsked = true;
  line.response = response;
  response.on('close', answered);
  handle(request, response);
}

/** Follows the end of an answer and the end of its connection alike. */
function answered(this: ServerResponse): void {
  const line = lineOf(this.req.socket);
  if (line === undefined) return;
  // An answer that ends its connection is the last one: the response of a next request would never hear that the connection went.
  const isLast = line.isEnding || line.socket.destroyed || !line.socket.writable || !this.shouldKeepAlive;
  const next = isLast ? undefined : line.waiting.shift();
  if (next !== undefined) return begin(line, next);
  if (line.isEnding) line.socket.destroySoon();
  line.waiting.length = 0;
  line.response = null;
  line.idleSince = performance.now();
}
