// What a node knows and does between the feed and its handles: judges, swaps, remembers, reports. `connectNode` builds it.
import type { ActivationMarker } from '@confledger/contracts';
import type { NodeReportBody, RunningVersion } from '@confledger/contracts/http';
import type { Document } from '@confledger/document';
import {
  Attempts,
  changeOf,
  type Activated,
  type AttemptsParts,
  type JudgedWhole,
  type Outcome,
  type Rejection,
  type Running,
} from './attempts.js';
import type { CachedActivation } from './cache-file.js';
import type { CacheWriter } from './cache-writer.js';
import type { ChangeListeners } from './change-listeners.js';
import type { ReaderHost } from './feed-reader.js';
import type { Reporter } from './reporter.js';
import { reportedNotes } from './resolving/node-resolver.js';
import { NodeSnapshot } from './snapshot.js';
import type { NodeStatus } from './status.js';
import type { Trust } from './trust.js';

/** While the feed confirms it, a cached snapshot is never older than this part of its greatest age. */
const REFRESHES_PER_AGE = 4;

export interface NodeCoreParts extends AttemptsParts {
  readonly environment: string;
  readonly service: string;
  readonly trust: Trust;
  readonly listeners: ChangeListeners;
  readonly cache: CacheWriter | null;
  readonly cacheMaxAgeMs: number | null;
  readonly reporter: Reporter | null;
  readonly staleAfterMs: number;
  readonly restart: (reason: string) => void;
  /** Called after everything that a status shows has changed. */
  readonly onStatus: () => void;
}

export class NodeCore implements ReaderHost {
  readonly #parts: NodeCoreParts;
  readonly #ledger: string;
  #running: Running | null = null;
  /** What the feed sent last, or the cache held: run, or refused. */
  #newest: Activated | null = null;
  #source: 'feed' | 'cache' = 'feed';
  #rejection: Rejection | null = null;
  #highestActivation = -1;
  /** The feed stands behind what is known: it is read to its end and gives signs of life. */
  #current = false;
  #nothingActive = false;
  #problem: string | null = null;
  #gaps = 0;
  #lastContact = Number.NEGATIVE_INFINITY;
  #cachedAtMs = 0;
  #cachedActivation = -1;
  #staleTimer: NodeJS.Timeout | null = null;
  #closed = false;
  readonly #attempts: Attempts;

  constructor(parts: NodeCoreParts) {
    this.#parts = parts;
    this.#ledger = `${parts.environment}.${parts.service}`;
    this.#attempts = new Attempts(parts);
  }

  get running(): Running | null {
    return this.#running;
  }

  get highestActivation(): number {
    return this.#highestActivation;
  }

  get rejection(): Rejection | null {
    return this.#rejection;
  }

  /** The path of a schema that answered with a promise. */
  get asynchronousSchema(): string | null {
    return this.#attempts.asynchronousSchema;
  }

  get status(): NodeStatus {
    return {
      state: this.#state(),
      source: this.#source,
      running: this.#runningVersion(),
      rejected: this.#rejected(),
      lastContactMs: this.#lastContact === Number.NEGATIVE_INFINITY ? null : Math.round(performance.now() - this.#lastContact),
      problem: this.#problem,
      gaps: this.#gaps,
      ...this.#running?.notes,
    };
  }

  /** Holds to what a cache file remembers, whether or not its snapshot is run. */
  remember(origin: string, highestActivation: number): void {
    this.#parts.trust.pin(origin);
    this.#highestActivation = Math.max(this.#highestActivation, highestActivation);
  }

  /** Runs a snapshot of the cache until the feed has its say. Whether references and schemas let it. */
  startFromCache({ marker, document, confirmedAtMs }: CachedActivation): boolean {
    this.#cachedActivation = marker.activation;
    this.#cachedAtMs = confirmedAtMs;
    this.#parts.resolver.begin();
    return this.#take({ marker, document }, 'cache');
  }

  heard(): void {
    this.#lastContact = performance.now();
    if (this.#staleTimer === null && !this.#closed) this.#watch(this.#parts.staleAfterMs);
  }

  lost(problem: string): void {
    this.#problem = problem;
    this.#changed();
  }

  offer(marker: ActivationMarker, document: Document): void {
    this.#current = true;
    this.#nothingActive = false;
    this.#problem = null;
    this.#parts.resolver.begin();
    this.#take({ marker, document }, 'feed');
  }

  confirm(): void {
    this.#current = true;
    this.#source = 'feed';
    this.#newest = this.#running;
    // What keeps the running activation from being brought up to date goes on to keep it.
    if (this.#rejection?.activation !== this.#running?.marker.activation) this.#rejection = null;
    this.#problem = null;
    this.#refreshCache();
    this.#changed();
  }

  /** Resolves again: what was refused may be accepted now, and what runs may mean something else. */
  refresh(): void {
    const [newest, running] = [this.#newest, this.#running];
    this.#parts.resolver.begin();
    if (newest !== null && newest.marker !== running?.marker && this.#take(newest, this.#source)) return;
    if (running === null || this.#closed) return;
    const outcome = this.#attempts.of(running, running);
    if (outcome.kind === 'accepted') this.#renew(running, outcome);
    else if (newest?.marker === running.marker) this.#reject(outcome.rejection);
  }

  alive(): void {
    this.#refreshCache();
    if (this.#current) return;
    this.#current = true;
    this.#problem = null;
    this.#changed();
  }

  nothingActive(): void {
    this.#nothingActive = true;
    this.#current = true;
    this.#problem = null;
    this.#changed();
  }

  distrust(marker: ActivationMarker | null, problem: string): void {
    const problems = [{ path: null, message: problem }];
    this.#rejection = {
      version: marker?.version ?? null,
      activation: marker?.activation ?? null,
      problems,
      by: 'trust',
      isMixture: false,
    };
    this.doubt(problem);
  }

  doubt(problem: string): void {
    this.#current = false;
    this.#problem = problem;
    this.#changed();
  }

  restart(reason: string): void {
    this.#parts.restart(reason);
  }

  gap(): void {
    this.#gaps += 1;
  }

  /** Says so to the api, and ends what runs beside. Handles stay readable. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#staleTimer !== null) clearTimeout(this.#staleTimer);
    this.#parts.listeners.clear();
    this.#changed();
    await Promise.all([this.#parts.reporter?.close(), this.#parts.cache?.flush()]);
  }

  /** Whether it runs now. */
  #take(activated: Activated, source: 'feed' | 'cache'): boolean {
    this.#newest = activated;
    const outcome = this.#attempts.of(activated, this.#running);
    if (outcome.kind === 'rejected') this.#reject(outcome.rejection);
    else this.#swap(outcome.running, outcome.judged, source);
    return outcome.kind === 'accepted';
  }

  /** The same activation, resolved again. */
  #renew(before: Running, { running, judged }: Extract<Outcome, { kind: 'accepted' }>): void {
    const isRefused = this.#newest?.marker !== running.marker;
    const { rejection, source } = { rejection: this.#rejection, source: this.#source };
    if (before.view.diff(running.view).length > 0) this.#swap(running, judged, source);
    else this.#running = { ...before, notes: running.notes };
    this.#rejection = isRefused ? rejection : null;
    this.#changed();
  }

  #swap(running: Running, judged: JudgedWhole, source: 'feed' | 'cache'): void {
    const { trust, handles, listeners, resolver } = this.#parts;
    const { marker, document, view } = running;
    const before = this.#running;
    trust.pin(marker.origin);
    this.#highestActivation = Math.max(this.#highestActivation, marker.activation);
    this.#running = running;
    this.#source = source;
    this.#rejection = null;
    resolver.started(document, view);
    handles.swap(new NodeSnapshot(marker, document, view), judged.schemas, judged.categories);
    if (source === 'feed') this.#refreshCache();
    if (before !== null && !listeners.none) listeners.notify(changeOf(before, running));
    this.#changed();
  }

  #reject(rejection: Rejection): void {
    this.#rejection = rejection;
    this.#changed();
  }

  /** The cache file is written at each swap, and in between as often as its greatest age asks for. */
  #refreshCache(): void {
    const { cache, cacheMaxAgeMs } = this.#parts;
    const running = this.#running;
    if (cache === null || running === null) return;
    const { marker, document } = running;
    const confirmedAtMs = Date.now();
    const isOld = cacheMaxAgeMs !== null && confirmedAtMs - this.#cachedAtMs > cacheMaxAgeMs / REFRESHES_PER_AGE;
    if (marker.activation === this.#cachedActivation && !isOld) return;
    this.#cachedAtMs = confirmedAtMs;
    this.#cachedActivation = marker.activation;
    cache.put({ ledger: this.#ledger, origin: marker.origin, highestActivation: this.#highestActivation, confirmedAtMs, marker, document });
  }

  #state(): NodeStatus['state'] {
    if (this.#closed) return 'closed';
    if (this.#running !== null) return this.#current ? 'ready' : 'stale';
    return this.#nothingActive && this.#current ? 'waiting' : 'connecting';
  }

  #runningVersion(): RunningVersion | null {
    if (this.#running === null) return null;
    const { version, activation, digest, occurredAt } = this.#running.marker;
    return { version, activation, digest, activatedAt: occurredAt };
  }

  #rejected(): NodeStatus['rejected'] {
    if (this.#rejection === null) return null;
    const { version, problems, isMixture } = this.#rejection;
    return isMixture ? { version, problems, mixture: true } : { version, problems };
  }

  #changed(): void {
    const { environment, service, reporter, onStatus } = this.#parts;
    const report: NodeReportBody = {
      environment,
      service,
      state: this.#state(),
      running: this.#runningVersion(),
      rejected: this.#rejected(),
      ...reportedNotes(this.#running?.notes ?? {}),
    };
    reporter?.put(report);
    onStatus();
  }

  /** Wakes when the silence could be long enough, instead of at every word of the feed. */
  #watch(delayMs: number): void {
    this.#staleTimer = setTimeout(() => {
      this.#staleTimer = null;
      const leftMs = this.#parts.staleAfterMs - (performance.now() - this.#lastContact);
      if (leftMs > 0) this.#watch(Math.ceil(leftMs));
      else this.doubt(this.#problem ?? `no sign of life of the feed for ${this.#parts.staleAfterMs} ms`);
    }, delayMs);
    this.#staleTimer.unref();
  }
}
