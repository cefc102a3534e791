// The events of the feed as a stream of server-sent events: the name of each, and the data that it carries as JSON.
import type { ActivationMarker, FeedBeat, FeedLeaf } from './feed.js';

/** Data by event. */
export interface FeedEvents {
  /** A new reading begins. Another incarnation is another feed. */
  readonly reset: { readonly incarnation: string };
  readonly leaf: FeedLeaf;
  readonly active: ActivationMarker;
  /** Everything there was when the client came has been sent. */
  readonly synchronized: { readonly [member: string]: never };
  readonly beat: FeedBeat;
}

/** The name of an event. */
export type FeedEventName = keyof FeedEvents;

/** Every name, in the order in which a client meets them. */
export const FEED_EVENT_NAMES = ['reset', 'leaf', 'active', 'synchronized', 'beat'] as const satisfies readonly FeedEventName[];
