// What a node knows and does between the feed and its handles: judges, swaps, remembers, reports. `connectNode` builds it.
import type { ActivationMarker } from '@confledger/contracts';
import type { NodeReportBody, RunningVersion } from '@confledger/contracts/http';
import type { Document } from '@confledger/document';
import type { CachedActivation } from './cache-file.js';
import type { CacheWriter } from './cache-writer.js';
import type { ChangeListeners } from './change-listeners.js';
import type { NodeProblem } from './errors.js';
import type { ReaderHost } from './feed-reader.js';
import type { Handles } from './handles.js';
import type { Reporter } from './reporter.js';
import type { Judged, Judgement, SchemaSet } from './schema-set.js';
import { NodeSnapshot } from './snapshot.js';
import type { NodeStatus } from './status.js';
import type { Trust } from './trust.js';

/** While the feed confirms it, a cached snapshot is never older than this part of its greatest age. */
const REFRESHES_PER_AGE = 4;

interface Running {
  readonly marker: ActivationMarker;
  readonly document: Document;
}

/** Why an activation is not run. */
export interface Rejection {
  readonly version: number | null;
  readonly problems: readonly NodeProblem[];
  readonly by: 'schemas' | 'trust';
}

export interface NodeCoreParts {
  readonly environment: string;
  readonly service: string;
  readonly schemas: SchemaSet;
  readonly trust: Trust;
  readonly handles: Handles;
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
  #source: 'feed' | 'cache' = 'feed';
  #rejection: Rejection | null = null;
  #asynchronousSchema: string | null = null;
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

  constructor(parts: NodeCoreParts) {
    this.#parts = parts;
    this.#ledger = `${parts.environment}.${parts.service}`;
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
    return this.#asynchronousSchema;
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
    };
  }

  /** Holds to what a cache file remembers, whether or not its snapshot is run. */
  remember(origin: string, highestActivation: number): void {
    this.#parts.trust.pin(origin);
    this.#highestActivation = Math.max(this.#highestActivation, highestActivation);
  }

  /** Runs a snapshot of the cache until the feed has its say. Whether the schemas let it. */
  startFromCache({ marker, document, confirmedAtMs }: CachedActivation): boolean {
    this.#cachedActivation = marker.activation;
    this.#cachedAtMs = confirmedAtMs;
    const judgement = this.#parts.schemas.judge(document, this.#parts.handles.judged);
    if (judgement.kind !== 'accepted') this.#reject(marker, judgement);
    else this.#swap(marker, document, judgement.judged, 'cache');
    return judgement.kind === 'accepted';
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
    const judgement = this.#parts.schemas.judge(document, this.#parts.handles.judged);
    this.#current = true;
    this.#nothingActive = false;
    this.#problem = null;
    if (judgement.kind === 'accepted') this.#swap(marker, document, judgement.judged, 'feed');
    else this.#reject(marker, judgement);
  }

  confirm(): void {
    this.#current = true;
    this.#source = 'feed';
    this.#rejection = null;
    this.#problem = null;
    this.#refreshCache();
    this.#changed();
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
    this.#rejection = { version: marker?.version ?? null, problems: [{ path: null, message: problem }], by: 'trust' };
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

  #swap(marker: ActivationMarker, document: Document, judged: ReadonlyMap<string, Judged>, source: 'feed' | 'cache'): void {
    const { trust, handles, listeners } = this.#parts;
    const before = this.#running;
    trust.pin(marker.origin);
    this.#highestActivation = Math.max(this.#highestActivation, marker.activation);
    this.#running = { marker, document };
    this.#source = source;
    this.#rejection = null;
    handles.swap(new NodeSnapshot(marker, document), judged);
    if (source === 'feed') this.#refreshCache();
    if (before !== null && !listeners.none) {
      const { version, activation, actor, occurredAt } = marker;
      const changes = before.document.diff(document);
      listeners.notify({ version, activation, previous: before.marker.version, actor, activatedAt: occurredAt, changes });
    }
    this.#changed();
  }

  #reject(marker: ActivationMarker, judgement: Exclude<Judgement, { kind: 'accepted' }>): void {
    if (judgement.kind === 'asynchronous') this.#asynchronousSchema = judgement.path;
    const problems = judgement.kind === 'refused' ? judgement.problems : [{ path: judgement.path, message: 'the schema is asynchronous' }];
    this.#rejection = { version: marker.version, problems, by: 'schemas' };
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
    return this.#rejection === null ? null : { version: this.#rejection.version, problems: this.#rejection.problems };
  }

  #changed(): void {
    const { environment, service, reporter, onStatus } = this.#parts;
    const report: NodeReportBody = {
      environment,
      service,
      state: this.#state(),
      running: this.#runningVersion(),
      rejected: this.#rejected(),
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
