// A ledger's state in a snapshot.
import { Document, type JsonObject, type JsonValue } from '@confledger/document';
import type { SnapshotCodec } from '../stream/snapshots.js';
import type { Activation, Ledger, PastActivation } from './state.js';

/** As `encode` writes it. Where the active version is head, its document is kept once. */
type Body = JsonObject & {
  readonly head: { readonly version: number | null; readonly ordinal: number; readonly document: JsonValue };
  readonly active: (Omit<Activation, 'document'> & { readonly document: JsonValue | 'head' | null }) | null;
  readonly pending: number;
  readonly tags: readonly (readonly [string, number])[];
  readonly retired: boolean;
  readonly activations: readonly PastActivation[];
  readonly pin: PastActivation | null;
};

export const ledgerSnapshots: SnapshotCodec<Ledger> = {
  version: 4,
  encode: ({ head, active, pending, tags, retired, activations, pin }) => ({
    head: { ...head, document: head.document.toSnapshot() },
    active: active && { ...active, document: encodeActiveDocument(active, head.document) },
    pending,
    tags: [...tags].map(([tag, version]) => [tag, version]),
    retired,
    activations: activations.map((each) => ({ ...each })),
    pin: pin && { ...pin },
  }),
  decode: (body) => {
    const { head, active, pending, tags, retired, activations, pin } = body as Body;
    const document = Document.fromSnapshot(head.document);
    return {
      head: { ...head, document },
      active: active && { ...active, document: decodeActiveDocument(active.document, document) },
      pending,
      tags: new Map(tags),
      retired,
      activations,
      pin,
    };
  },
};

function encodeActiveDocument(active: Activation, head: Document): JsonValue {
  if (active.document === null) return null;
  return active.document === head ? 'head' : active.document.toSnapshot();
}

function decodeActiveDocument(stored: JsonValue, head: Document): Document | null {
  if (stored === 'head') return head;
  return stored === null ? null : Document.fromSnapshot(stored);
}
