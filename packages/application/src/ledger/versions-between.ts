// Lists versions of a stretch of history with who made them and what they changed: for refusals that must say what happened since, and for
// activations that must say what they took live.
import { changesOf, type LedgerEvent, type LedgerId, type Recorded } from '@confledger/domain';
import { changeSetsBetween, type LedgerReader } from './ledger-versions.js';

/** Events read for one listing at most: an answer, not an export. */
export const LISTED_EVENTS_MAX = 5_000;

/** Behind which revision everything is newer than a version: the empty document, which is version 0, is older than the first event. */
export const seenUpTo = (version: number | null): number => (version === null || version === 0 ? -1 : version);

export interface VersionMade {
  readonly version: number;
  readonly actor: string;
  readonly reason: string | null;
  readonly occurredAt: string;
  /** Paths of its changes, in the order of its events. */
  readonly paths: readonly string[];
}

/** Versions that were begun behind `after` and have a number up to `upTo`, oldest first, as far as `LISTED_EVENTS_MAX` events go. */
export async function versionsBetween(reader: LedgerReader, id: LedgerId, after: number, upTo: number): Promise<VersionMade[]> {
  const sets = await changeSetsBetween(reader, id, { after, upTo, eventsMax: LISTED_EVENTS_MAX });
  return sets.flatMap((set) => versionOf(set) ?? []).filter(({ version }) => version <= upTo);
}

function versionOf(set: readonly Recorded<LedgerEvent>[]): VersionMade | null {
  const changes = changesOf(set);
  const last = changes.at(-1);
  const [first] = set;
  if (!last || !first) return null;
  const { actor, reason, occurredAt } = first.metadata;
  return { version: last.revision, actor: actor.id, reason, occurredAt, paths: changes.map(({ path }) => path) };
}
