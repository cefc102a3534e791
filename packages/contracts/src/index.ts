export { activationStatement } from './feed.js';
export type { ActivationMarker, FeedBeat, FeedLeaf, FeedSession, FeedSink, NodeFeed, ReportTarget } from './feed.js';
export { readActivationMarker, readFeedBeat, readFeedLeaf } from './feed-records.js';
export type { NodeReportBody, ProblemAt, RunningVersion } from './nodes.js';
export { ERROR_CATALOGUE, ERROR_CODES, isErrorCode } from './errors.js';
export type { ErrorCode, ErrorEntry } from './errors.js';
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
  FollowerStatus,
  HealthAnswer,
  LedgerItem,
  LedgerList,
  List,
  NextCall,
  NodeItem,
  ParkedItem,
  PartStatus,
  PositionedList,
  ProblemDetail,
  ReadAnswer,
  RollbackAnswer,
  ShownValue,
  Standing,
  LogStatus,
  StatusAnswer,
  Success,
  TagAnswer,
  ValueAnswer,
  ValuesAnswer,
  VersionAnswer,
  VersionItem,
  WriteAnswer,
} from './http.js';
