// The inheritance follower: makes what automatic environments run follow their parents. It keeps no place of its own: it starts with what is
// behind, looks again where something moved, and once a minute where it was refused. A second one does no harm, because every activation is
// appended at an exact revision.
import {
  ENVIRONMENTS_STREAM,
  ledgerAggregate,
  INHERITANCE_ACTOR_ID,
  LedgerId,
  pastActivationOf,
  type Command,
  type Guards,
  type LedgerRefusal,
} from '@confledger/domain';
import { decodeStored } from '../codec.js';
import { CommandOutcomeUnknown, type CommandRequest } from '../commands/outcome.js';
import type { EnvironmentFacts } from '../ledger/ledger-facts.js';
import type { CommandOutcome } from '../ledger/ledgers.js';
import { isStreamFault } from '../loading/broken-streams.js';
import { EventStoreUnavailable, type EventStore, type StoredEvent } from '../ports/event-store.js';
import type { InheritanceBlocks } from '../ports/inheritance-blocks.js';
import type { ProjectorLock } from '../ports/projection-store.js';
import { InheritanceIndex, type RunningLedger } from './inheritance-index.js';
import { pause, runTerms, type TermEvent } from './terms.js';
import { WakeQueue } from './wake-queue.js';

/** Ledgers that are looked at side by side. */
export const INHERITING_AT_ONCE = 8;

/** How often everything is compared again, blocked ledgers among it. */
export const LOOK_AGAIN_MS = 60_000;

/** Who activates. */
export const INHERITANCE_ACTOR = { id: INHERITANCE_ACTOR_ID, method: 'internal', roles: [] } as const;

/** What the follower tells its log and its metrics. */
export type InheritanceEvent =
  | TermEvent
  | { readonly kind: 'active'; readonly position: bigint; readonly behind: number }
  /** A ledger follows its parents again. */
  | { readonly kind: 'inherited'; readonly ledger: string; readonly activation: number }
  /** A ledger cannot follow; what it runs stands. */
  | { readonly kind: 'blocked'; readonly ledger: string; readonly code: string; readonly message: string }
  /** How many wait to be looked at. */
  | { readonly kind: 'waiting'; readonly ledgers: number };

export interface InheritanceOptions {
  readonly events: Pick<EventStore, 'subscribe'>;
  readonly ledgers: { execute(ledger: LedgerId, command: Command, request: CommandRequest<Guards>): Promise<CommandOutcome> };
  readonly environments: EnvironmentFacts;
  /** What ledgers run, as of a position of the log. */
  readonly running: () => Promise<{ readonly position: bigint; readonly ledgers: readonly RunningLedger[] }>;
  readonly blocks: InheritanceBlocks;
  readonly ids: { next(): string };
  readonly clock: { now(): number };
  /** Elects one of several; without it this one is alone. */
  readonly lock?: ProjectorLock;
  readonly onEvent?: (event: InheritanceEvent) => void;
  readonly lookAgainMs?: number;
  /** First pause between tries; tests shorten it. */
  readonly retryDelayMs?: number;
}

/** Runs until `signal` aborts: on standby, active, and again. Faults are told and tried again for ever. */
export function runInheritance(options: InheritanceOptions, signal: AbortSignal): Promise<void> {
  return runTerms(
    options,
    async (lease, onProgress) => {
      const ending = lease === null ? signal : AbortSignal.any([signal, lease.lost]);
      await new InheritanceTerm(options, ending, onProgress).run();
    },
    signal,
  );
}

/** One time as the elected one, until the first fault. */
class InheritanceTerm {
  readonly #options: InheritanceOptions;
  readonly #index: InheritanceIndex;
  readonly #wakes: WakeQueue;
  readonly #failure = new AbortController();
  readonly #signal: AbortSignal;
  readonly #onProgress: () => void;
  /** Ledgers that were refused when they were looked at last. */
  readonly #blocked = new Set<string>();
  /** By ledger: the id of the newest event that left it behind, where that was seen. */
  readonly #causes = new Map<string, string>();

  constructor(options: InheritanceOptions, signal: AbortSignal, onProgress: () => void) {
    this.#options = options;
    this.#onProgress = onProgress;
    this.#signal = AbortSignal.any([signal, this.#failure.signal]);
    this.#index = new InheritanceIndex(options.environments);
    this.#wakes = new WakeQueue({
      atOnce: INHERITING_AT_ONCE,
      work: (ledger) => this.#look(ledger),
      onFault: (error) => this.#fail(error),
    });
  }

  async run(): Promise<void> {
    const { environments, running, blocks, onEvent, lookAgainMs = LOOK_AGAIN_MS } = this.#options;
    await environments.fresh();
    const { position, ledgers } = await running();
    for (const each of ledgers) this.#index.put(each);
    for (const { ledger } of await blocks.list({})) this.#blocked.add(ledger);
    const behind = [...this.#index.behind()];
    onEvent?.({ kind: 'active', position, behind: behind.length });
    this.#wake([...behind, ...this.#blocked]);
    const timer = setInterval(() => this.#wake([...this.#index.behind(), ...this.#blocked]), lookAgainMs);
    try {
      for await (const batch of this.#options.events.subscribe({ after: position, signal: this.#signal })) await this.#moved(batch);
      if (this.#failure.signal.aborted) throw this.#failure.signal.reason;
      if (!this.#signal.aborted) throw new Error("the event store ended the follower's subscription");
    } finally {
      clearInterval(timer);
      await this.#wakes.stop();
    }
  }

  #fail(error: unknown): void {
    this.#failure.abort(error);
  }

  #wake(ledgers: Iterable<string>): void {
    for (const ledger of ledgers) this.#wakes.wake(ledger);
    this.#options.onEvent?.({ kind: 'waiting', ledgers: this.#wakes.waiting });
  }

  /** Takes a stretch of the log in, then wakes whom it left behind: of several moves of a parent only the newest counts. */
  async #moved(batch: readonly StoredEvent[]): Promise<void> {
    const touched = new Set<string>();
    let isRedefined = false;
    for (const event of batch) {
      if (event.stream === ENVIRONMENTS_STREAM) isRedefined = true;
      const id = LedgerId.ofStream(event.stream);
      if (id === null) continue;
      if (event.type === 'VersionActivated') this.#activated(id, event, touched);
      // The ledgers below it have other layers now.
      else if (event.type === 'LedgerRetired' || event.type === 'LedgerRestored') this.#retired(id, event, touched);
      // What kept it from following may be gone.
      else if (this.#blocked.has(id.text)) touched.add(id.text);
    }
    if (isRedefined) await this.#options.environments.fresh();
    this.#wake(isRedefined ? this.#index.behind() : touched);
    this.#onProgress();
  }

  #retired(id: LedgerId, { type }: StoredEvent, touched: Set<string>): void {
    this.#index.retire(id.text, type === 'LedgerRetired');
    if (this.#index.isBehind(id.text)) touched.add(id.text);
    for (const below of this.#index.behindBelow(id)) touched.add(below);
  }

  #activated(id: LedgerId, stored: StoredEvent, touched: Set<string>): void {
    const running = runningAfter(id, stored);
    if (running === null) return;
    this.#index.put(running);
    if (this.#index.isBehind(id.text) || this.#blocked.has(id.text)) touched.add(id.text);
    for (const below of this.#index.behindBelow(id)) {
      touched.add(below);
      this.#causes.set(below, stored.id);
    }
  }

  async #look(ledger: string): Promise<void> {
    const id = LedgerId.parse(ledger);
    if (id === null || this.#signal.aborted) return;
    const causationId = this.#causes.get(ledger);
    this.#causes.delete(ledger);
    if (!this.#index.isBehind(ledger)) return this.#unblocked(ledger);
    const { ids, ledgers, onEvent } = this.#options;
    const said = { actor: INHERITANCE_ACTOR, reason: 'a parent was activated', request: '', guards: {} };
    const request = { correlationId: ids.next(), ...said, ...(causationId !== undefined && { causationId }) };
    try {
      const outcome = await ledgers.execute(id, { type: 'Inherit' }, request);
      if (outcome.kind === 'refused') return await this.#refused(ledger, outcome.refusal);
      if (outcome.activated !== null) onEvent?.({ kind: 'inherited', ledger, activation: outcome.activated.activation });
      await this.#unblocked(ledger);
    } catch (error) {
      if (isStreamFault(error)) return this.#refused(ledger, { code: 'STREAM_BROKEN', message: messageOf(error), details: [] });
      if (!(error instanceof EventStoreUnavailable || error instanceof CommandOutcomeUnknown)) throw error;
      // The store is away for everybody, or did not say what became of it: the next look finds out.
      await pause(this.#options.retryDelayMs ?? AWAY_PAUSE_MS, this.#signal);
      this.#wakes.wake(ledger);
    }
  }

  async #refused(ledger: string, refusal: Pick<LedgerRefusal, 'message' | 'details'> & { readonly code: string }): Promise<void> {
    const { blocks, clock, onEvent } = this.#options;
    const checkedAt = new Date(clock.now()).toISOString();
    const { code, message, details } = refusal;
    this.#blocked.add(ledger);
    onEvent?.({ kind: 'blocked', ledger, code, message });
    await blocks.put({ ledger, since: checkedAt, checkedAt, code, message, details, layers: this.#index.newestLayers(ledger) });
  }

  async #unblocked(ledger: string): Promise<void> {
    if (!this.#blocked.delete(ledger)) return;
    await this.#options.blocks.clear(ledger);
  }
}

const AWAY_PAUSE_MS = 500;

/** What the ledger runs after an event; null for one that is not the last of its change set, which would take no effect. */
function runningAfter({ text }: LedgerId, stored: StoredEvent): RunningLedger | null {
  try {
    const event = decodeStored(ledgerAggregate.events, stored);
    const { index, size } = event.metadata.changeSet;
    if (event.type !== 'VersionActivated' || index + 1 < size) return null;
    const { activation, layers, pinned, definition } = pastActivationOf(event, null);
    return { ledger: text, activation, layers, pinned, definition, retired: false };
  } catch {
    // Who loads the ledger meets it, and says so.
    return null;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
