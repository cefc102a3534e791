// What to type where the api's remedy speaks of a member of a request.
import type { ErrorCode } from '@confledger/contracts/http';

/** By code; the others keep the remedy of the api. */
export const REMEDIES: { readonly [C in ErrorCode]?: string } = {
  ACTIVATION_UNKNOWN: '`confledger versions --activations` shows the numbers.',
  ENVIRONMENT_UNDEFINED: 'Check the spelling, or define it: confledger env define <name> --type <type>',
  KEY_NOT_FOUND: '`confledger list` shows the paths that there are; --effective includes what is inherited.',
  LEDGER_INHERITED: 'Define the environments that run over it without this parent and activate them first.',
  LEDGER_RETIRED: 'Take it back: confledger ledger unretire',
  LEDGER_UNKNOWN: '`confledger ledger list` shows those that there are; the first `confledger set` makes one.',
  NODES_TOO_OLD: 'Upgrade them, or go on with --accept-old-nodes.',
  EXPECTED_ACTIVATION_CONFLICT: 'Look at the difference again, then repeat the command.',
  EXPECTED_DIGEST_CONFLICT: 'Look at the difference again, then repeat the command.',
  EXPECTED_VERSION_CONFLICT: 'Look at the difference again, then repeat the command.',
  NODE_AMBIGUOUS: 'Name the ledger too: -e and -s.',
  NODE_UNKNOWN: '`confledger node list` shows the nodes.',
  NOTHING_ACTIVE: 'Take a version live: confledger activate',
  PENDING_CHANGES: 'Look: confledger diff. Then --include-pending takes those live too.',
  PROMOTION_WOULD_DELETE: 'Give --prune, or choose other paths.',
  NOTHING_PREVIOUS: '`confledger versions --activations` shows what ran.',
  REASON_REQUIRED: 'Give one by -m <text>.',
  SCHEMA_UNKNOWN: '`confledger schema list` shows the mounts.',
  SCHEMA_VIOLATED: 'Mend the values first, or give --accept-standing.',
  TAG_EXISTS: 'Move it with --move.',
  TAG_UNKNOWN: '`confledger versions` shows the tags.',
  TOKEN_INVALID: 'Name the right token file; `confledger context show` says which was used.',
  TOKEN_MISSING: 'Name a token file: confledger context set <name> --token-file <file>',
  VERSION_NOT_A_VERSION: '`confledger versions` shows the numbers.',
  VERSION_UNKNOWN: '`confledger versions` shows the numbers.',
  WHAT_IF_RUNNING: 'Wait until it ends, or end it.',
  WOULD_BLOCK: 'Mend them, or go on with --accept-blocked.',
};
