// What a ledger's change sets add up to. The document may be any that takes changes: projections fold with one that applies them later.
import { DocumentFault, type Document, type DocumentChange } from '@confledger/document';
import type { Recorded } from '../stream/events.js';
import { EventMisfit } from '../stream/stream-state.js';
import type { MountedSchema, Schemas } from '../schemas/mounted.js';
import { withoutLayers, type Layered, type LedgerEvent, type SchemaRemoved, type SchemaSet, type VersionActivated } from './events.js';

/** A change with the revision of its event. */
export type RevisedChange = DocumentChange & { readonly revision: number };

/** What the fold asks of a document. Immutable. */
export interface Foldable<D> {
  /** The document after one change set. Throws a `DocumentFault` when a change cannot be made. */
  apply(changes: readonly RevisedChange[]): D;
}

export interface Head<D = Document> {
  /** Null while only `LedgerCreated` stands. */
  readonly version: number | null;
  /** How many versions there are up to this one. */
  readonly ordinal: number;
  readonly document: D;
}

export interface Activation<D = Document> {
  /** Revision of the `VersionActivated` event. */
  readonly activation: number;
  readonly version: number;
  readonly previous: number | null;
  readonly digest: string;
  readonly keyId: string;
  readonly signature: string;
  readonly rollbackTo: number | null;
  /** The form of its statement: the schemaVersion of its event. */
  readonly statement: number;
  /** What a statement of form 2 covers too; null for form 1. */
  readonly layered: LayeredStatement | null;
  /** Revision of the activation before it; null for the first. */
  readonly previousActivation: number | null;
  readonly actor: string;
  readonly occurredAt: string;
  /** The document of `version`; null when it was not head at that moment and must be read from the history. */
  readonly document: D | null;
  /** The ledger's own schemas when it was taken live. */
  readonly schemas: Schemas;
}

/** What a statement of form 2 covers beside the members of form 1, actor and time. */
export type LayeredStatement = Required<
  Pick<VersionActivated['data'], 'previousActivation' | 'own' | 'layers' | 'restart' | 'pinned' | 'definition'>
> & { readonly previousHash: string };

export interface Ledger<D = Document> {
  readonly head: Head<D>;
  readonly active: Activation<D> | null;
  /** How many versions are newer than the active one. */
  readonly pending: number;
  readonly tags: ReadonlyMap<string, number>;
  /** The ledger's own schemas, by mount. */
  readonly schemas: Schemas;
  /** Revision of the last event that set or removed one; null before the first. */
  readonly schemaRevision: number | null;
  /** A retired ledger takes no command but to be restored. */
  readonly retired: boolean;
  /** The newest `ACTIVATIONS_KEPT` activations, oldest first; the active one is the last. */
  readonly activations: readonly PastActivation[];
  /** The activation with which the layers were pinned that are pinned now; null while they are not. */
  readonly pin: PastActivation | null;
}

/** Activations that the state of a ledger holds. Older ones are looked up in its history. */
export const ACTIVATIONS_KEPT = 32;

/** What was taken live once, without its document. */
export interface PastActivation extends Layered {
  /** Revision of its event. */
  readonly activation: number;
  readonly version: number;
  readonly digest: string;
  readonly previousActivation: number | null;
  /** Who took it live. */
  readonly actor: string;
  readonly occurredAt: string;
}

type ChangeSetEvents = readonly Recorded<LedgerEvent>[];

/** The fold of a ledger, over documents that begin as `empty`. */
export function ledgerFold<D extends Foldable<D>>(empty: D): (ledger: Ledger<D> | null, events: ChangeSetEvents) => Ledger<D> {
  const head = { version: null, ordinal: 0, document: empty };
  const nothing: Ledger<D> = {
    head,
    active: null,
    pending: 0,
    tags: new Map(),
    schemas: new Map(),
    schemaRevision: null,
    retired: false,
    activations: [],
    pin: null,
  };
  return (ledger, events) => {
    let next = withChanges(ledger ?? nothing, events);
    for (const event of events) next = withLabel(next, event);
    return next;
  };
}

function withChanges<D extends Foldable<D>>(ledger: Ledger<D>, events: ChangeSetEvents): Ledger<D> {
  const changes = changesOf(events);
  const last = changes.at(-1);
  if (!last) return ledger;
  const head = { version: last.revision, ordinal: ledger.head.ordinal + 1, document: changed(ledger.head.document, changes) };
  return { ...ledger, head, pending: ledger.pending + 1 };
}

/** The changes among events, in their order. */
export function changesOf(events: ChangeSetEvents): RevisedChange[] {
  const changes: RevisedChange[] = [];
  for (const { type, data, revision } of events) {
    if (type === 'ConfigSet') changes.push({ path: data.path, value: data.value, revision });
    if (type === 'ConfigDeleted') changes.push({ path: data.path, revision });
  }
  return changes;
}

/** The version that a change set makes: the revision of its last change; null when it changes nothing. */
export function versionOf(events: ChangeSetEvents): number | null {
  return events.findLast(({ type }) => type === 'ConfigSet' || type === 'ConfigDeleted')?.revision ?? null;
}

function changed<D extends Foldable<D>>(document: D, changes: readonly RevisedChange[]): D {
  try {
    return document.apply(changes);
  } catch (error) {
    if (!(error instanceof DocumentFault)) throw error;
    throw new EventMisfit(`its change set does not fit the document (${error.message})`, { cause: error });
  }
}

/** Activations and tags, which make a version mean something, and whether the ledger is retired. */
function withLabel<D>(ledger: Ledger<D>, event: Recorded<LedgerEvent>): Ledger<D> {
  switch (event.type) {
    case 'VersionActivated': {
      const { version, previous, digest, keyId, signature, pending, rollbackTo = null } = event.data;
      const { actor, occurredAt, schemaVersion: statement } = event.metadata;
      const { previousActivation = ledger.active?.activation ?? null } = event.data;
      const document = documentOf(ledger, version);
      const layered = statement === 1 ? null : layeredStatement(event.data, previousActivation, event.metadata.previousHash ?? '');
      const place = { activation: event.revision, actor: actor.id, occurredAt, document, schemas: ledger.schemas };
      const active = { version, previous, digest, keyId, signature, rollbackTo, statement, previousActivation, layered, ...place };
      const past = pastActivationOf(event, previousActivation);
      const pin = past.pinned ? (ledger.pin ?? past) : null;
      const activations = [...ledger.activations.slice(1 - ACTIVATIONS_KEPT), past];
      const { head, tags, schemas, schemaRevision, retired } = ledger;
      return { head, active, pending, tags, schemas, schemaRevision, retired, activations, pin };
    }
    case 'VersionTagged':
      return { ...ledger, tags: new Map(ledger.tags).set(event.data.tag, event.data.version) };
    case 'VersionUntagged': {
      const tags = new Map(ledger.tags);
      tags.delete(event.data.tag);
      return { ...ledger, tags };
    }
    case 'SchemaSet':
    case 'SchemaRemoved':
      return withSchemas(ledger, withSchema(ledger.schemas, event), event.revision);
    case 'LedgerRetired':
      return { ...ledger, retired: true };
    case 'LedgerRestored':
      return { ...ledger, retired: false };
    case 'LedgerCreated':
    case 'ConfigSet':
    case 'ConfigDeleted':
      return ledger;
  }
}

function withSchemas<D>(ledger: Ledger<D>, schemas: Schemas, schemaRevision: number): Ledger<D> {
  const { head, active, pending, tags, retired, activations, pin } = ledger;
  return { head, active, pending, tags, schemas, schemaRevision, retired, activations, pin };
}

function withSchema(schemas: Schemas, { type, data, revision }: Recorded<SchemaSet | SchemaRemoved>): Schemas {
  const next = new Map<string, MountedSchema>(schemas);
  if (type === 'SchemaRemoved') next.delete(data.mount);
  else next.set(data.mount, { mount: data.mount, dialect: data.dialect, schema: data.schema, revision });
  return next;
}

function layeredStatement(data: VersionActivated['data'], previousActivation: number | null, previousHash: string): LayeredStatement {
  const { own, layers, restart, pinned, definition } = data;
  return { previousActivation, own, layers, restart, pinned, definition, previousHash };
}

type ActivatedEvent = Recorded<VersionActivated>;

/** What an event says of its activation; `before` is the activation before it, for form 1, which does not name it. */
export function pastActivationOf({ data, metadata, revision }: ActivatedEvent, before: number | null): PastActivation {
  const { version, digest, previousActivation = before } = data;
  const place = { activation: revision, version, digest, previousActivation, actor: metadata.actor.id, occurredAt: metadata.occurredAt };
  return { ...place, ...layeredOf(data) };
}

/** An event of form 1 that was just recorded has none of these members. */
export function layeredOf(data: VersionActivated['data']): Layered {
  if (!Object.hasOwn(data, 'own')) return withoutLayers(data.digest);
  const { own, layers, restart, pinned, definition } = data;
  return { own, layers, restart, pinned, definition };
}

/** What the active version's document is built on. */
export function activeLayers(active: Pick<Activation<unknown>, 'layered' | 'digest'>): Layered {
  return active.layered ?? withoutLayers(active.digest);
}

function documentOf<D>(ledger: Ledger<D>, version: number): D | null {
  if (ledger.head.version === version) return ledger.head.document;
  return ledger.active?.version === version ? ledger.active.document : null;
}
