// What each operation takes and answers. The api's schemas are held to these types, and the client's calls are made of them.
import type {
  AuditItem,
  ConfigurationAnswer,
  LedgerItem,
  LedgerList,
  NodeItem,
  NodeReportAnswer,
  NodesAnswer,
  PositionedList,
  PromotionAnswer,
  RollbackAnswer,
  Success,
  TagAnswer,
  ValueAnswer,
  ValuesAnswer,
  VersionAnswer,
  VersionItem,
  WriteAnswer,
} from './answers.js';
import type { BatchSuccess } from './batches.js';
import type {
  DefineEnvironmentQuery,
  EnvironmentAnswer,
  EnvironmentBody,
  EnvironmentsAnswer,
  EnvironmentsQuery,
  EnvironmentWriteAnswer,
  EnvironmentWriteBody,
  EnvironmentWriteQuery,
} from './environments.js';
import type { ActivationItem, ActivationItemAnswer, DiffAnswer, EffectiveAnswer, ExplainAnswer } from './effective.js';
import type { HealthAnswer, StatusAnswer } from './status.js';
import type { NodeReportBody } from './nodes.js';
import type { SealAnswer, SealBody } from './seals.js';
import type {
  SchemaBody,
  SchemaQuery,
  SchemaRemoveBody,
  SchemaRemoveQuery,
  SchemasAnswer,
  SchemaWriteAnswer,
  SchemaWriteQuery,
  ValidateBody,
  ValidateQuery,
  ValidationAnswer,
  WhatIfAnswerLine,
  WhatIfBody,
} from './schemas.js';
import type { StoredEventAnswer, VerificationLine } from './verification.js';
import type {
  CommonHeaders,
  ChangeHeaders,
  DefineHeaders,
  FeedHeaders,
  ReadHeaders,
  ReportHeaders,
  TaggedHeaders,
  WriteHeaders,
} from './headers.js';
import type {
  ActivateBody,
  ActivateQuery,
  ActivateVersionQuery,
  AuditQuery,
  BatchBody,
  BatchQuery,
  ContentWriteQuery,
  ConfigurationBody,
  ConfigurationsQuery,
  DifferenceQuery,
  DocumentQuery,
  EffectiveDocumentQuery,
  EnvironmentQuery,
  ExplainQuery,
  FeedQuery,
  HistoryQuery,
  PathWriteQuery,
  PathContentWriteQuery,
  PathQuery,
  PathsQuery,
  NodesQuery,
  NoQuery,
  PositionedQuery,
  PromoteBody,
  RollbackBody,
  RollbackQuery,
  TagBody,
  TagQuery,
  ValueBody,
  ValueQuery,
  VersionQuery,
  WriteBody,
  WriteQuery,
} from './requests.js';

/** A request without a body. `A` is the whole body of the answer. */
interface Query<Q, A, H = CommonHeaders> {
  readonly query: Q;
  readonly headers: H;
  readonly body: null;
  readonly answer: A;
}

/** A request that changes something. A body that may be left out is optional. */
interface Write<Q, B, A, H = WriteHeaders> {
  readonly query: Q;
  readonly headers: H;
  readonly body: B;
  readonly answer: A;
}

/** Reads a document or a part of it, under a condition if the client names one. */
type Reading<Q, D> = Query<Q, Success<D>, ReadHeaders>;

/** Query, headers, body and answer of every operation. A body is null where there is none, and undefined where it may be left out. */
export interface Exchanges {
  readonly readConfiguration: Reading<DocumentQuery, ConfigurationAnswer>;
  readonly readConfigurationIn: Reading<DocumentQuery, ConfigurationAnswer>;
  readonly createConfiguration: Write<ContentWriteQuery, ConfigurationBody, Success<WriteAnswer>>;
  readonly replaceConfiguration: Write<ContentWriteQuery, ConfigurationBody, Success<WriteAnswer>>;
  readonly replaceConfigurationIn: Write<ContentWriteQuery, ConfigurationBody, Success<WriteAnswer>>;
  readonly mergeConfiguration: Write<ContentWriteQuery, ConfigurationBody, Success<WriteAnswer>>;
  readonly deleteConfiguration: Write<WriteQuery, WriteBody | undefined, Success<WriteAnswer>>;
  readonly retireConfiguration: Write<WriteQuery, WriteBody | undefined, Success<WriteAnswer>>;
  readonly restoreConfiguration: Write<WriteQuery, WriteBody | undefined, Success<WriteAnswer>>;
  readonly readValueByKey: Reading<PathQuery, ValueAnswer>;
  readonly readValue: Reading<ValueQuery, ValueAnswer>;
  readonly setValueByKey: Write<PathContentWriteQuery, ValueBody, Success<WriteAnswer>>;
  readonly setValue: Write<ContentWriteQuery, ValueBody, Success<WriteAnswer>>;
  readonly deleteValueByKey: Write<PathWriteQuery, WriteBody | undefined, Success<WriteAnswer>>;
  readonly deleteValue: Write<WriteQuery, WriteBody | undefined, Success<WriteAnswer>>;
  readonly writeBatch: Write<BatchQuery, BatchBody, BatchSuccess>;
  readonly readBatch: Query<PathsQuery, Success<ValuesAnswer>>;
  readonly listVersions: Query<PositionedQuery, Success<LedgerList<VersionItem>>>;
  readonly readVersion: Query<VersionQuery, Success<VersionAnswer>>;
  readonly activate: Write<ActivateQuery, ActivateBody | undefined, Success<WriteAnswer>>;
  readonly activateVersion: Write<ActivateVersionQuery, ActivateBody | undefined, Success<WriteAnswer>>;
  readonly rollBack: Write<RollbackQuery, RollbackBody | undefined, Success<RollbackAnswer>>;
  readonly promote: Write<WriteQuery, PromoteBody, Success<PromotionAnswer>>;
  readonly rollBackTo: Write<RollbackQuery, RollbackBody | undefined, Success<RollbackAnswer>>;
  readonly tagVersion: Write<TagQuery, TagBody | undefined, Success<TagAnswer>>;
  readonly untagVersion: Write<WriteQuery, WriteBody | undefined, Success<TagAnswer>>;
  readonly listActivations: Query<PositionedQuery, Success<LedgerList<ActivationItem>>>;
  readonly readActivation: Query<EnvironmentQuery, Success<ActivationItemAnswer>>;
  readonly readEffective: Reading<EffectiveDocumentQuery, EffectiveAnswer>;
  readonly explainConfiguration: Query<ExplainQuery, Success<ExplainAnswer>>;
  readonly readSchemas: Query<SchemaQuery, Success<SchemasAnswer>, TaggedHeaders>;
  readonly setSchema: Write<SchemaWriteQuery, SchemaBody, Success<SchemaWriteAnswer>>;
  readonly removeSchema: Write<SchemaRemoveQuery, SchemaRemoveBody | undefined, Success<SchemaWriteAnswer>>;
  readonly validateConfiguration: Write<ValidateQuery, ValidateBody | undefined, Success<ValidationAnswer>, CommonHeaders>;
  /** The answer is one line. */
  readonly whatIfSchema: Write<EnvironmentQuery, WhatIfBody, WhatIfAnswerLine, CommonHeaders>;
  readonly readDifference: Query<DifferenceQuery, Success<DiffAnswer>>;
  readonly readHistory: Query<HistoryQuery, Success<LedgerList<AuditItem>>>;
  readonly reportNode: Write<EnvironmentQuery, NodeReportBody, Success<NodeReportAnswer>, ReportHeaders>;
  readonly feed: Query<FeedQuery, string, FeedHeaders>;
  readonly listConfigurations: Query<ConfigurationsQuery, Success<PositionedList<LedgerItem>>>;
  readonly listEnvironments: Query<EnvironmentsQuery, Success<EnvironmentsAnswer>>;
  readonly readEnvironment: Query<NoQuery, Success<EnvironmentAnswer>>;
  readonly defineEnvironment: Write<DefineEnvironmentQuery, EnvironmentBody, Success<EnvironmentWriteAnswer>, DefineHeaders>;
  readonly retireEnvironment: Write<
    EnvironmentWriteQuery,
    EnvironmentWriteBody | undefined,
    Success<EnvironmentWriteAnswer>,
    ChangeHeaders
  >;
  readonly readAudit: Query<AuditQuery, Success<PositionedList<AuditItem>>>;
  readonly readEvent: Query<NoQuery, Success<StoredEventAnswer>>;
  readonly sealInstallation: Write<NoQuery, SealBody, Success<SealAnswer>, CommonHeaders>;
  /** The answer is one line. */
  readonly verify: Query<NoQuery, VerificationLine>;
  readonly listNodes: Query<NodesQuery, Success<NodesAnswer>>;
  readonly readNode: Query<NodesQuery, Success<NodeItem>>;
  readonly status: Query<NoQuery, Success<StatusAnswer>>;
  readonly metrics: Query<NoQuery, string>;
  readonly health: Query<NoQuery, HealthAnswer>;
  readonly healthLive: Query<NoQuery, HealthAnswer>;
  readonly healthReady: Query<NoQuery, HealthAnswer>;
}
