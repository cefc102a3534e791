// What a new client of a channel is sent: the frames of a whole reading, written once for each activation and form, and shared by all clients.
import type { ActiveDocument } from '@confledger/application';
import { wholeFrames, type ReadingForm } from './frames.js';

/** Resolves when a text of about this cost may be written: other work of the process goes first. */
export type WritingTurn = (cost: { readonly leafCount: number; readonly size: number }) => Promise<void>;

export class Readings {
  readonly #incarnation: string;
  #active: ActiveDocument | null = null;
  readonly #frames = new Map<ReadingForm, Buffer>();
  /** Forms that wait for their turn: clients that come meanwhile wait for the same. */
  readonly #waiting = new Map<ReadingForm, Promise<void>>();

  constructor(incarnation: string) {
    this.#incarnation = incarnation;
  }

  /** From now on a reading is of this activation. */
  follow(active: ActiveDocument): void {
    this.#active = active;
    this.#frames.clear();
  }

  /** The frames, written now where they are not yet. */
  frames(form: ReadingForm): Buffer {
    let frames = this.#frames.get(form);
    if (frames === undefined) {
      frames = wholeFrames(this.#incarnation, this.#active, form);
      this.#frames.set(form, frames);
    }
    return frames;
  }

  /** Writes the frames in their turn. An activation that comes before the caller goes on makes them anew, out of turn. */
  async prepare(form: ReadingForm, turn: WritingTurn): Promise<void> {
    if (this.#active === null || this.#frames.has(form)) return;
    const { leafCount, size } = this.#active.document;
    let waiting = this.#waiting.get(form);
    if (waiting === undefined) {
      waiting = turn({ leafCount, size })
        .then(() => void this.frames(form))
        .finally(() => this.#waiting.delete(form));
      this.#waiting.set(form, waiting);
    }
    await waiting;
  }
}
