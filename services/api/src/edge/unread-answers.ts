// Answers that clients do not take. Each is memory of ours: a client that takes nothing is closed, and so are those with most of it when
// there is too much in all.
import type { Socket } from 'node:net';
import type { Gate } from './gate.js';
import type { Edge } from './limits.js';

const LOOK_INTERVAL_MS = 200;

interface Progress {
  /** Bytes that the operating system has taken. */
  readonly taken: number;
  /** Since when it is not more. */
  readonly since: number;
}

/** Looks at the connections with a request under way. */
export class UnreadAnswers {
  readonly #edge: Edge;
  readonly #gate: Pick<Gate, 'lines'>;
  readonly #progress = new WeakMap<Socket, Progress>();
  readonly #timer: NodeJS.Timeout;

  constructor(edge: Edge, gate: Pick<Gate, 'lines'>) {
    this.#edge = edge;
    this.#gate = gate;
    this.#timer = setInterval(() => this.look(performance.now()), LOOK_INTERVAL_MS).unref();
  }

  /** Closes what has stalled, and what is too much. `now` is in milliseconds of a clock that only goes forward. */
  look(now: number): void {
    const unread: { readonly socket: Socket; readonly bytes: number }[] = [];
    let total = 0;
    for (const { socket, response } of this.#gate.lines) {
      const bytes = response === null ? 0 : socket.writableLength;
      if (bytes === 0 || socket.destroyed || this.#isStalled(socket, now)) continue;
      unread.push({ socket, bytes });
      total += bytes;
    }
    this.#edge.unreadBytes.measured(total);
    if (total > this.#edge.limits.unreadBytes) this.#closeLargest(unread, total);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Closes a connection whose client takes nothing any more. */
  #isStalled(socket: Socket, now: number): boolean {
    const taken = takenBytes(socket);
    const before = this.#progress.get(socket);
    if (before === undefined || before.taken !== taken) {
      this.#progress.set(socket, { taken, since: now });
      return false;
    }
    if (now - before.since < this.#edge.limits.stalledAnswerMs) return false;
    this.#edge.stalledAnswers.refuse();
    socket.destroy();
    return true;
  }

  #closeLargest(unread: { readonly socket: Socket; readonly bytes: number }[], total: number): void {
    let left = total;
    for (const { socket, bytes } of unread.toSorted((one, other) => other.bytes - one.bytes)) {
      if (left <= this.#edge.limits.unreadBytes) return;
      this.#edge.unreadBytes.refuse();
      socket.destroy();
      left -= bytes;
    }
  }
}

/** The streams of Node count a large chunk as a whole until all of it is taken; its handle knows how much of it waits. */
interface Handle {
  readonly bytesWritten?: number;
  readonly writeQueueSize?: number;
}

function takenBytes(socket: Socket): number {
  const { _handle: handle } = socket as Socket & { readonly _handle?: Handle | null };
  return (handle?.bytesWritten ?? socket.bytesWritten) - (handle?.writeQueueSize ?? socket.writableLength);
}
