// What somebody can do to stored events who has everything but the keys: alter, compute hashes and ids anew, and link the chain again.
import type { StoredEvent } from '@confledger/application';
import { canonicalJson } from '@confledger/document';
import { hashOfTexts, idFromHash, type EventMetadata } from '@confledger/domain';

/** Throws a TypeError where there is no event. */
export function metadataOf(event: StoredEvent | undefined): EventMetadata {
  if (event === undefined) throw new TypeError('There is no such event.');
  return JSON.parse(event.metadata) as EventMetadata;
}

/** The texts of the event at an index with other members in its metadata; undefined takes one away. Hash and mac stay what they were. */
export function withMetadata(events: readonly StoredEvent[], index: number, members: object): readonly StoredEvent[] {
  return changed(events, index, (event) => ({ ...event, metadata: metadataText({ ...metadataOf(event), ...members }) }));
}

export function changed(
  events: readonly StoredEvent[],
  index: number,
  change: (event: StoredEvent) => StoredEvent,
): readonly StoredEvent[] {
  return events.map((event, at) => (at === index ? change(event) : event));
}

/** As every release stores it: canonical, with hash and mac at the end. */
export function metadataText({ hash, mac, ...bare }: Partial<EventMetadata>): string {
  const seal = `"hash":"${hash}"${mac === undefined ? '' : `,"mac":"${mac}"`}`;
  return `${canonicalJson(bare).slice(0, -1)},${seal}}`;
}

export interface RelinkOptions {
  /** The mac that an event gets; by default the one that it has. Undefined: none. */
  readonly macOf?: (event: StoredEvent, index: number) => string | undefined;
}

/** The same events with the hash, id, previousHash and revision of each from an index on made to fit. */
export function relinked(events: readonly StoredEvent[], from: number, { macOf }: RelinkOptions = {}): readonly StoredEvent[] {
  const done: StoredEvent[] = events.slice(0, from);
  for (const [index, event] of events.entries()) if (index >= from) done.push(linkedTo(done.at(-1), event, index, macOf));
  return done;
}

function linkedTo(before: StoredEvent | undefined, event: StoredEvent, revision: number, macOf: RelinkOptions['macOf']): StoredEvent {
  const { hash: _, mac, ...bare } = metadataOf(event);
  const previousHash = before === undefined ? null : metadataOf(before).hash;
  const { stream, type, data } = event;
  const metadata = canonicalJson({ ...bare, previousHash });
  const hash = hashOfTexts({ stream, revision, type, data, metadata });
  const given = macOf === undefined ? mac : macOf(event, revision);
  const sealed = { ...bare, previousHash, hash, ...(given !== undefined && { mac: given }) };
  return { ...event, revision, id: idFromHash(hash), metadata: metadataText(sealed) };
}

/** An event whose hash and id fit what it holds, where it says that it stands. */
export function rehashed(event: StoredEvent): StoredEvent {
  const { hash: _, mac, ...bare } = metadataOf(event);
  const metadata = canonicalJson(bare);
  const hash = hashOfTexts({ ...event, metadata });
  return { ...event, id: idFromHash(hash), metadata: metadataText({ ...bare, hash, ...(mac !== undefined && { mac }) }) };
}

/** The same events on the positions of those that they replace; what is more comes behind `last`, the end of the log. */
export function placed(altered: readonly StoredEvent[], original: readonly StoredEvent[], last: bigint): readonly StoredEvent[] {
  return altered.map((event, index) => ({
    ...event,
    position: original[index]?.position ?? last + BigInt(index - original.length + 1),
  }));
}
