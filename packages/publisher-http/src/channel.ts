// One ledger's stream: what runs now, and its clients. It loads when the first client comes; activations of that time wait for the load.
import type { ActiveDocument } from '@confledger/application';
import { activationId, differenceFrames, synchronizedFrame, type ReadingForm } from './frames.js';
import { Readings, type WritingTurn } from './readings.js';
import type { Subscriber } from './subscriber.js';

/** How long a client that is ahead of this api is kept waiting until it has caught up. */
export const CATCH_UP_TIMEOUT_MS = 10_000;

interface AheadSubscriber {
  readonly activation: number;
  readonly timer: NodeJS.Timeout;
}

/** A client that comes. */
export interface JoiningClient {
  readonly lastEventId: string | null;
  readonly form: ReadingForm;
  readonly turn: WritingTurn;
}

/** Where a client stands by its `Last-Event-ID`, against what runs. */
type Place = { readonly kind: 'behind' | 'current' } | { readonly kind: 'ahead'; readonly activation: number };

export interface ChannelOptions {
  readonly incarnation: string;
  readonly load: () => Promise<ActiveDocument | null>;
  readonly catchUpTimeoutMs: number;
}

export class Channel {
  readonly #options: ChannelOptions;
  #current: ActiveDocument | null = null;
  #loaded: Promise<void> | null = null;
  #ready = false;
  readonly #readings: Readings;
  readonly #live = new Set<Subscriber>();
  readonly #ahead = new Map<Subscriber, AheadSubscriber>();

  constructor(options: ChannelOptions) {
    this.#options = options;
    this.#readings = new Readings(options.incarnation);
  }

  get subscriberCount(): number {
    return this.#live.size + this.#ahead.size;
  }

  /** Resolves when what runs is known. Rejects as `load` does, and is then tried anew by the next caller. */
  async ready(): Promise<void> {
    if (this.#ready) return;
    this.#loaded ??= this.reload().finally(() => {
      this.#loaded = null;
    });
    await this.#loaded;
  }

  /** Loads what runs now and publishes it, unless something newer came meanwhile. */
  async reload(): Promise<void> {
    const loaded = await this.#options.load();
    this.#ready = true;
    if (loaded !== null) this.publish(loaded);
  }

  /** Sends an activation to every client, unless it is not above what they have. Before the first load it is only remembered. */
  publish(next: ActiveDocument): void {
    const before = this.#current;
    const sameOrigin = before !== null && before.origin === next.origin;
    if (sameOrigin && next.activation <= before.activation) return;
    this.#current = next;
    this.#readings.follow(next);
    if (sameOrigin) this.#tellDifference(before, next);
    else for (const subscriber of this.#live) subscriber.send(this.#readings.frames(subscriber.form));
    for (const [subscriber, ahead] of this.#ahead) {
      if (next.activation >= ahead.activation) this.#release(subscriber, ahead);
    }
  }

  /** Writes what a client is sent when it joins, in its turn, so that `join` need not write a large document. The channel is ready. */
  async prepare({ lastEventId, form, turn }: Pick<JoiningClient, 'lastEventId' | 'form' | 'turn'>): Promise<void> {
    if (this.#placeOf(lastEventId).kind === 'behind') await this.#readings.prepare(form, turn);
  }

  /** Adds a client at the place that its `Last-Event-ID` names. The channel is ready. */
  join(subscriber: Subscriber, lastEventId: string | null): void {
    const place = this.#placeOf(lastEventId);
    if (place.kind === 'ahead') this.#wait(subscriber, place.activation);
    else this.#enter(subscriber, place.kind === 'current');
  }

  leave(subscriber: Subscriber): void {
    this.#live.delete(subscriber);
    clearTimeout(this.#ahead.get(subscriber)?.timer);
    this.#ahead.delete(subscriber);
  }

  /** Sends to everyone, those who wait to catch up too. */
  tellAll(payload: Buffer): void {
    for (const subscriber of [...this.#live, ...this.#ahead.keys()]) subscriber.send(payload);
  }

  end(): void {
    for (const subscriber of [...this.#live, ...this.#ahead.keys()]) {
      this.leave(subscriber);
      subscriber.end();
    }
  }

  #tellDifference(before: ActiveDocument, next: ActiveDocument): void {
    if (this.#live.size === 0) return;
    const payload = differenceFrames(before, next);
    for (const subscriber of this.#live) subscriber.send(payload);
  }

  #placeOf(lastEventId: string | null): Place {
    const current = this.#current;
    const last = lastEventId === null ? null : readActivationId(lastEventId);
    if (last === null || (current !== null && last.origin !== current.origin)) return { kind: 'behind' };
    const { activation } = last;
    if (activation > (current?.activation ?? -1)) return { kind: 'ahead', activation };
    return { kind: activation === current?.activation ? 'current' : 'behind' };
  }

  #wait(subscriber: Subscriber, activation: number): void {
    // What runs here goes out when the time is over: the node refuses to go back and says so, which is better than silence.
    const timer = setTimeout(() => this.#release(subscriber, { activation, timer }), this.#options.catchUpTimeoutMs);
    this.#ahead.set(subscriber, { activation, timer });
  }

  #release(subscriber: Subscriber, ahead: AheadSubscriber): void {
    clearTimeout(ahead.timer);
    this.#ahead.delete(subscriber);
    this.#enter(subscriber, this.#current?.activation === ahead.activation);
  }

  #enter(subscriber: Subscriber, isCurrent: boolean): void {
    this.#live.add(subscriber);
    subscriber.send(isCurrent ? synchronizedFrame(this.#current) : this.#readings.frames(subscriber.form));
  }
}

function readActivationId(text: string): { readonly origin: string; readonly activation: number } | null {
  const match = /^(.+):(\d{1,15})$/.exec(text);
  if (match === null) return null;
  const [, origin = '', activation = ''] = match;
  return activationId({ origin, activation: Number(activation) }) === text ? { origin, activation: Number(activation) } : null;
}
