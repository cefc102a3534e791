// The appends that wait for a flush, and how a flush is made of them: one group for each stream.
import type { AppendResult, EventToAppend } from '@confledger/application';

export interface PendingAppend {
  readonly stream: string;
  readonly expectedRevision: number;
  readonly events: readonly EventToAppend[];
  readonly bytes: number;
  /** On the clock of performance.now(). */
  readonly deadlineMs: number;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: Error) => void;
  /** It was sent, and no answer came: it may stand in the stream. */
  maybeWritten: boolean;
}

/** Appends to one stream that follow each other without gap: they are written together or not at all. */
export interface AppendGroup {
  readonly stream: string;
  readonly expectedRevision: number;
  readonly appends: PendingAppend[];
  /** Revision of the stream's last event when the group is written. */
  end: number;
}

/** One flush holds at most so many events and bytes, unless a single append is larger. */
export const FLUSH_EVENTS_MAX = 2_000;
export const FLUSH_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Takes what one flush may hold out of `queue`, oldest first. An append joins the group of its stream when it expects the
 * group's end; one that expects something else stays for a later flush, and so do those that no longer fit, and those of the
 * streams in `blocked`.
 */
export function takeFlush(queue: PendingAppend[], blocked: ReadonlySet<string> = new Set()): AppendGroup[] {
  const groups = new Map<string, AppendGroup>();
  const left: PendingAppend[] = [];
  let events = 0;
  let bytes = 0;
  let full = false;
  for (const append of queue) {
    const group = groups.get(append.stream);
    full ||= groups.size > 0 && (events + append.events.length > FLUSH_EVENTS_MAX || bytes + append.bytes > FLUSH_BYTES_MAX);
    if (full || blocked.has(append.stream) || (group !== undefined && group.end !== append.expectedRevision)) {
      left.push(append);
      continue;
    }
    events += append.events.length;
    bytes += append.bytes;
    const end = append.expectedRevision + append.events.length;
    if (group === undefined) {
      groups.set(append.stream, { stream: append.stream, expectedRevision: append.expectedRevision, appends: [append], end });
    } else {
      group.appends.push(append);
      group.end = end;
    }
  }
  queue.splice(0, queue.length, ...left);
  return [...groups.values()];
}

/** Takes the appends out of `queue` that expect, one after the other, what an append ending at `end` would have left. */
export function takeBehind(queue: PendingAppend[], stream: string, end: number): PendingAppend[] {
  const behind: PendingAppend[] = [];
  const left = queue.filter((append) => {
    if (append.stream !== stream || append.expectedRevision !== end) return true;
    behind.push(append);
    end += append.events.length;
    return false;
  });
  queue.splice(0, queue.length, ...left);
  return behind;
}
