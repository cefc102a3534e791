// A mixed load on an installation, for as long as a fault lasts.
import { MixedClient } from '../mixed-load.js';
import type { Installation } from './installation.js';

/** Leaves room on a machine of two cores for what is being tested. */
const PAUSE_MS = 20;

export interface Load {
  readonly clients: readonly MixedClient[];
  /** How many commands were acknowledged so far. */
  readonly acknowledged: () => number;
  /** Resolves when every client has its last answer. */
  stop(): Promise<void>;
}

/** Starts `clientsEach` clients on each service, over all apis in turn. `name` keeps the commands of two loads apart. */
export function startLoad(installation: Installation, name: string, services: readonly string[], clientsEach = 2): Load {
  const clients = services.flatMap((service) =>
    Array.from({ length: clientsEach }, (_, index) => new MixedClient(`${name}-${service}-${index}`, service, () => installation.caller(), PAUSE_MS)),
  );
  const running = Promise.all(clients.map((client) => client.run()));
  // Whoever stops the load hears of it.
  running.catch(() => undefined);
  return {
    clients,
    acknowledged: () => clients.reduce((sum, client) => sum + client.acknowledged.length, 0),
    async stop() {
      for (const client of clients) client.stop();
      await running;
    },
  };
}
