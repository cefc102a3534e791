// What the SDK throws and hands to `onError`. Each code says one thing for ever; the remedy says what to do about it.

/** Every code with its remedy; the documentation lists them from here. */
const REMEDIES = {
  OPTION_INVALID: 'Correct the option that the message names.',
  NOTHING_ACTIVE: 'Activate a version of this ledger, or pass `waitForFirst: true` to wait for the first activation.',
  START_TIMEOUT:
    'Mend what the message names (token, environment, `url` without /api/v1, connection), or raise `startTimeoutMs`; with `cacheFile` a node starts from its last snapshot.',
  ACTIVATION_REFUSED:
    'Check `publicKey` and `origin` against what the installation shows under /status, and that the feed is the one of this installation.',
  SCHEMA_REJECTED: 'Activate a version that fits the schemas of this node, or change the schemas.',
  REFERENCE_UNRESOLVED:
    'Set the variable or the file that the message names, allow it in `references`, or give the reference a default (`${env:NAME:-default}`).',
  PROFILE_INVALID:
    'Correct the profile that the message names and activate again; without the option `profiles` this node takes it for a value.',
  OVERRIDE_REFUSED:
    'Correct or remove the variable that the message names: the rest of its name is one path of the document, its value has the type of what stands there.',
  OVERRIDE_UNUSED: 'Remove the variable, or correct its name: the segments of the path, joined by two underscores.',
  REFRESH_FAILED: 'Report it with its cause: it is a fault of the SDK. The node goes on with what it runs.',
  SCHEMA_ASYNC: 'Give schemas that validate synchronously: a snapshot is judged whole, in one moment.',
  CACHE_UNUSABLE: 'The feed is used instead. When the file is damaged or belongs to another ledger, remove it.',
  CACHE_NOT_WRITTEN: 'Make the directory of `cacheFile` writable; until then this node cannot start without the feed.',
  REPORTS_NOT_TAKEN: 'Check the url and the token of the reports; until then `GET /nodes` does not show this node as it is. It trades on.',
  LISTENER_FAILED: 'Correct the listener; the snapshot has been swapped all the same.',
  NODE_CLOSED: 'Connect again with `connectNode`; a closed node follows nothing.',
} as const;

export type ConfLedgerErrorCode = keyof typeof REMEDIES;

/** Every code of the SDK. */
export const CONFLEDGER_ERROR_CODES = Object.keys(REMEDIES) as readonly ConfLedgerErrorCode[];

/** What is wrong at one path of a document; `path` is null when it is about the whole. */
export interface NodeProblem {
  readonly path: string | null;
  readonly message: string;
}

export class ConfLedgerError extends Error {
  override readonly name = 'ConfLedgerError';
  readonly code: ConfLedgerErrorCode;
  readonly remedy: string;
  /** Place by place, where there is more to say than the message. */
  readonly problems: readonly NodeProblem[];

  constructor(
    code: ConfLedgerErrorCode,
    message: string,
    more: { readonly cause?: unknown; readonly problems?: readonly NodeProblem[] } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.remedy = REMEDIES[code];
    this.problems = more.problems ?? [];
  }
}
