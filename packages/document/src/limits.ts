// The limits of a document. Each is a storage promise: what is accepted once must be readable for ever.

/** Longest path in bytes of UTF-8, counted as written, escapes included. */
export const PATH_BYTES_MAX = 255;

/** Deepest value: segments of its path plus the levels of arrays and objects inside an array. */
export const DEPTH_MAX = 32;

/**
 * Largest value of one leaf in bytes of canonical JSON (512 KiB). With its path and envelope it fits into one append of EventStoreDB 23.10
 * (1 MiB), one batch of Kafka (1 MB by default), and one event of the HTTP feed.
 */
export const VALUE_BYTES_MAX = 524_288;

/** Characters that the JSON of a document may have, more or less: it is sent, fed and folded as one text. */
export const DOCUMENT_CHARACTERS_MAX = 32 * 1024 * 1024;

/** Most leaves in one document. */
export const DOCUMENT_LEAVES_MAX = 100_000;

/** Levels of nesting that `parseJson` accepts by default, before the document's own limit has its say. */
export const JSON_NESTING_MAX = 100;

/** Levels that events, feed records and snapshots may add around a value: none adds more than four. */
const WRAPPER_LEVELS_MAX = 8;

/** Levels of nesting that `parseJsonText` accepts in a text with a backslash: every value that `parseJson` accepts, wrapped. */
export const TEXT_NESTING_MAX = JSON_NESTING_MAX + WRAPPER_LEVELS_MAX;

/** The highest `maxDepth` that `parseJson` honours, so that no text can overflow the stack. */
export const JSON_NESTING_CEILING = 1_000;
