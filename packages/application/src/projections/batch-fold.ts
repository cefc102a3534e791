// Events of ledgers folded into the rows they make, over many ledgers at once. Does no I/O: the driver (log-folder.ts) gives it the
// views and documents it asks for, and the store takes what it yields.
import type { LedgerEvent, Recorded } from '@confledger/domain';
import type { StoredEvent } from '../ports/event-store.js';
import type {
  ActivationWrite,
  EnvironmentWrite,
  ParkedEvent,
  ParkedStream,
  ProjectionBatch,
  TagWrite,
  VersionWrite,
} from '../ports/projection-store.js';
import type { AuditRow } from '../ports/read-model.js';
import { Head } from './head.js';
import { rowsOfViews, type ViewChange } from './view-rows.js';
import { eventsOf, partsOfLedger, settledView, type LedgerView, type LoggedEvent } from './ledger-view.js';
import { projectEvent, storedOf, type KnownDocuments, type Step } from './project-event.js';
import { misfitMember, previousHashOf, storable, unstorableText } from './misfit-event.js';

/** Makes an event out of what is stored; throws when it cannot be understood. */
export type DecodeEvent = (stored: StoredEvent) => Recorded<LedgerEvent>;

/** A document that a fold cannot go on without. */
export interface DocumentNeed {
  readonly ledger: string;
  readonly version: number;
}

/** The rows of ledgers; the driver adds how far they are, and which streams are parked. */
export type LedgerRows = Omit<ProjectionBatch, 'from' | 'to' | 'mark' | 'parkedStreams' | 'resumed'>;

export interface FoldedLedgers {
  readonly rows: LedgerRows;
  readonly views: readonly LedgerView[];
  /** The streams of the ledgers in which an event could not be applied, each with the first event that was not folded. */
  readonly stopped: readonly ParkedStream[];
}

export class BatchFold {
  readonly #decode: DecodeEvent;
  readonly #views: Map<string, ViewChange>;
  readonly #versions: VersionWrite[] = [];
  readonly #activations: ActivationWrite[] = [];
  readonly #tags = new Map<string, TagWrite>();
  readonly #audit: AuditRow[] = [];
  readonly #parked: ParkedEvent[] = [];
  readonly #stopped: ParkedStream[] = [];
  readonly #environments = new Map<string, EnvironmentWrite>();

  /**
   * `views` holds every ledger that the batch will touch, as it stands before it. Changes are made together at the end, and `add` or
   * `finish` throws a DocumentFault when one cannot be made: fold once more, `eager`, which finds and parks its event.
   */
  constructor(options: {
    readonly decode: DecodeEvent;
    readonly views: Iterable<LedgerView>;
    readonly eager?: boolean;
  }) {
    this.#decode = options.decode;
    this.#views = new Map();
    for (const view of options.views) {
      const after = options.eager === true ? { ...view, head: Head.of(view.head.document, { eager: true }) } : view;
      this.#views.set(view.ledger, { before: view, after });
    }
  }

  /** Folds the ledger's next event in. When it answers a need, nothing was folded: call again with that document among `documents`. */
  add(ledger: string, stored: StoredEvent, documents: KnownDocuments): DocumentNeed | null {
    this.#foldUnread(ledger);
    const view = this.#viewOf(ledger);
    if (view.parkedAt !== null) {
      this.#parked.push(parkedEvent(stored, `behind the event at position ${view.parkedAt}, which could not be applied`));
      return null;
    }
    const read = this.#read(stored);
    if ('reason' in read) {
      this.#stopAt(view, stored, read.reason);
      return null;
    }
    const step = projectEvent(view, read, documents);
    switch (step.kind) {
      case 'needs':
        return { ledger, version: step.version };
      case 'refused':
        this.#audit.push(...step.audit);
        this.#stop(view, step.events, step.reason);
        return null;
      case 'folded':
        this.#take(view, step, stored);
        return null;
    }
  }

  /** Parks the ledger's next event, which the store refused, instead of folding it. */
  park(ledger: string, stored: StoredEvent, reason: string): void {
    this.#foldUnread(ledger);
    this.#stopAt(this.#viewOf(ledger), stored, reason);
  }

  /** The rows of all events folded in, and the views after them. */
  finish(): FoldedLedgers {
    const changes = [...this.#views.values()].filter(({ before, after }) => before !== after);
    const rows: LedgerRows = {
      ...rowsOfViews(changes),
      environments: [...this.#environments.values()],
      versions: this.#versions,
      activations: this.#activations,
      tags: [...this.#tags.values()],
      audit: this.#audit,
      parked: this.#parked,
    };
    return { rows, views: [...this.#views.values()].map(({ after }) => settledView(after)), stopped: this.#stopped };
  }

  /** Folds once more what was kept of an open change set and cannot be read, which parks its ledger as a fold of the log does. */
  #foldUnread(ledger: string): void {
    const view = this.#viewOf(ledger);
    const [first] = view.unread ?? [];
    if (first === undefined) return;
    this.#put({ ...view, unread: null, revision: first.revision - 1, hash: previousHashOf(first) });
    for (const stored of view.unread ?? []) this.add(ledger, stored, new Map());
  }

  #read(stored: StoredEvent): LoggedEvent | { readonly reason: string } {
    const unstorable = unstorableText(stored);
    if (unstorable !== null) return { reason: unstorable };
    try {
      const event = this.#decode(stored);
      const misfit = misfitMember(event);
      return misfit === null ? { stored, event } : { reason: misfit };
    } catch (error) {
      return { reason: error instanceof Error ? error.message : String(error) };
    }
  }

  #take(view: LedgerView, step: Extract<Step, { kind: 'folded' }>, { position }: StoredEvent): void {
    const { versions, activations, tags, audit } = step.effects;
    this.#versions.push(...versions);
    this.#activations.push(...activations);
    for (const tag of tags) this.#tags.set(`${tag.ledger} ${tag.tag}`, tag);
    for (const row of audit) this.#audit.push(row);
    this.#put(step.view);
    if (step.view.exists && !view.exists) this.#nameEnvironment(step.view, position);
  }

  #nameEnvironment({ ledger, revision }: LedgerView, position: bigint): void {
    const { environment } = partsOfLedger(ledger);
    if (!this.#environments.has(environment)) this.#environments.set(environment, { environment, ledger, revision, position });
  }

  /** For an event of which nothing is known, not even whether it belongs to the change set that is open. */
  #stopAt(view: LedgerView, stored: StoredEvent, reason: string): void {
    this.#stop(view, [...storedOf(view.open), stored], reason);
  }

  /** Nothing behind these events takes effect in their ledger any more. */
  #stop(view: LedgerView, events: readonly StoredEvent[], reason: string): void {
    for (const stored of events) this.#parked.push(parkedEvent(stored, reason));
    const [first] = events;
    if (first === undefined) return;
    if (view.parkedAt === null) this.#stopped.push(parkedFrom(first, reason));
    this.#put({ ...before(view, first), open: null, parkedAt: view.parkedAt ?? events.at(-1)?.position ?? null });
  }

  #viewOf(ledger: string): LedgerView {
    const change = this.#views.get(ledger);
    if (!change) throw new TypeError(`the batch was not given the view of ${ledger}`);
    return change.after;
  }

  #put(view: LedgerView): void {
    const before = this.#views.get(view.ledger)?.before ?? view;
    this.#views.set(view.ledger, { before, after: view });
  }
}

/** The view as it stood before `first`, so that a later fold can begin there: the events of an open change set are parked with what ended it. */
function before(view: LedgerView, first: StoredEvent): LedgerView {
  const begun = view.open === null ? undefined : eventsOf(view.open)[0]?.event;
  if (begun === undefined || begun.revision !== first.revision) return view;
  return { ...view, revision: begun.revision - 1, hash: begun.metadata.previousHash };
}

/** The row of an event that took no effect. */
export function parkedEvent({ position, stream, revision, id, type }: StoredEvent, reason: string): ParkedEvent {
  return { position, stream: storable(stream), revision, eventId: id, type: storable(type), reason: storable(reason) };
}

/** The row of a stream that is parked from this event on. */
export function parkedFrom({ position, stream, revision, type }: StoredEvent, reason: string): ParkedStream {
  return { stream: storable(stream), revision, position, type: storable(type), reason: storable(reason) };
}
