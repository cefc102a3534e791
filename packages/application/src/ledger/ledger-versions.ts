// Versions of a ledger, read from its history.
import { Document } from '@confledger/document';
import {
  changeSetsOf,
  followAll,
  ledgerAggregate,
  type LedgerEvent,
  type LedgerId,
  type LedgerTypes,
  type LoadedVersion,
  type Recorded,
} from '@confledger/domain';
import type { Loaded } from '../loading/loaded.js';
import { PAGE_EVENTS, StreamReader, type StreamReaderOptions } from '../loading/stream-reader.js';

export type LedgerReader = StreamReader<LedgerTypes>;
export type LoadedLedger = Loaded<LedgerTypes>;

export function createLedgerReader(options: StreamReaderOptions): LedgerReader {
  return new StreamReader(ledgerAggregate, options);
}

/** Pages that are searched for the next version above a number that is none. */
const NEAREST_PAGES_MAX = 3;

/** The content of a version, or the versions next to a revision that is none. */
export async function loadVersion(reader: LedgerReader, id: LedgerId, version: number): Promise<LoadedVersion> {
  if (version === 0) return { version, ordinal: 0, document: Document.empty };
  const upTo = await reader.atRevision(id, version);
  // A version takes effect with its change set, which may go on behind the last change.
  const { stream } = await reader.untilSetEnds(upTo);
  const head = stream.state?.head;
  if (head !== undefined && head.version === version) return { version, ordinal: head.ordinal, document: head.document };
  const below = upTo.stream.state?.head.version ?? null;
  const above = await versionAbove(reader, id, upTo, version);
  return { version, nearest: [below, above].filter((each) => each !== null) };
}

async function versionAbove(reader: LedgerReader, id: LedgerId, loaded: LoadedLedger, version: number): Promise<number | null> {
  let { stream } = loaded;
  for (let pages = 0; pages < NEAREST_PAGES_MAX; pages += 1) {
    const page = await reader.events(id, stream.revision + 1, PAGE_EVENTS);
    for (const event of page) {
      stream = followAll(reader.aggregate.apply, stream, [event]);
      const found = stream.state?.head.version ?? null;
      if (found !== null && found > version) return found;
    }
    if (page.length < PAGE_EVENTS) return null;
  }
  return null;
}

/** The completed change sets that began behind `after`, oldest first, up to the one that `upTo` lies in, as far as `eventsMax` events go. */
export async function changeSetsBetween(
  reader: LedgerReader,
  id: LedgerId,
  { after, upTo, eventsMax }: { readonly after: number; readonly upTo: number; readonly eventsMax: number },
): Promise<(readonly Recorded<LedgerEvent>[])[]> {
  const events: Recorded<LedgerEvent>[] = [];
  let last = upTo;
  for (let from = Math.max(after, -1) + 1; from <= last && events.length < eventsMax;) {
    const page = await reader.events(id, from, Math.min(PAGE_EVENTS, last - from + 1), events.at(-1));
    if (page.length === 0) break;
    events.push(...page);
    from += page.length;
    last = Math.max(last, endOfSet(page.find(({ revision }) => revision === upTo)));
  }
  const sets = [...changeSetsOf(events)].filter(({ isComplete }) => isComplete).map(({ events: set }) => set);
  return sets.filter(([first]) => first !== undefined && first.revision <= upTo);
}

type ActivatedEvent = Extract<Recorded<LedgerEvent>, { type: 'VersionActivated' }>;

/** The activation at a revision; null where the event there is none, or took no effect. */
export async function activationEvent(reader: LedgerReader, id: LedgerId, revision: number): Promise<ActivatedEvent | null> {
  const [event] = await reader.events(id, revision, 1);
  return event?.type === 'VersionActivated' && (await isInEffect(reader, id, event)) ? event : null;
}

/** The latest activation of a version; null where it never ran. Reads the history behind it. */
export async function latestActivation(reader: LedgerReader, id: LedgerId, version: number): Promise<ActivatedEvent | null> {
  const found: ActivatedEvent[] = [];
  let before: Recorded<LedgerEvent> | null = null;
  for (let from = version + 1; ;) {
    const page: Recorded<LedgerEvent>[] = await reader.events(id, from, PAGE_EVENTS, before);
    for (const event of page) if (event.type === 'VersionActivated' && event.data.version === version) found.push(event);
    before = page.at(-1) ?? null;
    if (page.length < PAGE_EVENTS) break;
    from += page.length;
  }
  for (const event of found.reverse()) if (await isInEffect(reader, id, event)) return event;
  return null;
}

/** Whether the change set of an event took effect: one that was abandoned did not. */
export async function isInEffect(reader: LedgerReader, id: LedgerId, { revision, metadata }: Recorded): Promise<boolean> {
  const { index, size } = metadata.changeSet;
  if (size === 1) return true;
  const sets = await changeSetsBetween(reader, id, { after: revision - index - 1, upTo: revision, eventsMax: size });
  return sets.some((events) => events.some((event) => event.revision === revision));
}

/** The revision at which the change set of an event ends, when nothing cuts it short. */
function endOfSet(event: Recorded<LedgerEvent> | undefined): number {
  if (event === undefined) return -1;
  const { index, size } = event.metadata.changeSet;
  return event.revision + size - 1 - index;
}
