// The limits of references, so that no document makes a node run out of memory.

/** Bytes of UTF-8 that a resolved string may have; also what is read of a file. */
export const RESOLVED_BYTES_MAX = 256 * 1024;
/** References by path that may follow one another. */
export const REFERENCE_LEVELS_MAX = 8;
/** References of one document that are resolved, those behind other references included. */
export const EXPANSIONS_MAX = 100_000;
/** Combinations of profiles that one mount is judged with, the one without any included. */
export const COMBINATIONS_MAX = 64;
