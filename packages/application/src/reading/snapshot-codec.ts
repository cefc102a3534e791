// A ledger's state as the body of a snapshot, and back. Its version changes with every change of `LedgerState` or of this
// file: older snapshots are then not used any more, which costs time and nothing else.
import { Document, parseJsonText } from '@confledger/document';
import type { JsonValue } from '@confledger/document';
import { CommandWindow } from '@confledger/domain';
import type { Activation, ExistingLedger, RememberedCommand } from '@confledger/domain';

export const SNAPSHOT_CODE_VERSION = 1;

interface SnapshotBody {
  readonly origin: string;
  readonly head: { readonly version: number | null; readonly ordinal: number; readonly document: JsonValue };
  readonly active: (Omit<Activation, 'document'> & { readonly document: JsonValue | 'head' | null }) | null;
  readonly pending: number;
  readonly tags: readonly (readonly [string, number])[];
  readonly commands: readonly (readonly [string, string, string, number, number])[];
}

export function encodeSnapshot(ledger: ExistingLedger): string {
  const { origin, head, active, pending, tags, commands } = ledger;
  const body: SnapshotBody = {
    origin,
    head: { ...head, document: head.document.toSnapshot() },
    active: active && { ...active, document: encodeActiveDocument(active, head.document) },
    pending,
    tags: [...tags],
    commands: commands
      .toArray()
      .map((each) => [each.commandId, each.actor, each.fingerprint, each.firstRevision, each.lastRevision] as const),
  };
  return JSON.stringify(body);
}

export function decodeSnapshot(ledger: string, end: { revision: number; hash: string; occurredAt: string }, body: string): ExistingLedger {
  const { origin, head, active, pending, tags, commands } = parseJsonText(body) as SnapshotBody;
  const document = Document.fromSnapshot(head.document);
  return {
    phase: 'existing',
    ledger,
    ...end,
    origin,
    open: null,
    commands: CommandWindow.of(commands.map(decodeCommand)),
    head: { ...head, document },
    active: active && {
      ...active,
      document: active.document === 'head' ? document : active.document === null ? null : Document.fromSnapshot(active.document),
    },
    pending,
    tags: new Map(tags),
  };
}

function encodeActiveDocument(active: Activation, head: Document): JsonValue | 'head' | null {
  if (active.document === null) return null;
  return active.document === head ? 'head' : active.document.toSnapshot();
}

function decodeCommand([commandId, actor, fingerprint, firstRevision, lastRevision]: readonly [
  string,
  string,
  string,
  number,
  number,
]): RememberedCommand {
  return { commandId, actor, fingerprint, firstRevision, lastRevision };
}
