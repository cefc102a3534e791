// The read model in memory: projection store and queries over the same maps. For tests.
import { compileGlob, overlaps } from '@confledger/document';
import { ledgerOfCursor, cursorBehind, numberOfCursor } from '../page-cursors.js';
import type { ParkedEvent, ParkedStream } from '../ports/parked.js';
import type { Checkpoint, ProjectionBatch, ProjectionStore, StoredView } from '../ports/projection-store.js';
import type {
  ActivationRow,
  AuditFilter,
  AuditRow,
  LedgerFilter,
  LedgerRow,
  Page,
  PageRequest,
  ReadModel,
  RunningFilter,
  RunningRow,
  VersionRow,
} from '../ports/read-model.js';
import { LedgerId } from '@confledger/domain';
import { ReadModelTables } from '../projections/tables.js';

export class InMemoryReadModel implements ReadModel, ProjectionStore {
  readonly tables = new ReadModelTables();
  readonly #waiting = new Set<() => void>();

  checkpoint(): Promise<Checkpoint> {
    return Promise.resolve({ position: this.tables.checkpoint, mark: this.tables.mark });
  }

  load(streams: readonly string[]): Promise<ReadonlyMap<string, StoredView>> {
    return Promise.resolve(this.tables.load(streams));
  }

  parkedStreamsBehind(stream: string | null, limit: number): Promise<readonly ParkedStream[]> {
    const rows = [...this.tables.parkedStreams.values()].filter((row) => stream === null || row.stream > stream);
    return Promise.resolve(rows.sort((a, b) => order(a.stream, b.stream)).slice(0, limit));
  }

  countParkedStreams(): Promise<number> {
    return Promise.resolve(this.tables.parkedStreams.size);
  }

  commit(batch: ProjectionBatch): Promise<'committed' | 'superseded'> {
    if (!this.tables.isNext(batch)) return Promise.resolve('superseded');
    this.tables.apply(batch);
    for (const wake of [...this.#waiting]) wake();
    return Promise.resolve('committed');
  }

  position(): Promise<bigint> {
    return Promise.resolve(this.tables.checkpoint);
  }

  waitFor(position: bigint, timeoutMs: number): Promise<boolean> {
    if (this.tables.checkpoint >= position) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (reached: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve(reached);
      };
      const wake = (): void => {
        if (this.tables.checkpoint >= position) settle(true);
      };
      const timer = setTimeout(() => settle(false), timeoutMs);
      this.#waiting.add(wake);
    });
  }

  ledgers(filter: LedgerFilter, page: PageRequest): Promise<Page<LedgerRow>> {
    return this.#answer(() => {
      const behind = ledgerOfCursor('ledgers', page.cursor);
      const rows = [...this.tables.ledgers.values()]
        .filter((row) => row.exists || row.parkedAt !== null)
        .filter(({ ledger }) => filter.environment === undefined || LedgerId.parse(ledger)?.environment === filter.environment)
        .filter(({ retired }) => filter.retired === undefined || retired === filter.retired)
        .filter(({ ledger }) => behind === null || compareLedgers(ledger, behind) > 0)
        .sort((a, b) => compareLedgers(a.ledger, b.ledger));
      return this.#page(
        rows,
        page,
        (row) => cursorBehind('ledgers', row.ledger),
        (row) => this.tables.ledgerRow(row),
      );
    });
  }

  versions(ledger: string, page: PageRequest): Promise<Page<VersionRow>> {
    return this.#answer(() => {
      const behind = numberOfCursor('versions', page.cursor);
      const rows = this.tables
        .versionsOf(ledger)
        .filter(({ version }) => behind === null || BigInt(version) < behind)
        .reverse();
      return this.#page(
        rows,
        page,
        (row) => cursorBehind('versions', String(row.version)),
        (row) => this.tables.versionRow(row),
      );
    });
  }

  version(ledger: string, version: number): Promise<VersionRow | null> {
    const row = this.tables.versionsOf(ledger).find((candidate) => candidate.version === version);
    return Promise.resolve(row ? this.tables.versionRow(row) : null);
  }

  activations(ledger: string, page: PageRequest): Promise<Page<ActivationRow>> {
    return this.#answer(() => {
      const behind = numberOfCursor('activations', page.cursor);
      const rows = this.tables.activationRows(ledger).filter(({ activation }) => behind === null || BigInt(activation) < behind);
      return this.#page(
        rows.toSorted((a, b) => b.activation - a.activation),
        page,
        (row) => cursorBehind('activations', String(row.activation)),
        (row) => row,
      );
    });
  }

  running({ environments, service }: RunningFilter, page: PageRequest): Promise<Page<RunningRow>> {
    return this.#answer(() => {
      const behind = ledgerOfCursor('running', page.cursor);
      const rows = [...this.tables.ledgers.values()]
        .map((row) => ({ id: LedgerId.parse(row.ledger), row: this.tables.runningRow(row) }))
        .filter(({ id }) => environments === undefined || (id !== null && environments.includes(id.environment)))
        .filter(({ id }) => service === undefined || id?.service === service)
        .flatMap(({ row }) => (row === null || (behind !== null && compareLedgers(row.ledger, behind) <= 0) ? [] : [row]))
        .sort((a, b) => compareLedgers(a.ledger, b.ledger));
      return this.#page(
        rows,
        page,
        (row) => cursorBehind('running', row.ledger),
        (row) => row,
      );
    });
  }

  activeStatements(): Promise<{ readonly active: number; readonly withStatement2: number }> {
    const active = [...this.tables.ledgers.values()].filter(({ activation }) => activation !== null);
    const forms = new Map<string, unknown>();
    for (const { type, stream, detail } of [...this.tables.audit.values()].sort(newestFirst).reverse())
      if (type === 'VersionActivated') forms.set(stream, detail['statement']);
    const withStatement2 = active.filter(({ ledger }) => forms.get(LedgerId.parse(ledger)?.stream ?? '') === 2).length;
    return Promise.resolve({ active: active.length, withStatement2 });
  }

  oldestPin(): Promise<string | null> {
    const pins = [...this.tables.ledgers.values()].flatMap(({ pinned, retired }) =>
      pinned === null || retired ? [] : [pinned.occurredAt],
    );
    return Promise.resolve(pins.sort()[0] ?? null);
  }

  audit(filter: AuditFilter, page: PageRequest): Promise<Page<AuditRow>> {
    return this.#answer(() => this.#auditPage('audit', page, filterOf(filter)));
  }

  history(ledger: string, path: string, page: PageRequest): Promise<Page<AuditRow>> {
    return this.#answer(() =>
      this.#auditPage('history', page, (row) => {
        if (row.path === null || row.stream !== LedgerId.parse(ledger)?.stream) return false;
        return path === '' || overlaps(path, row.path);
      }),
    );
  }

  parked(page: PageRequest): Promise<Page<ParkedEvent>> {
    return this.#answer(() => this.#byPosition('parked', page, this.tables.parked.values()));
  }

  parkedStreams(page: PageRequest): Promise<Page<ParkedStream>> {
    return this.#answer(() => this.#byPosition('parkedStreams', page, this.tables.parkedStreams.values()));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #auditPage(kind: 'audit' | 'history', page: PageRequest, wanted: (row: AuditRow) => boolean): Page<AuditRow> {
    return this.#byPosition(kind, page, [...this.tables.audit.values()].filter(wanted));
  }

  #byPosition<Row extends { readonly position: bigint }>(kind: PositionCursor, page: PageRequest, rows: Iterable<Row>): Page<Row> {
    const behind = numberOfCursor(kind, page.cursor);
    const shown = [...rows].filter(({ position }) => behind === null || position < behind).sort(newestFirst);
    return this.#page(
      shown,
      page,
      (row) => cursorBehind(kind, String(row.position)),
      (row) => row,
    );
  }

  #page<Row, Item>(rows: readonly Row[], page: PageRequest, cursor: (row: Row) => string, item: (row: Row) => Item): Page<Item> {
    const shown = rows.slice(0, page.limit);
    const last = shown.at(-1);
    return {
      items: shown.map(item),
      next: last !== undefined && rows.length > shown.length ? cursor(last) : null,
      position: this.tables.checkpoint,
    };
  }

  /** What throws (a bad cursor) rejects, as it would behind a database. */
  async #answer<T>(query: () => T): Promise<T> {
    return query();
  }
}

/** Lists whose cursors are positions. */
type PositionCursor = 'audit' | 'history' | 'parked' | 'parkedStreams';

function filterOf(filter: AuditFilter): (row: AuditRow) => boolean {
  const { environment, service, key, actor, type, from, to } = filter;
  const matches = key === undefined ? undefined : compileGlob(key);
  const fromMs = from === undefined ? -Infinity : Date.parse(from);
  const toMs = to === undefined ? Infinity : Date.parse(to);
  return (row) => {
    if (environment !== undefined && row.environment !== environment) return false;
    if (service !== undefined && row.service !== service) return false;
    if (actor !== undefined && row.actor !== actor) return false;
    if (type !== undefined && row.type !== type) return false;
    const time = Date.parse(row.occurredAt);
    if (time < fromMs || time >= toMs) return false;
    return matches === undefined || (row.path !== null && matches(row.path));
  };
}

const newestFirst = (a: { readonly position: bigint }, b: { readonly position: bigint }): number => (a.position < b.position ? 1 : -1);

/** By environment, then service, each by code units: `a-b.c` comes behind `a.z`, though `-` sorts before `.`. */
function compareLedgers(a: string, b: string): number {
  const [left, right] = [LedgerId.parse(a), LedgerId.parse(b)];
  return order(left?.environment ?? '', right?.environment ?? '') || order(left?.service ?? '', right?.service ?? '');
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
