// Gives decided events their envelope: place in the change set, time, hash chain, ids, signature. Pure: what it cannot
// know (time, ids, the signature) arrives with the call. Also the other direction: verifying a chain.
import { hash as digestOf } from 'node:crypto';
import { canonicalJson } from '@confledger/document';
import type { JsonObject } from '@confledger/document';
import type { Actor, DraftEvent, EventMetadata, LedgerEvent, Recorded } from './events.js';

/** Where the stream stands before the events. */
export interface StreamEnd {
  readonly revision: number;
  readonly hash: string | null;
  readonly occurredAt: string | null;
  readonly origin: string | null;
}

/** What arrives with a command and goes into the metadata of each of its events. */
export interface Envelope {
  readonly actor: Actor;
  readonly reason: string | null;
  readonly commandId: string;
  readonly fingerprint: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly traceparent: string | null;
  readonly changeSetId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What an activation's signature covers, besides the key's id. */
export interface ActivationToSign {
  readonly ledger: string;
  readonly origin: string;
  readonly activation: number;
  readonly version: number;
  readonly previous: number | null;
  readonly digest: string;
}

export type SignActivation = (activation: ActivationToSign) => { readonly keyId: string; readonly signature: string };

/** A recorded event with the very texts that its hash covers and a store keeps. */
export interface RecordedText<E extends { readonly type: string; readonly data: JsonObject } = LedgerEvent> {
  readonly event: Recorded<E>;
  readonly data: string;
  readonly metadata: string;
}

/** The version of the event format that this code writes. */
export const SCHEMA_VERSION = 1;

/** Turns the events of one change set of a ledger into what its stream will hold. */
export function recordChangeSet(
  ledger: string,
  end: StreamEnd,
  drafts: readonly DraftEvent[],
  envelope: Envelope,
  sign: SignActivation,
): RecordedText[] {
  return [...recordEach(ledger, end, drafts, envelope, sign)];
}

/** The same one event at a time, so that a caller with 100,000 of them can let others have a turn in between. */
export function* recordEach(
  ledger: string,
  end: StreamEnd,
  drafts: readonly DraftEvent[],
  envelope: Envelope,
  sign: SignActivation,
): Generator<RecordedText> {
  let tail = end;
  for (const [index, draft] of drafts.entries()) {
    const place = { id: envelope.changeSetId, index, size: drafts.length };
    const event = draft.type === 'VersionActivated' ? signed(ledger, tail, draft, sign) : draft;
    const text = recordEvent(streamOf(ledger), tail, event, place, envelope);
    const { id, revision, metadata } = text.event;
    tail = { revision, hash: metadata.hash, occurredAt: metadata.occurredAt, origin: tail.origin ?? id };
    yield text;
  }
}

/** The stream of a ledger. */
export const streamOf = (ledger: string): string => `config-${ledger}`;

/** One event of any stream, chained to the one before it. */
export function recordEvent<E extends { readonly type: string; readonly data: JsonObject }>(
  stream: string,
  end: StreamEnd,
  event: E,
  changeSet: EventMetadata['changeSet'],
  envelope: Envelope,
): RecordedText<E> {
  const { actor, reason, commandId, fingerprint, correlationId, causationId, traceparent } = envelope;
  const occurredAt = laterOf(new Date(envelope.now).toISOString(), end.occurredAt);
  const revision = end.revision + 1;
  const previousHash = end.hash;
  const bare = {
    actor,
    reason,
    commandId,
    fingerprint,
    correlationId,
    causationId,
    changeSet,
    occurredAt,
    schemaVersion: SCHEMA_VERSION,
    traceparent,
    previousHash,
  };
  const data = canonicalJson(event.data);
  const bareText = metadataText(bare);
  const hash = hashOf(stream, revision, event.type, data, bareText);
  const metadata = `${bareText.slice(0, -1)},"hash":"${hash}"}`;
  return { event: { ...event, id: idFromHash(hash), stream, revision, metadata: { ...bare, hash } }, data, metadata };
}

/** Canonical JSON of metadata without `hash`. Their names are known, so they are written in order: half the time of sorting them anew. */
function metadataText({
  actor,
  causationId,
  changeSet,
  commandId,
  correlationId,
  fingerprint,
  occurredAt,
  previousHash,
  reason,
  schemaVersion,
  traceparent,
}: Omit<EventMetadata, 'hash'>): string {
  const { id, index, size } = changeSet;
  const text = canonicalJson;
  return (
    `{"actor":${text(actor)},"causationId":${text(causationId)},"changeSet":{"id":${text(id)},"index":${index},"size":${size}}` +
    `,"commandId":${text(commandId)},"correlationId":${text(correlationId)},"fingerprint":${text(fingerprint)},"occurredAt":"${occurredAt}"` +
    `,"previousHash":${text(previousHash)},"reason":${text(reason)},"schemaVersion":${schemaVersion},"traceparent":${text(traceparent)}}`
  );
}

/** SHA-256 over the canonical JSON of {data, metadata, revision, stream, type}; the texts are canonical already. */
function hashOf(stream: string, revision: number, type: string, data: string, metadata: string): string {
  return digestOf(
    'sha256',
    `{"data":${data},"metadata":${metadata},"revision":${revision},"stream":${JSON.stringify(stream)},"type":${JSON.stringify(type)}}`,
    'hex',
  );
}

/** The first 16 bytes of a hash as a UUIDv8. */
export function idFromHash(hash: string): string {
  const variant = ((Number.parseInt(hash.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-${variant}${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** What is wrong with an event's place in its chain; null when nothing is. Whatever was done to the event, it is told and not thrown. */
export function chainProblem(
  event: Recorded<{ readonly type: string; readonly data: JsonObject }>,
  previousHash: string | null,
): string | null {
  try {
    const { hash, ...bare } = event.metadata;
    if (bare.previousHash !== previousHash) return 'previousHash is not the hash of the event before it';
    const expected = hashOf(event.stream, event.revision, event.type, canonicalJson(event.data), canonicalJson(bare));
    if (expected !== hash) return 'the hash is not that of its content';
    return event.id === idFromHash(hash) ? null : 'the id is not made from the hash';
  } catch {
    return 'it is no event at all: data or metadata are missing';
  }
}

function signed(
  ledger: string,
  tail: StreamEnd,
  draft: Extract<DraftEvent, { type: 'VersionActivated' }>,
  sign: SignActivation,
): LedgerEvent {
  if (tail.origin === null) throw new TypeError('an activation cannot be the first event of a ledger');
  const { version, previous, digest } = draft.data;
  const signature = sign({ ledger, origin: tail.origin, activation: tail.revision + 1, version, previous, digest });
  return { type: 'VersionActivated', data: { ...draft.data, ...signature } };
}

const laterOf = (now: string, before: string | null): string => (before !== null && before > now ? before : now);
