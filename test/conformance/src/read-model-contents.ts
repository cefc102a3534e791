// A read model filled from a log, and read out whole: what tests of projections compare.
import {
  chunksOf,
  LogFolder,
  type ActivationRow,
  type AuditRow,
  type LedgerRow,
  type Page,
  type PageRequest,
  type Checkpoint,
  type ParkedEvent,
  type ParkedStream,
  type ProjectionStore,
  type ReadModel,
  type RunningRow,
  type StoredView,
  type StoredEvent,
  type StreamUses,
  type VersionRow,
} from '@confledger/application';
import type { LedgerLog } from './ledger-log.js';

export interface ProjectOptions {
  readonly eventsPerBatch?: number;
  readonly cold?: boolean;
  /** What another release knows. Default: what this one knows. */
  readonly useOf?: StreamUses;
}

/** Carries the store over everything in the log that it does not have. `eventsPerBatch` 1 with `cold` reads each view from the tables. */
export async function projectLog(log: LedgerLog, store: ProjectionStore, options: ProjectOptions = {}): Promise<void> {
  const { position: at } = await store.checkpoint();
  const { documentAt } = log;
  const { useOf } = options;
  const make = (position: bigint): LogFolder => new LogFolder({ store, documentAt, useOf, at: position });
  let folder = make(at);
  for (const chunk of slices(
    log.stored.filter(({ position }) => position > at),
    options.eventsPerBatch,
  )) {
    if ((await folder.take(chunk)) === 'superseded') throw new Error('another wrote to this store');
    if (options.cold === true) folder = make(folder.position);
  }
}

export interface ReadModelContents {
  readonly checkpoint: Checkpoint;
  readonly position: bigint;
  readonly ledgers: readonly LedgerRow[];
  readonly running: readonly RunningRow[];
  readonly versions: Readonly<Record<string, readonly VersionRow[]>>;
  readonly activations: Readonly<Record<string, readonly ActivationRow[]>>;
  readonly audit: readonly AuditRow[];
  readonly parked: readonly ParkedEvent[];
  readonly parkedStreams: readonly ParkedStream[];
  readonly stored: readonly StoredView[];
}

/** Everything that a read model holds, by its own queries and its store's. */
export async function contentsOf(readModel: ReadModel, store: ProjectionStore): Promise<ReadModelContents> {
  const ledgers = await allPages((page) => readModel.ledgers({}, page));
  const names = ledgers.map(({ environment, service }) => `${environment}.${service}`);
  const versions: Record<string, readonly VersionRow[]> = {};
  const activations: Record<string, readonly ActivationRow[]> = {};
  for (const name of names) {
    versions[name] = await allPages((page) => readModel.versions(name, page));
    activations[name] = await allPages((page) => readModel.activations(name, page));
  }
  const streams = [...names.map((name) => `config-${name}`), 'installation'];
  const stored = [...(await store.load(streams)).values()].map(sorted).sort((a, b) => (a.stream.stream < b.stream.stream ? -1 : 1));
  return {
    checkpoint: await store.checkpoint(),
    position: await readModel.position(),
    ledgers,
    running: await allPages((page) => readModel.running({}, page)),
    versions,
    activations,
    audit: await allPages((page) => readModel.audit({}, page)),
    parked: await allPages((page) => readModel.parked(page)),
    parkedStreams: await allPages((page) => readModel.parkedStreams(page)),
    stored,
  };
}

/** Follows the cursors to the end. */
export async function allPages<T>(query: (page: PageRequest) => Promise<Page<T>>, limit = 7): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await query(cursor === null ? { limit } : { limit, cursor });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return items;
}

function sorted(view: StoredView): StoredView {
  const items = [...view.items].sort((a, b) => (`${a.of} ${a.path}` < `${b.of} ${b.path}` ? -1 : 1));
  return { ...view, items };
}

function* slices(events: readonly StoredEvent[], size: number | undefined): Generator<readonly StoredEvent[]> {
  if (size === undefined) yield* chunksOf(events);
  else for (let start = 0; start < events.length; start += size) yield events.slice(start, start + size);
}
