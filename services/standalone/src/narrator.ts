// One human line per version, activation and tag, made from the events as they are committed. Used by main.ts on a terminal.
import type { StoredEvent } from '@confledger/application';
import { parseJsonText } from '@confledger/document';

/** A line in columns: what happened, to which version, where, and the rest as a sentence. */
export interface Happening {
  readonly kind: 'version' | 'active' | 'tag' | 'node';
  /** Null where the text says it. */
  readonly version: number | null;
  /** `<environment>/<service>` */
  readonly ledger: string;
  readonly text: string;
}

/** The part of an event's JSON that a line is made of. */
interface Said {
  readonly data: { readonly version?: number; readonly previous?: number | null; readonly tag?: string; readonly rollbackTo?: number };
  readonly metadata: {
    readonly actor: { readonly id: string };
    readonly reason: string | null;
    readonly changeSet: { readonly id: string; readonly index: number; readonly size: number };
  };
}

/** A change set that has begun: what it wrote so far. Nothing is told before it takes effect. */
interface OpenSet {
  readonly id: string;
  changes: number;
  version: number | null;
  readonly told: Happening[];
}

const LEDGER_STREAM = /config-([^.]+)\.(.+)$/;

/** Answers a function that takes events in their order and answers what has taken effect with each. */
export function createNarrator(): (event: StoredEvent) => readonly Happening[] {
  const open = new Map<string, OpenSet>();
  return (event) => {
    const ledger = LEDGER_STREAM.exec(event.stream);
    if (ledger === null) return [];
    const said = read(event);
    if (said === null) return [];
    const { id, index, size } = said.metadata.changeSet;
    const kept = open.get(event.stream);
    const set = kept?.id === id ? kept : { id, changes: 0, version: null, told: [] };
    open.set(event.stream, set);
    gather(set, event, said, `${ledger[1] ?? ''}/${ledger[2] ?? ''}`);
    if (index + 1 < size) return [];
    open.delete(event.stream);
    return set.version === null ? set.told : [versionLine(set, said, `${ledger[1] ?? ''}/${ledger[2] ?? ''}`), ...set.told];
  };
}

/** Null for an event that no release of ours wrote: the projector parks it and says so. */
function read(event: StoredEvent): Said | null {
  try {
    return { data: parseJsonText(event.data) as Said['data'], metadata: parseJsonText(event.metadata) as Said['metadata'] };
  } catch {
    return null;
  }
}

function gather(set: OpenSet, event: StoredEvent, { data, metadata }: Said, ledger: string): void {
  const by = `by ${metadata.actor.id}`;
  const version = data.version ?? 0;
  if (event.type === 'ConfigSet' || event.type === 'ConfigDeleted') {
    set.changes += 1;
    set.version = event.revision;
  } else if (event.type === 'VersionActivated') {
    const was = data.previous === null || data.previous === undefined ? 'nothing was active before' : `was ${data.previous}`;
    const rollback = data.rollbackTo === undefined ? '' : `rollback to ${data.rollbackTo}, `;
    set.told.push({ kind: 'active', version, ledger, text: `${rollback}${was}, ${by}` });
  } else if (event.type === 'VersionTagged' || event.type === 'VersionUntagged') {
    set.told.push({ kind: 'tag', version, ledger, text: `${data.tag ?? ''}${event.type === 'VersionUntagged' ? ' removed' : ''}, ${by}` });
  }
}

function versionLine(set: OpenSet, { metadata }: Said, ledger: string): Happening {
  const reason = metadata.reason === null ? '' : `: ${oneLine(metadata.reason)}`;
  return {
    kind: 'version',
    version: set.version ?? 0,
    ledger,
    text: `${set.changes} change${set.changes === 1 ? '' : 's'} by ${metadata.actor.id}${reason}`,
  };
}

const REASON_SHOWN_MAX = 80;

/** A reason is free text: no line break and no escape sequence of it reaches the terminal. */
function oneLine(text: string): string {
  const flat = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ').trim();
  return flat.length > REASON_SHOWN_MAX ? `${flat.slice(0, REASON_SHOWN_MAX - 1)}…` : flat;
}
