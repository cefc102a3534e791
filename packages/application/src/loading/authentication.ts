// Whether events and snapshots are what an api recorded. Hashes and the chain show that nothing was altered since they were computed; the mac,
// which only apis can make, shows who computed them. The mac of a change set covers all before it, because the chain does.
import { canonicalJson } from '@confledger/document';
import { contentProblem, StreamCorrupt, type Recorded } from '@confledger/domain';
import type { StoredEvent } from '../ports/event-store.js';
import type { Snapshot } from '../ports/snapshots.js';
import type { Authority } from '../ports/system.js';

/** What was sealed: up to there a stream counts as it stands, behind it every change set needs a mac. */
export interface Seals {
  /** Null while the installation is not sealed. A stream that was not there then is sealed at revision -1. */
  endOf(stream: string): { readonly revision: number; readonly hash: string | null } | null;
}

export const NOT_SEALED: Seals = { endOf: () => null };

export interface AuthenticationOptions {
  /** Null for parts that do not have the key: they check hashes and the chain. */
  readonly authority: Authority | null;
  readonly seals?: Seals;
  /** Hears of a change set without a mac that is accepted, because nothing was sealed yet. */
  readonly onUnauthenticated?: (stream: string) => void;
  /** Uses snapshots that have no mac: for a caller that compares with the log what it loads from them. Default: false. */
  readonly snapshotsWithoutMac?: boolean;
}

export class Authentication {
  readonly #authority: Authority | null;
  readonly #seals: Seals;
  readonly #onUnauthenticated: (stream: string) => void;
  readonly #snapshotsWithoutMac: boolean;

  constructor({ authority, seals = NOT_SEALED, onUnauthenticated = () => undefined, snapshotsWithoutMac = false }: AuthenticationOptions) {
    this.#snapshotsWithoutMac = snapshotsWithoutMac;
    this.#authority = authority;
    this.#seals = seals;
    this.#onUnauthenticated = onUnauthenticated;
  }

  /** The mac of a change set whose last event has this hash; null without the key. */
  get macOf(): ((hash: string) => string) | null {
    const authority = this.#authority;
    return authority && ((hash) => authority.mac(Buffer.from(hash, 'hex')));
  }

  /** Throws `StreamCorrupt` for an event whose hash or id is not that of its content. */
  content(stored: StoredEvent): void {
    const problem = contentProblem(stored);
    if (problem !== null) throw new StreamCorrupt(`event ${stored.revision} of ${stored.stream} does not hold: ${problem}`);
  }

  /** Throws `StreamCorrupt` for an event in the place of the one that was sealed. */
  sealed({ stream, revision, metadata }: Recorded): void {
    const end = this.#authority === null ? null : this.#seals.endOf(stream);
    if (end === null || end.revision !== revision || end.hash === metadata.hash) return;
    throw new StreamCorrupt(`event ${revision} of ${stream} does not hold: it is not the event that was sealed`);
  }

  /** Looks at the last event of a change set, before its mac is checked: behind the seal there must be one. */
  changeSet({ stream, revision, metadata }: Recorded): void {
    if (this.#authority === null || metadata.mac !== undefined) return;
    const sealed = this.#seals.endOf(stream);
    if (sealed !== null && revision > sealed.revision) throw new MacMissing(stream, revision);
    if (sealed === null) this.#onUnauthenticated(stream);
  }

  /** Throws `StreamCorrupt` when the mac is another. One event for a stretch: its mac covers all before it. */
  mac({ stream, revision, metadata }: Recorded): void {
    if (metadata.mac === undefined || this.macOf === null || revision <= this.sealedTo(stream)) return;
    if (this.macOf(metadata.hash) === metadata.mac) return;
    throw new StreamCorrupt(`event ${revision} of ${stream} does not hold: its mac is not one of this installation's apis`);
  }

  /** The revision that a stream was sealed at: what lies before it is proved by reading on to there. -1 where nothing was sealed of it. */
  sealedTo(stream: string): number {
    return (this.#authority && this.#seals.endOf(stream)?.revision) ?? -1;
  }

  /** Whether snapshots can be told from forged ones, or need not be. */
  get usesSnapshots(): boolean {
    return this.#authority !== null || this.#snapshotsWithoutMac;
  }

  /** The mac of a snapshot, over all that it says; null without the key, and empty where none is needed. */
  snapshotMac(snapshot: Omit<Snapshot, 'mac'>): string | null {
    if (this.#snapshotsWithoutMac) return '';
    const { stream, codeVersion, revision, hash, occurredAt, body } = snapshot;
    const head = canonicalJson({ stream, codeVersion, revision, hash, occurredAt, bytes: Buffer.byteLength(body) });
    return this.#authority?.mac(Buffer.from(`confledger.snapshot.v1\n${head}\n${body}`)) ?? null;
  }
}

/** A change set behind the seal has no mac: an older api wrote it, or somebody else. It can be sealed by name, when a person has looked at it. */
export class MacMissing extends StreamCorrupt {
  readonly stream: string;
  readonly revision: number;

  constructor(stream: string, revision: number) {
    super(`event ${revision} of ${stream} does not hold: its change set has no mac, and comes behind what was sealed`);
    this.stream = stream;
    this.revision = revision;
  }
}
