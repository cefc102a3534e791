// The part of the error catalogue about environments: their definitions, inheritance, and upgrades.

export const ENVIRONMENT_ERRORS = {
  ENVIRONMENT_UNDEFINED: {
    meaning: 'The environment is not defined: what is there is read as before, and nothing is written.',
    remedy: 'Define it with PUT /environments/{environment}, or name one that is defined.',
  },
  ENVIRONMENT_RETIRED: {
    meaning: 'The environment is retired: it is read as before, and takes no write, no activation and no feed.',
    remedy: 'Define it again with PUT /environments/{environment}, which brings it back, or use another.',
  },
  ENVIRONMENT_ABSTRACT: {
    meaning: 'The environment is only inherited from: no node runs it.',
    remedy: 'Let the node follow an environment that inherits from it.',
  },
  ENVIRONMENT_NAME_INVALID: {
    meaning: 'An environment is named by lower-case letters, digits and dashes, at most 63, beginning with a letter or digit.',
    remedy: 'Correct the name.',
  },
  ENVIRONMENT_PARENT_UNKNOWN: {
    meaning: 'A parent is not defined.',
    remedy: 'Define it first, or name one of those that the message lists.',
  },
  ENVIRONMENT_PARENT_RETIRED: {
    meaning: 'A parent is retired.',
    remedy: 'Define it again, which brings it back, or name another parent.',
  },
  ENVIRONMENT_CYCLE: {
    meaning: 'The environment would inherit from itself, by the way that the message shows.',
    remedy: 'Leave the parent out, or change one on the way first.',
  },
  ENVIRONMENT_ANCESTOR_TWICE: {
    meaning: 'An environment would inherit from another by two ways, so that values of one way would hide those of the other.',
    remedy: 'Keep one of the ways.',
  },
  ENVIRONMENT_TOO_DEEP: {
    meaning: 'An environment would be more than 8 levels deep; one without parents has depth 1.',
    remedy: 'Inherit from an environment that is nearer to the top.',
  },
  ENVIRONMENT_TOO_MANY_ANCESTORS: {
    meaning: 'An environment would have more than 16 ancestors.',
    remedy: 'Inherit from fewer, or put what they share into one.',
  },
  ENVIRONMENT_LIMIT: {
    meaning: 'There would be more than 200 environments; retired ones do not count.',
    remedy: 'Retire one that is not used any more.',
  },
  ENVIRONMENT_INHERITED_FROM: {
    meaning: 'Other environments inherit from this one.',
    remedy: 'Define those that the message names without it first.',
  },
  ENVIRONMENT_TYPE_FIXED: {
    meaning: 'The type of an environment never changes, also not when it was retired meanwhile.',
    remedy: 'Repeat the type that it has, or define another environment.',
  },
  ENVIRONMENT_ABSTRACT_FIXED: {
    meaning: 'Whether an environment is abstract never changes, also not when it was retired meanwhile.',
    remedy: 'Repeat what it was first defined with, or define another environment.',
  },
  ENVIRONMENT_PROPERTIES_TOO_LARGE: {
    meaning: 'The properties of an environment have more than 8 KiB of JSON in its shortest form.',
    remedy: 'Shorten them: what services read belongs into a ledger.',
  },
  EDITION_UNKNOWN: {
    meaning: 'This release does not know the edition of built-in schemas.',
    remedy: 'Name an edition that it knows, or upgrade first.',
  },
  NODES_TOO_OLD: {
    meaning:
      'Live nodes of the environment, or of one below it, cannot verify what would be signed: an activation with layers, or one of values that need a restart (x-reload).',
    remedy: 'Upgrade those that the message names, or send acceptOldNodes: they then stay at what they run.',
  },
  UPGRADE_UNFINISHED: {
    meaning:
      'Apis of an older release run, or may run: they would write past environments or schemas that they do not know. Or the environment is held to an edition of built-in schemas that this release does not have.',
    remedy: 'End the upgrade first; the message names the api, or says what is missing.',
  },
} as const;
