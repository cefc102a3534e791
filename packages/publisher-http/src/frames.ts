// The server-sent events of the feed as bytes. A channel serialises once; all of its subscribers get the same buffers.
import type { ActiveDocument } from '@confledger/application';
import {
  activationMarker,
  FEED_DOCUMENT_CHARACTERS_MAX,
  type FeedBeat,
  type FeedDocument,
  type FeedEventName,
  type FeedEvents,
  type FeedLeaf,
} from '@confledger/contracts';

/** How a reading carries the document: a `leaf` for each leaf, or one `document`. */
export type ReadingForm = 'leaves' | 'document';

/** `<origin>:<activation>`: what a client resumes behind. */
export function activationId(active: Pick<ActiveDocument, 'origin' | 'activation'>): string {
  return `${active.origin}:${active.activation}`;
}

/**
 * Everything that runs now, from nothing: reset, the document, marker, synchronized. A document whose JSON has more characters than
 * `charactersMax`, which only one full of escapes has, is sent as leaves in either form.
 */
export function wholeFrames(
  incarnation: string,
  active: ActiveDocument | null,
  form: ReadingForm,
  charactersMax = FEED_DOCUMENT_CHARACTERS_MAX,
): Buffer {
  const reset = event('reset', { incarnation });
  if (active === null) return Buffer.from(reset + synchronizedEvent(active));
  const document = form === 'document' ? documentEvent(active, charactersMax) : null;
  const content = document ?? leafEvents(active);
  return Buffer.from(reset + content + markerEvent(active, active.document.leafCount) + synchronizedEvent(active));
}

function leafEvents({ document, version }: ActiveDocument): string {
  return Array.from(document.leaves(), ({ path, value }) => leafEvent({ path, value, version })).join('');
}

/** Null when it is longer than a client takes. */
function documentEvent({ document, version }: ActiveDocument, charactersMax: number): string | null {
  const data = JSON.stringify({ configuration: document.toJson(), seals: {}, version } satisfies FeedDocument);
  return data.length > charactersMax ? null : frame('document', data);
}

/** One activation as its difference to the one before: removals, then sets, then its marker. */
export function differenceFrames(before: ActiveDocument, next: ActiveDocument): Buffer {
  const removals: string[] = [];
  const sets: string[] = [];
  const { version } = next;
  for (const difference of before.document.diff(next.document)) {
    const { path, after } = difference;
    if (after === undefined) removals.push(leafEvent({ path, version, removed: true }));
    else sets.push(leafEvent({ path, value: after, version }));
  }
  const marker = markerEvent(next, removals.length + sets.length);
  return Buffer.from(removals.join('') + sets.join('') + marker);
}

/** "That was everything", for a client that runs what is active already. */
export function synchronizedFrame(active: ActiveDocument | null): Buffer {
  return Buffer.from(synchronizedEvent(active));
}

export function beatFrame(beat: FeedBeat): Buffer {
  return Buffer.from(event('beat', beat));
}

function leafEvent(leaf: FeedLeaf): string {
  return event('leaf', leaf);
}

function markerEvent(active: ActiveDocument, changes: number): string {
  return event('active', activationMarker(active, changes), activationId(active));
}

function synchronizedEvent(active: ActiveDocument | null): string {
  return event('synchronized', {}, active === null ? undefined : activationId(active));
}

/** JSON has no raw line breaks, so that every event is one data line. */
function event<N extends FeedEventName>(name: N, data: FeedEvents[N], id?: string): string {
  const text = frame(name, JSON.stringify(data));
  return id === undefined ? text : `id: ${id}\n${text}`;
}

function frame(name: FeedEventName, data: string): string {
  return `event: ${name}\ndata: ${data}\n\n`;
}
