// A mixed load on an installation, for as long as a fault lasts.
import { setTimeout as sleep } from 'node:timers/promises';
import { MixedClient, type Unserved } from '../mixed-load.js';
import type { Installation } from './installation.js';

/** Leaves room on a machine of two cores for what is being tested. */
const PAUSE_MS = 20;

export interface Load {
  readonly clients: readonly MixedClient[];
  /** How many commands were acknowledged so far. */
  readonly acknowledged: () => number;
  /** The attempts that were answered 503, or not at all, so far. */
  readonly unserved: () => Unserved[];
  /** Commands acknowledged a second, over the next so many milliseconds. */
  speedOver(timeMs: number): Promise<number>;
  /** Resolves when every client has its last answer. */
  stop(): Promise<void>;
}

/** Starts `clientsEach` clients on each service, over all apis in turn. `name` keeps the commands of two loads apart. */
export function startLoad(installation: Installation, name: string, services: readonly string[], clientsEach = 2): Load {
  const clients = services.flatMap((service) =>
    Array.from(
      { length: clientsEach },
      (_, index) => new MixedClient(`${name}-${service}-${index}`, service, () => installation.caller(), PAUSE_MS),
    ),
  );
  const running = Promise.all(clients.map((client) => client.run()));
  // Whoever stops the load hears of it.
  running.catch(() => undefined);
  const acknowledged = (): number => clients.reduce((sum, client) => sum + client.acknowledged.length, 0);
  return {
    clients,
    acknowledged,
    unserved: () => clients.flatMap((client) => client.unserved),
    async speedOver(timeMs) {
      const [before, began] = [acknowledged(), performance.now()];
      await sleep(timeMs);
      return (1_000 * (acknowledged() - before)) / (performance.now() - began);
    },
    async stop() {
      for (const client of clients) client.stop();
      await running;
    },
  };
}
