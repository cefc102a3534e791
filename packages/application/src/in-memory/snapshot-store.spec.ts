// The snapshot store in memory under the rules of its port.
import { snapshotStoreConformance } from '@confledger/conformance';
import { InMemorySnapshotStore } from './snapshot-store.js';

snapshotStoreConformance('The snapshot store in memory', async () => ({
  store: new InMemorySnapshotStore(),
  close: async () => undefined,
}));
