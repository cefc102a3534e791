// A stream's state as the body of a snapshot, and back.
import { parseJsonText, type JsonObject } from '@confledger/document';
import { CommandWindow, type RememberedCommand } from './command-window.js';
import type { Recorded } from './events.js';
import type { StreamState } from './stream-state.js';

/** The state of one kind of stream as JSON, and back. */
export interface SnapshotCodec<S> {
  /** Changes with every change of the state or of this codec: snapshots of another version are not used, which costs time and nothing else. */
  readonly version: number;
  /** Names other than `origin` and `commands`. */
  readonly encode: (state: S) => JsonObject;
  readonly decode: (body: JsonObject) => S;
}

type StoredCommand = readonly [commandId: string, actor: string, fingerprint: string, firstRevision: number, lastRevision: number];

/** A stream between change sets. */
export function encodeStream<S>(codec: SnapshotCodec<S>, { origin, commands, state }: StreamState<S>): string {
  if (origin === null || state === null) throw new TypeError('A stream in which nothing took effect has no snapshot.');
  const remembered: StoredCommand[] = commands
    .toArray()
    .map((each) => [each.commandId, each.actor, each.fingerprint, each.firstRevision, each.lastRevision]);
  return JSON.stringify({ origin, ...codec.encode(state), commands: remembered });
}

/** The stream after the event that the snapshot was taken at. Throws for a body that is none of this codec. */
export function decodeStream<S, T extends Recorded>(
  codec: SnapshotCodec<S>,
  end: Pick<StreamState<S>, 'name' | 'revision' | 'hash' | 'occurredAt'>,
  body: string,
): StreamState<S, T> {
  const { origin, commands, ...state } = parseJsonText(body) as JsonObject & {
    readonly origin: string;
    readonly commands: readonly StoredCommand[];
  };
  return {
    ...end,
    settledAt: end.occurredAt,
    origin,
    open: null,
    commands: CommandWindow.of(commands.map(rememberedOf)),
    state: codec.decode(state),
  };
}

function rememberedOf([commandId, actor, fingerprint, firstRevision, lastRevision]: StoredCommand): RememberedCommand {
  return { commandId, actor, fingerprint, firstRevision, lastRevision };
}
