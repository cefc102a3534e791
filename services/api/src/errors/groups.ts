// Codes that calls of one kind share, for the OpenAPI document.
import type { ErrorCode } from '@confledger/contracts/http';

/** Every call about a ledger. */
export const LEDGER_ADDRESS_ERRORS: readonly ErrorCode[] = ['SERVICE_NAME_INVALID', 'ENVIRONMENT_UNKNOWN', 'ENVIRONMENT_MISMATCH'];

/** Every call that reads a ledger from the event store. */
export const STREAM_ERRORS: readonly ErrorCode[] = ['EVENT_STORE_UNAVAILABLE', 'LOG_SET_BACK', 'STREAM_BROKEN', 'STREAM_UNREADABLE'];

/** Every call that takes a path in its query, by either word. */
export const PATH_QUERY_ERRORS: readonly ErrorCode[] = ['QUERY_PARAMETER_MISSING', 'OPTION_MISMATCH'];

/** Paths, wherever they are given. */
export const PATH_ERRORS: readonly ErrorCode[] = [
  'PATH_EMPTY',
  'PATH_EMPTY_SEGMENT',
  'PATH_TOO_LONG',
  'PATH_TOO_DEEP',
  'PATH_BAD_ESCAPE',
  'PATH_CONTROL_CHARACTER',
  'NAME_FORBIDDEN',
  'STRING_NUL',
  'STRING_LONE_SURROGATE',
];

/** Every selection of a version or an instant. */
export const SELECTION_ERRORS: readonly ErrorCode[] = [
  'LEDGER_UNKNOWN',
  'VERSION_UNKNOWN',
  'VERSION_NOT_A_VERSION',
  'VERSION_NOT_YET',
  'NOTHING_ACTIVE',
  'NOTHING_PREVIOUS',
  'TAG_UNKNOWN',
  'AT_MALFORMED',
  'AT_WITHOUT_OFFSET',
  'AT_IN_FUTURE',
  'AT_BEFORE_FIRST_EVENT',
];

/** Every reading of a document. */
export const READ_ERRORS: readonly ErrorCode[] = [
  ...LEDGER_ADDRESS_ERRORS,
  ...SELECTION_ERRORS,
  'IF_MATCH_MALFORMED',
  'IF_MATCH_FAILED',
  'IF_NONE_MATCH_MALFORMED',
  ...STREAM_ERRORS,
];

/** Every call that reads a body. */
export const BODY_ERRORS: readonly ErrorCode[] = [
  'CONTENT_TYPE_UNSUPPORTED',
  'BODY_TOO_LARGE',
  'BODY_NOT_UTF8',
  'BODY_MISSING',
  'BODY_NOT_OBJECT',
  'BODY_MEMBER_UNKNOWN',
  'BODY_MEMBER_MISSING',
  'BODY_MEMBER_INVALID',
  'JSON_MALFORMED',
  'JSON_TOO_DEEP',
  'JSON_DUPLICATE_NAME',
  'NUMBER_NOT_EXACT',
  'STRING_LONE_SURROGATE',
  'STRING_NUL',
  'NAME_FORBIDDEN',
];

/** Every write to a ledger. */
export const COMMAND_ERRORS: readonly ErrorCode[] = [
  ...LEDGER_ADDRESS_ERRORS,
  'ENVIRONMENT_UNDEFINED',
  'ENVIRONMENT_RETIRED',
  'REASON_REQUIRED',
  'LEDGER_RETIRED',
  ...BODY_ERRORS,
  'OPTION_MISMATCH',
  'REASON_TOO_LONG',
  'APPROVALS_NOT_AVAILABLE',
  'IDEMPOTENCY_KEY_INVALID',
  'IDEMPOTENCY_KEY_REUSED',
  'IF_MATCH_MALFORMED',
  'IF_MATCH_FAILED',
  'IF_NONE_MATCH_MALFORMED',
  'IF_NONE_MATCH_FAILED',
  'EXPECTED_VERSION_CONFLICT',
  'EXPECTED_ACTIVE_CONFLICT',
  'EXPECTED_ACTIVATION_CONFLICT',
  'VERSION_MOVED',
  'WRITE_CONFLICT',
  ...STREAM_ERRORS,
  'OUTCOME_UNKNOWN',
];

/** Every call that takes something live. */
export const ACTIVATION_ERRORS: readonly ErrorCode[] = [
  'EXPECTED_DIGEST_CONFLICT',
  'VALIDATION_ERROR',
  'SCHEMA_JUDGE_UNAVAILABLE',
  'WOULD_BLOCK',
  'NODES_TOO_OLD',
  'UPGRADE_UNFINISHED',
  'NAME_IN_USE',
  'NAME_RESERVED',
  'DOCUMENT_TOO_LARGE',
];

/** Every write that sets a schema. */
export const SCHEMA_WRITE_ERRORS: readonly ErrorCode[] = [
  'MOUNT_INVALID',
  'SCHEMA_INVALID',
  'SCHEMA_TOO_LARGE',
  'SCHEMA_TOO_COSTLY',
  'PATTERN_UNSUPPORTED',
  'SCHEMA_UNKNOWN',
  'SCHEMA_LIMIT',
  'SCHEMA_VIOLATED',
  'BATCH_OVERLAPPING_KEYS',
];

/** Every write that changes the document. */
export const WRITE_ERRORS: readonly ErrorCode[] = [
  ...COMMAND_ERRORS,
  'PATH_EMPTY_SEGMENT',
  'PATH_TOO_LONG',
  'PATH_TOO_DEEP',
  'PATH_CONTROL_CHARACTER',
  ...ACTIVATION_ERRORS,
  'INHERIT_HIDE_INVALID',
  'VALUE_TOO_LARGE',
  'PENDING_CHANGES',
  'NOTHING_TO_ACTIVATE',
];

/** Every list from the read model. */
export const LIST_ERRORS: readonly ErrorCode[] = [
  'CURSOR_INVALID',
  'POSITION_MALFORMED',
  'POSITION_OF_ANOTHER_INSTALLATION',
  'READ_MODEL_BEHIND',
  'READ_MODEL_UNAVAILABLE',
  'TOO_MANY_REQUESTS',
];
