// Between what a store keeps and recorded events.
import { parseJsonText } from '@confledger/document';
import { EventUnreadable, decodeRecorded, type EventDecoders, type EventShape, type Recorded, type RecordedText } from '@confledger/domain';
import type { EventToAppend, StoredEvent } from './ports/event-store.js';

/** Reads a stored event. Throws `EventUnreadable` for what is no JSON, and for an event that these decoders do not know. */
export function decodeStored<E extends EventShape>(decoders: EventDecoders<E>, stored: StoredEvent): Recorded<E> {
  const { id, stream, revision, type } = stored;
  return decodeRecorded(decoders, { id, stream, revision, type, data: parsed(stored, 'data'), metadata: parsed(stored, 'metadata') });
}

function parsed(stored: StoredEvent, member: 'data' | 'metadata'): unknown {
  try {
    return parseJsonText(stored[member]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EventUnreadable(`event ${stored.revision} of ${stored.stream} cannot be read: ${reason}`, { cause: error });
  }
}

/** What a store is to keep of a recorded event. */
export function toAppend({ event, data, metadata }: RecordedText): EventToAppend {
  return { id: event.id, type: event.type, data, metadata };
}

/** Bytes that one event takes of an append's limit. */
export function bytesOf({ data, metadata }: EventToAppend): number {
  return Buffer.byteLength(data) + Buffer.byteLength(metadata);
}
