// Lists versions of a stretch of history with who made them and what they changed: for refusals that must say what
// happened since, and for activations that must say what they took live.
import type { LedgerEvent, Recorded } from '@confledger/domain';
import type { LedgerReader } from '../reading/ledger-reader.js';

/** Events read for one listing at most: an answer, not an export. */
export const LISTED_EVENTS_MAX = 5_000;

const PAGE_EVENTS = 500;

export interface VersionMade {
  readonly version: number;
  readonly actor: string;
  readonly reason: string | null;
  readonly occurredAt: string;
  /** Paths of its changes, in the order of its events. */
  readonly paths: readonly string[];
}

/** Versions that were begun behind `after` and have a number up to `upTo`, oldest first, as far as `LISTED_EVENTS_MAX` events go. */
export async function versionsBetween(reader: LedgerReader, ledger: string, after: number, upTo: number): Promise<VersionMade[]> {
  const events: Recorded<LedgerEvent>[] = [];
  const start = Math.max(after, -1);
  // What lies behind the last change of a set belongs to it and tells whether it is whole: a few events more are read.
  const last = upTo + 4;
  while (events.length < LISTED_EVENTS_MAX) {
    const from = (events.at(-1)?.revision ?? start) + 1;
    if (from > last) break;
    const page = await reader.events(ledger, from, Math.min(PAGE_EVENTS, last - from + 1));
    events.push(...page);
    if (page.length < Math.min(PAGE_EVENTS, last - from + 1)) break;
  }
  return versionsOf(events).filter((each) => each.version > after && each.version <= upTo);
}

function versionsOf(events: readonly Recorded<LedgerEvent>[]): VersionMade[] {
  const made: VersionMade[] = [];
  let set: Recorded<LedgerEvent>[] = [];
  for (const event of events) {
    if (set[0]?.metadata.changeSet.id !== event.metadata.changeSet.id) set = [];
    set.push(event);
    const { index, size } = event.metadata.changeSet;
    // A set that began at or before `after` was seen, in part at least: it is not what happened since.
    const whole = index === size - 1 && set[0]?.metadata.changeSet.index === 0;
    const version = whole ? versionOf(set) : null;
    if (version) made.push(version);
  }
  return made;
}

function versionOf(set: readonly Recorded<LedgerEvent>[]): VersionMade | null {
  const changes = set.filter((event) => event.type === 'ConfigSet' || event.type === 'ConfigDeleted');
  const last = changes.at(-1);
  if (!last) return null;
  const { actor, reason, occurredAt } = last.metadata;
  return { version: last.revision, actor: actor.id, reason, occurredAt, paths: changes.map((event) => event.data.path) };
}
