// The flags that several commands share, each once, so that a name means the same everywhere.
import type { Flag } from './command.js';

const text = (name: string, value: string, summary: string, more: Partial<Flag> = {}): Flag => ({
  name,
  type: 'text',
  value,
  summary,
  ...more,
});
const list = (name: string, value: string, summary: string, more: Partial<Flag> = {}): Flag => ({
  name,
  type: 'list',
  value,
  summary,
  ...more,
});
const flag = (name: string, summary: string, more: Partial<Flag> = {}): Flag => ({ name, type: 'switch', summary, ...more });
const number = (name: string, summary: string, range: readonly [number, number], more: Partial<Flag> = {}): Flag => ({
  ...{ name, type: 'number', value: 'n', summary, range },
  ...more,
});
export { flag, list, number, text };

/** Longest time that a flag may name, in seconds (a day). */
export const SECONDS_MAX = 86_400;
/** Most items that a flag may ask for. */
export const ITEMS_MAX = 1_000_000;
/** Most nodes that a flag may wait for. */
export const NODES_MAX = 100_000;

/** Flags of every command. */
export const EVERYWHERE: readonly Flag[] = [
  text('output', 'form', 'table for people, json or ndjson for programs', { short: 'o', choices: ['table', 'json', 'ndjson'] }),
  flag('help', 'show this help', { short: 'h' }),
];

/** Flags of every command that calls an api. */
export const SERVER: readonly Flag[] = [
  text('context', 'name', 'the context to use instead of the current one', { names: 'context' }),
  text('server', 'url', 'the api to call; needs --token-file'),
  text('token-file', 'file', 'the token for --server; - reads it from standard input', { names: 'file' }),
  number('request-timeout', 'seconds that one answer may take (default 30)', [1, SECONDS_MAX], { value: 'seconds' }),
];

export const ENVIRONMENT = text('environment', 'name', 'the environment; else CONFLEDGER_ENVIRONMENT, else that of the context', {
  short: 'e',
  names: 'environment',
});
export const SERVICE = text('service', 'name', 'the service; else that of the context', { short: 's', names: 'service' });

/** Names one ledger. */
export const LEDGER: readonly Flag[] = [ENVIRONMENT, SERVICE];

const REASON = text('reason', 'text', 'why, kept with the change', { short: 'm' });
const YES = flag('yes', 'answer the question whether to go on', { short: 'y' });
const DRY_RUN = flag('dry-run', 'show what would happen, and write nothing');

/** Flags of a write that has a dry run. */
export const WRITE: readonly Flag[] = [REASON, YES, DRY_RUN];

/** Flags of waiting until nodes have applied an activation. */
export const WAITING: readonly Flag[] = [
  number('nodes', 'how many nodes must apply it at least (default 1; 0 accepts that there are none)', [0, NODES_MAX]),
  number('timeout', 'seconds to wait for the nodes (default 60)', [1, SECONDS_MAX], { value: 'seconds' }),
];

/** Flags of whatever takes something live. */
export const LIVE: readonly Flag[] = [
  flag('wait', 'wait until the nodes have applied it'),
  ...WAITING,
  flag('accept-blocked', 'go on although ledgers that follow this one could not take it over'),
  flag('accept-old-nodes', 'go on although some nodes are too old to verify it'),
];

/** Flags of a write that may take live what it wrote. */
export const ACTIVATING: readonly Flag[] = [
  ...WRITE,
  flag('activate', 'also take live what this command writes'),
  flag('include-pending', 'with --activate: also take live what others wrote before'),
  ...LIVE,
];

/** Which version a reading is of. */
export const SELECTION: readonly Flag[] = [
  text('version', 'version', 'a number, a tag, latest (default), active or previous', { names: 'version' }),
  text('at', 'instant', 'as it was then, such as 2026-07-01T12:00:00Z'),
];

export const EFFECTIVE = flag('effective', 'with what is inherited: what an activation would take live');

/** How much of a list. */
export const PAGES: readonly Flag[] = [number('limit', 'how many to show (default 50)', [1, ITEMS_MAX]), flag('all', 'show all')];

export const EXIT_CODE = flag('exit-code', 'exit with 6 when there are differences');
export const CONFIRM = text('confirm', 'name', 'the name of what is retired, instead of the question for it');
export const DATA = text('data', 'json|@file', 'JSON, a file behind @, or @- for standard input', { short: 'd', names: 'file' });
export const ACTIVATION = number('activation', 'an activation by its number', [0, Number.MAX_SAFE_INTEGER]);
