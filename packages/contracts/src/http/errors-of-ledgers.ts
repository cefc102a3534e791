// The part of the error catalogue about ledgers: what stands in them, conflicts, versions, tags.

export const LEDGER_ERRORS = {
  LEDGER_EXISTS: {
    meaning: 'The ledger is there already.',
    remedy: 'Replace it with PUT or change it with PATCH.',
  },
  LEDGER_UNKNOWN: {
    meaning: 'The service has no configuration in this environment.',
    remedy: 'Check service and environment (GET /configurations lists all), or create it with POST or PUT.',
  },
  LEDGER_RETIRED: {
    meaning: 'The ledger is retired: what runs goes on running, but no write, tag, activation or rollback is taken.',
    remedy: 'Restore it with POST …/restore, or write to another ledger.',
  },
  KEY_NOT_FOUND: {
    meaning: 'There is no value at this path in the version asked for.',
    remedy: 'Check the spelling; the message names the nearest path that exists.',
  },
  NAME_RESERVED: {
    meaning: 'The root member $inherit is reserved for what a ledger hides of its parents, and the environment inherits from none.',
    remedy: 'Choose another name. A member $inherit that is there can be read and deleted.',
  },
  NAME_IN_USE: {
    meaning: 'The ledger holds the root member $inherit from before the name was reserved, and cannot inherit while it does.',
    remedy: 'Give what stands there another name, delete $inherit, then try again.',
  },
  INHERIT_HIDE_INVALID: {
    meaning: 'The member $inherit holds one member, hide: an array of at most 1,000 distinct paths, without globs.',
    remedy: 'Send such an array as $inherit.hide.',
  },
  REASON_REQUIRED: {
    meaning: 'The policy of the environment asks for a reason with every change.',
    remedy: 'Say why in reason.',
  },
  PROMOTION_SAME_LEDGER: {
    meaning: 'A ledger cannot be promoted into itself.',
    remedy: 'Name another environment in from.',
  },
  PROMOTION_WOULD_DELETE: {
    meaning: 'A value of the source stands above or below own values of the target, which would be deleted.',
    remedy: 'Send prune: true to replace them, or leave these paths out.',
  },
  PROMOTION_UNSEEN: {
    meaning: 'A whole version is promoted only by who has seen what that does.',
    remedy:
      'Send dryRun: true first; then, without activate, the version that the target has now as expectedVersion, or, with activate, activated.digest of the dry run as expectedDigest.',
  },
  LEDGER_INHERITED: {
    meaning: 'What runs in other ledgers is laid over this one, so that it cannot be retired.',
    remedy: 'Define their environments without this parent and activate those ledgers first: then nothing is laid over it.',
  },
  WOULD_BLOCK: {
    meaning: 'Ledgers that follow this one by themselves could not take the activation over; they are named with the reason.',
    remedy: 'Mend what keeps them from following first, or send acceptBlocked: true: they then keep what they run.',
  },
  ACTIVATION_INVALID: {
    meaning: 'An activation is named by its number, which is that of its event.',
    remedy: 'GET …/activations lists the activations with their numbers.',
  },
  ACTIVATION_UNKNOWN: {
    meaning: 'The ledger has no activation with this number.',
    remedy: 'GET …/activations lists the activations.',
  },
  EXPECTED_ACTIVATION_CONFLICT: {
    meaning: 'Another activation runs than the caller saw.',
    remedy: 'Look at what was activated since, and repeat the request with the activation that runs now.',
  },
  EXPECTED_DIGEST_CONFLICT: {
    meaning: 'Another document would run than the caller saw: the ledger or a parent changed since.',
    remedy: 'Look at the difference again, and repeat the request with the new digest.',
  },
  BATCH_EMPTY: {
    meaning: 'The batch holds no operations.',
    remedy: 'Send at least one.',
  },
  BATCH_TOO_LARGE: {
    meaning: 'The batch holds more than 10,000 operations.',
    remedy: 'Split it, or replace the document with PUT, which is one change set of any size.',
  },
  BATCH_DUPLICATE_ID: {
    meaning: 'Two operations of the batch have the same id.',
    remedy: 'Give each its own, or leave ids out: an absent id is the index of its operation.',
  },
  BATCH_OVERLAPPING_KEYS: {
    meaning: 'Two operations of the batch address the same path, or one lies below the other, so that their order would matter.',
    remedy: 'Keep one of them, or set the common object whole.',
  },
  VERSION_UNKNOWN: {
    meaning: 'The ledger has no such version: it has not come that far.',
    remedy: 'GET …/versions lists the versions.',
  },
  VERSION_NOT_A_VERSION: {
    meaning: 'This revision is not a version: it lies inside a change set, or is an activation, a tag, or part of an abandoned change set.',
    remedy: 'Use one of the nearest versions that the message names.',
  },
  VERSION_NOT_YET: {
    meaning: 'The version came after the instant asked for.',
    remedy: 'Leave out at, or ask for a later instant.',
  },
  NOTHING_ACTIVE: {
    meaning: 'No version of this ledger is active (yet, or not at that instant).',
    remedy: 'Activate one: POST …/versions/latest/activate.',
  },
  NOTHING_PREVIOUS: {
    meaning: 'No other version was active before the active one.',
    remedy: 'Name a version by its number or tag.',
  },
  NOTHING_TO_ACTIVATE: {
    meaning: 'The ledger has no version yet: it was created empty.',
    remedy: 'Set a value first.',
  },
  TAG_UNKNOWN: {
    meaning: 'No version has this tag.',
    remedy: 'GET …/versions shows the tags; the message names the nearest.',
  },
  TAG_NAME_INVALID: {
    meaning:
      'This cannot be the name of a tag: latest, active, previous and numbers mean something else, or its characters are not allowed.',
    remedy: 'Choose a name such as release-2026-07 or before-incident-12.',
  },
  TAG_EXISTS: {
    meaning: 'Another version has this tag.',
    remedy: 'Move it with move=true, or choose another name.',
  },
  TAG_LIMIT: {
    meaning: 'The ledger has as many tags as it may have.',
    remedy: 'Remove tags that are no longer needed.',
  },
  PENDING_CHANGES: {
    meaning:
      'With activate: true only what this call wrote may go live, but versions or schemas of other calls are pending and would go live too.',
    remedy: 'Look at them (GET …/diff, and GET …/schema for schemas), then say activate: "all", or write without activate.',
  },
  IF_MATCH_FAILED: {
    meaning: 'What If-Match names is not what stands there now: somebody changed it since.',
    remedy: 'Read it again, apply your change to what you read, and send it with the new ETag.',
  },
  IF_NONE_MATCH_FAILED: {
    meaning: 'If-None-Match: * creates only, and it is there already.',
    remedy: 'Leave the header out to overwrite, or use If-Match.',
  },
  EXPECTED_VERSION_CONFLICT: {
    meaning: 'The newest version is not the expected one: somebody wrote since.',
    remedy: 'Read the changes that the details name, and send your change again with the new version.',
  },
  EXPECTED_ACTIVE_CONFLICT: {
    meaning: 'The active version is not the expected one: somebody activated another since.',
    remedy: 'Look at what runs now, then decide again.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    meaning: 'This Idempotency-Key was used for another request.',
    remedy: 'Make a new key for each new intent; repeat a key only with exactly the same request.',
  },
  VERSION_MOVED: {
    meaning: 'What the request named by a word or a tag has become another version since it was sent: another process wrote first.',
    remedy: 'Look at what changed, then name the version by its number.',
  },
  WRITE_CONFLICT: {
    meaning: 'Other processes changed the ledger again and again while this command was decided.',
    remedy: 'Send it again.',
  },
  AT_BEFORE_FIRST_EVENT: {
    meaning: 'The instant lies before the first event of the ledger: there was nothing then.',
    remedy: 'Ask for a later instant: the history says when the ledger began.',
  },
} as const;
