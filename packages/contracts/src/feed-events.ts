// The events of the feed as a stream of server-sent events: the name of each, and the data that it carries as JSON.
import { DOCUMENT_CHARACTERS_MAX } from '@confledger/document';
import type { ActivationMarker, FeedBeat, FeedDocument, FeedLeaf } from './feed.js';

/** A client that sends this header takes a reading as one `document`; an api that does not know it sends leaves. */
export const FEED_DOCUMENT_HEADER = 'x-feed-document';
/** The value of that header. Any other is passed over. */
export const FEED_DOCUMENT_ASKED = '1';

/**
 * Characters that the data of a `document` may have: the largest document, with room for escapes, which its own limit does not count. One
 * whose JSON has more is sent as leaves.
 */
export const FEED_DOCUMENT_CHARACTERS_MAX = 2 * DOCUMENT_CHARACTERS_MAX;

/** Data by event. */
export interface FeedEvents {
  /** A new reading begins. Another incarnation is another feed. */
  readonly reset: { readonly incarnation: string };
  /** In place of leaves, to a client that asks for it. */
  readonly document: FeedDocument;
  readonly leaf: FeedLeaf;
  readonly active: ActivationMarker;
  /** Everything there was when the client came has been sent. */
  readonly synchronized: { readonly [member: string]: never };
  readonly beat: FeedBeat;
}

/** The name of an event. */
export type FeedEventName = keyof FeedEvents;

/** Every name, in the order in which a client meets them. */
export const FEED_EVENT_NAMES = ['reset', 'document', 'leaf', 'active', 'synchronized', 'beat'] as const satisfies readonly FeedEventName[];
