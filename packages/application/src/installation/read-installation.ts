// Who the installation is, for parts that only read: hashes and the chain are checked, macs are not.
import { installationAggregate, type Installation } from '@confledger/domain';
import { StreamReader } from '../loading/stream-reader.js';
import type { EventStore } from '../ports/event-store.js';

/** Null where no api has made the installation yet. Throws `StreamCorrupt`. */
export async function readInstallation(store: Pick<EventStore, 'readStream'>): Promise<Installation | null> {
  const { stream } = await new StreamReader(installationAggregate, { store }).end(null);
  return stream.state;
}
