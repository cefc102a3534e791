// Who made changes, when and why, by the revisions of their events: read in pages, and remembered.
import { versionOf, type LedgerEvent, type LedgerId, type Recorded } from '@confledger/domain';
import { PAGE_EVENTS } from '../loading/stream-reader.js';
import type { LeafSource } from './ledgers.js';
import { ledgerOf, type Origin } from './leaf-origins.js';
import type { LedgerReader } from './ledger-versions.js';

/** Reads of the event store for one answer. A read is a page of `PAGE_EVENTS` at most. */
export const SOURCE_READS_MAX = 200;

/** Changes that are remembered: those of one change set share what is known of them. */
const CHANGES_REMEMBERED_MAX = 200_000;

/** Events at the end of a change set among which its last change stands: an activation follows it at most. */
const SET_END_EVENTS = 4;

type ChangeMade = Pick<LeafSource, 'version' | 'occurredAt' | 'actor' | 'reason'>;

const NOT_READ: ChangeMade = { version: null, occurredAt: null, actor: null, reason: null };

/** What one answer may still read. */
interface Budget {
  reads: number;
}

export class ChangeSources {
  readonly #reader: LedgerReader;
  readonly #readsMax: number;
  readonly #known = new Map<string, ChangeMade>();

  constructor(reader: LedgerReader, readsMax = SOURCE_READS_MAX) {
    this.#reader = reader;
    this.#readsMax = readsMax;
  }

  /** The sources of these origins, in their order. `truncated`: some would have taken more reads than one answer makes. */
  async of(origins: readonly Origin[]): Promise<{ readonly sources: readonly LeafSource[]; readonly truncated: boolean }> {
    const budget = { reads: this.#readsMax };
    const wanted = origins.filter((origin) => !this.#known.has(keyOf(origin)));
    const found = new Map<string, ChangeMade>();
    for (const ledger of new Set(wanted.map((each) => each.ledger))) {
      const revisions = wanted.filter((each) => each.ledger === ledger).map(({ revision }) => revision);
      const made = await this.#changes(
        ledgerOf({ ledger }),
        revisions.sort((one, other) => one - other),
        budget,
      );
      for (const [revision, change] of made) found.set(keyOf({ ledger, revision }), change);
    }
    const sources = origins.map(({ ledger, revision, activation }) => {
      const { version, occurredAt, actor, reason } =
        found.get(keyOf({ ledger, revision })) ?? this.#known.get(keyOf({ ledger, revision })) ?? NOT_READ;
      return { ledger, version, revision, activation, occurredAt, actor, reason };
    });
    this.#remember(found);
    return { sources, truncated: found.size < new Set(wanted.map(keyOf)).size };
  }

  /** Ascending revisions. One event speaks for its whole change set. */
  async #changes(id: LedgerId, revisions: readonly number[], budget: Budget): Promise<Map<number, ChangeMade>> {
    const made = new Map<number, ChangeMade>();
    let page: readonly Recorded<LedgerEvent>[] = [];
    let set: { readonly last: number; readonly change: ChangeMade } | null = null;
    for (const [index, revision] of revisions.entries()) {
      if (set === null || revision > set.last) {
        if (eventIn(page, revision) === undefined) {
          if (budget.reads <= 0) break;
          budget.reads -= 1;
          page = await this.#reader.events(id, revision, pageFor(revisions, index));
        }
        const event = eventIn(page, revision);
        if (event === undefined) continue;
        const { actor, reason, occurredAt, changeSet } = event.metadata;
        const version = await this.#versionMadeBy(id, event, page, budget);
        set = { last: revision + changeSet.size - 1 - changeSet.index, change: { version, occurredAt, actor: actor.id, reason } };
      }
      made.set(revision, set.change);
    }
    return made;
  }

  /** The version that the change set of a change made; null where that was not looked up. */
  async #versionMadeBy(
    id: LedgerId,
    event: Recorded<LedgerEvent>,
    page: readonly Recorded<LedgerEvent>[],
    budget: Budget,
  ): Promise<number | null> {
    const { id: set, index, size } = event.metadata.changeSet;
    const last = event.revision + size - 1 - index;
    const first = Math.max(event.revision, last - SET_END_EVENTS + 1);
    let end = page.filter(({ revision }) => revision >= first && revision <= last);
    if (end.at(-1)?.revision !== last) {
      if (budget.reads <= 0) return null;
      budget.reads -= 1;
      end = await this.#reader.events(id, first, last - first + 1);
    }
    return versionOf(end.filter(({ metadata }) => metadata.changeSet.id === set)) ?? event.revision;
  }

  #remember(found: ReadonlyMap<string, ChangeMade>): void {
    if (this.#known.size + found.size > CHANGES_REMEMBERED_MAX) this.#known.clear();
    for (const [key, change] of found) if (change.version !== null) this.#known.set(key, change);
  }
}

const keyOf = ({ ledger, revision }: Pick<Origin, 'ledger' | 'revision'>): string => `${ledger} ${revision}`;

function eventIn(page: readonly Recorded<LedgerEvent>[], revision: number): Recorded<LedgerEvent> | undefined {
  const [first] = page;
  return first === undefined ? undefined : page[revision - first.revision];
}

/** As many events from a revision on as reach the last one that a page can hold of those that are wanted, and the end of a small change set. */
function pageFor(revisions: readonly number[], index: number): number {
  const first = revisions[index] ?? 0;
  let last = first;
  for (let next = index + 1; next < revisions.length; next += 1) {
    const revision = revisions[next] ?? first;
    if (revision - first >= PAGE_EVENTS) break;
    last = revision;
  }
  return Math.max(last - first + 1, SET_END_EVENTS);
}
