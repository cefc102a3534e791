// What a ledger's events add up to. `evolve` folds one event in; a change set takes effect with its last event.
import { Document, DocumentFault } from '@confledger/document';
import type { DocumentChange } from '@confledger/document';
import { CommandWindow } from './command-window.js';
import type { LedgerEvent, Recorded } from './events.js';

/** What every stream has, whether its ledger exists yet or not. Abandoned events count here and nowhere else. */
interface StreamPart {
  /** `<environment>.<service>` */
  readonly ledger: string;
  /** Revision of the stream's last event, -1 for none. */
  readonly revision: number;
  /** Hash of the stream's last event. */
  readonly hash: string | null;
  readonly occurredAt: string | null;
  /** Id of the stream's first event. */
  readonly origin: string | null;
  /** A change set whose last event has not come yet. */
  readonly open: OpenChangeSet | null;
  readonly commands: CommandWindow;
}

export interface OpenChangeSet {
  readonly id: string;
  /** How many events of `gathered` belong to this state: the array is shared with later states, which only append to it. */
  readonly count: number;
  readonly gathered: readonly Recorded<LedgerEvent>[];
}

/** No change set has taken effect: the ledger does not exist, though its stream may hold an abandoned first set. */
export interface AbsentLedger extends StreamPart {
  readonly phase: 'absent';
}

export interface Head {
  /** Null while only `LedgerCreated` stands. */
  readonly version: number | null;
  /** How many versions there are up to this one. */
  readonly ordinal: number;
  readonly document: Document;
}

export interface Activation {
  /** Revision of the `VersionActivated` event. */
  readonly activation: number;
  readonly version: number;
  readonly previous: number | null;
  readonly digest: string;
  readonly keyId: string;
  readonly signature: string;
  readonly rollbackTo: number | null;
  readonly actor: string;
  readonly occurredAt: string;
  /** The document of `version`; null when it was not head at that moment and must be read from the history. */
  readonly document: Document | null;
}

export interface ExistingLedger extends StreamPart {
  readonly phase: 'existing';
  readonly origin: string;
  readonly head: Head;
  readonly active: Activation | null;
  /** How many versions are newer than the active one. */
  readonly pending: number;
  readonly tags: ReadonlyMap<string, number>;
}

export type LedgerState = AbsentLedger | ExistingLedger;

/** The log contradicts itself: a revision is missing, the chain is broken, or an event does not fit the document. */
export class LedgerCorrupt extends Error {
  override readonly name = 'LedgerCorrupt';
}

export function initialState(ledger: string): AbsentLedger {
  return { phase: 'absent', ledger, revision: -1, hash: null, occurredAt: null, origin: null, open: null, commands: CommandWindow.empty };
}

/** Folds the next event in. Throws `LedgerCorrupt` when it is not the next one of this history. */
export function evolve(state: LedgerState, event: Recorded<LedgerEvent>): LedgerState {
  assertFollows(state, event);
  const { changeSet } = event.metadata;
  const gathered = state.open?.id === changeSet.id ? gather(state.open, event) : [event];
  if (gathered.length !== changeSet.index + 1 || changeSet.index >= changeSet.size) throw corrupt(event, 'its change set has a gap');
  const complete = changeSet.index === changeSet.size - 1;
  const moved: LedgerState = {
    ...state,
    revision: event.revision,
    hash: event.metadata.hash,
    occurredAt: event.metadata.occurredAt,
    origin: state.origin ?? event.id,
    open: complete ? null : { id: changeSet.id, count: gathered.length, gathered },
  };
  return complete ? takeEffect(moved, gathered) : moved;
}

/** Folds many events in. */
export function evolveAll(state: LedgerState, events: Iterable<Recorded<LedgerEvent>>): LedgerState {
  let current = state;
  for (const event of events) current = evolve(current, event);
  return current;
}

/** Appends in place when this state's events are all there is, so that 25,000 events of one set are not copied 25,000 times. */
function gather(open: OpenChangeSet, event: Recorded<LedgerEvent>): readonly Recorded<LedgerEvent>[] {
  const shared = open.gathered as Recorded<LedgerEvent>[];
  if (shared.length > open.count) return [...shared.slice(0, open.count), event];
  shared.push(event);
  return shared;
}

function assertFollows(state: LedgerState, event: Recorded<LedgerEvent>): void {
  if (event.revision !== state.revision + 1) throw corrupt(event, `revision ${state.revision + 1} was to come`);
  if (event.metadata.previousHash !== state.hash) throw corrupt(event, 'its previousHash is not the hash of the event before it');
}

function takeEffect(state: LedgerState, events: readonly Recorded<LedgerEvent>[]): ExistingLedger {
  const first = events[0];
  const last = events.at(-1);
  if (!first || !last) throw new TypeError('a change set has at least one event');
  const { actor, commandId, fingerprint } = first.metadata;
  const commands = state.commands.with({
    commandId,
    actor: actor.id,
    fingerprint,
    firstRevision: first.revision,
    lastRevision: last.revision,
  });
  let ledger: ExistingLedger = { ...existing(state, first), commands };
  ledger = withChanges(ledger, events);
  for (const event of events) ledger = withLabel(ledger, event);
  return ledger;
}

function existing(state: LedgerState, first: Recorded<LedgerEvent>): ExistingLedger {
  if (state.phase === 'existing') return state;
  const origin = state.origin ?? first.id;
  return {
    ...state,
    phase: 'existing',
    origin,
    head: { version: null, ordinal: 0, document: Document.empty },
    active: null,
    pending: 0,
    tags: new Map(),
  };
}

function withChanges(ledger: ExistingLedger, events: readonly Recorded<LedgerEvent>[]): ExistingLedger {
  const changes: (DocumentChange & { revision: number })[] = [];
  for (const event of events) {
    if (event.type === 'ConfigSet') changes.push({ path: event.data.path, value: event.data.value, revision: event.revision });
    if (event.type === 'ConfigDeleted') changes.push({ path: event.data.path, revision: event.revision });
  }
  const last = changes.at(-1);
  if (!last) return ledger;
  const head = { version: last.revision, ordinal: ledger.head.ordinal + 1, document: changed(ledger.head.document, changes, events) };
  return { ...ledger, head, pending: ledger.pending + 1 };
}

function changed(document: Document, changes: readonly DocumentChange[], events: readonly Recorded<LedgerEvent>[]): Document {
  try {
    return document.apply(changes);
  } catch (error) {
    const [first] = events;
    if (!(error instanceof DocumentFault) || !first) throw error;
    throw corrupt(first, `its change set does not fit the document (${error.message})`, error);
  }
}

/** Activations and tags: what makes a version mean something. */
function withLabel(ledger: ExistingLedger, event: Recorded<LedgerEvent>): ExistingLedger {
  switch (event.type) {
    case 'VersionActivated': {
      const { version, previous, digest, keyId, signature, pending, rollbackTo = null } = event.data;
      const { actor, occurredAt } = event.metadata;
      const document = documentOf(ledger, version);
      const active = {
        activation: event.revision,
        version,
        previous,
        digest,
        keyId,
        signature,
        rollbackTo,
        actor: actor.id,
        occurredAt,
        document,
      };
      return { ...ledger, active, pending };
    }
    case 'VersionTagged':
      return { ...ledger, tags: new Map(ledger.tags).set(event.data.tag, event.data.version) };
    case 'VersionUntagged': {
      const tags = new Map(ledger.tags);
      tags.delete(event.data.tag);
      return { ...ledger, tags };
    }
    case 'LedgerCreated':
    case 'ConfigSet':
    case 'ConfigDeleted':
      return ledger;
  }
}

function documentOf(ledger: ExistingLedger, version: number): Document | null {
  if (ledger.head.version === version) return ledger.head.document;
  return ledger.active?.version === version ? ledger.active.document : null;
}

function corrupt(event: Recorded<LedgerEvent>, why: string, cause?: unknown): LedgerCorrupt {
  return new LedgerCorrupt(`event ${event.revision} of ${event.stream} does not fit: ${why}`, { cause });
}
