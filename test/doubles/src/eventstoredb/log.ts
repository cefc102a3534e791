// The log of the EventStoreDB double: streams, positions, and the server's rules of idempotency, rule by rule.

/** An event as a client proposes it. Ids are lower-case UUIDs. */
export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** An event of the log. Its commit position and its prepare position are the same, as in a server since version 20. */
export interface LogEvent extends ProposedEvent {
  readonly stream: string;
  readonly revision: number;
  readonly position: bigint;
  /** 100 ns since the epoch, decimal. */
  readonly createdTicks: string;
}

/** -1 is `no_stream`. */
export type ExpectedRevision = number | 'any' | 'stream_exists';

export type AppendDecision =
  | { readonly kind: 'written'; readonly revision: number; readonly position: bigint }
  /** `revision` is that of the last matched event, not the stream's head. */
  | { readonly kind: 'idempotent'; readonly revision: number; readonly position: bigint }
  /** -1: the stream has no events. */
  | { readonly kind: 'wrong-expected-version'; readonly current: number }
  | { readonly kind: 'stream-deleted' };

const RECENT_IDS_BYTES_MAX = 8 * 1024 * 1024;
const RECENT_ID_OVERHEAD_BYTES = 16 + 4 + 8;
/** What a record takes in the transaction file beside its name, type and contents; only has to be positive. */
const RECORD_OVERHEAD_BYTES = 120;

interface Stream {
  readonly events: LogEvent[];
  state: 'live' | 'soft-deleted' | 'tombstoned';
}

/** Keeps everything in memory; a restart of the double keeps the log and forgets the recent ids, as a server does. */
export class EventLog {
  readonly events: LogEvent[] = [];
  readonly #streams = new Map<string, Stream>();
  readonly #recentIds = new Map<string, { readonly stream: string; readonly revision: number }>();
  #recentIdsBytes = 0;
  #nextPosition = 0n;
  readonly #listeners = new Set<() => void>();

  /** The position that the next event will have. */
  get nextPosition(): bigint {
    return this.#nextPosition;
  }

  /** Undefined where no such stream can be read: never written, or soft-deleted. */
  stream(name: string): readonly LogEvent[] | undefined {
    const stream = this.#streams.get(name);
    return stream?.state === 'live' ? stream.events : undefined;
  }

  isTombstoned(name: string): boolean {
    return this.#streams.get(name)?.state === 'tombstoned';
  }

  /** Index in `events` of the first event at or behind a position. */
  indexAt(position: bigint): number {
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.events[middle]?.position ?? 0n) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Called after each append that wrote. Answers its own removal. */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  append(name: string, expected: ExpectedRevision, proposed: readonly ProposedEvent[]): AppendDecision {
    const decision = this.#check(name, expected, proposed);
    return decision === 'write' ? this.#write(name, proposed) : decision;
  }

  /** Appends events that another log has recorded, with their revisions and positions, as replication does. */
  adopt(recorded: readonly LogEvent[]): void {
    if (recorded.length === 0) return;
    for (const event of recorded) this.#record(event);
    this.#notify();
  }

  /**
   * Truncates the log, as a restored backup does, and returns what was cut off. A number is how many events stay; a bigint is the
   * position of the last event that stays. Later appends may get the same positions again. Recent ids are forgotten.
   */
  setBackTo(place: number | bigint): readonly LogEvent[] {
    const cutOff = this.events.splice(typeof place === 'number' ? place : this.indexAt(place + 1n));
    for (const { stream } of cutOff) this.#streams.get(stream)?.events.pop();
    for (const { stream } of cutOff) if (this.#streams.get(stream)?.events.length === 0) this.#streams.delete(stream);
    const last = this.events.at(-1);
    this.#nextPosition = last === undefined ? 0n : positionBehind(last);
    this.forgetRecentIds();
    return cutOff;
  }

  /**
   * Removes events, and puts others in their place, as somebody with access to the files of a server could. Events are known by their
   * positions, which stay what they are given as. Recent ids are forgotten.
   */
  rewrite(gone: readonly LogEvent[], there: readonly LogEvent[]): void {
    const places = new Set([...gone, ...there].map(({ position }) => position));
    const left = this.events.filter(({ position }) => !places.has(position));
    const all = [...left, ...there].sort((a, b) => (a.position < b.position ? -1 : 1));
    this.events.splice(0, this.events.length, ...all);
    for (const { events } of this.#streams.values()) events.length = 0;
    for (const event of all) this.#stream(event.stream).events.push(event);
    for (const { events } of this.#streams.values()) events.sort((a, b) => a.revision - b.revision);
    const last = all.at(-1);
    this.#nextPosition = last === undefined ? 0n : positionBehind(last);
    this.forgetRecentIds();
  }

  softDelete(name: string): void {
    this.#stream(name).state = 'soft-deleted';
  }

  tombstone(name: string): void {
    this.#stream(name).state = 'tombstoned';
  }

  /** What a restart of a server loses: the ids that `any` and `stream_exists` compare with. */
  forgetRecentIds(): void {
    this.#recentIds.clear();
    this.#recentIdsBytes = 0;
  }

  #stream(name: string): Stream {
    const stream = this.#streams.get(name) ?? { events: [], state: 'live' };
    this.#streams.set(name, stream);
    return stream;
  }

  /** IndexWriter.CheckCommit of the server: only ids are compared, never data. */
  #check(name: string, expected: ExpectedRevision, proposed: readonly ProposedEvent[]): AppendDecision | 'write' {
    const stream = this.#streams.get(name);
    if (stream?.state === 'tombstoned') return { kind: 'stream-deleted' };
    const current = (stream?.events.length ?? 0) - 1;
    const wrong = { kind: 'wrong-expected-version', current } as const;
    if (expected === 'any' || expected === 'stream_exists') {
      if (expected === 'stream_exists' && stream?.state === 'soft-deleted') return { kind: 'stream-deleted' };
      if (expected === 'stream_exists' && current < 0) return wrong;
      return this.#checkRecentIds(name, current, proposed);
    }
    if (expected > current) return wrong;
    // Written without a look at the ids: the same id can stand twice in one stream.
    if (expected === current) return 'write';
    for (const [index, event] of proposed.entries()) {
      if (stream?.events[expected + 1 + index]?.id === event.id) continue;
      if (index === 0 && expected === -1 && stream?.state === 'soft-deleted') return 'write';
      return wrong;
    }
    return this.#idempotent(name, expected + proposed.length);
  }

  #checkRecentIds(name: string, current: number, proposed: readonly ProposedEvent[]): AppendDecision | 'write' {
    let last = -1;
    for (const [index, event] of proposed.entries()) {
      const known = this.#recentIds.get(event.id);
      if (known?.stream !== name) return index === 0 ? 'write' : { kind: 'wrong-expected-version', current };
      last = known.revision;
    }
    return this.#idempotent(name, last);
  }

  #idempotent(name: string, revision: number): AppendDecision {
    return { kind: 'idempotent', revision, position: this.#streams.get(name)?.events[revision]?.position ?? -1n };
  }

  #write(name: string, proposed: readonly ProposedEvent[]): AppendDecision {
    const stream = this.#stream(name);
    stream.state = 'live';
    const createdTicks = (BigInt(Date.now()) * 10_000n).toString();
    let position = this.#nextPosition;
    for (const event of proposed) {
      position = this.#nextPosition;
      this.#record({ ...event, stream: name, revision: stream.events.length, position, createdTicks });
    }
    this.#notify();
    return { kind: 'written', revision: stream.events.length - 1, position };
  }

  #record(event: LogEvent): void {
    const stream = this.#stream(event.stream);
    stream.state = 'live';
    stream.events.push(event);
    this.events.push(event);
    this.#nextPosition = positionBehind(event);
    this.#remember(event);
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }

  #remember({ id, stream, revision }: LogEvent): void {
    if (!this.#recentIds.has(id)) this.#recentIdsBytes += RECENT_ID_OVERHEAD_BYTES + 2 * stream.length;
    this.#recentIds.set(id, { stream, revision });
    for (const [oldest, { stream: of }] of this.#recentIds) {
      if (this.#recentIdsBytes <= RECENT_IDS_BYTES_MAX) break;
      this.#recentIds.delete(oldest);
      this.#recentIdsBytes -= RECENT_ID_OVERHEAD_BYTES + 2 * of.length;
    }
  }
}

/** Position of the record behind this one. Positions are offsets in the transaction file. */
function positionBehind({ stream, type, data, metadata, position }: LogEvent): bigint {
  return position + BigInt(RECORD_OVERHEAD_BYTES + 2 * (stream.length + type.length) + data.length + metadata.length);
}
