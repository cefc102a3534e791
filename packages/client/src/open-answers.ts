// What a call gives for an answer that stays open: lines of JSON, or the feed.
import type { LinesAnswer, StreamAnswer } from './calls.js';
import { AnswerTooLarge, ForeignAnswer, NoAnswer } from './errors.js';
import { EVENT_CHARACTERS_MAX, FEED_SILENCE_MS_MAX, feedEvents, type OpenFeed } from './feed.js';
import type { ByteStream } from './fetch.js';
import { untilResult } from './lines.js';
import { reasonOf, type Answer } from './send.js';
import { textOf } from './text-stream.js';

/** An answer with what its caller and its end need. */
export interface Opened extends Answer {
  /** The caller's. */
  readonly signal: AbortSignal | undefined;
  /** Leaves nothing behind. */
  readonly end: () => void;
}

/** The lines of an answer. */
export function linesReply(opened: Opened, body: ByteStream): LinesAnswer<unknown> {
  return { lines: untilResult(opened, textsOf(opened, body)), http: opened.http };
}

/** How a feed is resumed. */
export interface FeedSource {
  readonly lastEventId: string | null;
  readonly again: (lastEventId: string | null) => Promise<Opened>;
  readonly timeoutMs: number;
}

/** The feed, as text and as events. */
export function feedReply(opened: Opened, body: ByteStream, { again, ...resuming }: FeedSource): StreamAnswer {
  const open = async (lastEventId: string | null): Promise<OpenFeed> => {
    const next = await again(lastEventId);
    if (next.body === null) throw foreign(next, 'it is no stream');
    return openFeed(next, next.body);
  };
  const { signal, http } = opened;
  return {
    stream: textsOf(opened, body, FEED_SILENCE_MS_MAX),
    events: feedEvents(openFeed(opened, body), { ...resuming, open, signal }),
    http,
  };
}

function openFeed(opened: Opened, body: ByteStream): OpenFeed {
  return {
    texts: textsOf(opened, body, FEED_SILENCE_MS_MAX),
    tooLarge: () => new AnswerTooLarge(opened.attempt, 'event', `${EVENT_CHARACTERS_MAX} characters`),
    foreign: (fault) => foreign(opened, fault),
  };
}

async function* textsOf(opened: Opened, body: ByteStream, silenceMsMax?: number): AsyncGenerator<string, void, undefined> {
  const { attempt, signal, end } = opened;
  const broken = (error: unknown): unknown =>
    signal?.aborted === true
      ? signal.reason
      : new NoAnswer(attempt, 'network', `the answer to ${attempt.address} broke off: ${reasonOf(error)}`, error);
  try {
    yield* textOf(body, { broken, ...(silenceMsMax === undefined ? {} : { silenceMsMax }) });
  } finally {
    end();
  }
}

function foreign({ attempt, http: { status, requestId } }: Opened, fault: string): ForeignAnswer {
  const answered = { status, requestId, retryAfterMs: null, contentType: 'text/event-stream', redirectsTo: null, excerpt: '' };
  return new ForeignAnswer(attempt, answered, fault);
}
