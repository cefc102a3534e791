// The ports in memory, for tests and benchmarks: the entry `@confledger/application/testing`. What runs does not import it.
export { createInMemoryEventStore } from './event-store.js';
export type { InMemoryEventStore } from './event-store.js';
export { InMemoryApiHeartbeats } from './api-heartbeats.js';
export { InMemoryInheritanceBlocks } from './inheritance-blocks.js';
export { InMemoryLayerDocuments } from './layer-documents.js';
export { InMemoryNodeReports } from './node-reports.js';
export { InMemoryReadModel } from './read-model.js';
export { memorySchemaJudge } from './schema-judge.js';
export type { MemorySchemaJudgeOptions } from './schema-judge.js';
export { InMemorySnapshotStore } from './snapshot-store.js';
