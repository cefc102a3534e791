// Ports, and what every adapter of a port shares.
export { checkAppend, checkLimit, checkStream, PAGE_EVENTS_MAX, STREAM_NAME_BYTES_MAX } from './ports/event-checks.js';
export { HANDED_OVER_EVENTS_MAX, SUBSCRIPTION_PAGE_EVENTS } from './subscribing/subscription.js';
export type { SubscriptionSource } from './subscribing/subscription.js';
export { Subscriptions } from './subscribing/subscriptions.js';
export { APPEND_BYTES_MAX, AppendOutcomeUnknown, AppendTooLarge, EventStoreRefused, EventStoreUnavailable } from './ports/event-store.js';
export type {
  AppendResult,
  CheckLog,
  EventStore,
  EventPlace,
  EventStoreCounts,
  EventToAppend,
  ReadDirection,
  ReadPlace,
  StoredEvent,
} from './ports/event-store.js';
// The guard of the log.
export { guardedEventStore } from './guard/guarded-event-store.js';
export { assertLogHolds, CHECK_INTERVAL_MS, LogGuard, LogInDoubt, LogSetBack, SET_BACK_AFTER_MS } from './guard/log-guard.js';
export type { LogGuardOptions, LogMark, LogStanding } from './guard/log-guard.js';
export { acceptLog, EMPTY_LOG, LogNotAccepted, openLog, untilOpen } from './guard/open-log.js';
export type { Acceptance, LogToOpen, OpenLogOptions } from './guard/open-log.js';
// The read model: its two ports, the folds between log and rows, and the projector that drives them.
export { ReadModelTables } from './projections/tables.js';
export { cursorBehind, keyOfCursor, ledgerOfCursor, numberOfCursor } from './page-cursors.js';
export { CursorInvalid, ReadModelUnavailable } from './ports/read-model.js';
export type {
  ActivationRow,
  AuditFilter,
  AuditRow,
  Discrepancy,
  LedgerFilter,
  LedgerRow,
  Page,
  PageRequest,
  Pin,
  ReadModel,
  RunningFilter,
  RunningRow,
  VersionActivation,
  VersionRow,
} from './ports/read-model.js';
export { ProjectionRefused } from './ports/projection-store.js';
export type {
  ActivationWrite,
  Checkpoint,
  DocumentAt,
  EnvironmentWrite,
  ItemKey,
  ItemWrite,
  LedgerWrite,
  ProjectionBatch,
  ProjectionStore,
  ProjectorLease,
  ProjectorLock,
  ResumedStream,
  StoredView,
  StreamWrite,
  TagWrite,
  VersionWrite,
} from './ports/projection-store.js';
export type { ParkedEvent, ParkedStream } from './ports/parked.js';
export { BATCH_BYTES_MAX, BATCH_EVENTS_MAX, chunksOf } from './projections/chunks.js';
export { documentsOf, keptDocumentsOf } from './ledger/document-at.js';
export type { KeptDocumentsOptions } from './ledger/document-at.js';
export { LogFolder } from './projections/log-folder.js';
export { hashOf } from './stored-texts.js';
export { PROJECTIONS, useOfStream } from './projections/projections.js';
export type { StreamUse, StreamUses } from './projections/projections.js';
export type { Projection } from './projections/projection.js';
export { readLog, runProjector } from './followers/projector.js';
export { pause } from './followers/terms.js';
export type { ProjectorEvent, ProjectorOptions } from './followers/projector.js';
export type { Snapshot, SnapshotStore } from './ports/snapshots.js';
export { LAYER_DOCUMENT_CHARACTERS_MAX, LAYER_DOCUMENTS_KEPT_MAX } from './ports/layer-documents.js';
export type { LayerDocument, LayerDocuments } from './ports/layer-documents.js';
export {
  BLOCK_DETAILS_MAX,
  BLOCK_MESSAGE_CHARACTERS_MAX,
  boundedBlock,
  INHERITANCE_BLOCKS_LISTED_MAX,
} from './ports/inheritance-blocks.js';
export type { InheritanceBlock, InheritanceBlockFilter, InheritanceBlocks } from './ports/inheritance-blocks.js';
export { API_HEARTBEAT_EXPIRES_MS, LIVE_APIS_LISTED_MAX } from './ports/api-heartbeats.js';
export type { ApiHeartbeat, ApiHeartbeats, ApiIdentity } from './ports/api-heartbeats.js';
export { CLOSED_NODE_KEPT_MS, SILENT_NODE_KEPT_MS } from './ports/node-reports.js';
export type { NodeReport, NodeReportFilter, NodeReports } from './ports/node-reports.js';

// The core: streams of every kind, commands and reads of ledgers, what is active, the relay, and the installation.
export { decodeStored, bytesOf, toAppend } from './codec.js';
export { CommandQueue, WRITE_ATTEMPTS_MAX } from './commands/command-queue.js';
export { OPEN_CHANGE_SET_WAIT_MS } from './commands/open-change-sets.js';
export { CommandOutcomeUnknown } from './commands/outcome.js';
export type { CommandRequest, Outcome } from './commands/outcome.js';
export { KeptStream } from './loading/kept-stream.js';
export { Authentication, NOT_SEALED } from './loading/authentication.js';
export type { AuthenticationOptions, Seals } from './loading/authentication.js';
export { BrokenStreams, isStreamFault } from './loading/broken-streams.js';
export type { BrokenStream } from './loading/broken-streams.js';
export { BROKEN_PAUSE_MS } from './loading/kept-stream.js';
export { StreamReader } from './loading/stream-reader.js';
export { SNAPSHOT_INTERVAL_EVENTS } from './loading/stream-snapshots.js';
export type { Loaded } from './loading/loaded.js';
export type { StreamReaderOptions } from './loading/stream-reader.js';
export { beginningOf, kindOfStream, STREAM_KINDS, STREAMS } from './streams.js';
export type { StreamKind } from './streams.js';
export { createLedgerReads, createLedgers } from './ledger/create-ledgers.js';
export { LEAVES_KEPT_MAX, LEDGERS_KEPT_MAX } from './ledger/ledgers-in-use.js';
export { NoSchemaJudge } from './ledger/no-judge.js';
export type { LedgerReads, LedgersCore, LedgersOptions } from './ledger/create-ledgers.js';
export type { ChangeDone } from './ledger/beside-base.js';
export { activeByName } from './ledger/active-document.js';
export { createProvenActives } from './ledger/proven-active.js';
export type { ProvenActivesOptions } from './ledger/proven-active.js';
export { createLedgerReader, loadVersion } from './ledger/ledger-versions.js';
export type { LedgerReader } from './ledger/ledger-versions.js';
export { SEAL_NAMED_MAX, sealLog, sealSeen, showSealable } from './installation/seal-log.js';
export type { EventWithoutMac, SealOptions, SealOutcome, SealReport, SealRequest } from './installation/seal-log.js';
export { createEnvironments } from './environments/create-environments.js';
export type { EnvironmentsCore, EnvironmentsOptions } from './environments/create-environments.js';
export { defineFirstEnvironments } from './environments/define-first.js';
export { observedBy } from './environments/observed-by.js';
export type { DefineFirstOptions, FirstEnvironments } from './environments/define-first.js';
export { InstallationKeyMismatch, InstallationRecord, SealLost, ensureInstallation } from './installation/installation-record.js';
export type { InstallationOptions, KeptSeal } from './installation/installation-record.js';
export { readInstallation } from './installation/read-installation.js';
export { replaceMacKey } from './installation/replace-mac-key.js';
export type { ReplaceMacKeyOptions } from './installation/replace-mac-key.js';
export { verifyLog } from './verification/verify-log.js';
export type { VerifyLogOptions } from './verification/verify-log.js';
export type { Finding, Verification, VerificationEvent, VerificationProgress, VerifiedEnd } from './verification/findings.js';
export { EnvironmentFacts } from './ledger/ledger-facts.js';
export { runInheritance } from './followers/inheritance.js';
export type { InheritanceEvent, InheritanceOptions } from './followers/inheritance.js';
export { affectedLedgers } from './followers/affected-ledgers.js';
export type { AffectedLedgers } from './followers/affected-ledgers.js';
export { InheritanceIndex } from './followers/inheritance-index.js';
export { layersMoved } from './ledger/layers-moved.js';
export { pendingReasons } from './ledger/standing.js';
export type { RunningLedger } from './followers/inheritance-index.js';
export type { LedgerStanding, LayerMoved, PendingReason } from './ledger/ledger-standing.js';
export type { ListedRule, RulesOutcome, WhatIf, WhatIfLine, WhatIfOutcome } from './ledger/ledger-rules.js';
export type {
  ActivationDone,
  ActivationNow,
  CommandDone,
  CommandOutcome,
  Consistency,
  EffectiveOutcome,
  EffectiveSelector,
  ExplainOutcome,
  ExplainSelector,
  LeafSource,
  PromotionDone,
  Ledgers,
  OverriddenValue,
  ReadOutcome,
  ReadSelector,
  SourcedLeaf,
} from './ledger/ledgers.js';
export { FeedFenced } from './ports/feed.js';
export type { ActiveDocument, FeedPublisher } from './ports/feed.js';
export type { Authority, Clock, Ids, Keys, Signer } from './ports/system.js';
export { formatPosition, parsePosition } from './position.js';
export type { ParsedPosition } from './position.js';
export { PROVISIONAL_MS } from './ledger/read-document.js';
export type { ChangesPublisher } from './ports/changes.js';
export { KEEP_INTERVAL_MS, runChanges } from './followers/changes.js';
export type { ChangesEvent, ChangesOptions } from './followers/changes.js';
export { BEAT_INTERVAL_MS, runRelay } from './followers/relay.js';
export type { RelayEvent, RelayOptions } from './followers/relay.js';
export { SchemaJudgeUnavailable } from './ports/schemas.js';
export type { SchemaJudge } from './ports/schemas.js';
export { RESTART_GLOBS_MAX } from './ledger/rule-facts.js';
