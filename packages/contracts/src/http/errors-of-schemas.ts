// The part of the error catalogue about schemas: what may be mounted, and what breaks it.

export const SCHEMA_ERRORS = {
  VALIDATION_ERROR: {
    meaning: 'The change adds violations of schemas that are in force; each is named with its path, its rule and its mount.',
    remedy: 'Mend the values. What was wrong before the change refuses nothing and is listed in the answer.',
  },
  SCHEMA_VIOLATED: {
    meaning: 'What the ledger holds, or what runs, breaks the new schema.',
    remedy: 'Mend the values in the same batch, or send standing: "accepted": those violations then stand, and only new ones are refused.',
  },
  SCHEMA_INVALID: {
    meaning: 'The schema is not valid in its dialect, or uses what is not taken here, such as $id or a reference to another document.',
    remedy: 'Mend it at the place that pointer names.',
  },
  SCHEMA_TOO_LARGE: {
    meaning: 'A schema has at most 2,000 nodes and 64 KiB of canonical JSON.',
    remedy: 'Say what repeats once, under $defs, or mount parts of it at places below.',
  },
  SCHEMA_TOO_COSTLY: {
    meaning: 'Judging by the schema could take for ever: a reference leads back to itself, or there are more than 10,000 ways through it.',
    remedy: 'Let each reference go down into a member or an element, and name each part once.',
  },
  PATTERN_UNSUPPORTED: {
    meaning: 'The pattern cannot be matched in linear time: lookaround, backreferences, or more than 1,000 repeats.',
    remedy: 'Write it without them.',
  },
  SCHEMA_UNKNOWN: {
    meaning: 'The ledger has no schema of its own at this mount.',
    remedy: 'GET …/schema lists the mounts, and where each rule comes from.',
  },
  SCHEMA_LIMIT: {
    meaning: 'A ledger holds at most 64 schemas, and 1 MiB of them.',
    remedy: 'Join some of them at a mount above, or remove one that is not used any more.',
  },
  SCHEMA_JUDGE_UNAVAILABLE: {
    meaning: 'What the change needs to be judged by cannot be started in this api now, or too many judgements wait. Nothing was written.',
    remedy: 'Send the request again in a moment. If that goes on, look into the log of the api.',
  },
  WHAT_IF_RUNNING: {
    meaning: 'Another what-if is running in this api: one at a time reads and judges a whole history.',
    remedy: 'Wait for it, or end its connection, then try again.',
  },
  MOUNT_INVALID: {
    meaning: 'A mount is a path of which a whole segment may be * for any one; ** is not taken, and "" is the root.',
    remedy: 'Name each segment, write * for any one and \\* for a star.',
  },
} as const;
