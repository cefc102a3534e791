// What `connectNode` takes, and its check before anything is opened.
import { hostname } from 'node:os';
import type { NodeFeed, ReportTarget } from '@confledger/contracts';
import { parsePath } from '@confledger/document';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { categoriesFlaw, type NodeCategories } from './asked-categories.js';
import { ConfLedgerError } from './errors.js';
import type { OverridesOption } from './resolving/local-overrides.js';
import type { ProfilesOption } from './resolving/node-resolver.js';
import type { ReferencesOption, Variables } from './resolving/reference-values.js';
import type { NodeValue } from './resolving/view.js';
import type { NodeStatus } from './status.js';

/** Schemas by the path that they judge; the empty path is the whole document. */
export type NodeSchemas = Readonly<Record<string, StandardSchemaV1>>;

/** A node that was given no schemas. */
export type NoSchemas = Readonly<Record<never, never>>;

/** What stands at a path: the schema's output where one is given, else the value as the node runs it, undefined when absent. */
export type ValueAt<S extends NodeSchemas, P extends string> = P extends keyof S
  ? StandardSchemaV1.InferOutput<S[P]>
  : NodeValue | undefined;

export interface ConnectNodeOptions<S extends NodeSchemas = NodeSchemas, C extends NodeCategories = NodeCategories> {
  readonly environment: string;
  readonly service: string;
  /** How this node is called in `/nodes`; default: host name and process id. */
  readonly name?: string;
  readonly feed: NodeFeed;
  /** The installation's raw Ed25519 public key, base64url, as `/status` shows it; several while keys are rotated. Nothing else is run. */
  readonly publicKey: string | readonly string[];
  /** The ledger's id. Without it, the first that this node ever ran is kept in the cache file and held to. */
  readonly origin?: string;
  /** Where the last good snapshot is kept, so that the node starts while every server is down. */
  readonly cacheFile?: string;
  /** A snapshot that the feed has not confirmed for this long is not started from; default: no limit. */
  readonly cacheMaxAgeMs?: number;
  /** Where the node says what it runs; default: the feed's own place. Null: nowhere. */
  readonly report?: ReportTarget | null;
  readonly schemas?: S;
  /**
   * The built-in categories that this node reads, by name, each with its edition: `{ risk: 1, mev: { edition: 1, required: true } }`. They are judged
   * with the schemas, and the node has a getter for each. No other category is judged.
   */
  readonly categories?: C;
  /**
   * Resolves references in strings: `${env:NAME}`, `${file:/path}`, `${path:a.b}`. `{}` allows what the defaults say. Without it strings are as
   * they are written.
   */
  readonly references?: ReferencesOption;
  /** Lays profiles over the document while their conditions hold. Without it they are values like any other. */
  readonly profiles?: ProfilesOption;
  /** Takes values from variables of this process in the place of the ledger's. */
  readonly overrides?: OverridesOption;
  /** The variables that references and overrides read; default `process.env`. */
  readonly variables?: Variables;
  /** Wait until something is active, instead of rejecting with NOTHING_ACTIVE. */
  readonly waitForFirst?: boolean;
  /** How long to wait for the feed before starting from the cache, or giving up; default 10 s. */
  readonly startTimeoutMs?: number;
  /** Ends the wait for the start; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Without a sign of life for this long the node is `stale`; default 15 s. */
  readonly staleAfterMs?: number;
  /** Takes what goes wrong beside the main path: listeners that throw, a cache that cannot be used. Default: a process warning. */
  readonly onError?: (error: ConfLedgerError) => void;
  /** Called after everything that `status` shows has changed, from before the start on. What it throws goes to `onError`. */
  readonly onStatus?: (status: NodeStatus) => void;
}

/** Three missed beats. */
export const STALE_AFTER_MS = 15_000;
export const START_TIMEOUT_MS = 10_000;
const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
const NODE_NAME = /^(?!\.{1,2}$)[A-Za-z0-9._:-]{1,128}$/;

/** Throws ConfLedgerError OPTION_INVALID for what cannot work. */
export function checkOptions(options: ConnectNodeOptions): void {
  for (const field of ['environment', 'service'] as const) {
    if (!NAME.test(options[field])) refuse(`\`${field}\` must match ${NAME.source}`);
  }
  if (options.name !== undefined && !NODE_NAME.test(options.name)) refuse(`\`name\` must match ${NODE_NAME.source}`);
  for (const field of ['cacheMaxAgeMs', 'startTimeoutMs', 'staleAfterMs'] as const) {
    const value = options[field];
    if (value !== undefined && !(Number.isFinite(value) && value > 0)) refuse(`\`${field}\` must be a number of milliseconds above 0`);
  }
  checkResolving(options);
  const flaw = options.categories === undefined ? null : categoriesFlaw(options.categories);
  if (flaw !== null) refuse(`\`categories\` ${flaw}`);
  for (const [path, schema] of Object.entries(options.schemas ?? {})) {
    checkMount(path);
    if (typeof schema?.['~standard']?.validate !== 'function')
      refuse(`the schema of '${path}' is no Standard Schema (zod, valibot, arktype, …)`);
  }
}

const PREFIX = /^[A-Za-z_][A-Za-z0-9_]*$/;
const VARIABLE_GLOB = /^[A-Za-z0-9_*]+$/;
const FILE_GLOB = /^(\/[^/\0]+)+$/;

function checkResolving({ references = {}, overrides }: ConnectNodeOptions): void {
  if (overrides !== undefined && !PREFIX.test(overrides.prefix))
    refuse('`overrides.prefix` must be the beginning of variable names, for example CONFLEDGER_SET_');
  checkGlobs('env', references.env, VARIABLE_GLOB, 'names of variables, where * stands for any letters, for example CONFLEDGER_REF_*');
  checkGlobs('files', references.files, FILE_GLOB, 'absolute paths of files, for example /run/secrets/**');
}

function checkGlobs(field: string, globs: readonly string[] | undefined, form: RegExp, what: string): void {
  if (globs === undefined) return;
  const isWell =
    Array.isArray(globs) && globs.every((glob: unknown) => typeof glob === 'string' && form.test(glob) && !/\/\.{1,2}(\/|$)/.test(glob));
  if (!isWell) refuse(`\`references.${field}\` must be a list of ${what}`);
}

/** Checks a path that a schema or a handle is asked for at. Throws ConfLedgerError OPTION_INVALID. */
export function checkMount(path: string): void {
  if (path === '') return;
  const parsed = parsePath(path);
  if (!parsed.ok) refuse(`'${path}' is not a path: ${parsed.problem.message}`);
}

/** Host name and process id, in the letters that a node's name may have. */
export function defaultNodeName(): string {
  const host = hostname()
    .replace(/[^A-Za-z0-9._:-]/g, '-')
    .slice(0, 100);
  return `${host}-${process.pid}`;
}

function refuse(message: string): never {
  throw new ConfLedgerError('OPTION_INVALID', message);
}
