// The part of the projection driver that goes on with parked streams: what an older release could not read is folded by this one, from the
// first event that was not folded up to the checkpoint, before anything that comes behind the checkpoint.
import type { EventStore } from '../ports/event-store.js';
import type { ParkedStream } from '../ports/parked.js';
import type { DocumentAt, ProjectionStore } from '../ports/projection-store.js';
import type { DriverEvent } from './driver-events.js';
import { LogFolder } from './log-folder.js';
import { ResumingStore } from './resuming-store.js';
import { chunksOfStream } from './stream-chunks.js';
import { useOfStream, type StreamUses } from './projections.js';

/** Rows of parked streams that are read at a time. */
const PAGE_STREAMS = 200;

/** Names of streams that a process remembers as stuck. Beyond it the oldest is forgotten, which costs one more try and one more log line. */
const STUCK_STREAMS_MAX = 100_000;

/** The parked streams that this process cannot fold. Its code does not change, so each is reported once and tried once. */
export class StuckStreams {
  readonly #names = new Set<string>();

  has(stream: string): boolean {
    return this.#names.has(stream);
  }

  /** False when it was known. */
  add(stream: string): boolean {
    if (this.#names.has(stream)) return false;
    const [oldest] = this.#names;
    if (this.#names.size >= STUCK_STREAMS_MAX && oldest !== undefined) this.#names.delete(oldest);
    this.#names.add(stream);
    return true;
  }
}

export interface ResumeOptions {
  readonly store: ProjectionStore;
  readonly events: Pick<EventStore, 'readStream'>;
  readonly documentAt: DocumentAt;
  readonly useOf?: StreamUses | undefined;
  /** The store's checkpoint, which does not move. */
  readonly at: bigint;
  /** Streams that are not tried. */
  readonly stuck: Pick<StuckStreams, 'has'>;
  /** Receives each stream that stays parked; the caller adds it to `stuck`. */
  readonly tell: (event: DriverEvent) => void;
}

type Outcome = 'done' | 'superseded';

/**
 * Folds every parked stream that this release can read, in chunks, each committed whole: wherever it is broken off, the next call goes on.
 * Returns early when `active` aborts. After 'superseded' the store is of no use any more.
 */
export async function resumeParkedStreams(options: ResumeOptions, active: AbortSignal): Promise<Outcome> {
  for (let after: string | null = null; ;) {
    const page: readonly ParkedStream[] = await options.store.parkedStreamsBehind(after, PAGE_STREAMS);
    for (const row of page) {
      if (active.aborted) return 'done';
      if (!options.stuck.has(row.stream) && (await resume(options, row, active)) === 'superseded') return 'superseded';
    }
    after = page.at(-1)?.stream ?? null;
    if (after === null || page.length < PAGE_STREAMS) return 'done';
  }
}

async function resume(options: ResumeOptions, row: ParkedStream, active: AbortSignal): Promise<Outcome> {
  const use = (options.useOf ?? useOfStream)(row.stream);
  if (use.kind === 'project') return await foldStream(options, row, active);
  leave(options, row);
  return 'done';
}

/** Reports a stream that stays parked. */
function leave({ tell }: ResumeOptions, row: ParkedStream): void {
  tell({ kind: 'streamParked', ...row });
}

async function foldStream(options: ResumeOptions, row: ParkedStream, active: AbortSignal): Promise<Outcome> {
  const { at, documentAt, useOf, tell } = options;
  const store = new ResumingStore(options.store, row, at);
  const folder = new LogFolder({ store, documentAt, useOf, at: row.position - 1n });
  let events = 0;
  for await (const { chunk, next } of chunksOfStream(options.events, row, at)) {
    if (active.aborted) return 'done';
    if ((await store.take(folder, chunk, next)) === 'superseded') return 'superseded';
    if (store.isUnchanged) break;
    events += chunk.length;
    tell({ kind: 'committed', position: at, events: chunk.length });
    if (store.isFinished) break;
  }
  if (store.row === null) tell({ kind: 'streamResumed', stream: row.stream, revision: row.revision, events });
  else if (store.isFinished || store.isUnchanged) leave(options, store.row);
  else leave(options, { ...row, reason: `the log does not hold its event ${row.revision} up to position ${at}` });
  return 'done';
}
