// Which connections are open. One too many takes the place of the one that has waited longest for a request; when all are at work it is not
// accepted, or, for some more, serves health and metrics alone.
import type { Socket } from 'node:net';
import type { Edge } from './limits.js';

/** A younger connection may have a request on its way. */
const IDLE_MS_MIN = 1_000;
/** How long a connection beyond the limit may take to ask for health and to be answered. */
const HEALTH_MS_MAX = 2_000;

export class Connections {
  readonly #edge: Edge;
  readonly #onFull: () => void;
  readonly #open = new Set<Socket>();
  /** Those without a request under way, with the time since when; the longest first. */
  readonly #idle = new Map<Socket, number>();
  readonly #forHealth = new Set<Socket>();

  /** `onFull` is called for each connection that finds no place. */
  constructor(edge: Edge, onFull: () => void) {
    this.#edge = edge;
    this.#onFull = onFull;
  }

  /** Takes a new connection in, or closes it. */
  accept(socket: Socket): void {
    const { connections, healthConnections } = this.#edge.limits;
    socket.once('close', () => this.#forget(socket));
    if (this.#open.size >= connections && !this.#madeRoom()) {
      this.#edge.connections.refuse();
      this.#onFull();
      if (this.#forHealth.size >= healthConnections) return void socket.destroy();
      this.#forHealth.add(socket);
      const late = setTimeout(() => socket.destroy(), HEALTH_MS_MAX).unref();
      socket.once('close', () => clearTimeout(late));
      return;
    }
    this.#open.add(socket);
    this.#idle.set(socket, performance.now());
    this.#edge.connections.measured(this.#open.size);
  }

  /** A request of the connection begins, or its last one has ended. */
  busy(socket: Socket, isBusy: boolean): void {
    if (isBusy) this.#idle.delete(socket);
    else if (this.#open.has(socket)) this.#idle.set(socket, performance.now());
  }

  /** Whether the connection is beyond the limit. */
  isForHealthOnly(socket: Socket): boolean {
    return this.#forHealth.size > 0 && this.#forHealth.has(socket);
  }

  /** Closes those without a request under way, the ones that never sent one among them. */
  closeIdle(): void {
    for (const socket of this.#idle.keys()) socket.destroy();
  }

  #madeRoom(): boolean {
    for (const [socket, since] of this.#idle) {
      if (performance.now() - since < IDLE_MS_MIN) return false;
      socket.destroy();
      this.#forget(socket);
      return true;
    }
    return false;
  }

  #forget(socket: Socket): void {
    this.#idle.delete(socket);
    this.#forHealth.delete(socket);
    if (this.#open.delete(socket)) this.#edge.connections.measured(this.#open.size);
  }
}
