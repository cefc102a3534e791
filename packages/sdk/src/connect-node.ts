// `connectNode`: builds a node from its parts, starts it from feed or cache, and gives it out when it runs something.
import type { FeedSession } from '@confledger/contracts';
import { readCacheFile, type CachedActivation } from './cache-file.js';
import { CacheWriter } from './cache-writer.js';
import type { CategoryGetters, NoCategories, NodeCategories } from './asked-categories.js';
import { CategorySet } from './category-set.js';
import { ChangeListeners } from './change-listeners.js';
import { ConfLedgerError } from './errors.js';
import { FeedReader } from './feed-reader.js';
import { Handles } from './handles.js';
import { NodeCore } from './node-core.js';
import {
  checkOptions,
  defaultNodeName,
  STALE_AFTER_MS,
  START_TIMEOUT_MS,
  type ConnectNodeOptions,
  type NodeSchemas,
  type NoSchemas,
} from './options.js';
import { Reporter } from './reporter.js';
import { NodeResolver } from './resolving/node-resolver.js';
import { Refresher } from './resolving/refresher.js';
import { SchemaSet } from './schema-set.js';
import { Start } from './start.js';
import type { NodeStatus } from './status.js';
import { LiveTradingNode, type TradingNode } from './trading-node.js';
import { Trust } from './trust.js';

/**
 * Follows one service's active configuration. Resolves when a snapshot runs: from the feed, or, when that says nothing in time, from the
 * cache file. Rejects with ConfLedgerError: NOTHING_ACTIVE, START_TIMEOUT, SCHEMA_REJECTED, SCHEMA_ASYNC, ACTIVATION_REFUSED,
 * REFERENCE_UNRESOLVED, PROFILE_INVALID, OVERRIDE_REFUSED, OPTION_INVALID; with the signal's reason when that aborts.
 */
export async function connectNode<const S extends NodeSchemas = NoSchemas, const C extends NodeCategories = NoCategories>(
  options: ConnectNodeOptions<S, C>,
): Promise<TradingNode<S> & CategoryGetters<C>> {
  checkOptions(options);
  options.signal?.throwIfAborted();
  const { environment, service, feed, origin = null, staleAfterMs = STALE_AFTER_MS, cacheFile, cacheMaxAgeMs = null } = options;
  const name = options.name ?? defaultNodeName();
  const ledger = `${environment}.${service}`;
  const onError = guarded(options.onError ?? warn);
  const trust = new Trust({ ledger, publicKey: options.publicKey, origin });
  const schemas = new SchemaSet(options.schemas ?? {});
  const categories = new CategorySet(options.categories ?? {});
  const { references, profiles, overrides, variables = process.env } = options;
  const resolver = new NodeResolver({ environment, references, profiles, overrides, variables });
  const handles = new Handles();
  const listeners = new ChangeListeners(onError);
  const cache = cacheFile === undefined ? null : new CacheWriter(cacheFile, onError);
  const target = options.report === undefined ? feed.reportTarget : options.report;
  const onUntaken = (why: string): void =>
    onError(new ConfLedgerError('REPORTS_NOT_TAKEN', `the api does not take the reports of this node: ${why}`));
  const reporter = target === null ? null : new Reporter(target, name, onUntaken);
  let session: FeedSession | null = null;
  let start: Start | null = null;
  const core: NodeCore = new NodeCore({
    environment,
    service,
    resolver,
    schemas,
    categories,
    trust,
    handles,
    listeners,
    cache,
    cacheMaxAgeMs,
    reporter,
    staleAfterMs,
    restart: (reason) => session?.restart(reason),
    onUnusedOverride: (variable) => onError(new ConfLedgerError('OVERRIDE_UNUSED', `the variable ${variable} names no place in ${ledger}`)),
    onStatus: () => {
      start?.look();
      tellStatus(core, options.onStatus, onError);
    },
  });
  const refresher = resolver.isLive ? refresherOf(core, resolver, onError) : null;
  const close = async (): Promise<void> => {
    refresher?.close();
    await session?.close();
    await core.close();
  };
  try {
    if (cacheFile !== undefined) await loadCache(cacheFile, { core, trust, ledger, cacheMaxAgeMs, onError });
    options.signal?.throwIfAborted();
    const { waitForFirst = false, startTimeoutMs = START_TIMEOUT_MS, signal } = options;
    start = new Start({ core, ledger, waitForFirst, timeoutMs: startTimeoutMs, signal });
    session = feed.open({ environment, service }, new FeedReader(core, trust));
    // Changes by the cache came before any listener.
    start.look();
    await start.done;
  } catch (error) {
    await close();
    throw error;
  } finally {
    start = null;
  }
  // It has every getter; the type shows those that were asked for.
  return new LiveTradingNode<S>({ name, core, handles, listeners, close }) as TradingNode<S> as TradingNode<S> & CategoryGetters<C>;
}

function refresherOf(core: NodeCore, resolver: NodeResolver, onError: (error: ConfLedgerError) => void): Refresher {
  return new Refresher({
    haveChanged: () => resolver.haveChanged(),
    refresh: () => core.refresh(),
    onFault: (cause) => onError(new ConfLedgerError('REFRESH_FAILED', 'what this node resolves could not be looked at again', { cause })),
  });
}

interface CacheLoad {
  readonly core: NodeCore;
  readonly trust: Trust;
  readonly ledger: string;
  readonly cacheMaxAgeMs: number | null;
  readonly onError: (error: ConfLedgerError) => void;
}

/** A cache that cannot be used is reported and ignored: the feed may still have everything. */
async function loadCache(path: string, load: CacheLoad): Promise<void> {
  try {
    const cached = await readCacheFile(path);
    if (cached === null) return;
    const problem = problemWithCache(cached, load);
    if (problem !== null) throw new Error(problem);
    // What it remembers holds even when its snapshot is too old to run.
    load.core.remember(cached.origin, cached.highestActivation);
    const ageMs = Date.now() - cached.confirmedAtMs;
    if (load.cacheMaxAgeMs !== null && ageMs > load.cacheMaxAgeMs)
      throw new Error(`it is ${Math.round(ageMs)} ms old, more than cacheMaxAgeMs`);
    if (!load.core.startFromCache(cached)) throw new Error('this node cannot resolve its snapshot, or its schemas refuse it');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    load.onError(new ConfLedgerError('CACHE_UNUSABLE', `the cache file ${path} cannot be used: ${why}`, { cause: error }));
  }
}

function problemWithCache({ ledger, origin, highestActivation, marker, document }: CachedActivation, load: CacheLoad): string | null {
  if (ledger !== load.ledger) return `it is of ledger ${ledger}`;
  if (origin !== marker.origin || highestActivation < marker.activation) return 'its header contradicts itself';
  if (document.digest !== marker.digest) return 'its leaves do not give its digest';
  return load.trust.problemWith(marker);
}

/** Code of the user's must not break off what the feed is being read by. */
function guarded(onError: (error: ConfLedgerError) => void): (error: ConfLedgerError) => void {
  return (error) => {
    try {
      onError(error);
    } catch {
      warn(error);
    }
  };
}

function tellStatus(core: NodeCore, onStatus: ((status: NodeStatus) => void) | undefined, onError: (error: ConfLedgerError) => void): void {
  try {
    onStatus?.(core.status);
  } catch (error) {
    onError(new ConfLedgerError('LISTENER_FAILED', 'the listener given as onStatus threw', { cause: error }));
  }
}

function warn(error: ConfLedgerError): void {
  process.emitWarning(`${error.message}. ${error.remedy}`, { type: 'ConfLedgerWarning', code: error.code });
}
