// The streams that this process could not load, because what is stored is not what was recorded or is not known to this release. Each stands
// by itself: every other stream is served.
import { EventUnreadable, StreamCorrupt } from '@confledger/domain';

/** A stream that is not served. */
export interface BrokenStream {
  readonly stream: string;
  /** `broken`: what is stored is not what was recorded. `unreadable`: an event is not one that this release knows. */
  readonly kind: 'broken' | 'unreadable';
  /** Names the event and what is wrong with it; holds no value. */
  readonly reason: string;
  /** When it was found first; UTC, ISO 8601. */
  readonly since: string;
}

/** Streams that are remembered. More than these are broken all the same, and not listed. */
export const BROKEN_STREAMS_MAX = 1_000;

/** Whether an error says that a stream cannot be served, however often it is asked for. */
export function isStreamFault(error: unknown): error is StreamCorrupt | EventUnreadable {
  return error instanceof StreamCorrupt || error instanceof EventUnreadable;
}

export interface BrokenStreamsOptions {
  readonly now: () => number;
  /** Hears of each stream once, and again when another event of it is the first that does not hold. */
  readonly onBroken?: (broken: BrokenStream) => void;
}

export class BrokenStreams {
  readonly #options: BrokenStreamsOptions;
  readonly #found = new Map<string, BrokenStream>();

  constructor(options: BrokenStreamsOptions) {
    this.#options = options;
  }

  /** Newest first. */
  list(): readonly BrokenStream[] {
    return [...this.#found.values()].reverse();
  }

  /** Whether what is stored of the stream was found to be not what was recorded: nothing that was loaded of it before counts then. */
  isBroken(stream: string): boolean {
    return this.#found.get(stream)?.kind === 'broken';
  }

  /** Takes note of an error of a load; others than faults of a stream are ignored. */
  found(stream: string, error: unknown): void {
    if (!isStreamFault(error)) return;
    const known = this.#found.get(stream);
    if (known?.reason === error.message) return;
    const kind = error instanceof StreamCorrupt ? 'broken' : 'unreadable';
    const since = known?.since ?? new Date(this.#options.now()).toISOString();
    const broken: BrokenStream = { stream, kind, reason: error.message, since };
    if (known === undefined && this.#found.size >= BROKEN_STREAMS_MAX) return;
    this.#found.set(stream, broken);
    this.#options.onBroken?.(broken);
  }

  /** The whole stream was loaded, event by event, and holds: it was restored. */
  holds(stream: string): void {
    this.#found.delete(stream);
  }
}
