// A stretch of the log folded into the rows it makes, over many ledgers at once. Does no I/O: the projector gives it the
// views and documents it asks for, and the store takes what it yields. Used by projector, rebuild and verify.
import type { LedgerEvent, Recorded } from '@confledger/domain';
import type { StoredEvent } from '../ports/event-store.js';
import type { ActivationWrite, EnvironmentWrite, ParkedEvent, ProjectionBatch, TagWrite, VersionWrite } from '../ports/projection-store.js';
import type { AuditRow } from '../ports/read-model.js';
import { Head } from './head.js';
import { rowsOfViews, type ViewChange } from './view-rows.js';
import { projectedLedger, partsOfLedger, settledView, type LedgerView, type LoggedEvent } from './ledger-view.js';
import { projectEvent, storedOf, type KnownDocuments, type Step } from './project-event.js';
import { misfitMember, unstorableText } from './misfit-event.js';

/** Makes an event out of what is stored; throws when it cannot be understood. */
export type DecodeEvent = (stored: StoredEvent) => Recorded<LedgerEvent>;

/** A document that a fold cannot go on without. */
export interface DocumentNeed {
  readonly ledger: string;
  readonly version: number;
}

export class BatchFold {
  readonly #from: bigint;
  readonly #decode: DecodeEvent;
  readonly #views: Map<string, ViewChange>;
  readonly #versions: VersionWrite[] = [];
  readonly #activations: ActivationWrite[] = [];
  readonly #tags = new Map<string, TagWrite>();
  readonly #audit: AuditRow[] = [];
  readonly #parked: ParkedEvent[] = [];
  readonly #environments = new Map<string, EnvironmentWrite>();
  #to: bigint;

  /**
   * `views` holds every ledger that the batch will touch, as it stands at `from`. Changes are made together at the end, and `add` or
   * `finish` throws a DocumentFault when one cannot be made: fold once more, `eager`, which finds and parks its event.
   */
  constructor(options: {
    readonly from: bigint;
    readonly decode: DecodeEvent;
    readonly views: Iterable<LedgerView>;
    readonly eager?: boolean;
  }) {
    this.#from = options.from;
    this.#to = options.from;
    this.#decode = options.decode;
    this.#views = new Map();
    for (const view of options.views) {
      const after = options.eager === true ? { ...view, head: Head.of(view.head.document, { eager: true }) } : view;
      this.#views.set(view.ledger, { before: view, after });
    }
  }

  /** Folds the next event in. When it answers a need, nothing was folded: call again with that document among `documents`. */
  add(stored: StoredEvent, documents: KnownDocuments): DocumentNeed | null {
    const ledger = projectedLedger(stored.stream);
    if (ledger === null) this.#parkStranger(stored);
    else {
      const need = this.#fold(ledger, stored, documents);
      if (need !== null) return need;
    }
    this.#to = stored.position;
    return null;
  }

  /** Parks the next event, which the store refused, instead of folding it. */
  park(stored: StoredEvent, reason: string): void {
    const ledger = projectedLedger(stored.stream);
    if (ledger === null) this.#parked.push(parked(stored, reason));
    else this.#stopAt(this.#viewOf(ledger), stored, reason);
    this.#to = stored.position;
  }

  /** The rows of all events folded in, and the views after them. */
  finish(): { readonly batch: ProjectionBatch; readonly views: readonly LedgerView[] } {
    const changes = [...this.#views.values()].filter(({ before, after }) => before !== after);
    const batch: ProjectionBatch = {
      from: this.#from,
      to: this.#to,
      ...rowsOfViews(changes),
      environments: [...this.#environments.values()],
      versions: this.#versions,
      activations: this.#activations,
      tags: [...this.#tags.values()],
      audit: this.#audit,
      parked: this.#parked,
    };
    return { batch, views: [...this.#views.values()].map(({ after }) => settledView(after)) };
  }

  #fold(ledger: string, stored: StoredEvent, documents: KnownDocuments): DocumentNeed | null {
    const view = this.#viewOf(ledger);
    if (view.parkedAt !== null) {
      this.#parked.push(parked(stored, `behind the event at position ${view.parkedAt}, which could not be applied`));
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
        this.#take(view, step);
        return null;
    }
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

  #take(view: LedgerView, step: Extract<Step, { kind: 'folded' }>): void {
    const { versions, activations, tags, audit } = step.effects;
    this.#versions.push(...versions);
    this.#activations.push(...activations);
    for (const tag of tags) this.#tags.set(`${tag.ledger} ${tag.tag}`, tag);
    for (const row of audit) this.#audit.push(row);
    this.#put(step.view);
    if (step.view.exists && !view.exists) this.#nameEnvironment(step.view);
  }

  #nameEnvironment(view: LedgerView): void {
    const { environment } = partsOfLedger(view.ledger);
    if (!this.#environments.has(environment)) {
      this.#environments.set(environment, { environment, ledger: view.ledger, revision: view.revision });
    }
  }

  /** For an event of which nothing is known, not even whether it belongs to the change set that is open. */
  #stopAt(view: LedgerView, stored: StoredEvent, reason: string): void {
    this.#stop(view, [...storedOf(view.open), stored], reason);
  }

  /** Nothing behind these events takes effect in their ledger any more. */
  #stop(view: LedgerView, events: readonly StoredEvent[], reason: string): void {
    for (const stored of events) this.#parked.push(parked(stored, reason));
    this.#put({ ...view, open: null, parkedAt: view.parkedAt ?? events.at(-1)?.position ?? null });
  }

  #parkStranger(stored: StoredEvent): void {
    if (stored.stream.startsWith('config-')) this.#parked.push(parked(stored, 'its stream is not named after a ledger'));
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

function parked({ position, stream, revision, id, type }: StoredEvent, reason: string): ParkedEvent {
  return { position, stream, revision, eventId: id, type, reason: reason.replaceAll('\0', '\\0') };
}
