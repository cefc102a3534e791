// Between stored texts and recorded events: parsing, upcasting, and the names of streams. Every reader of the log uses it.
import { parseJsonText } from '@confledger/document';
import { streamOf } from '@confledger/domain';
import type { EventMetadata, LedgerEvent, Recorded } from '@confledger/domain';
import type { EventToAppend, StoredEvent } from './ports/event-store.js';
import { STREAMS } from './streams.js';

/** `<environment>.<service>` of a ledger's stream; null for every other stream. */
export function ledgerOfStream(stream: string): string | null {
  const { prefix } = STREAMS.ledger;
  return stream.startsWith(prefix) ? stream.slice(prefix.length) : null;
}

/** The stream that holds a ledger's history. */
export const ledgerStream = streamOf;

/** A stored event is not one that this code can read. */
export class EventUnreadable extends Error {
  override readonly name = 'EventUnreadable';
}

/** The schemaVersions of each type that this release reads. A later release adds to it and takes nothing away. */
const SCHEMA_VERSIONS: Readonly<Record<LedgerEvent['type'], readonly number[]>> = {
  LedgerCreated: [1],
  ConfigSet: [1],
  ConfigDeleted: [1],
  VersionActivated: [1],
  VersionTagged: [1],
  VersionUntagged: [1],
};

/** Reads an event of a ledger's stream. Throws `EventUnreadable` for a type or schemaVersion that it does not know, and for what is no JSON. */
export function decodeEvent(stored: StoredEvent): Recorded<LedgerEvent> {
  const { id, stream, revision, type } = stored;
  try {
    const data: unknown = parseJsonText(stored.data);
    const metadata: unknown = parseJsonText(stored.metadata);
    refuseUnknown(stored, metadata);
    if (!isEnvelope(metadata) || !fits(type, data)) throw new TypeError('its members are not those of its type');
    return { type, data, id, stream, revision, metadata } as Recorded<LedgerEvent>;
  } catch (error) {
    if (error instanceof EventUnreadable) throw error;
    throw new EventUnreadable(`event ${revision} of ${stream} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** A later release may have written the event: what it means is not guessed. */
function refuseUnknown({ stream, revision, type }: StoredEvent, metadata: unknown): void {
  const schemaVersion = isObject(metadata) && typeof metadata.schemaVersion === 'number' ? metadata.schemaVersion : null;
  const known = Object.hasOwn(SCHEMA_VERSIONS, type) ? SCHEMA_VERSIONS[type as LedgerEvent['type']] : null;
  if (known === null) throw new EventUnreadable(`event ${revision} of ${stream} has the unknown type '${type}' (schemaVersion ${schemaVersion})`);
  if (schemaVersion === null || known.includes(schemaVersion)) return;
  throw new EventUnreadable(`event ${revision} of ${stream} has type '${type}' in the unknown schemaVersion ${schemaVersion}`);
}

/** What a store is to keep of a recorded event. */
export function toAppend({
  event,
  data,
  metadata,
}: {
  readonly event: { readonly id: string; readonly type: string };
  readonly data: string;
  readonly metadata: string;
}): EventToAppend {
  return { id: event.id, type: event.type, data, metadata };
}

/** Bytes that one event takes of an append's limit. */
export function bytesOf({ data, metadata }: EventToAppend): number {
  return Buffer.byteLength(data) + Buffer.byteLength(metadata);
}

/** What every fold relies on. Projections look at the rest, member by member. */
function isEnvelope(value: unknown): value is EventMetadata {
  if (!isObject(value) || !isObject(value.actor) || !isObject(value.changeSet)) return false;
  const { actor, changeSet, commandId, fingerprint, hash, occurredAt, previousHash, schemaVersion } = value;
  if (![actor.id, changeSet.id, commandId, fingerprint, hash, occurredAt].every((each) => typeof each === 'string')) return false;
  return (
    typeof schemaVersion === 'number' &&
    Number.isSafeInteger(changeSet.index) &&
    Number.isSafeInteger(changeSet.size) &&
    (previousHash === null || typeof previousHash === 'string')
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

function fits(type: string, data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return false;
  switch (type) {
    case 'ConfigSet':
      return 'path' in data && typeof data.path === 'string' && 'value' in data;
    case 'ConfigDeleted':
      return 'path' in data && typeof data.path === 'string';
    case 'VersionActivated':
      return 'version' in data && typeof data.version === 'number' && 'digest' in data && typeof data.digest === 'string';
    case 'VersionTagged':
    case 'VersionUntagged':
      return 'version' in data && typeof data.version === 'number' && 'tag' in data && typeof data.tag === 'string';
    default:
      return true;
  }
}
