// The core, put together over its ports: one command queue and one kept state for each ledger in use, bounded in number
// and size. Services call it through the `Ledgers` interface; the relay asks it what is active.
import { activationStatement } from '@confledger/contracts';
import type { Command, SignActivation } from '@confledger/domain';
import { CommandQueue } from './commands/command-queue.js';
import { ledgerOfStream } from './codec.js';
import { KeptLedger } from './reading/kept-ledger.js';
import { LedgerReader } from './reading/ledger-reader.js';
import type { CommandOutcome, CommandRequest, LedgerName, Ledgers, ReadOutcome, ReadSelector } from './ledgers.js';
import type { EventStore, StoredEvent } from './ports/event-store.js';
import type { ActiveDocument } from './ports/feed.js';
import type { SnapshotStore } from './ports/snapshots.js';
import type { Clock, Ids, Signer } from './ports/system.js';
import { activationNow, activeDocument } from './reading/active-document.js';
import { readLedger } from './reading/read-ledger.js';
import { versionsBetween } from './commands/versions-between.js';

/** Ledgers kept in memory; beyond it the one that was used longest ago and is idle is forgotten. */
export const LEDGERS_KEPT_MAX = 2_000;

/** Leaves kept in memory over all ledgers: about 1 GB at the most. */
export const LEAVES_KEPT_MAX = 2_000_000;

export interface LedgersOptions {
  readonly store: EventStore;
  readonly snapshots?: SnapshotStore | null;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly signer: Signer;
  readonly onSnapshotFault?: (error: unknown) => void;
}

/** What the relay and other followers of the log need beside commands and reads. */
export interface LedgersCore extends Ledgers {
  readonly reader: LedgerReader;
  /** The newest activation of a ledger with its document; null when nothing is active. At least as new as the event at `revision`. */
  active(ledger: string, revision?: number): Promise<ActiveDocument | null>;
  /** Hands committed events over, so that kept states need no read of their own. */
  observe(events: readonly StoredEvent[]): void;
}

interface InUse {
  readonly kept: KeptLedger;
  readonly queue: CommandQueue;
}

export function createLedgers(options: LedgersOptions): LedgersCore {
  const reader = new LedgerReader(options);
  const inUse = new Map<string, InUse>();
  const sign = signerOf(options.signer);

  function use({ environment, service }: LedgerName): InUse {
    const ledger = `${environment}.${service}`;
    const found = inUse.get(ledger);
    if (found) {
      inUse.delete(ledger);
      inUse.set(ledger, found);
      return found;
    }
    const kept = new KeptLedger(ledger, reader);
    const made = { kept, queue: new CommandQueue({ ...options, name: { environment, service }, kept, reader, sign }) };
    inUse.set(ledger, made);
    forgetIdle(inUse, ledger);
    return made;
  }

  return {
    reader,
    async execute(name: LedgerName, command: Command, request: CommandRequest): Promise<CommandOutcome> {
      const outcome = await use(name).queue.execute(command, request);
      return withVersionsTakenLive(reader, name, outcome);
    },
    read: (name: LedgerName, selector: ReadSelector): Promise<ReadOutcome> =>
      readLedger({ name, selector, kept: use(name).kept, reader, clock: options.clock }),
    activation: (name) => activationNow(use(name).kept),
    active: (ledger, revision = -1) => activeDocument(use(nameOf(ledger)).kept, reader, revision),
    observe(events) {
      for (const event of events) {
        const ledger = ledgerOfStream(event.stream);
        if (ledger !== null) inUse.get(ledger)?.kept.observe(event);
      }
    },
  };
}

/** Splits `<environment>.<service>`; neither part can hold a dot. */
export function nameOf(ledger: string): LedgerName {
  const dot = ledger.indexOf('.');
  return { environment: ledger.slice(0, dot), service: ledger.slice(dot + 1) };
}

function signerOf(signer: Signer): SignActivation {
  const { keyId } = signer;
  return ({ ledger, ...activation }) => ({ keyId, signature: signer.sign(activationStatement(ledger, { keyId, ...activation })) });
}

function forgetIdle(inUse: Map<string, InUse>, except: string): void {
  let leaves = 0;
  for (const { kept } of inUse.values()) leaves += kept.leafCount;
  for (const [ledger, { kept, queue }] of inUse) {
    if (inUse.size <= LEDGERS_KEPT_MAX && leaves <= LEAVES_KEPT_MAX) return;
    if (ledger === except || !queue.idle || kept.busy) continue;
    leaves -= kept.leafCount;
    inUse.delete(ledger);
  }
}

/** Versions that one answer names as taken live; their count is exact. */
const TAKEN_LIVE_NAMED_MAX = 1_000;

/** An activation over several pending versions names them all; a failure to list them does not undo the activation. */
async function withVersionsTakenLive(reader: LedgerReader, name: LedgerName, outcome: CommandOutcome): Promise<CommandOutcome> {
  if (outcome.kind === 'refused' || outcome.activation === null || outcome.activation.tookLiveCount <= outcome.activation.tookLive.length)
    return outcome;
  const { version, previous } = outcome.activation;
  try {
    const made = await versionsBetween(reader, `${name.environment}.${name.service}`, previous ?? -1, version);
    // The version itself is named in any case: of a dry run the log holds nothing.
    const older = made.map((each) => each.version).filter((each) => each < version);
    return { ...outcome, activation: { ...outcome.activation, tookLive: [...older.slice(0, TAKEN_LIVE_NAMED_MAX - 1), version] } };
  } catch {
    return outcome;
  }
}
