// The part of the error catalogue about requests: their address, options, headers, tokens, and the parts that answer them.

export const REQUEST_ERRORS = {
  REQUEST_MALFORMED: {
    meaning: 'The request is not well-formed HTTP.',
    remedy: 'Look at what lies between client and server; a body must be as long as Content-Length says.',
  },
  HEADERS_TOO_LARGE: {
    meaning: 'Request line and headers together are larger than 16 KiB.',
    remedy: 'Send fewer keys at once, or fewer cookies.',
  },
  PERCENT_ENCODING_MALFORMED: {
    meaning: 'The URL holds a percent sign that two hexadecimal digits do not follow, or bytes that are no UTF-8.',
    remedy: 'Encode with encodeURIComponent; a percent sign itself is %25.',
  },
  ROUTE_UNKNOWN: {
    meaning: 'There is nothing at this address.',
    remedy: 'The calls are listed at /docs; all begin with /api/v1.',
  },
  REQUEST_TIMEOUT: {
    meaning: 'The request did not arrive in time: 15 seconds for its headers, 2 minutes for all of it.',
    remedy: 'Send it at once; split a large body for a slow line.',
  },
  EXPECTATION_FAILED: {
    meaning: 'The header Expect asks for something that this server does not do.',
    remedy: 'Send Expect: 100-continue, or leave the header out.',
  },
  METHOD_UNKNOWN: {
    meaning: 'The method of the request is not one that this server knows.',
    remedy: 'The calls at /docs name their methods.',
  },
  TOO_MANY_REQUESTS: {
    meaning: 'This caller has as many requests of this kind under way as one caller may have.',
    remedy: 'Wait for the answers of the others, and send it again; Retry-After says when.',
  },
  SERVER_BUSY: {
    meaning: 'The server has as much of this kind under way as it can.',
    remedy: 'Send the request again; Retry-After says when. The limits, and what is in use, are in GET /status.',
  },
  METHOD_NOT_ALLOWED: {
    meaning: 'The address is known, but not with this method.',
    remedy: 'The header Allow names the methods that it takes.',
  },
  TOKEN_MISSING: {
    meaning: 'The request carries no token.',
    remedy:
      'Send Authorization: Bearer <token>, or X-Service-Token: <token>. The token of the first start is in admin.token in the data directory.',
  },
  TOKEN_INVALID: {
    meaning: 'The token is not known.',
    remedy: 'Check for a truncated copy; the token of the first start is in admin.token in the data directory.',
  },
  AUTHORIZATION_ERROR: {
    meaning: 'The token is known, but lacks the permission that this call needs.',
    remedy:
      'Use a token that has it. One in a file <name>.node.token may only read and report; one in any other <actor>.token of the data directory may do everything.',
  },
  CONTENT_TYPE_UNSUPPORTED: {
    meaning: 'The body is not sent as JSON.',
    remedy: 'Send Content-Type: application/json, or application/jsonc for JSON with comments.',
  },
  BODY_TOO_LARGE: {
    meaning: 'The body is larger than 10 MiB.',
    remedy: 'Split the change.',
  },
  BODY_NOT_UTF8: {
    meaning: 'The bytes of the body are not UTF-8.',
    remedy: 'Encode the JSON as UTF-8.',
  },
  BODY_MISSING: {
    meaning: 'This call needs a JSON body, and there is none.',
    remedy: 'Send a JSON object: { "configuration": … }, { "value": … } or { "operations": […] }.',
  },
  BODY_NOT_OBJECT: {
    meaning: 'The body is null, an array or a scalar; it must be an object.',
    remedy: 'Wrap it: { "configuration": … }, { "value": … } or { "operations": […] }.',
  },
  BODY_MEMBER_UNKNOWN: {
    meaning: 'The body has a member that this call does not know.',
    remedy: 'Remove it, or correct its name; the message names the nearest.',
  },
  BODY_MEMBER_MISSING: {
    meaning: 'The body lacks a member that this call needs.',
    remedy: 'Add it; null is a value, and must be written.',
  },
  BODY_MEMBER_INVALID: {
    meaning: 'A member of the body is of another kind than this call takes.',
    remedy: 'The message says what is expected.',
  },
  BATCH_OPERATION_INVALID: {
    meaning:
      'An operation of the batch is not one of { id, type: "SET", path, value }, { id, type: "DELETE", path }, { id, type: "SCHEMA_SET", mount, dialect, schema } and { id, type: "SCHEMA_REMOVE", mount }.',
    remedy: 'The message names the operation and the member.',
  },
  QUERY_PARAMETER_UNKNOWN: {
    meaning: 'This call does not know the query parameter.',
    remedy: 'Remove it, or correct its name; the message names the nearest.',
  },
  QUERY_PARAMETER_MISSING: {
    meaning: 'This call needs a query parameter that is not there.',
    remedy: 'Add it; the message says which.',
  },
  QUERY_PARAMETER_INVALID: {
    meaning: 'A query parameter has a value that this call does not take, or is given more than once.',
    remedy: 'The message says what is expected.',
  },
  OPTION_MISMATCH: {
    meaning: 'Query and body give the same option different values.',
    remedy: 'Give it once.',
  },
  ENVIRONMENT_UNKNOWN: {
    meaning: 'This environment is not defined, and holds no such ledger.',
    remedy: 'Use one of those that GET /environments lists, or define it with PUT /environments/{environment}.',
  },
  ENVIRONMENT_MISMATCH: {
    meaning: 'Path, query and body name different environments.',
    remedy: 'Name it once.',
  },
  SERVICE_NAME_INVALID: {
    meaning: 'A service is named by lower-case letters, digits and dashes, at most 63, beginning with a letter or digit.',
    remedy: 'Correct the name; the message proposes one.',
  },
  PATH_RESERVED: {
    meaning: 'The first word of the address belongs to the API, so this form of the URL cannot reach a value of that name.',
    remedy: 'Use …/value?key= instead.',
  },
  AT_MALFORMED: {
    meaning: 'The instant is not ISO 8601, or does not exist in the calendar.',
    remedy: 'Write 2026-07-31T14:05:00.000Z; in a URL a plus sign is %2B.',
  },
  AT_WITHOUT_OFFSET: {
    meaning: 'The instant has no offset, so it would mean another moment on another machine.',
    remedy: 'Append Z for UTC, or an offset such as +02:00 (in a URL %2B02:00).',
  },
  AT_IN_FUTURE: {
    meaning: 'The instant lies more than 10 seconds in the future, where nothing can be known yet.',
    remedy: 'Leave out at for the newest.',
  },
  IF_MATCH_MALFORMED: {
    meaning: 'If-Match is not one entity tag such as "42", and not *.',
    remedy: 'Send the ETag of your last reading as it was, with its quotes.',
  },
  IF_NONE_MATCH_MALFORMED: {
    meaning: 'If-None-Match is not * (for a write), nor a list of entity tags (for a reading).',
    remedy: 'To create only, send If-None-Match: *.',
  },
  IDEMPOTENCY_KEY_INVALID: {
    meaning: 'The Idempotency-Key is empty, longer than 255 bytes, or holds control characters.',
    remedy: 'Send a UUID.',
  },
  REASON_TOO_LONG: {
    meaning: 'The reason of a change is longer than 2,000 characters.',
    remedy: 'Shorten it, and link to the long story.',
  },
  APPROVALS_NOT_AVAILABLE: {
    meaning: 'The body names approvals, and this version cannot check them. They are never recorded unchecked.',
    remedy: 'Leave approvals out.',
  },
  NODE_NAME_INVALID: {
    meaning: 'The name of a node is not 1 to 128 letters, digits, dots, dashes, underscores and colons.',
    remedy: 'Choose a name such as engine-7.',
  },
  NODE_UNKNOWN: {
    meaning: 'No node of this name has reported for these ledgers, or it was silent for 30 days, or closed for one.',
    remedy: 'GET /nodes lists those that are known. A node is listed from its first report on.',
  },
  NODE_AMBIGUOUS: {
    meaning: 'A node of this name reports for several ledgers.',
    remedy: 'Name one of them by environment and service; the message lists them.',
  },
  CURSOR_INVALID: {
    meaning: 'The cursor was not given out by this list, or what it pages through has moved on.',
    remedy: 'Begin again without cursor, with the same other parameters.',
  },
  POSITION_MALFORMED: {
    meaning: 'A position is written <installation>:<number>.',
    remedy: 'Send the position of an earlier answer as it was.',
  },
  POSITION_OF_ANOTHER_INSTALLATION: {
    meaning: 'The position was given out by another installation and means nothing here.',
    remedy: 'Use a position of this installation; GET /status names it.',
  },
  EVENT_UNKNOWN: {
    meaning: 'No event stands at this position of the log.',
    remedy: 'Take the position of an audit item or of an answer; in EventStoreDB positions have gaps.',
  },
  INSTALLATION_SEALED: {
    meaning: 'The installation is sealed already: what is older than its macs counts as it stood then.',
    remedy: 'To seal single streams anew, name them in streams; ask with dryRun first, which shows the events concerned.',
  },
  INSTALLATION_NOT_SEALED: {
    meaning: 'Single streams can be sealed only when the whole installation was sealed before.',
    remedy: 'Send the call without streams; ask with dryRun first.',
  },
  VERIFICATION_UNDER_WAY: {
    meaning: 'This api verifies the log already, and does so once at a time.',
    remedy: 'Wait for its result, or end the request that asked for it.',
  },
  READ_MODEL_BEHIND: {
    meaning: 'The read model has not reached the position asked for within the limit.',
    remedy: 'Ask again; when it lasts, GET /status shows how far the projector is.',
  },
  READ_MODEL_UNAVAILABLE: {
    meaning: 'The read model cannot be reached. Documents, writes and activations do not need it and go on.',
    remedy: 'Ask again; GET /health says which part is down.',
  },
  EVENT_STORE_UNAVAILABLE: {
    meaning: 'The event store cannot be reached. Nothing was written.',
    remedy: 'Send it again; GET /health says which part is down.',
  },
  LOG_SET_BACK: {
    meaning:
      'The log does not hold what was acknowledged before: it was set back, or another log stands in its place. Nothing is read or written.',
    remedy: 'Have an operator decide: GET /status says what is missing, and the operations page what to do.',
  },
  OUTCOME_UNKNOWN: {
    meaning: 'The event store did not say whether the change was written, and could not be asked.',
    remedy: 'Send the same request again with the command id of the message as Idempotency-Key: what is stored then answers.',
  },
  FEED_NOT_HERE: {
    meaning: 'This installation does not serve its feed over HTTP.',
    remedy: 'Connect the node to the feed that the installation is configured for, such as Kafka.',
  },
  STREAM_BROKEN: {
    meaning: 'What is stored of this ledger is not what was recorded: somebody altered the event store. Nothing of it is served.',
    remedy:
      'Raise the alarm: nodes go on with what they run, and every other ledger is served. GET /status names the event, POST /verify checks everything, and the operations page says how to restore it.',
  },
  STREAM_UNREADABLE: {
    meaning: 'This ledger holds an event that this release does not know. Nothing of it is served here.',
    remedy: 'Upgrade this api to the release of the newest api; GET /status names the event.',
  },
  INTERNAL: {
    meaning: 'Something is wrong in ConfLedger itself.',
    remedy: 'Report it with the requestId; the log has the details under it.',
  },
  SEAL_OUTDATED: {
    meaning: 'A stream does not end as the dry run showed it, or cannot be sealed any more. Nothing was sealed.',
    remedy: 'Find out who wrote into it; send "dryRun": true again, look at what it shows, and confirm its ends.',
  },
} as const;
