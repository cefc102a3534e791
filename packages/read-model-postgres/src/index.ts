// The read model on Postgres: tables, projection store, queries, rebuild, verify; and the stores that live beside it.
export { createPostgresApiHeartbeats } from './api-heartbeats.js';
export { cacheLayout, createPostgresCache, ensureCache, FOLLOWERS, migrateCache } from './caches.js';
export type { FollowerPart } from './caches.js';
export { handOverReadModel, makeFirstGeneration } from './handover.js';
export { createPostgresNodeReports } from './node-reports.js';
export { openProjectionStore } from './projection-store.js';
export { createProjectorLock } from './projector-lock.js';
export { createPostgresReadModel } from './read-model.js';
export type { PostgresReadModelOptions } from './read-model.js';
export { ensureProjections, ensureReadModel, migrateFixedSchema, migrateReadModel, READ_MODEL_SCHEMA_DEFAULT } from './schema.js';
export type { ReadModelLocation } from './schema.js';
export { createPostgresSnapshotStore, deleteLostSnapshots, SNAPSHOT_LIMITS } from './snapshot-store.js';
export { createPostgresProjections } from './projections.js';
export type { PostgresProjections } from './projections.js';
export { rebuildReadModel, RebuildUnderWay } from './rebuild.js';
export type { RebuildOptions } from './rebuild.js';
export { verifyReadModel } from './verify.js';
export type { VerifyOptions } from './verify.js';
