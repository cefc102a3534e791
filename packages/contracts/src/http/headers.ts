// The headers that requests hold, by the kinds of operations that share them.

/** Headers that every operation takes. */
export interface CommonHeaders {
  /** Comes back in the answer and stands in the log; made by the api where it is missing. */
  readonly 'x-request-id'?: string | undefined;
  /** The W3C trace that the request belongs to. */
  readonly traceparent?: string | undefined;
}

/** Headers of an operation that reads a document or a value. */
export interface ReadHeaders extends CommonHeaders {
  /** An entity tag such as `"42"`: anything else that stands there refuses the reading. */
  readonly 'if-match'?: string | undefined;
  /** Entity tags: when one of them stands there, the answer is 304 without a body. */
  readonly 'if-none-match'?: string | undefined;
}

/** Headers of an operation that reads what has an entity tag, but is not answered with 304: what is shown beside it has none. */
export interface TaggedHeaders extends CommonHeaders {
  /** The entity tag of the schema that was seen: anything else that stands there refuses the reading. */
  readonly 'if-match'?: string | undefined;
}

/** Headers of an operation that changes something that has an entity tag. */
export interface ChangeHeaders extends CommonHeaders {
  /** A request that is repeated with the same key gets the first answer again: 255 bytes at most. */
  readonly 'idempotency-key'?: string | undefined;
  /** The entity tag that the writer saw: anything newer refuses the write. */
  readonly 'if-match'?: string | undefined;
}

/** Headers of an operation that may also create it. */
export interface DefineHeaders extends ChangeHeaders {
  /** Creates only. */
  readonly 'if-none-match'?: '*' | undefined;
}

/** Headers of an operation that writes to a ledger. */
export interface WriteHeaders extends DefineHeaders {
  /** `return=minimal`: the answer is version, changed and position. */
  readonly prefer?: string | undefined;
}

/** Headers of a node's report. */
export interface ReportHeaders extends CommonHeaders {
  /** `<version>; statements=1,2`: the node's SDK, and the forms of activation statements that it verifies. */
  readonly 'x-confledger-sdk'?: string | undefined;
}

/** Headers of the feed. */
export interface FeedHeaders extends CommonHeaders {
  /** What runs already, as `<origin>:<activation>`. */
  readonly 'last-event-id'?: string | undefined;
  /** Takes the active document as one event instead of leaf by leaf. */
  readonly 'x-feed-document'?: '1' | undefined;
}
