// Words that belong to commands and flags to come. They are no command yet, and nothing else will ever take them.

/** Verbs of later releases. */
export const RESERVED_VERBS = [
  ...['edit', 'apply', 'import', 'export', 'types', 'reveal', 'erase'],
  ...['login', 'logout', 'whoami', 'propose', 'approve', 'reject', 'break-glass', 'deploy', 'schedule'],
] as const;

/** Nouns of later releases. */
export const RESERVED_NOUNS = [
  ...['template', 'migration', 'backup', 'restore', 'credential', 'key', 'read-model'],
  ...['access', 'token', 'proposal', 'rollout', 'flag', 'freeze', 'expiry', 'usage', 'witness', 'proof', 'evidence', 'webhook', 'edge'],
] as const;

/** Flags of later releases. */
export const RESERVED_FLAGS = ['propose', 'approvals', 'expires', 'rollout', 'acknowledge'] as const;
