// Heartbeats of apis in memory: for tests and benchmarks.
import {
  API_HEARTBEAT_EXPIRES_MS,
  LIVE_APIS_LISTED_MAX,
  type ApiHeartbeat,
  type ApiHeartbeats,
  type ApiIdentity,
} from '../ports/api-heartbeats.js';
import type { Clock } from '../ports/system.js';

export class InMemoryApiHeartbeats implements ApiHeartbeats {
  readonly #clock: Clock;
  readonly #heartbeats = new Map<string, ApiHeartbeat>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many are kept, expired ones included. */
  get keptCount(): number {
    return this.#heartbeats.size;
  }

  async write({ id, release, features }: ApiIdentity): Promise<void> {
    for (const heartbeat of this.#heartbeats.values()) if (this.#hasExpired(heartbeat)) this.#heartbeats.delete(heartbeat.id);
    this.#heartbeats.set(id, { id, release, features: [...features], heartbeatAt: new Date(this.#clock.now()).toISOString() });
  }

  async remove(id: string): Promise<void> {
    this.#heartbeats.delete(id);
  }

  async list(): Promise<readonly ApiHeartbeat[]> {
    return [...this.#heartbeats.values()]
      .filter((heartbeat) => !this.#hasExpired(heartbeat))
      .toSorted((one, other) => (one.id < other.id ? -1 : 1))
      .slice(0, LIVE_APIS_LISTED_MAX);
  }

  #hasExpired({ heartbeatAt }: ApiHeartbeat): boolean {
    return this.#clock.now() - Date.parse(heartbeatAt) > API_HEARTBEAT_EXPIRES_MS;
  }
}
