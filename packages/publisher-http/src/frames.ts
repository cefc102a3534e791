// The server-sent events of the feed as bytes. A channel serialises once; all of its subscribers get the same buffers.
import type { ActiveDocument } from '@confledger/application';
import { activationMarker, type FeedBeat, type FeedEventName, type FeedEvents, type FeedLeaf } from '@confledger/contracts';

/** `<origin>:<activation>`: what a client resumes behind. */
export function activationId(active: Pick<ActiveDocument, 'origin' | 'activation'>): string {
  return `${active.origin}:${active.activation}`;
}

/** Everything that runs now, from nothing: reset, all leaves, marker, synchronized. */
export function wholeFrames(incarnation: string, active: ActiveDocument | null): Buffer {
  const parts = [event('reset', { incarnation })];
  if (active !== null) {
    for (const { path, value } of active.document.leaves()) parts.push(leafEvent({ path, value, version: active.version }));
    parts.push(markerEvent(active, active.document.leafCount));
  }
  parts.push(synchronizedEvent(active));
  return Buffer.from(parts.join(''));
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
  const head = id === undefined ? `event: ${name}` : `id: ${id}\nevent: ${name}`;
  return `${head}\ndata: ${JSON.stringify(data)}\n\n`;
}
