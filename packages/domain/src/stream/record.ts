// Gives decided events their envelope: place in the change set, time, hash chain, ids. Pure: what it cannot know (time, ids, signatures)
// arrives with the call. Also the other direction: verifying a chain.
import { hash as digestOf } from 'node:crypto';
import { canonicalJson } from '@confledger/document';
import type { Actor, EventMetadata, EventShape, FactRevisions, Recorded } from './events.js';

/** Where a stream stands before the events. */
export interface StreamEnd {
  readonly name: string;
  readonly revision: number;
  readonly hash: string | null;
  readonly occurredAt: string | null;
  readonly origin: string | null;
}

/** What arrives with a command and goes into the metadata of its events. */
export interface Envelope {
  readonly actor: Actor;
  readonly reason: string | null;
  readonly commandId: string;
  readonly fingerprint: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly traceparent: string | null;
  readonly changeSetId: string;
  /** Facts of other streams that the decision used; they go into the first event. */
  readonly facts?: FactRevisions | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Makes the event out of what a decision says of it, at the place where it will stand: a signature, for example. */
export type FinishDraft<D extends EventShape, E extends EventShape> = (draft: D, end: StreamEnd) => E;

/** A recorded event with the very texts that its hash covers and a store keeps. */
export interface RecordedText<E extends EventShape = EventShape> {
  readonly event: Recorded<E>;
  readonly data: string;
  readonly metadata: string;
}

/** The version of the event format that this code writes. */
export const SCHEMA_VERSION = 1;

/** The events of one change set as their stream will hold them, one at a time: a caller with 100,000 of them can let others have a turn. */
export function* recordEach<D extends EventShape, E extends EventShape>(
  end: StreamEnd,
  drafts: readonly D[],
  envelope: Envelope,
  finish: FinishDraft<D, E>,
): Generator<RecordedText<E>> {
  let tail = end;
  for (const [index, draft] of drafts.entries()) {
    const place = { id: envelope.changeSetId, index, size: drafts.length };
    const text = recordEvent(tail, finish(draft, tail), place, envelope);
    const { id, revision, metadata } = text.event;
    tail = { name: tail.name, revision, hash: metadata.hash, occurredAt: metadata.occurredAt, origin: tail.origin ?? id };
    yield text;
  }
}

/** One event, chained to the one before it. */
export function recordEvent<E extends EventShape>(
  end: StreamEnd,
  event: E,
  changeSet: EventMetadata['changeSet'],
  envelope: Envelope,
): RecordedText<E> {
  const { actor, reason, commandId, fingerprint, correlationId, causationId, traceparent } = envelope;
  const facts = changeSet.index === 0 ? envelope.facts : undefined;
  const bare = {
    actor,
    reason,
    commandId,
    fingerprint,
    correlationId,
    causationId,
    changeSet,
    ...(facts !== undefined && { facts }),
    occurredAt: laterOf(new Date(envelope.now).toISOString(), end.occurredAt),
    schemaVersion: SCHEMA_VERSION,
    traceparent,
    previousHash: end.hash,
  };
  const stream = end.name;
  const revision = end.revision + 1;
  const data = canonicalJson(event.data);
  const bareText = metadataText(bare);
  const hash = hashOf(stream, revision, event.type, data, bareText);
  const metadata = `${bareText.slice(0, -1)},"hash":"${hash}"}`;
  return { event: { ...event, id: idFromHash(hash), stream, revision, metadata: { ...bare, hash } }, data, metadata };
}

/**
 * Canonical JSON of metadata without `hash`. The names are known, so they are written in order: half the time of sorting them anew. `hash`
 * is put behind `traceparent`, which is not its place in the alphabet: so it stands in every store.
 */
function metadataText({
  actor,
  causationId,
  changeSet,
  commandId,
  correlationId,
  facts,
  fingerprint,
  occurredAt,
  previousHash,
  reason,
  schemaVersion,
  traceparent,
}: Omit<EventMetadata, 'hash'>): string {
  const { id, index, size } = changeSet;
  const text = canonicalJson;
  const factsText = facts === undefined ? '' : `,"facts":${text(facts)}`;
  return (
    `{"actor":${text(actor)},"causationId":${text(causationId)},"changeSet":{"id":${text(id)},"index":${index},"size":${size}}` +
    `,"commandId":${text(commandId)},"correlationId":${text(correlationId)}${factsText},"fingerprint":${text(fingerprint)}` +
    `,"occurredAt":"${occurredAt}","previousHash":${text(previousHash)},"reason":${text(reason)},"schemaVersion":${schemaVersion}` +
    `,"traceparent":${text(traceparent)}}`
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

/** What is wrong with an event's place in its chain; null when nothing is. Whatever was done to the event, it is answered and not thrown. */
export function chainProblem(event: Recorded, previousHash: string | null): string | null {
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

const laterOf = (now: string, before: string | null): string => (before !== null && before > now ? before : now);
