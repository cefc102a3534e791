// What this installation is about: streams of several kinds, what they can be asked, what they decide, what their events add up to.
export { ancestorNames, ancestorsAt, ancestorsOf, descendantsOf, haveSameAncestors } from './environments/ancestors.js';
export type { Ancestor } from './environments/ancestors.js';
export type {
  EnvironmentDefinition,
  EnvironmentGuards,
  EnvironmentsCommand,
  EnvironmentsRefusal,
  EnvironmentsRefusalCode,
  EnvironmentsTypes,
  OlderApis,
} from './environments/commands.js';
export { ENVIRONMENTS_MAX, ENVIRONMENT_PROPERTIES_BYTES_MAX, isEnvironmentName } from './environments/definition-rules.js';
export { ENVIRONMENTS_STREAM, environmentsAggregate } from './environments/environments.js';
export { ENVIRONMENT_TYPES } from './environments/events.js';
export type {
  EnvironmentDefined,
  EnvironmentPolicy,
  EnvironmentRetired,
  EnvironmentType,
  EnvironmentsEvent,
} from './environments/events.js';
export { ENVIRONMENT_ANCESTORS_MAX, ENVIRONMENT_DEPTH_MAX } from './environments/graph-rules.js';
export { POLICY_OF_TYPE } from './environments/policies.js';
export { EXISTING_INSTALLATION_FACT, namesInUse } from './environments/state.js';
export type { Environment, Environments } from './environments/state.js';
export { SEALED_STREAMS_MAX } from './installation/events.js';
export type { InstallationCreated, InstallationEvent, MacKeySet, SealedEnd, StreamsSealed } from './installation/events.js';
export { INSTALLATION_STREAM, installationAggregate } from './installation/installation.js';
export type { Installation, InstallationCommand, InstallationTypes, Seal } from './installation/installation.js';
export type { BatchOperation, Command, Guards, LedgerRefusal, LedgerRefusalCode, RollbackLayers, VersionName } from './ledger/commands.js';
export { goesLive, mountIn, pathOf } from './ledger/decisions.js';
export { differencesOf } from './ledger/differences.js';
export { BATCH_OPERATIONS_MAX, batchTooLarge } from './ledger/edits.js';
export type {
  ConfigDeleted,
  ConfigSet,
  DraftEvent,
  Layer,
  Layered,
  LedgerCreated,
  LedgerEvent,
  LedgerRestored,
  LedgerRetired,
  UnsignedActivation,
  UnsignedStatement,
  VersionActivated,
  VersionTagged,
  VersionUntagged,
} from './ledger/events.js';
export { withoutLayers } from './ledger/events.js';
export { CREATED_ONLY_TAG, entityTag } from './ledger/guards.js';
export { LEDGER_PATTERN, LedgerId } from './ledger/ledger-id.js';
export { ledgerAggregate, signedBy } from './ledger/ledger.js';
export { environmentFactOf, followsOthers, UNKEPT_ENVIRONMENT } from './ledger/environment.js';
export type { EnvironmentFact } from './ledger/environment.js';
export { assertNotBehind } from './ledger/bases.js';
export { follows, INHERITANCE_ACTOR_ID } from './ledger/inheritance.js';
export {
  ancestorsKey,
  ancestorsOfKey,
  effectiveDocument,
  haveSameLayers,
  laidOver,
  layersKey,
  layersOfKey,
  NO_BASE,
} from './ledger/layers.js';
export type { Base } from './ledger/layers.js';
export type { LedgerStream, LedgerTypes } from './ledger/ledger-types.js';
export { promotedOfKey } from './ledger/promoted-version.js';
export type { PromotedVersion, PromoteCommand } from './ledger/promoted-version.js';
export { promotedDocument, PROMOTED_PATHS_MAX, promotionPlan } from './ledger/promotion.js';
export type { PromotedLeaf, Promotion, PromotionPlan } from './ledger/promotion.js';
export { hiddenPaths, holdsReserved, HIDE_PATH, RESERVED_NAME, withoutReserved } from './ledger/reserved.js';
export { activationUnknown } from './ledger/rollback.js';
export { documentToRun } from './ledger/statements.js';
export { statementOf } from './ledger/statement-fact.js';
export type { StatementFact } from './ledger/statement-fact.js';
export type { ActivationToSign, ActivationToSignMore, SignActivation } from './ledger/ledger.js';
export { activeLayers, ACTIVATIONS_KEPT, changesOf, layeredOf, ledgerFold, pastActivationOf, versionOf } from './ledger/state.js';
export type { Activation, Foldable, Head, LayeredStatement, Ledger, PastActivation, RevisedChange } from './ledger/state.js';
export { TAGS_MAX } from './ledger/tags.js';
export {
  VERSION_WORDS,
  contentOf,
  isOfRun,
  isWord,
  notAVersion,
  nothingActive,
  nothingPrevious,
  resolveVersion,
  versionNumber,
} from './ledger/versions.js';
export type { ExistingLedger, LoadedVersion, ResolvedVersion, RunName, VersionContent } from './ledger/versions.js';
export { decide } from './stream/aggregate.js';
export type {
  Aggregate,
  AggregateTypes,
  CommandIdentity,
  Decision,
  DecisionContext,
  Facts,
  Need,
  RefusalOf,
  StreamOf,
  Verdict,
} from './stream/aggregate.js';
export { changeSetsOf, eventsOf, gather } from './stream/change-sets.js';
export type { ChangeSet, Gathered, OpenChangeSet } from './stream/change-sets.js';
export { COMMANDS_REMEMBERED_MAX, CommandWindow } from './stream/command-window.js';
export type { RememberedCommand } from './stream/command-window.js';
export { EventUnreadable, decodeRecorded, isCount, isText, membersOf } from './stream/decoders.js';
export type { EventDecoder, EventDecoders, ParsedEvent } from './stream/decoders.js';
export type { Actor, ChangeSetPlace, EventMetadata, EventShape, EventSource, FactRevisions, Recorded } from './stream/events.js';
export { REASON_CHARACTERS_MAX } from './stream/reason.js';
export { contentProblem, hashOfTexts, idFromHash } from './stream/authenticity.js';
export type { EventTexts } from './stream/authenticity.js';
export { isoTime } from './stream/iso-time.js';
export { recordEach, recordEvent } from './stream/record.js';
export type { Envelope, EventPlacement, FinishDraft, RecordTools, RecordedText, StreamEnd } from './stream/record.js';
export { refuse, refuseWith, refusalOf } from './stream/refusals.js';
export type { Refusal, RefusalDetail, StreamRefusalCode } from './stream/refusals.js';
export { decodeStream, encodeStream } from './stream/snapshots.js';
export type { SnapshotCodec } from './stream/snapshots.js';
export { EventMisfit, StreamCorrupt, emptyStream, follow, followAll, followProblem, step } from './stream/stream-state.js';
export type { ApplyChangeSet, Step, StreamState } from './stream/stream-state.js';
export { DIALECTS } from './schemas/rules.js';
export type {
  Dialect,
  Examined,
  Judgement,
  Rule,
  RuleOrigin,
  SchemaAnnotation,
  SchemaDocument,
  SchemaProblem,
  SchemaProblemCode,
  ToJudge,
  Unjudged,
  Violation,
} from './schemas/rules.js';
export { categoryRules, NO_RULES, ownRules, parentRules, rulesInForce } from './schemas/in-force.js';
export type { RulesInForce } from './schemas/in-force.js';
export type { MountedSchema, Schemas } from './schemas/mounted.js';
export { MOUNTS_MAX, mountOf, schemaRefusal, schemaUnknown, SCHEMAS_BYTES_MAX, withEdits } from './schemas/mounts.js';
export type { SchemaEdit } from './schemas/mounts.js';
export { NOTHING_SAID, saying, saysNothing, type ToSay } from './ledger/saying.js';
export { violationCount, violationDetails, VIOLATIONS_LISTED_MAX } from './ledger/judging.js';
export type { LedgerNotes, Said, ToBeSaid } from './ledger/notes.js';
export type { RollbackSchemas } from './ledger/commands.js';
export type { SchemaRemoved, SchemaSet } from './ledger/events.js';
export type { LaidLayers } from './ledger/layers.js';
export { EDITION_NEWEST } from '@confledger/categories';
