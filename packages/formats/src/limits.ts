// The limits of a configuration text. What stands in it then has those of the document.

/** Largest text in bytes of UTF-8 (10 MiB): the largest body that the api takes. */
export const TEXT_BYTES_MAX = 10 * 1024 * 1024;

/** Most values of any kind, those inside arrays and behind aliases counted. */
export const VALUES_MAX = 500_000;

/** Most tokens of a YAML text, white space and line ends counted. A leaf takes about eight. */
export const YAML_TOKENS_MAX = 1_000_000;

/** Most problems that are listed. The reader stops at the last of them. */
export const PROBLEMS_MAX = 100;

/** Rounds in which `updateText` may bring a text closer to a value. Most texts take one; aliases and implicit tables more. */
export const UPDATE_ROUNDS_MAX = 6;
