// The rows that the projector's batches make: a map per table, keyed as the primary keys are. Verify compares the database with them;
// the read model in memory answers from them.
import type { ParkedEvent, ParkedStream } from '../ports/parked.js';
import type {
  ActivationWrite,
  Checkpoint,
  EnvironmentWrite,
  ItemKey,
  ItemWrite,
  LedgerWrite,
  ProjectionBatch,
  ResumedStream,
  StoredView,
  StreamWrite,
  TagWrite,
  VersionWrite,
} from '../ports/projection-store.js';
import type { StoredEvent } from '../ports/event-store.js';
import type { ActivationRow, AuditRow, LedgerRow, RunningRow, VersionRow } from '../ports/read-model.js';
import { LedgerId } from '@confledger/domain';

/** Empty tables at position 0; `apply` moves them on, one batch after the other. */
export class ReadModelTables {
  checkpoint = 0n;
  mark: Checkpoint['mark'] = null;
  readonly streams = new Map<string, StreamWrite>();
  readonly environments = new Map<string, EnvironmentWrite>();
  readonly ledgers = new Map<string, LedgerWrite>();
  readonly items = new Map<string, Map<string, ItemWrite>>();
  readonly versions = new Map<string, VersionWrite[]>();
  readonly activations = new Map<string, ActivationWrite[]>();
  readonly tags = new Map<string, Map<string, TagWrite>>();
  readonly audit = new Map<bigint, AuditRow>();
  readonly buffered = new Map<string, StoredEvent[]>();
  readonly parked = new Map<bigint, ParkedEvent>();
  readonly parkedStreams = new Map<string, ParkedStream>();

  /** Whether the batch goes on where these tables stand. */
  isNext({ from, resumed }: ProjectionBatch): boolean {
    return from === this.checkpoint && (resumed === null || this.parkedStreams.get(resumed.stream)?.revision === resumed.revision);
  }

  /** Takes a batch in. Throws where a primary key would be violated: no row comes twice. */
  apply(batch: ProjectionBatch): void {
    if (batch.resumed !== null) this.#resume(batch.resumed);
    for (const row of batch.streams) this.streams.set(row.stream, row);
    for (const row of batch.environments) this.#putEnvironment(row);
    for (const row of batch.ledgers) this.ledgers.set(row.ledger, row);
    for (const key of batch.itemsGone) this.#itemsOf(key.ledger).delete(itemKey(key));
    for (const row of batch.items) this.#itemsOf(row.ledger).set(itemKey(row), row);
    for (const row of batch.versions) listOf(this.versions, row.ledger).push(row);
    for (const row of batch.activations) listOf(this.activations, row.ledger).push(row);
    for (const row of batch.tags) this.#putTag(row);
    for (const row of batch.audit) insert(this.audit, row.position, row);
    for (const stream of batch.settled) this.buffered.delete(stream);
    for (const event of batch.buffered) listOf(this.buffered, event.stream).push(event);
    for (const row of batch.parked) insert(this.parked, row.position, row);
    for (const row of batch.parkedStreams) if (!this.parkedStreams.has(row.stream)) this.parkedStreams.set(row.stream, row);
    this.checkpoint = batch.to;
    this.mark = batch.mark ?? this.mark;
  }

  load(streams: readonly string[]): Map<string, StoredView> {
    const stored = new Map<string, StoredView>();
    for (const name of streams) {
      const stream = this.streams.get(name);
      if (!stream) continue;
      const ledger = LedgerId.ofStream(name)?.text;
      const items = ledger === undefined ? [] : [...this.#itemsOf(ledger).values()];
      const row = ledger === undefined ? null : (this.ledgers.get(ledger) ?? null);
      stored.set(name, { stream, ledger: row, items, buffered: [...(this.buffered.get(name) ?? [])] });
    }
    return stored;
  }

  /** Oldest first. */
  versionsOf(ledger: string): readonly VersionWrite[] {
    return this.versions.get(ledger) ?? [];
  }

  ledgerRow(row: LedgerWrite): LedgerRow {
    const { latest, active, activation, activatedAt, pending, digest, activeDigest, activeOwn, layers, pinned, definition } = row;
    const id = LedgerId.parse(row.ledger);
    return {
      environment: id?.environment ?? '',
      service: id?.service ?? '',
      latest,
      active,
      activation,
      activatedAt,
      pending,
      digest,
      activeDigest,
      activeOwn,
      layers,
      pinned,
      definition,
      schemaRevision: row.schemaRevision,
      retired: row.retired,
      updatedAt: row.updatedAt,
      complete: row.parkedAt === null,
      parked: (id && this.parkedStreams.get(id.stream)) ?? null,
    };
  }

  /** Null for a ledger that runs nothing. */
  runningRow(row: LedgerWrite): RunningRow | null {
    const { ledger, active: version, activation, activeDigest: digest, activeOwn: own, layers, pinned, definition, retired } = row;
    if (version === null || activation === null || digest === null || own === null) return null;
    return { ledger, version, activation, digest, own, layers, pinned, definition, retired };
  }

  /** Oldest first. */
  activationRows(ledger: string): readonly ActivationRow[] {
    return (this.activations.get(ledger) ?? []).map(({ ledger: _, ...row }) => row);
  }

  versionRow({ ledger, ...row }: VersionWrite): VersionRow {
    const tags = [...(this.tags.get(ledger)?.values() ?? [])].filter(({ version }) => version === row.version).map(({ tag }) => tag);
    const activations = (this.activations.get(ledger) ?? [])
      .filter(({ version }) => version === row.version)
      .map(({ activation, actor, reason, occurredAt, rollbackTo }) => ({ activation, actor, reason, occurredAt, rollbackTo }));
    return { ...row, tags: tags.sort(), activations };
  }

  #resume({ stream, events, next }: ResumedStream): void {
    for (const position of events) this.parked.delete(position);
    if (next !== null) {
      this.parkedStreams.set(stream, next);
      return;
    }
    this.parkedStreams.delete(stream);
    for (const row of this.parked.values()) if (row.stream === stream) this.parked.delete(row.position);
  }

  #putEnvironment(row: EnvironmentWrite): void {
    const known = this.environments.get(row.environment);
    if (known === undefined || row.position < known.position) this.environments.set(row.environment, row);
  }

  #itemsOf(ledger: string): Map<string, ItemWrite> {
    const known = this.items.get(ledger);
    if (known) return known;
    const items = new Map<string, ItemWrite>();
    this.items.set(ledger, items);
    return items;
  }

  #putTag(row: TagWrite): void {
    const tags = this.tags.get(row.ledger) ?? new Map<string, TagWrite>();
    this.tags.set(row.ledger, tags);
    if (row.version === null) tags.delete(row.tag);
    else tags.set(row.tag, row);
  }
}

function itemKey({ of, path }: ItemKey): string {
  return `${of} ${path}`;
}

function listOf<T>(table: Map<string, T[]>, key: string): T[] {
  const known = table.get(key);
  if (known) return known;
  const rows: T[] = [];
  table.set(key, rows);
  return rows;
}

function insert<K, V>(table: Map<K, V>, key: K, value: V): void {
  if (table.has(key)) throw new Error(`the row ${String(key)} is there already`);
  table.set(key, value);
}
