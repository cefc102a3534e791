// Proofs that need events behind those that were folded: that the chain leads to the end that was sealed, and that the event at which a read
// ends is one that an api recorded. Read without folding.
import { followProblem, StreamCorrupt, type Recorded } from '@confledger/domain';
import type { EventStore, StoredEvent } from '../ports/event-store.js';
import type { Authentication } from './authentication.js';
import { ProvedEnds, type StreamEnd } from './proved-ends.js';

export interface ChainProofsOptions {
  readonly store: Pick<EventStore, 'readStream'>;
  readonly authentication: Authentication;
  /** Reads an event and checks its content. */
  readonly decode: (stored: StoredEvent) => Recorded;
  /** Events in one page. */
  readonly pageEvents: number;
}

export class ChainProofs {
  readonly #options: ChainProofsOptions;
  readonly #proved = new ProvedEnds();

  constructor(options: ChainProofsOptions) {
    this.#options = options;
  }

  /** What lies before the end that was sealed is proved by the chain up to there. Throws `StreamCorrupt`. */
  async sealed({ name, revision, hash }: StreamEnd): Promise<void> {
    const sealedTo = this.#options.authentication.sealedTo(name);
    const passed: StreamEnd[] = [];
    for (let end = { name, revision, hash }; end.revision < sealedTo && !this.#proved.has(end);) {
      passed.push(end);
      const next = await this.#linkedPage(end, sealedTo, (each) => this.#proved.has(each));
      if (next.revision === end.revision)
        throw new StreamCorrupt(`${name} ends at revision ${end.revision}, and was sealed at ${sealedTo}: its end is cut off`);
      end = next;
    }
    this.#proved.add(passed);
  }

  /**
   * A read ends before `beyond` because of what that event says of itself, its time for example: it is believed when the seal or a mac covers
   * it. One of a change set that is open has neither; then the stream must reach as far as it did before. Throws `StreamCorrupt`.
   */
  async endsBefore(beyond: Recorded, reachesTo: number): Promise<void> {
    const { authentication } = this.#options;
    const { stream: name } = beyond;
    let end: StreamEnd = endAt(beyond);
    if (beyond.revision <= authentication.sealedTo(name)) return this.sealed(end);
    let last = beyond;
    while (!endsChangeSet(last)) {
      const before = end;
      end = await this.#linkedPage(end, Number.MAX_SAFE_INTEGER, (_, event) => endsChangeSet((last = event)));
      if (end.revision === before.revision) return assertReaches(end, reachesTo);
    }
    authentication.changeSet(last);
    authentication.mac(last);
  }

  /** Reads on to the end of a page, to `upTo`, or to the event that `isEnough`. The same end where the stream has no more events. */
  async #linkedPage(from: StreamEnd, upTo: number, isEnough: (end: StreamEnd, event: Recorded) => boolean): Promise<StreamEnd> {
    const { store, decode, pageEvents } = this.#options;
    const limit = Math.min(pageEvents, upTo - from.revision);
    let end = from;
    for (const stored of await store.readStream(from.name, { from: from.revision + 1, direction: 'forwards', limit })) {
      const event = decode(stored);
      assertLinked(end, event);
      end = endAt(event);
      if (isEnough(end, event)) break;
    }
    return end;
  }
}

/** Whether a change set takes effect with an event, or would if its first events were there. */
export function endsChangeSet({ metadata: { changeSet } }: Recorded): boolean {
  return changeSet.index + 1 >= changeSet.size;
}

/** Throws `StreamCorrupt` when an event is not the next one. */
export function assertLinked(end: Pick<StreamEnd, 'revision' | 'hash'>, event: Recorded): void {
  const problem = followProblem(end, event);
  if (problem !== null) throw new StreamCorrupt(`event ${event.revision} of ${event.stream} does not fit: ${problem}`);
}

/** Throws `StreamCorrupt` when a stream is shorter than it was. */
export function assertReaches({ name, revision }: Pick<StreamEnd, 'name' | 'revision'>, reachesTo: number): void {
  if (revision < reachesTo) throw new StreamCorrupt(`${name} ends at revision ${revision}, and was read up to ${reachesTo} before`);
}

const endAt = ({ stream, revision, metadata }: Recorded): StreamEnd => ({ name: stream, revision, hash: metadata.hash });
