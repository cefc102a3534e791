// The feed as events. Where the connection breaks it is resumed by the id of the last event that has one.
import type { FeedEventName, FeedEvents } from '@confledger/contracts/http';
import { parseJsonText } from '@confledger/document/json-and-paths';
import { pause } from './deadline.js';
import { NoAnswer, type AnswerTooLarge } from './errors.js';
import { serverSentEvents, type ServerSentEvent } from './event-stream.js';
import { delayBefore } from './retries.js';

/** Longest event, in characters: a document of 64 Mi characters, with what stands around it. */
export const EVENT_CHARACTERS_MAX = 67_109_888;

/** Silence after which a feed counts as broken, in milliseconds: a beat comes about every 5 s. */
export const FEED_SILENCE_MS_MAX = 20_000;

/** One event of the feed. `id` is null where it has none. */
export type FeedEvent = {
  readonly [N in FeedEventName]: { readonly name: N; readonly id: string | null; readonly data: FeedEvents[N] };
}[FeedEventName];

const NAMES: { readonly [N in FeedEventName]: true } = {
  reset: true,
  document: true,
  leaf: true,
  active: true,
  synchronized: true,
  beat: true,
};

/** A feed that has begun. */
export interface OpenFeed {
  readonly texts: AsyncIterable<string>;
  readonly tooLarge: () => AnswerTooLarge;
  /** Makes the error of an event that is no JSON. */
  readonly foreign: (fault: string) => Error;
}

/** What a feed is resumed with. */
export interface Resuming {
  /** The id that the first request named; null where it named none. */
  readonly lastEventId: string | null;
  /** Begins again behind an event. */
  readonly open: (lastEventId: string | null) => Promise<OpenFeed>;
  /** Milliseconds after which a feed that is broken again and again is given up. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Yields the events of the names that this release knows until the api ends the feed. What broke off is resumed, and throws NoAnswer where no
 * whole reading comes for `timeoutMs`.
 */
export async function* feedEvents(
  begun: OpenFeed,
  { open, timeoutMs, signal, ...from }: Resuming,
): AsyncGenerator<FeedEvent, void, undefined> {
  let { lastEventId } = from;
  let feed = begun;
  let count = 0;
  let brokenAtMs: number | null = null;
  for (;;) {
    try {
      for await (const event of eventsOf(feed)) {
        lastEventId = event.id ?? lastEventId;
        if (event.name === 'synchronized' || event.name === 'beat') [count, brokenAtMs] = [0, null];
        yield event;
      }
      return;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      brokenAtMs ??= performance.now();
      if (performance.now() - brokenAtMs > timeoutMs) throw error;
    }
    count += 1;
    await pause(delayBefore({ count }, null), signal);
    feed = await open(lastEventId);
  }
}

async function* eventsOf({ texts, tooLarge, foreign }: OpenFeed): AsyncGenerator<FeedEvent, void, undefined> {
  for await (const event of serverSentEvents(texts, { charactersMax: EVENT_CHARACTERS_MAX, tooLarge }))
    if (Object.hasOwn(NAMES, event.name)) yield { ...event, data: dataOf(event, foreign) } as FeedEvent;
}

function dataOf({ name, data }: ServerSentEvent, foreign: OpenFeed['foreign']): unknown {
  try {
    return parseJsonText(data);
  } catch {
    throw foreign(`the data of an event \`${name}\` is no JSON`);
  }
}
