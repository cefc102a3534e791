// The core, put together over its ports: one kept state and one command queue for each ledger in use, bounded in number and size.
import { activationStatement } from '@confledger/contracts';
import { ledgerAggregate, signedBy, type LedgerId, type LedgerTypes, type SignActivation } from '@confledger/domain';
import { CommandQueue } from '../commands/command-queue.js';
import { Authentication, type Seals } from '../loading/authentication.js';
import { BrokenStreams, type BrokenStream } from '../loading/broken-streams.js';
import { KeptStream } from '../loading/kept-stream.js';
import type { EventStore, StoredEvent } from '../ports/event-store.js';
import type { ActiveDocument } from '../ports/feed.js';
import type { SnapshotStore } from '../ports/snapshots.js';
import type { Authority, Clock, Ids, Keys, Signer } from '../ports/system.js';
import { activationNow, activeDocument, type SourcedActive } from './active-document.js';
import { createLedgerReader, loadVersion, type LedgerReader } from './ledger-versions.js';
import type { ActivationNow, CommandOutcome, Ledgers, ReadOutcome, ReadSelector } from './ledgers.js';
import { EarlyOutcome } from './outcomes.js';
import { readDocument } from './read-document.js';
import { versionsBetween } from './versions-between.js';

/** Ledgers kept in memory; beyond it the one that was used longest ago and is idle is forgotten. */
export const LEDGERS_KEPT_MAX = 2_000;

/** Leaves kept in memory over all ledgers: about 1 GB at the most. */
export const LEAVES_KEPT_MAX = 2_000_000;

export interface LedgerReadsOptions {
  readonly store: EventStore;
  /** Null for parts without the key: they check hashes and the chain, and use no snapshots. Default: null. */
  readonly authority?: Authority | null;
  readonly seals?: Seals;
  /** Hears of a change set without a mac that is accepted, because nothing was sealed yet. */
  readonly onUnauthenticated?: (stream: string) => void;
  readonly snapshots?: SnapshotStore | null;
  /** See `AuthenticationOptions`. */
  readonly snapshotsWithoutMac?: boolean;
  readonly clock: Clock;
  readonly onSnapshotFault?: (error: unknown) => void;
  /** Hears of each stream that cannot be served: an alarm. */
  readonly onBrokenStream?: (broken: BrokenStream) => void;
}

export interface LedgersOptions extends Omit<LedgerReadsOptions, 'authority'> {
  readonly ids: Ids;
  /** Signs activations, and authenticates what is written and read. */
  readonly signer: Keys;
  /** The newest form of statement that every live node of a ledger can verify. Default: 1, which every node can. */
  readonly statementFor?: (ledger: LedgerId) => Promise<1 | 2>;
}

/** What the relay and other followers of the log need: reading, and no commands. */
export interface LedgerReads {
  readonly reader: LedgerReader;
  read(ledger: LedgerId, selector: ReadSelector): Promise<ReadOutcome>;
  /** What is active now, without its document; linearizable, as a read is. */
  activation(ledger: LedgerId): Promise<ActivationNow>;
  /** The newest activation of a ledger with its document; null when nothing is active. At least as new as the event at `revision`. */
  active(ledger: LedgerId, revision?: number): Promise<ActiveDocument | null>;
  /** As `active`, with where it is known from. */
  sourcedActive(ledger: LedgerId, revision?: number): Promise<SourcedActive | null>;
  /** Hands committed events over, so that kept states need no read of their own. */
  observe(events: readonly StoredEvent[]): void;
}

export interface LedgersCore extends Ledgers, LedgerReads {}

export function createLedgerReads(options: LedgerReadsOptions): LedgerReads {
  const { reader } = readerOf(options);
  return readsOf(options, reader, new LedgersInUse((id) => ({ kept: new KeptStream(id, reader), queue: null })));
}

export function createLedgers(options: LedgersOptions): LedgersCore {
  const { reader, broken } = readerOf({ ...options, authority: options.signer });
  const inUse = new LedgersInUse((id) => queued(options, reader, id));
  return {
    ...readsOf(options, reader, inUse),
    brokenStreams: () => broken.list(),
    async execute(id, command, request, onDecided): Promise<CommandOutcome> {
      const early = new EarlyOutcome({ id, command, guards: request.guards }, onDecided);
      const outcome = await inUse.of(id).queue.execute(command, request, (done) => early.decided(done));
      return withVersionsTakenLive(reader, id, await early.outcomeOf(reader, outcome));
    },
  };
}

function readerOf({ authority = null, onBrokenStream = () => undefined, clock, ...options }: LedgerReadsOptions) {
  const broken = new BrokenStreams({ now: () => clock.now(), onBroken: onBrokenStream });
  const reader: LedgerReader = createLedgerReader({ ...options, broken, authentication: new Authentication({ ...options, authority }) });
  return { reader, broken };
}

function readsOf(options: LedgerReadsOptions, reader: LedgerReader, inUse: LedgersInUse<InUse>): LedgerReads {
  const sourcedActive = (id: LedgerId, revision = -1) => activeDocument(inUse.of(id).kept, reader, revision);
  return {
    reader,
    read: (id, selector) => readDocument({ selector, kept: inUse.of(id).kept, reader, clock: options.clock }),
    activation: (id) => activationNow(inUse.of(id).kept),
    active: async (id, revision) => (await sourcedActive(id, revision))?.active ?? null,
    sourcedActive,
    observe(events) {
      for (const event of events) inUse.there(event.stream)?.kept.observe(event);
    },
  };
}

function queued(options: LedgersOptions, reader: LedgerReader, id: LedgerId): InUse & { readonly queue: CommandQueue<LedgerTypes> } {
  const kept = new KeptStream(id, reader);
  const { signer, statementFor = () => Promise.resolve(1) } = options;
  const queue = new CommandQueue({
    ...options,
    id,
    aggregate: ledgerAggregate,
    kept,
    reader,
    finish: signedBy(signerOf(signer)),
    // A node runs whatever bears a valid signature.
    finishDryRun: signedBy(() => ({ keyId: signer.keyId, signature: '' })),
    facts: {
      version: async (ledger, version) => {
        const value = await loadVersion(reader, ledger, Number(version));
        // A number that is no version now may become one.
        return { value, source: null, isLasting: 'document' in value };
      },
      statement: async (ledger) => ({ value: await statementFor(ledger), source: null, isLasting: false }),
    },
  });
  return { kept, queue };
}

function signerOf(signer: Signer): SignActivation {
  const { keyId } = signer;
  return ({ ledger, more, ...activation }) => {
    const marker = { keyId, ...activation };
    return { keyId, signature: signer.sign(activationStatement(ledger, more === null ? marker : { ...marker, ...more })) };
  };
}

interface InUse {
  readonly kept: KeptStream<LedgerTypes>;
  readonly queue: Pick<CommandQueue<LedgerTypes>, 'idle'> | null;
}

/** The ledgers in use, by their streams, the longest unused first. */
class LedgersInUse<L extends InUse> {
  readonly #ledgers = new Map<string, L>();
  readonly #make: (id: LedgerId) => L;

  constructor(make: (id: LedgerId) => L) {
    this.#make = make;
  }

  there(stream: string): L | undefined {
    return this.#ledgers.get(stream);
  }

  of(id: LedgerId): L {
    const found = this.#ledgers.get(id.stream);
    if (found) {
      this.#ledgers.delete(id.stream);
      this.#ledgers.set(id.stream, found);
      return found;
    }
    const made = this.#make(id);
    this.#ledgers.set(id.stream, made);
    this.#forgetIdle(id.stream);
    return made;
  }

  #forgetIdle(except: string): void {
    let size = 0;
    for (const { kept } of this.#ledgers.values()) size += kept.size;
    for (const [stream, { kept, queue }] of this.#ledgers) {
      if (this.#ledgers.size <= LEDGERS_KEPT_MAX && size <= LEAVES_KEPT_MAX) return;
      if (stream === except || queue?.idle === false || kept.busy) continue;
      size -= kept.size;
      this.#ledgers.delete(stream);
    }
  }
}

/** Versions that one answer names as taken live; their count is exact. */
const TAKEN_LIVE_NAMED_MAX = 1_000;

/** An activation over several pending versions names them all; a failure to list them does not undo the activation. */
async function withVersionsTakenLive(reader: LedgerReader, id: LedgerId, outcome: CommandOutcome): Promise<CommandOutcome> {
  if (outcome.kind === 'refused' || outcome.activated === null || outcome.activated.tookLiveCount <= outcome.activated.tookLive.length)
    return outcome;
  const { version, previous } = outcome.activated;
  try {
    const made = await versionsBetween(reader, id, previous ?? -1, version);
    // The version itself is named in any case: of a dry run the log holds nothing.
    const older = made.map((each) => each.version).filter((each) => each < version);
    return { ...outcome, activated: { ...outcome.activated, tookLive: [...older.slice(0, TAKEN_LIVE_NAMED_MAX - 1), version] } };
  } catch {
    return outcome;
  }
}
