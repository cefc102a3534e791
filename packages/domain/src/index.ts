// The ledger aggregate: what it can be asked, what it decides, what its events add up to.
export { COMMANDS_REMEMBERED_MAX, CommandWindow } from './command-window.js';
export type { RememberedCommand } from './command-window.js';
export type { BatchOperation, Changes, Command, Guards, Refusal, RefusalCode, RefusalDetail, VersionName } from './commands.js';
export { decide, pathOf } from './decisions.js';
export type { Decision, DecisionContext } from './decisions.js';
export { BATCH_OPERATIONS_MAX } from './edits.js';
export type {
  Actor,
  ChangeSetPlace,
  ConfigDeleted,
  ConfigSet,
  DraftEvent,
  EventMetadata,
  InstallationCreated,
  LedgerCreated,
  LedgerEvent,
  Recorded,
  VersionActivated,
  VersionTagged,
  VersionUntagged,
} from './events.js';
export { CREATED_ONLY_TAG, entityTag } from './guards.js';
export { SCHEMA_VERSION, chainProblem, idFromHash, recordChangeSet, recordEach, recordEvent, streamOf } from './record.js';
export type { ActivationToSign, Envelope, RecordedText, SignActivation, StreamEnd } from './record.js';
export { REASON_CHARACTERS_MAX } from './reason.js';
export { refuse, refuseWith, refusalOf } from './refusals.js';
export { LedgerCorrupt, evolve, evolveAll, initialState } from './state.js';
export type { AbsentLedger, Activation, ExistingLedger, Head, LedgerState, OpenChangeSet } from './state.js';
export { TAGS_MAX } from './tags.js';
export { VERSION_WORDS, notAVersion, resolveVersion, versionNumber } from './versions.js';
export type { LoadedVersion, ResolvedVersion, VersionContent } from './versions.js';
