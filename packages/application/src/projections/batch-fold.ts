// Events folded into the rows they make, over many streams at once. Does no I/O: the driver (log-folder.ts) gives it the views and documents
// it asks for, and the store takes what it yields.
import { contentProblem, eventsOf, step, StreamCorrupt, type OpenChangeSet } from '@confledger/domain';
import type { StoredEvent } from '../ports/event-store.js';
import type { ParkedEvent, ParkedStream } from '../ports/parked.js';
import type { EnvironmentWrite, ProjectionBatch, StreamWrite, TagWrite } from '../ports/projection-store.js';
import type { AuditRow } from '../ports/read-model.js';
import { auditRows } from './audit-rows.js';
import { NO_ROWS, type AddedRows, type ChangedRows, type DocumentNeed, type KnownDocuments, type Logged, type View } from './projection.js';
import { previousHashOf } from '../stored-texts.js';
import { storable, unstorableText } from './storable.js';
import { logged } from './view.js';

/** The rows of a batch; the driver adds how far they go, and which streams are parked. */
export type FoldedRows = Omit<ProjectionBatch, 'from' | 'to' | 'mark' | 'parkedStreams' | 'resumed'>;

export interface Folded {
  readonly rows: FoldedRows;
  readonly views: readonly View[];
  /** The streams in which an event could not be applied, each with the first event that was not folded. */
  readonly stopped: readonly ParkedStream[];
}

interface ViewChange {
  readonly before: View;
  readonly after: View;
}

export class BatchFold {
  readonly #isEager: boolean;
  readonly #views: Map<string, ViewChange>;
  readonly #added: { readonly [Table in 'versions' | 'activations']: AddedRows[Table][number][] } = { versions: [], activations: [] };
  readonly #environments = new Map<string, EnvironmentWrite>();
  readonly #tags = new Map<string, TagWrite>();
  readonly #audit: AuditRow[] = [];
  readonly #parked: ParkedEvent[] = [];
  readonly #stopped: ParkedStream[] = [];

  /**
   * `views` holds every stream that the batch will touch, as it stands before it. Changes are made together at the end, and `add` or
   * `finish` throws a DocumentFault when one cannot be made: fold once more, `isEager`, which finds and parks its event.
   */
  constructor({ views, isEager = false }: { readonly views: Iterable<View>; readonly isEager?: boolean }) {
    this.#isEager = isEager;
    this.#views = new Map();
    for (const view of views) this.#views.set(view.stream.name, { before: view, after: view });
  }

  /** Folds a stream's next event in. When it answers a need, nothing was folded: call again with that document among `documents`. */
  add(stored: StoredEvent, documents: KnownDocuments): DocumentNeed | null {
    this.#foldUnread(stored.stream);
    const view = this.#viewOf(stored.stream);
    if (view.parkedAt !== null) {
      this.#parked.push(parkedEvent(stored, `behind the event at position ${view.parkedAt}, which could not be applied`));
      return null;
    }
    const event = this.#read(view, stored);
    if ('problem' in event) {
      this.#stopAt(view, stored, event.problem);
      return null;
    }
    return this.#fold(view, event, documents);
  }

  /** Parks a stream's next event instead of folding it. */
  park(stored: StoredEvent, reason: string): void {
    this.#foldUnread(stored.stream);
    this.#stopAt(this.#viewOf(stored.stream), stored, reason);
  }

  /** The rows of all events folded in, and the views after them. */
  finish(): Folded {
    const changes = [...this.#views.values()].filter(({ before, after }) => before !== after);
    const settled = changes.map(({ before, after }) => ({ before, after: settledView(after) }));
    const rows: FoldedRows = {
      environments: [...this.#environments.values()],
      tags: [...this.#tags.values()],
      audit: this.#audit,
      parked: this.#parked,
      ...rowsOfChanges(settled),
      ...this.#added,
    };
    const unchanged = [...this.#views.values()].filter(({ before, after }) => before === after);
    return { rows, views: [...unchanged, ...settled].map(({ after }) => after), stopped: this.#stopped };
  }

  #fold(view: View, event: Logged, documents: KnownDocuments): DocumentNeed | null {
    const { projection, stream } = view;
    const { id, index, size } = event.metadata.changeSet;
    const open = stream.open?.id === id ? stream.open : null;
    const set = index + 1 === size ? [...(open === null ? [] : eventsOf(open)), event] : null;
    const need = set === null ? null : projection.need(stream, set, documents);
    if (need !== null) return need;
    if (stream.open !== null && stream.open.id !== id)
      this.#audit.push(...auditRows(projection, stream.state, eventsOf(stream.open), true));
    // Before the changes are made: these rows hold what stood there.
    const audit = set === null ? [] : auditRows(projection, stream.state, set, false);
    const outcome = this.#step(view, event, documents);
    if ('problem' in outcome) this.#stop(view, [...storedOf(open), event.stored], outcome.problem);
    else this.#take(view, outcome, audit);
    return null;
  }

  #step({ projection, stream }: View, event: Logged, documents: KnownDocuments): Moved | Problem {
    try {
      const moved = step((state, events: readonly Logged[]) => projection.apply(state, events, this.#isEager), stream, event);
      if (moved.completed === null) return { stream: moved.stream, rows: NO_ROWS };
      const completed = projection.complete(
        { stream: stream.name, before: stream.state, after: moved.stream.state, events: moved.completed },
        documents,
      );
      if (completed.kind === 'refused') return { problem: completed.reason };
      return { stream: { ...moved.stream, state: completed.state }, rows: completed.rows };
    } catch (error) {
      if (error instanceof StreamCorrupt) return { problem: error.message };
      throw error;
    }
  }

  #read({ projection }: View, stored: StoredEvent): Logged | Problem {
    const unstorable = unstorableText(stored);
    if (unstorable !== null) return { problem: unstorable };
    try {
      const event = logged(projection, stored);
      const altered = contentProblem(stored);
      return altered === null ? event : { problem: `event ${stored.revision} of ${stored.stream} does not hold: ${altered}` };
    } catch (error) {
      return { problem: error instanceof Error ? error.message : String(error) };
    }
  }

  #take(view: View, { stream, rows }: Moved, audit: readonly AuditRow[]): void {
    this.#added.versions.push(...rows.versions);
    this.#added.activations.push(...rows.activations);
    for (const tag of rows.tags) this.#tags.set(`${tag.ledger} ${tag.tag}`, tag);
    for (const row of rows.environments) if (!this.#environments.has(row.environment)) this.#environments.set(row.environment, row);
    for (const row of audit) this.#audit.push(row);
    this.#put({ ...view, stream });
  }

  /** Folds once more what was kept of an open change set and cannot be read, which parks its stream as a fold of the log does. */
  #foldUnread(name: string): void {
    const view = this.#viewOf(name);
    const [first] = view.unread ?? [];
    if (first === undefined) return;
    this.#put({ ...view, unread: null, stream: { ...view.stream, revision: first.revision - 1, hash: previousHashOf(first) } });
    for (const stored of view.unread ?? []) this.add(stored, new Map());
  }

  /** For an event of which nothing is known, not even whether it belongs to the change set that is open. */
  #stopAt(view: View, stored: StoredEvent, reason: string): void {
    const { open } = view.stream;
    this.#stop(view, [...storedOf(open), stored], reason);
  }

  /** Nothing behind these events takes effect in their stream any more. */
  #stop(view: View, events: readonly StoredEvent[], reason: string): void {
    for (const stored of events) this.#parked.push(parkedEvent(stored, reason));
    const [first] = events;
    if (first === undefined) return;
    if (view.parkedAt === null) this.#stopped.push(parkedFrom(first, reason));
    const stream = { ...endBefore(view, first), open: null };
    this.#put({ ...view, stream, parkedAt: view.parkedAt ?? events.at(-1)?.position ?? null });
  }

  #viewOf(name: string): View {
    const change = this.#views.get(name);
    if (!change) throw new TypeError(`The batch was not given the view of ${name}.`);
    return change.after;
  }

  #put(view: View): void {
    const before = this.#views.get(view.stream.name)?.before ?? view;
    this.#views.set(view.stream.name, { before, after: view });
  }
}

function storedOf(open: OpenChangeSet<Logged> | null): readonly StoredEvent[] {
  return open === null ? [] : eventsOf(open).map(({ stored }) => stored);
}

interface Problem {
  readonly problem: string;
}

/** A stream with its next event folded in, and the rows that this added. */
interface Moved {
  readonly stream: View['stream'];
  readonly rows: AddedRows;
}

/** The stream as it stood before `first`, so that a later fold can begin there: the events of an open change set are parked with what ended it. */
function endBefore({ stream }: View, first: StoredEvent): View['stream'] {
  const begun = stream.open === null ? undefined : eventsOf(stream.open)[0];
  if (begun === undefined || begun.revision !== first.revision) return stream;
  return { ...stream, revision: begun.revision - 1, hash: begun.metadata.previousHash };
}

function settledView(view: View): View {
  const { state } = view.stream;
  return state === null ? view : { ...view, stream: { ...view.stream, state: view.projection.settle(state) } };
}

type RowsOfChanges = ChangedRows & Pick<ProjectionBatch, 'streams' | 'settled' | 'buffered'>;

function rowsOfChanges(changes: readonly ViewChange[]): RowsOfChanges {
  const rows = {
    streams: [] as StreamWrite[],
    ledgers: [] as ChangedRows['ledgers'][number][],
    items: [] as ChangedRows['items'][number][],
    itemsGone: [] as ChangedRows['itemsGone'][number][],
    settled: [] as string[],
    buffered: [] as StoredEvent[],
  };
  for (const { before, after } of changes) {
    const { name, revision, hash } = after.stream;
    rows.streams.push({ stream: name, revision, hash, parkedAt: after.parkedAt });
    const { ledgers, items, itemsGone } = after.projection.rows(before, after);
    rows.ledgers.push(...ledgers);
    for (const item of items) rows.items.push(item);
    for (const item of itemsGone) rows.itemsGone.push(item);
    addBuffer(rows, { before, after });
  }
  return rows;
}

function addBuffer(rows: { settled: string[]; buffered: StoredEvent[] }, { before, after }: ViewChange): void {
  const { name } = after.stream;
  const [was, is] = [before.stream.open, after.stream.open];
  if (before.unread !== after.unread) rows.settled.push(name);
  if (was === is) return;
  const kept = was !== null && was.id === is?.id ? was.count : 0;
  if (was !== null && kept === 0) rows.settled.push(name);
  if (is === null) return;
  for (const { stored } of eventsOf(is).slice(kept)) rows.buffered.push(stored);
}

/** The row of an event that took no effect. */
export function parkedEvent({ position, stream, revision, id, type }: StoredEvent, reason: string): ParkedEvent {
  return { position, stream: storable(stream), revision, eventId: id, type: storable(type), reason: storable(reason) };
}

/** The row of a stream that is parked from this event on. */
export function parkedFrom({ position, stream, revision, type }: StoredEvent, reason: string): ParkedStream {
  return { stream: storable(stream), revision, position, type: storable(type), reason: storable(reason) };
}
