// Histories for tests: a log of well-formed events, chained and placed in change sets, made with the domain's own recorder.
import type { DocumentAt, EventStore, StoredEvent } from '@confledger/application';
import { Document, type JsonValue } from '@confledger/document';
import {
  emptyStream,
  follow,
  hashOfTexts,
  idFromHash,
  LedgerId,
  ledgerAggregate,
  INSTALLATION_STREAM,
  recordEach,
  recordEvent,
  signedBy,
  withoutLayers,
  type DraftEvent,
  type Envelope,
  type EventSource,
  type Layered,
  type LedgerEvent,
  type LedgerStream,
  type RecordedText,
  type StreamEnd,
} from '@confledger/domain';
import { appendEvents } from './append-events.js';

/** Path to value; undefined deletes. */
export type Edits = Readonly<Record<string, JsonValue | undefined>>;

/** What an activation of form 2 is built on. Default: its own document alone. */
export type BuiltOn = Partial<Layered> & {
  /** Of the document that it takes live. Default: that of the own one. */
  readonly digest?: string;
};

export interface SetOptions {
  readonly actor?: string;
  readonly reason?: string | null;
  /** Activates what the set makes, in its last event. */
  readonly activate?: boolean;
  /** The form of the activation's statement. Default: 1. */
  readonly form?: 1 | 2;
  /** Makes the activation one of form 2. */
  readonly on?: BuiltOn;
  readonly source?: EventSource;
  /** Writes only so many events of the set: it stays open. */
  readonly keep?: number;
}

const FIRST_INSTANT_MS = Date.UTC(2026, 0, 1);
/** Time that passes between two change sets. */
const STEP_MS = 1_000;

export class LedgerLog {
  /** Everything written, in position order. */
  readonly stored: StoredEvent[] = [];
  readonly #states = new Map<string, LedgerStream>();
  readonly #documents = new Map<string, Document>();
  #installation: StreamEnd = emptyStream(INSTALLATION_STREAM);
  #sets = 0;

  /** One change set of sets and deletes; `LedgerCreated` comes first where it is needed. Answers the events written. */
  change(ledger: string, edits: Edits, options: SetOptions = {}): readonly StoredEvent[] {
    const drafts = [...this.#creation(ledger), ...draftsOf(edits)];
    const changed = this.#record(ledger, drafts, options);
    if (options.activate !== true) return this.#write(ledger, changed.slice(0, options.keep));
    const version = changed.at(-1)?.event.revision ?? -1;
    const after = changed.reduce((stream, { event }) => follow(ledgerAggregate.apply, stream, event), this.state(ledger));
    const activation = this.#activation(ledger, after, version, options);
    return this.#write(ledger, this.#again(ledger, [...drafts, activation], options).slice(0, options.keep));
  }

  create(ledger: string): readonly StoredEvent[] {
    return this.#write(ledger, this.#record(ledger, this.#creation(ledger), {}));
  }

  /** Activates a version, by default the newest; 0 is the empty document. */
  activate(ledger: string, version?: number, options: SetOptions & { readonly rollbackTo?: number } = {}): readonly StoredEvent[] {
    const state = this.state(ledger);
    const newest = state.state?.head.version ?? null;
    const draft = this.#activation(ledger, state, version ?? newest ?? -1, options);
    return this.#write(ledger, this.#record(ledger, [draft], options));
  }

  tag(ledger: string, version: number, tag: string): readonly StoredEvent[] {
    return this.#write(ledger, this.#record(ledger, [{ type: 'VersionTagged', data: { version, tag } }], {}));
  }

  untag(ledger: string, version: number, tag: string): readonly StoredEvent[] {
    return this.#write(ledger, this.#record(ledger, [{ type: 'VersionUntagged', data: { version, tag } }], {}));
  }

  retire(ledger: string): readonly StoredEvent[] {
    return this.#write(ledger, this.#record(ledger, [{ type: 'LedgerRetired', data: {} }], {}));
  }

  restore(ledger: string): readonly StoredEvent[] {
    return this.#write(ledger, this.#record(ledger, [{ type: 'LedgerRestored', data: {} }], {}));
  }

  /** An event of the installation's own stream. */
  installation(): StoredEvent {
    this.#sets += 1;
    const created = {
      type: 'InstallationCreated',
      data: { installation: `installation-${this.#sets}`, keyId: '0123456789abcdef', publicKey: 'a2V5' },
    };
    const place = { changeSet: { id: `set-${this.#sets}`, index: 0, size: 1 }, envelope: this.#envelope('confledger', null) };
    const { event, data, metadata } = recordEvent(this.#installation, created, place, { macOf: null, schemaVersionOf: () => 1 });
    this.#installation = {
      name: event.stream,
      revision: event.revision,
      hash: event.metadata.hash,
      occurredAt: event.metadata.occurredAt,
      origin: this.#installation.origin ?? event.id,
    };
    return this.#push({ id: event.id, type: event.type, data, metadata, stream: event.stream, revision: event.revision });
  }

  /** An event of any stream, as given and with the hash of that: poison, or a stream that is no ledger's. */
  raw(stream: string, event: { readonly type: string; readonly data: string; readonly metadata: string }): StoredEvent {
    const revision = this.stored.filter((other) => other.stream === stream).length;
    const { type, data } = event;
    const bare = event.metadata.replace(/,"hash":"[^"]*"/, '').replace(/,"mac":"[^"]*"/, '');
    const hash = hashOfTexts({ stream, revision, type, data, metadata: bare });
    // Metadata without members, and what is no object, can have none.
    const metadata = /^\{.+\}$/s.test(bare) ? `${bare.slice(0, -1)},"hash":"${hash}"}` : event.metadata;
    return this.#push({ id: idFromHash(hash), type, data, metadata, stream, revision });
  }

  /** A ledger's stream as the domain folds it, which every read model is compared with. */
  state(ledger: string): LedgerStream {
    return this.#states.get(ledger) ?? emptyStream(idOf(ledger).stream);
  }

  /** The document at a version. */
  document(ledger: string, version: number): Document | undefined {
    return this.#documents.get(`${ledger}@${version}`);
  }

  /** As a projector asks for it. */
  readonly documentAt: DocumentAt = (id, version) => Promise.resolve(this.document(id.text, version) ?? null);

  /** Versions that there are, oldest first. */
  versions(ledger: string): readonly number[] {
    return [...this.#documents.keys()].filter((key) => key.startsWith(`${ledger}@`)).map((key) => Number(key.slice(ledger.length + 1)));
  }

  /** Writes into a store what it does not have yet; positions are then the store's own. */
  async appendTo(store: EventStore, from = 0): Promise<void> {
    await appendEvents(store, this.stored.slice(from));
  }

  #creation(ledger: string): DraftEvent[] {
    const { environment, service } = idOf(ledger);
    return this.state(ledger).revision === -1 ? [{ type: 'LedgerCreated', data: { environment, service } }] : [];
  }

  #activation(
    ledger: string,
    { state }: LedgerStream,
    version: number,
    { rollbackTo, on, form = on === undefined ? 1 : 2 }: SetOptions & { readonly rollbackTo?: number },
  ): DraftEvent {
    if (state === null) throw new Error('nothing to activate');
    const { head } = state;
    const document = head.version === version ? head.document : version === 0 ? Document.empty : this.document(ledger, version);
    if (!document) throw new Error(`${version} is no version`);
    const pending = head.version === version ? 0 : this.versions(ledger).filter((other) => other > version).length;
    const previous = state.active?.version ?? null;
    const { digest = document.digest, ...layered } = on ?? {};
    return {
      type: 'VersionActivated',
      data: { version, previous, digest, pending, ...(rollbackTo !== undefined && { rollbackTo }) },
      statement:
        form === 1
          ? { form }
          : { form, previousActivation: state.active?.activation ?? null, ...withoutLayers(document.digest), ...layered },
    };
  }

  #record(ledger: string, drafts: readonly DraftEvent[], options: SetOptions): RecordedText<LedgerEvent>[] {
    this.#sets += 1;
    return this.#again(ledger, drafts, options);
  }

  /** Records with the id and time of the set that was begun last. */
  #again(
    ledger: string,
    drafts: readonly DraftEvent[],
    { actor = 'alice', reason = null, source }: SetOptions,
  ): RecordedText<LedgerEvent>[] {
    const sign = signedBy(() => ({ keyId: '0123456789abcdef', signature: 'signature' }));
    const { schemaVersionOf } = ledgerAggregate;
    return [
      ...recordEach(
        this.state(ledger),
        drafts,
        { ...this.#envelope(actor, reason), source },
        { finish: sign, macOf: null, schemaVersionOf },
      ),
    ];
  }

  #envelope(actor: string, reason: string | null): Envelope {
    return {
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
  }

  #write(ledger: string, recorded: readonly RecordedText<LedgerEvent>[]): readonly StoredEvent[] {
    return recorded.map(({ event, data, metadata }) => {
      const stream = follow(ledgerAggregate.apply, this.state(ledger), event);
      this.#states.set(ledger, stream);
      const head = stream.state?.head;
      if (head !== undefined && head.version !== null) {
        const key = `${ledger}@${head.version}`;
        if (!this.#documents.has(key)) this.#documents.set(key, head.document);
      }
      return this.#push({ id: event.id, type: event.type, data, metadata, stream: event.stream, revision: event.revision });
    });
  }

  #push(event: Omit<StoredEvent, 'position'>): StoredEvent {
    const stored = { ...event, position: BigInt(this.stored.length + 1) };
    this.stored.push(stored);
    return stored;
  }
}

function idOf(ledger: string): LedgerId {
  const id = LedgerId.parse(ledger);
  if (id === null) throw new TypeError(`${ledger} is not the name of a ledger`);
  return id;
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
