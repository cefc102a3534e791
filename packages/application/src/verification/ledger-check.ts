// One ledger by its revisions: folded from its beginning, so that the digests of every activation are computed anew, from this ledger and its
// parents, and its signature is checked.
import { Document } from '@confledger/document';
import { activationStatement, isSignatureOf, type PublicKey } from '@confledger/contracts';
import {
  CommandWindow,
  contentProblem,
  emptyStream,
  ledgerAggregate,
  step,
  type LedgerEvent,
  type LedgerId,
  type LedgerStream,
  type Recorded,
  type VersionActivated,
} from '@confledger/domain';
import { decodeStored } from '../codec.js';
import { isStreamFault } from '../loading/broken-streams.js';
import { PAGE_EVENTS } from '../loading/stream-reader.js';
import type { EventStore, StoredEvent } from '../ports/event-store.js';
import { findingAt, type Finding } from './findings.js';
import type { LayerCheck } from './layer-check.js';

export interface LedgerCheckOptions {
  readonly store: Pick<EventStore, 'readStream'>;
  readonly ledger: LedgerId;
  /** Where it ended when all events were read by their positions; as far as it held then. */
  readonly end: { readonly revision: number; readonly hash: string | null };
  /** True when more events came behind that end, which do not hold. */
  readonly isBroken: boolean;
  /** Events behind this position are not looked at. */
  readonly until: bigint;
  /** Versions whose digests are needed. */
  readonly activated: ReadonlySet<number>;
  /** Null where there is none to check signatures with. */
  readonly key: PublicKey | null;
  /** Of this ledger alone. */
  readonly layers: LayerCheck;
}

type Activated = Recorded<LedgerEvent> & VersionActivated;

export class LedgerCheck {
  readonly #options: LedgerCheckOptions;
  readonly #digests = new Map<number, string>();
  /** Readers that answer no commands remember none. */
  #stream: LedgerStream = emptyStream('', CommandWindow.none);
  #active: { readonly version: number; readonly activation: number } | null = null;
  #activations = 0;
  #finding: Finding | null = null;
  #unverifiable: Finding | null = null;
  /** An activation that may hold, with what must still be put together. */
  #toPutTogether: { readonly event: Activated; readonly own: Document | null } | null = null;

  constructor(options: LedgerCheckOptions) {
    this.#options = options;
    this.#stream = emptyStream(options.ledger.stream, CommandWindow.none);
  }

  get activations(): number {
    return this.#activations;
  }

  /** What does not hold; or else the first activation that cannot be verified. */
  get finding(): Finding | null {
    return this.#finding ?? this.#unverifiable;
  }

  /** Reads and checks the next page; false when it was the last one. */
  async next(): Promise<boolean> {
    const { store, end } = this.#options;
    const from = this.#stream.revision + 1;
    // One event behind the end that is known shows whether it is the end.
    const limit = Math.min(PAGE_EVENTS, end.revision + 2 - from);
    const page = await store.readStream(this.#stream.name, { from, direction: 'forwards', limit });
    for (const stored of page) if (!this.#take(stored) || !(await this.#putTogether(stored))) return false;
    if (page.length === limit && this.#stream.revision <= end.revision) return true;
    this.#endsWith();
    return false;
  }

  /** False at the end, and where it does not hold. */
  #take(stored: StoredEvent): boolean {
    const { end, isBroken, until } = this.#options;
    if (stored.revision > end.revision) {
      if (!isBroken && stored.position <= until) this.#finding = findingAt(stored, 'it does not stand at its position in the log');
      else this.#endsWith();
      return false;
    }
    const problem = contentProblem(stored) ?? this.#followed(stored);
    if (problem !== null) this.#finding = findingAt(stored, problem);
    return problem === null;
  }

  /** False where child and parents do not give what was taken live. After the first that cannot be verified none is tried: that costs a whole read. */
  async #putTogether(stored: StoredEvent): Promise<boolean> {
    if (this.#toPutTogether === null) return true;
    const { event, own } = this.#toPutTogether;
    this.#toPutTogether = null;
    if (this.#unverifiable !== null) return true;
    const problem = await this.#options.layers.problemOf({ ledger: this.#options.ledger, own }, event.data);
    if (problem === null) return true;
    const { reason, unverifiable } = problem;
    if (unverifiable === null) this.#finding = findingAt(stored, reason);
    else this.#unverifiable = { unverifiable, ...findingAt(stored, reason) };
    return unverifiable !== null;
  }

  /** The stream must end as it did by positions. */
  #endsWith(): void {
    const { end } = this.#options;
    if (this.#finding !== null || this.#stream.hash === end.hash) return;
    const reason = 'the stream read by revisions is another than read by positions';
    this.#finding = { stream: this.#stream.name, revision: this.#stream.revision + 1, position: null, reason };
  }

  #followed(stored: StoredEvent): string | null {
    try {
      const event = decodeStored<LedgerEvent>(ledgerAggregate.events, stored);
      const { stream, completed } = step(ledgerAggregate.apply, this.#stream, event);
      this.#stream = stream;
      return completed === null ? null : this.#completedProblem(completed);
    } catch (error) {
      if (isStreamFault(error)) return error.message;
      throw error;
    }
  }

  /** Activations stand last in their change set, so that an event of another one cannot come before what is found here. */
  #completedProblem(events: readonly Recorded<LedgerEvent>[]): string | null {
    const head = this.#stream.state?.head;
    if (head?.version != null && this.#options.activated.has(head.version)) this.#digests.set(head.version, head.document.digest);
    for (const event of events) {
      if (event.type !== 'VersionActivated') continue;
      const problem = this.#activationProblem(event);
      if (problem !== null) return problem;
      this.#activations += 1;
      this.#active = { version: event.data.version, activation: event.revision };
    }
    return null;
  }

  #activationProblem(event: Activated): string | null {
    const { version, previous, previousActivation, digest, own, layers } = event.data;
    if (previous !== (this.#active?.version ?? null)) return `it says that version ${previous} was active before, which was not`;
    if (previousActivation !== undefined && previousActivation !== (this.#active?.activation ?? null))
      return `it says that activation ${previousActivation} was the one before, which it was not`;
    const computed = version === 0 ? Document.empty.digest : this.#digests.get(version);
    if (computed === undefined) return `it activates ${version}, which is no version`;
    const isForm1 = event.metadata.schemaVersion === 1;
    if (own !== computed || (isForm1 && digest !== computed)) return `its digest is not that of version ${version}`;
    if (layers.length > 0 || digest !== computed) this.#toPutTogether = { event, own: this.#ownAtHand(version) };
    if (this.#options.key === null) return 'there is no public key to check its signature with';
    return this.#isSigned(event, this.#options.key) ? null : 'its signature does not hold';
  }

  /** The own document at a version, where it is head. */
  #ownAtHand(version: number): Document | null {
    if (version === 0) return Document.empty;
    const head = this.#stream.state?.head;
    return head?.version === version ? head.document : null;
  }

  #isSigned({ revision, data, metadata }: Activated, key: PublicKey): boolean {
    const { ledger } = this.#options;
    if (data.keyId !== key.id) return false;
    const { version, previous, digest, keyId, own, layers, restart, pinned, definition, previousActivation } = data;
    const covered = { keyId, origin: this.#stream.origin ?? '', activation: revision, version, previous, digest };
    const layered = { own, layers, restart, pinned, definition, previousActivation: previousActivation ?? null };
    const { actor, occurredAt, previousHash } = metadata;
    const statement =
      metadata.schemaVersion === 1
        ? activationStatement(ledger.text, covered)
        : activationStatement(ledger.text, { ...covered, ...layered, previousHash: previousHash ?? '', actor: actor.id, occurredAt });
    return isSignatureOf(key, statement, data.signature);
  }
}
