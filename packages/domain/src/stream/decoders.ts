// From stored texts to events: one decoder for each type and schemaVersion, which checks every member and makes today's shape of it.
// What a release does not know it refuses by name, and never guesses.
import type { JsonObject } from '@confledger/document';
import type { EventMetadata, EventShape, Recorded } from './events.js';

/** A stored event is not one that this release can read. */
export class EventUnreadable extends Error {
  override readonly name = 'EventUnreadable';
}

/** Checks the members of a stored event's data and answers them in today's shape. Throws a TypeError that names the member. */
export type EventDecoder<Data> = (data: JsonObject) => Data;

/** The decoders of each type by schemaVersion. A later release adds to them and takes none away. */
export type EventDecoders<E extends EventShape> = {
  readonly [Type in E['type']]: { readonly [schemaVersion: number]: EventDecoder<Extract<E, { readonly type: Type }>['data']> };
};

/** An event as parsed from its texts, before it is known to be one. */
export interface ParsedEvent {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: unknown;
}

/** Throws `EventUnreadable` for an unknown type or schemaVersion, and for members that are missing or wrong. */
export function decodeRecorded<E extends EventShape>(decoders: EventDecoders<E>, parsed: ParsedEvent): Recorded<E> {
  const { id, stream, revision, type, data, metadata } = parsed;
  const decoder = decoderOf(decoders, parsed);
  try {
    const envelope = decodeMetadata(metadata);
    return { type, data: decoder(objectOf(data, 'data')), id, stream, revision, metadata: envelope } as Recorded<E>;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new EventUnreadable(`event ${revision} of ${stream} cannot be read: ${error.message}`, { cause: error });
  }
}

/** A later release may have written the event: what it means is not guessed. */
function decoderOf<E extends EventShape>(
  decoders: EventDecoders<E>,
  { stream, revision, type, metadata }: ParsedEvent,
): EventDecoder<unknown> {
  const said = isObject(metadata) ? metadata['schemaVersion'] : undefined;
  const schemaVersion = typeof said === 'number' ? said : null;
  const event = `event ${revision} of ${stream}`;
  if (!Object.hasOwn(decoders, type)) throw new EventUnreadable(`${event} has the unknown type '${type}' (schemaVersion ${schemaVersion})`);
  if (schemaVersion === null) throw new EventUnreadable(`${event} cannot be read: its schemaVersion is missing or not what it must be`);
  const decoder = decoders[type as E['type']][schemaVersion];
  if (decoder === undefined) throw new EventUnreadable(`${event} has type '${type}' in the unknown schemaVersion ${schemaVersion}`);
  return decoder;
}

/** Says whether a member has its form. */
export type MemberCheck = (value: unknown) => boolean;

/** A decoder for data whose members keep their shape. `null` stands for any JSON value; a member that is not named is refused. */
export function membersOf<Data extends JsonObject>(
  required: { readonly [Name in keyof Data]-?: MemberCheck },
  { optional = [] }: { readonly optional?: readonly (keyof Data & string)[] } = {},
): EventDecoder<Data> {
  const names = new Set(Object.keys(required));
  return (data) => {
    for (const name of Object.keys(data)) if (!names.has(name)) throw new TypeError(`it has the unknown member '${name}'`);
    for (const [name, check] of Object.entries(required)) {
      if (data[name] === undefined && optional.includes(name)) continue;
      if (!check(data[name])) throw missing(name);
    }
    return data as Data;
  };
}

export const isText: MemberCheck = (value) => typeof value === 'string';
export const isCount: MemberCheck = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
export const isPresent: MemberCheck = (value) => value !== undefined;
export const isFlag: MemberCheck = (value) => typeof value === 'boolean';

/** For a list of which each item has its form. */
export function isListOf(item: MemberCheck): MemberCheck {
  return (value) => Array.isArray(value) && value.every(item);
}

/** For an object that a decoder takes. */
export function holdsMembers(decoder: EventDecoder<unknown>): MemberCheck {
  return (value) => {
    try {
      decoder(objectOf(value, 'item'));
      return true;
    } catch {
      return false;
    }
  };
}

export const isCountOrNull: MemberCheck = (value) => value === null || isCount(value);

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const isInstant: MemberCheck = (value) => typeof value === 'string' && INSTANT.test(value) && Number.isFinite(Date.parse(value));
const isTextOrNull: MemberCheck = (value) => value === null || typeof value === 'string';

/** Members that a later release added are kept as they are: the hash covers them. */
function decodeMetadata(value: unknown): EventMetadata {
  const metadata = objectOf(value, 'metadata');
  const actor = objectOf(metadata['actor'], 'actor');
  const changeSet = objectOf(metadata['changeSet'], 'changeSet');
  if (!isText(actor['id']) || !isText(actor['method'])) throw missing('actor');
  if (!isText(changeSet['id']) || !isCount(changeSet['index']) || !isCount(changeSet['size'])) throw missing('changeSet');
  for (const [name, check] of ENVELOPE) if (!check(metadata[name])) throw missing(name);
  return metadata as EventMetadata;
}

/** `causationId` and `traceparent` are shown to nobody and decided on by nothing. */
const ENVELOPE: readonly (readonly [name: string, check: MemberCheck])[] = [
  ['reason', isTextOrNull],
  ['commandId', isText],
  ['fingerprint', isText],
  ['correlationId', isText],
  ['occurredAt', isInstant],
  ['previousHash', isTextOrNull],
  ['hash', isText],
];

function objectOf(value: unknown, name: string): JsonObject {
  if (!isObject(value)) throw missing(name);
  return value as JsonObject;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function missing(name: string): TypeError {
  return new TypeError(`its ${name} is missing or not what it must be`);
}
