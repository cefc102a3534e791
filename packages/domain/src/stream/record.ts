// Gives decided events their envelope: place in the change set, time, hash chain, ids. Pure: what it cannot know (time, ids, signatures)
// arrives with the call. Also the other direction: verifying a chain.
import { canonicalJson } from '@confledger/document';
import { hashOfTexts, idFromHash, withSeal } from './authenticity.js';
import { isoTime } from './iso-time.js';
import type { Actor, ChangeSetPlace, EventMetadata, EventShape, EventSource, FactRevisions, Recorded } from './events.js';

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
  /** What the change set is made from. */
  readonly source?: EventSource | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Where an event will stand. */
export interface EventPlacement {
  /** The stream before it. */
  readonly end: StreamEnd;
  readonly actor: Actor;
  readonly occurredAt: string;
}

/** Makes the event out of what a decision says of it, at the place where it will stand: a signature, for example. */
export type FinishDraft<D extends EventShape, E extends EventShape> = (draft: D, place: EventPlacement) => E;

/** What makes events of drafts, beside the envelope. */
export interface RecordTools<D extends EventShape, E extends EventShape> {
  readonly finish: FinishDraft<D, E>;
  /** The schemaVersion of an event that was made just now. */
  readonly schemaVersionOf: (event: E) => number;
  /** The mac of a hash: authenticates the change set that ends with that event, and all before it. Null where there is no key. */
  readonly macOf: ((hash: string) => string) | null;
}

/** A recorded event with the very texts that its hash covers and a store keeps. */
export interface RecordedText<E extends EventShape = EventShape> {
  readonly event: Recorded<E>;
  readonly data: string;
  readonly metadata: string;
}

/** The events of one change set as their stream will hold them, one at a time: a caller with 100,000 of them can let others have a turn. */
export function* recordEach<D extends EventShape, E extends EventShape>(
  end: StreamEnd,
  drafts: readonly D[],
  envelope: Envelope,
  { finish, ...making }: RecordTools<D, E>,
): Generator<RecordedText<E>> {
  let tail = end;
  for (const [index, draft] of drafts.entries()) {
    const changeSet = { id: envelope.changeSetId, index, size: drafts.length };
    const occurredAt = occurredAtIn(tail, envelope);
    const event = finish(draft, { end: tail, actor: envelope.actor, occurredAt });
    const text = recordEvent(tail, event, { changeSet, envelope }, making);
    const { id, revision, metadata } = text.event;
    tail = { name: tail.name, revision, hash: metadata.hash, occurredAt: metadata.occurredAt, origin: tail.origin ?? id };
    yield text;
  }
}

/** Metadata that are being made. */
type Mutable<T> = { -readonly [Member in keyof T]: T[Member] };

/** One event, chained to the one before it. */
export function recordEvent<E extends EventShape>(
  end: StreamEnd,
  event: E,
  { changeSet, envelope }: { readonly changeSet: ChangeSetPlace; readonly envelope: Envelope },
  { macOf, schemaVersionOf }: Omit<RecordTools<E, E>, 'finish'>,
): RecordedText<E> {
  const { actor, reason, commandId, fingerprint, correlationId, causationId, traceparent } = envelope;
  const facts = changeSet.index === 0 ? envelope.facts : undefined;
  const metadata: Mutable<EventMetadata> = {
    actor,
    reason,
    commandId,
    fingerprint,
    correlationId,
    causationId,
    changeSet,
    occurredAt: occurredAtIn(end, envelope),
    schemaVersion: schemaVersionOf(event),
    traceparent,
    previousHash: end.hash,
    hash: '',
  };
  if (facts !== undefined) metadata.facts = facts;
  if (envelope.source !== undefined) metadata.source = envelope.source;
  const stream = end.name;
  const revision = end.revision + 1;
  const data = canonicalJson(event.data);
  const bareText = metadataText(metadata);
  const hash = hashOfTexts({ stream, revision, type: event.type, data, metadata: bareText });
  const mac = macOf === null || changeSet.index + 1 < changeSet.size ? null : macOf(hash);
  metadata.hash = hash;
  if (mac !== null) metadata.mac = mac;
  const recorded = { type: event.type, data: event.data, id: idFromHash(hash), stream, revision, metadata };
  // A shape has these two members and no others.
  return { event: recorded as Recorded<EventShape> as Recorded<E>, data, metadata: withSeal(bareText, hash, mac) };
}

/**
 * Canonical JSON of metadata without `hash` and `mac`. The names are known, so they are written in order: half the time of sorting them
 * anew. The two are put at the end, which is not their place in the alphabet: so they stand in every store.
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
  source,
  traceparent,
}: Omit<EventMetadata, 'hash' | 'mac'>): string {
  const { id, index, size } = changeSet;
  const text = canonicalJson;
  const factsText = facts === undefined ? '' : `,"facts":${text(facts)}`;
  const sourceText = source === undefined ? '' : `,"source":${text(source)}`;
  return (
    `{"actor":${text(actor)},"causationId":${text(causationId)},"changeSet":{"id":${text(id)},"index":${index},"size":${size}}` +
    `,"commandId":${text(commandId)},"correlationId":${text(correlationId)}${factsText},"fingerprint":${text(fingerprint)}` +
    `,"occurredAt":"${occurredAt}","previousHash":${text(previousHash)},"reason":${text(reason)},"schemaVersion":${schemaVersion}` +
    `${sourceText},"traceparent":${text(traceparent)}}`
  );
}

/** Never before the stream's last event. */
function occurredAtIn({ occurredAt: before }: StreamEnd, { now }: Envelope): string {
  const time = isoTime(now);
  return before !== null && before > time ? before : time;
}
