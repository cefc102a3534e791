// One human line per version, activation, tag and retirement, made from the events as they are committed.
import { decodeStored, type StoredEvent } from '@confledger/application';
import {
  changesOf,
  eventsOf,
  EventUnreadable,
  gather,
  ledgerAggregate,
  LedgerId,
  versionOf,
  type LedgerEvent,
  type OpenChangeSet,
  type Recorded,
} from '@confledger/domain';

/** A line in columns: what happened, to which version, where, and the rest as a sentence. */
export interface Happening {
  readonly kind: 'version' | 'active' | 'tag' | 'schema' | 'ledger' | 'node';
  /** Null where the text says it, and where it is about no version. */
  readonly version: number | null;
  /** `<environment>/<service>` */
  readonly ledger: string;
  readonly text: string;
}

type Events = readonly Recorded<LedgerEvent>[];

/** Answers a function that takes events in their order and answers what has taken effect with each. */
export function createNarrator(): (event: StoredEvent) => readonly Happening[] {
  const open = new Map<string, OpenChangeSet<Recorded<LedgerEvent>>>();
  return (stored) => {
    const id = LedgerId.ofStream(stored.stream);
    const event = id && readable(stored);
    if (id === null || event === null) return [];
    const { set, isComplete, misfit } = gather(open.get(stored.stream) ?? null, event.metadata.changeSet, event);
    if (!isComplete) open.set(stored.stream, set);
    else open.delete(stored.stream);
    return isComplete && misfit === null ? happenings(`${id.environment}/${id.service}`, eventsOf(set)) : [];
  };
}

/** Events that this release cannot read are left out. */
function readable(stored: StoredEvent): Recorded<LedgerEvent> | null {
  try {
    return decodeStored(ledgerAggregate.events, stored);
  } catch (error) {
    if (error instanceof EventUnreadable) return null;
    throw error;
  }
}

function happenings(ledger: string, events: Events): Happening[] {
  const version = versionOf(events);
  const made = version === null ? [] : [versionLine(ledger, version, events)];
  return [...made, ...events.flatMap((event) => labelLine(ledger, event) ?? [])];
}

function versionLine(ledger: string, version: number, events: Events): Happening {
  const changes = changesOf(events).length;
  const { actor, reason } = events.at(-1)?.metadata ?? { actor: { id: '' }, reason: null };
  return { kind: 'version', version, ledger, text: `${changes} change${changes === 1 ? '' : 's'} by ${actor.id}${why(reason)}` };
}

const why = (reason: string | null): string => (reason === null ? '' : `: ${oneLine(reason)}`);

function labelLine(ledger: string, { type, data, metadata }: Recorded<LedgerEvent>): Happening | null {
  const by = `by ${metadata.actor.id}`;
  switch (type) {
    case 'VersionActivated': {
      const was = data.previous === null ? 'nothing was active before' : `was ${data.previous}`;
      const rollback = data.rollbackTo === undefined ? '' : `rollback to ${data.rollbackTo}, `;
      return { kind: 'active', version: data.version, ledger, text: `${rollback}${was}, ${by}` };
    }
    case 'VersionTagged':
      return { kind: 'tag', version: data.version, ledger, text: `${data.tag}, ${by}` };
    case 'VersionUntagged':
      return { kind: 'tag', version: data.version, ledger, text: `${data.tag} removed, ${by}` };
    case 'SchemaSet':
      return { kind: 'schema', version: null, ledger, text: `set at ${mountName(data.mount)} ${by}${why(metadata.reason)}` };
    case 'SchemaRemoved':
      return { kind: 'schema', version: null, ledger, text: `removed at ${mountName(data.mount)} ${by}${why(metadata.reason)}` };
    case 'LedgerRetired':
      return { kind: 'ledger', version: null, ledger, text: `retired ${by}${why(metadata.reason)}` };
    case 'LedgerRestored':
      return { kind: 'ledger', version: null, ledger, text: `restored ${by}${why(metadata.reason)}` };
    case 'LedgerCreated':
    case 'ConfigSet':
    case 'ConfigDeleted':
      return null;
  }
}

const mountName = (mount: string): string => (mount === '' ? 'the root' : oneLine(mount));

const REASON_SHOWN_MAX = 80;

/** A reason is free text: no line break and no escape sequence of it reaches the terminal. */
function oneLine(text: string): string {
  const flat = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ').trim();
  return flat.length > REASON_SHOWN_MAX ? `${flat.slice(0, REASON_SHOWN_MAX - 1)}…` : flat;
}
