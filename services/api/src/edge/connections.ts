// Which connections are open. One too many takes the place of one that never asked for anything, or of the one that has waited longest for a
// next request; when all are at work it is not accepted, or, for some more, serves health and metrics alone.
import type { Socket } from 'node:net';
import type { Gate, Line } from './gate.js';
import type { Edge } from './limits.js';

/** A connection that is idle for less may have its next request on its way. */
const IDLE_MS_MIN = 1_000;
/** One that never asked for anything has had the time of a round trip. */
const SILENT_MS_MIN = 50;
/** How long a connection beyond the limit may take to ask for health and to be answered. */
const HEALTH_MS_MAX = 2_000;
/** How often all connections are looked through for idle ones, at most. */
const SEARCH_INTERVAL_MS = 100;

export class Connections {
  readonly #edge: Edge;
  readonly #gate: Gate;
  readonly #onFull: () => void;
  readonly #forHealth = new Set<Socket>();
  /** Those that were idle when they were looked for: the last one makes room first. */
  #idle: Line[] = [];
  #searchedAt = Number.NEGATIVE_INFINITY;

  /** `onFull` is called for each connection that finds no place. */
  constructor(edge: Edge, gate: Gate, onFull: () => void) {
    this.#edge = edge;
    this.#gate = gate;
    this.#onFull = onFull;
  }

  /** Takes a new connection in, or closes it. */
  accept(socket: Socket): void {
    const { connections } = this.#edge.limits;
    if (this.#gate.lines.size >= connections && !this.#madeRoom()) return this.#refuse(socket);
    this.#gate.open(socket);
    this.#measure();
    socket.once('close', () => this.#measure());
  }

  /** Whether the connection is beyond the limit. */
  isForHealthOnly(socket: Socket): boolean {
    return this.#forHealth.size > 0 && this.#forHealth.has(socket);
  }

  /** Closes those without a request under way, the ones that never sent one among them, and those whose request has not arrived whole. */
  closeIdle(): void {
    for (const { socket, response } of this.#gate.lines) if (response === null || !response.req.complete) socket.destroy();
  }

  #refuse(socket: Socket): void {
    this.#edge.connections.refuse();
    this.#onFull();
    if (this.#forHealth.size >= this.#edge.limits.healthConnections && !this.#madeRoomForHealth()) return void socket.destroy();
    this.#forHealth.add(socket);
    const late = setTimeout(() => socket.destroy(), HEALTH_MS_MAX).unref();
    socket.once('close', () => {
      clearTimeout(late);
      this.#forHealth.delete(socket);
    });
  }

  #madeRoom(): boolean {
    const line = this.#longestIdle(performance.now());
    if (line === undefined) return false;
    line.socket.destroy();
    this.#gate.forget(line);
    return true;
  }

  #longestIdle(now: number): Line | undefined {
    const { lines } = this.#gate;
    const isIdle = ({ response, hasAsked, idleSince }: Line): boolean =>
      response === null && now - idleSince >= (hasAsked ? IDLE_MS_MIN : SILENT_MS_MIN);
    for (let line = this.#idle.pop(); line !== undefined; line = this.#idle.pop()) if (lines.has(line) && isIdle(line)) return line;
    if (now - this.#searchedAt < SEARCH_INTERVAL_MS) return undefined;
    this.#searchedAt = now;
    this.#idle = [...lines].filter(isIdle).sort(laterToGoFirst);
    return this.#idle.pop();
  }

  #madeRoomForHealth(): boolean {
    for (const socket of this.#forHealth) {
      if (this.#gate.isBusy(socket)) continue;
      socket.destroy();
      return this.#forHealth.delete(socket);
    }
    return false;
  }

  #measure(): void {
    this.#edge.connections.measured(this.#gate.lines.size - this.#forHealth.size);
  }
}

/** Who never asked goes first; of the others, who has been idle longest. */
function laterToGoFirst(one: Line, other: Line): number {
  return one.hasAsked === other.hasAsked ? other.idleSince - one.idleSince : Number(other.hasAsked) - Number(one.hasAsked);
}
