// A ledger's state in a snapshot.
import { Document, type JsonObject, type JsonValue } from '@confledger/document';
import type { MountedSchema, Schemas } from '../schemas/mounted.js';
import type { SnapshotCodec } from '../stream/snapshots.js';
import type { Activation, Ledger, PastActivation } from './state.js';

/** As `encode` writes it. Where the active version is head, its document is kept once. */
type Body = JsonObject & {
  readonly head: { readonly version: number | null; readonly ordinal: number; readonly document: JsonValue };
  readonly active:
    | (Omit<Activation, 'document' | 'schemas'> & { readonly document: JsonValue | 'head' | null; readonly schemas: readonly number[] })
    | null;
  readonly pending: number;
  readonly tags: readonly (readonly [string, number])[];
  /** Every schema of head and of what runs, once. */
  readonly mounted: readonly MountedSchema[];
  /** Revisions of those of head. */
  readonly schemas: readonly number[];
  readonly schemaRevision: number | null;
  readonly retired: boolean;
  readonly activations: readonly PastActivation[];
  readonly pin: PastActivation | null;
};

export const ledgerSnapshots: SnapshotCodec<Ledger> = {
  version: 5,
  encode: ({ head, active, pending, tags, schemas, schemaRevision, retired, activations, pin }) => ({
    head: { ...head, document: head.document.toSnapshot() },
    active: active && { ...active, document: encodeActiveDocument(active, head.document), schemas: revisionsOf(active.schemas) },
    pending,
    tags: [...tags].map(([tag, version]) => [tag, version]),
    mounted: distinct([...schemas.values(), ...(active?.schemas.values() ?? [])]),
    schemas: revisionsOf(schemas),
    schemaRevision,
    retired,
    activations: activations.map((each) => ({ ...each })),
    pin: pin && { ...pin },
  }),
  decode: (body) => {
    const { head, active, pending, tags, mounted, schemas, schemaRevision, retired, activations, pin } = body as Body;
    const document = Document.fromSnapshot(head.document);
    return {
      head: { ...head, document },
      active: active && {
        ...active,
        document: decodeActiveDocument(active.document, document),
        schemas: schemasOf(mounted, active.schemas),
      },
      pending,
      tags: new Map(tags),
      schemas: schemasOf(mounted, schemas),
      schemaRevision,
      retired,
      activations,
      pin,
    };
  },
};

const revisionsOf = (schemas: Schemas): number[] => [...schemas.values()].map(({ revision }) => revision);

function distinct(mounted: readonly MountedSchema[]): MountedSchema[] {
  return [...new Map(mounted.map((each) => [each.revision, { ...each }])).values()];
}

function schemasOf(mounted: readonly MountedSchema[], revisions: readonly number[]): Schemas {
  const wanted = new Set(revisions);
  return new Map(mounted.filter(({ revision }) => wanted.has(revision)).map((each) => [each.mount, each]));
}

function encodeActiveDocument(active: Activation, head: Document): JsonValue {
  if (active.document === null) return null;
  return active.document === head ? 'head' : active.document.toSnapshot();
}

function decodeActiveDocument(stored: JsonValue, head: Document): Document | null {
  if (stored === 'head') return head;
  return stored === null ? null : Document.fromSnapshot(stored);
}
