// Histories for tests: a log of well-formed events, chained and placed in change sets, made with the domain's own recorder.
import type { EventStore, StoredEvent } from '@confledger/application';
import type { Document, JsonValue } from '@confledger/document';
import { evolve, initialState, recordChangeSet, streamOf, type DraftEvent, type LedgerState, type RecordedText } from '@confledger/domain';
import { appendEvents } from './append-events.js';

/** Path to value; undefined deletes. */
export type Edits = Readonly<Record<string, JsonValue | undefined>>;

export interface SetOptions {
  readonly actor?: string;
  readonly reason?: string | null;
  /** Activates what the set makes, in its last event. */
  readonly activate?: boolean;
  /** Writes only so many events of the set: it stays open. */
  readonly keep?: number;
}

const FIRST_INSTANT_MS = Date.UTC(2026, 0, 1);
/** Time that passes between two change sets. */
const STEP_MS = 1_000;

export class LedgerLog {
  /** Everything written, in position order. */
  readonly stored: StoredEvent[] = [];
  readonly #states = new Map<string, LedgerState>();
  readonly #documents = new Map<string, Document>();
  #sets = 0;

  /** One change set of sets and deletes; `LedgerCreated` comes first where it is needed. Answers the events written. */
  change(ledger: string, edits: Edits, options: SetOptions = {}): readonly StoredEvent[] {
    const drafts = [...this.#creation(ledger), ...draftsOf(edits)];
    const changed = this.#record(ledger, drafts, options);
    if (options.activate !== true) return this.#write(ledger, changed.slice(0, options.keep));
    const version = changed.at(-1)?.event.revision ?? -1;
    const after = changed.reduce((state, { event }) => evolve(state, event), this.state(ledger));
    const activation = this.#activation(after, version);
    return this.#write(ledger, this.#again(ledger, [...drafts, activation], options).slice(0, options.keep));
  }

  create(ledger: string): readonly StoredEvent[] {
    return this.#write(ledger, this.#record(ledger, this.#creation(ledger), {}));
  }

  /** Activates a version, by default the newest. */
  activate(ledger: string, version?: number, options: SetOptions & { readonly rollbackTo?: number } = {}): readonly StoredEvent[] {
    const state = this.state(ledger);
    const newest = state.phase === 'existing' ? state.head.version : null;
    const draft = this.#activation(state, version ?? newest ?? -1, options.rollbackTo);
    return this.#write(ledger, this.#record(ledger, [draft], options));
  }

  tag(ledger: string, version: number, tag: string): readonly StoredEvent[] {
    return this.#write(ledger, this.#record(ledger, [{ type: 'VersionTagged', data: { version, tag } }], {}));
  }

  untag(ledger: string, version: number, tag: string): readonly StoredEvent[] {
    return this.#write(ledger, this.#record(ledger, [{ type: 'VersionUntagged', data: { version, tag } }], {}));
  }

  /** An event of any stream, as given: poison, or a stream that is no ledger's. */
  raw(stream: string, event: { readonly type: string; readonly data: string; readonly metadata: string }): StoredEvent {
    const revision = this.stored.filter((other) => other.stream === stream).length;
    const tail = String(this.stored.length + 1).padStart(12, '0');
    return this.#push({ ...event, id: `00000000-0000-8000-8000-${tail}`, stream, revision });
  }

  /** The domain's state of a ledger, which every read model is compared with. */
  state(ledger: string): LedgerState {
    return this.#states.get(ledger) ?? initialState(ledger);
  }

  /** The document at a version. */
  document(ledger: string, version: number): Document | undefined {
    return this.#documents.get(`${ledger}@${version}`);
  }

  /** Versions that there are, oldest first. */
  versions(ledger: string): readonly number[] {
    return [...this.#documents.keys()].filter((key) => key.startsWith(`${ledger}@`)).map((key) => Number(key.slice(ledger.length + 1)));
  }

  /** Writes into a store what it does not have yet; positions are then the store's own. */
  async appendTo(store: EventStore, from = 0): Promise<void> {
    await appendEvents(store, this.stored.slice(from));
  }

  #creation(ledger: string): DraftEvent[] {
    const [environment = '', service = ''] = ledger.split('.');
    return this.state(ledger).revision === -1 ? [{ type: 'LedgerCreated', data: { environment, service } }] : [];
  }

  #activation(state: LedgerState, version: number, rollbackTo?: number): DraftEvent {
    if (state.phase !== 'existing') throw new Error('nothing to activate');
    const head = state.head;
    const document = head.version === version ? head.document : this.document(state.ledger, version);
    if (!document) throw new Error(`${version} is no version`);
    const pending = head.version === version ? 0 : this.versions(state.ledger).filter((other) => other > version).length;
    const previous = state.active?.version ?? null;
    return {
      type: 'VersionActivated',
      data: { version, previous, digest: document.digest, pending, ...(rollbackTo !== undefined && { rollbackTo }) },
    };
  }

  #record(ledger: string, drafts: readonly DraftEvent[], options: SetOptions): RecordedText[] {
    this.#sets += 1;
    return this.#again(ledger, drafts, options);
  }

  /** Records with the id and time of the set that was begun last. */
  #again(ledger: string, drafts: readonly DraftEvent[], { actor = 'alice', reason = null }: SetOptions): RecordedText[] {
    const envelope = {
      actor: { id: actor, method: 'token', roles: ['operator'] },
      reason,
      commandId: `command-${this.#sets}`,
      fingerprint: '00',
      correlationId: `correlation-${this.#sets}`,
      causationId: null,
      traceparent: null,
      changeSetId: `set-${this.#sets}`,
      now: FIRST_INSTANT_MS + this.#sets * STEP_MS,
    };
    return recordChangeSet(ledger, this.state(ledger), drafts, envelope, () => ({ keyId: '0123456789abcdef', signature: 'signature' }));
  }

  #write(ledger: string, recorded: readonly RecordedText[]): readonly StoredEvent[] {
    return recorded.map(({ event, data, metadata }) => {
      const state = evolve(this.state(ledger), event);
      this.#states.set(ledger, state);
      if (state.phase === 'existing' && state.head.version !== null) {
        const key = `${ledger}@${state.head.version}`;
        if (!this.#documents.has(key)) this.#documents.set(key, state.head.document);
      }
      return this.#push({ id: event.id, type: event.type, data, metadata, stream: streamOf(ledger), revision: event.revision });
    });
  }

  #push(event: Omit<StoredEvent, 'position'>): StoredEvent {
    const stored = { ...event, position: BigInt(this.stored.length + 1) };
    this.stored.push(stored);
    return stored;
  }
}

function draftsOf(edits: Edits): DraftEvent[] {
  const deletes: DraftEvent[] = [];
  const sets: DraftEvent[] = [];
  for (const [path, value] of Object.entries(edits)) {
    if (value === undefined) deletes.push({ type: 'ConfigDeleted', data: { path } });
    else sets.push({ type: 'ConfigSet', data: { path, value } });
  }
  return [...deletes, ...sets];
}
