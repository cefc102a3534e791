// The HTTP API as its clients see it: operations, shapes, error codes. Loads nothing of node: and no other package, so that a browser can.
export { baseUrl } from './base-url.js';
export { BASE, OPERATION_NAMES, operationPath, OPERATIONS } from './operations.js';
export type { Access, Operation, OperationName, Operations, OperationTable, PathParameters } from './operations.js';
export type { Exchanges } from './exchanges.js';
export { ERROR_CATALOGUE, ERROR_CODES, isErrorCode } from './errors.js';
export type { ErrorCode, ErrorEntry } from './errors.js';
export type { NodeReportBody, ProblemAt, RunningVersion } from './nodes.js';
export { readSdkHeader, SDK_HEADER, SDK_HEADER_CHARACTERS_MAX, sdkHeader, verifiesStatement } from './sdk-header.js';
export type { SdkAbilities } from './sdk-header.js';
export type {
  ChangeSetCounts,
  StoredEventAnswer,
  VerificationFailedLine,
  VerificationFindingLine,
  VerificationLine,
  VerificationProgressLine,
  VerificationResultLine,
} from './verification.js';
export type {
  AuditQuery,
  BatchBody,
  BatchOperationBody,
  CommonHeaders,
  ContentQuery,
  ContentWriteQuery,
  ConfigurationBody,
  ConfigurationsQuery,
  DifferenceQuery,
  DocumentQuery,
  EnvironmentQuery,
  FeedHeaders,
  FeedQuery,
  Flag,
  HistoryQuery,
  PathWriteQuery,
  PathNaming,
  PathContentWriteQuery,
  PathQuery,
  PathsQuery,
  NodesQuery,
  NoQuery,
  PageQuery,
  PositionedQuery,
  RawQuery,
  ReadHeaders,
  ReportHeaders,
  SelectionQuery,
  TagBody,
  TagQuery,
  ValueBody,
  ValueQuery,
  VersionQuery,
  WriteBody,
  WriteHeaders,
  WriteQuery,
} from './requests.js';
export type {
  ActivationAnswer,
  AuditItem,
  BatchFailure,
  BatchOperationAnswer,
  BatchSuccess,
  Change,
  ConfigurationAnswer,
  DiffAnswer,
  DiffSide,
  Failure,
  LayerItem,
  LedgerItem,
  LedgerList,
  MinimalAnswer,
  List,
  NextCall,
  NodeItem,
  NodeReportAnswer,
  NodesAnswer,
  PositionedList,
  ProblemDetail,
  ReadAnswer,
  RollbackAnswer,
  ShownValue,
  Standing,
  Success,
  TagAnswer,
  ValueAnswer,
  ValuesAnswer,
  VersionAnswer,
  VersionItem,
  WriteAnswer,
} from './answers.js';
export type {
  BrokenStreamItem,
  FollowerStatus,
  HealthAnswer,
  LiveApi,
  LogStatus,
  PartStatus,
  SealStatus,
  StatementsStatus,
  StatusAnswer,
} from './status.js';
export type { ParkedItem, Truncated } from './lists.js';
export type { EventWithoutMacItem, LeftOutItem, SealAnswer, SealBody, StreamEndItem } from './seals.js';
