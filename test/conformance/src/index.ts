// One suite per port, which every adapter runs.
export { eventStoreConformance } from './event-store.js';
export type { EventStoreUnderTest } from './event-store.js';
export { LedgerLog } from './ledger-log.js';
export type { Edits, SetOptions } from './ledger-log.js';
export { randomLedgerLog, randomNumbers } from './random-ledger-log.js';
export { allPages, contentsOf, projectLog } from './read-model-contents.js';
export type { ReadModelContents } from './read-model-contents.js';
export { readModelConformance } from './read-model.js';
export type { ReadModelUnderTest } from './read-model.js';
export { FeedFollower } from './feed-follower.js';
export { feedConformance } from './feed.js';
export type { FeedHarness, FeedUnderTest } from './feed.js';
export { ScriptedFeed } from './scripted-feed.js';
export { differencesOf, leavesOf, markerOf, SigningKey, SigningLedger } from './signing-ledger.js';
export { snapshotStoreConformance } from './snapshot-store.js';
export type { SnapshotStoreUnderTest } from './snapshot-store.js';
export { nodeReportsConformance } from './node-reports.js';
export type { NodeReportsUnderTest } from './node-reports.js';
