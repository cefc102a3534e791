// The core, put together over its ports: one kept state and one command queue for each ledger in use, bounded in number and size.
import { activationStatement } from '@confledger/contracts';
import {
  ledgerAggregate,
  signedBy,
  statementOf,
  UNKEPT_ENVIRONMENT,
  type LedgerId,
  type LedgerTypes,
  type SignActivation,
  type StatementFact,
} from '@confledger/domain';
import { CommandQueue } from '../commands/command-queue.js';
import { Authentication, type Seals } from '../loading/authentication.js';
import { BrokenStreams, type BrokenStream } from '../loading/broken-streams.js';
import { KeptStream } from '../loading/kept-stream.js';
import type { EventStore, StoredEvent } from '../ports/event-store.js';
import type { ActiveDocument } from '../ports/feed.js';
import type { SchemaJudge } from '../ports/schemas.js';
import type { SnapshotStore } from '../ports/snapshots.js';
import type { Authority, Clock, Ids, Keys, Signer } from '../ports/system.js';
import { activationNow, activeDocument, type SourcedActive } from './active-document.js';
import type { FactLoaders } from '../commands/facts.js';
import { FollowedCommands, type Tried } from './followed-commands.js';
import { describePromotion } from './describe-promotion.js';
import { Layering } from './layering.js';
import { LedgersInUse, type InUse } from './ledgers-in-use.js';
import { ledgerFactLoaders, type EnvironmentFacts } from './ledger-facts.js';
import { activationAt } from './activation-at.js';
import { createLedgerReader, type LedgerReader } from './ledger-versions.js';
import type {
  ActivationNow,
  CommandDone,
  CommandOutcome,
  EffectiveOutcome,
  EffectiveSelector,
  ExplainOutcome,
  ExplainSelector,
  Ledgers,
  ReadOutcome,
  ReadSelector,
  RollbackDone,
} from './ledgers.js';
import { EarlyOutcome } from './outcomes.js';
import { Explanations } from './explain-document.js';
import { readDocument } from './read-document.js';
import { readEffective } from './read-effective.js';
import { readRules } from './read-rules.js';
import { ruleFacts } from './rule-facts.js';
import { NO_JUDGE } from './no-judge.js';
import { WhatIfs } from './what-if.js';
import { standingOf, surroundingsOf, type Surroundings } from './standing.js';
import { wouldBlockRefusal, type WouldBlock } from './try-followers.js';
import { StoredDocuments, type StoredDocumentsOptions } from './stored-documents.js';
import { seenUpTo, versionsBetween } from './versions-between.js';

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

export interface LedgersOptions extends Omit<LedgerReadsOptions, 'authority'>, StoredDocumentsOptions {
  readonly ids: Ids;
  /** Signs activations, and authenticates what is written and read. */
  readonly signer: Keys;
  /** What the statements of a ledger's activations may hold. Default: form 1, which every node can verify. */
  readonly statementFor?: (ledger: LedgerId) => Promise<StatementFact>;
  /** Whoever judges by schemas. Default: nobody, so that none can be set. */
  readonly judge?: SchemaJudge;
  /** The environments of the installation. Default: each may have ledgers, and none inherits. */
  readonly environments?: EnvironmentFacts | null;
}

/** What the relay and other followers of the log need: reading, and no commands. */
export interface LedgerReads {
  readonly reader: LedgerReader;
  read(ledger: LedgerId, selector: ReadSelector): Promise<ReadOutcome>;
  /** See `Ledgers`. */
  effective(ledger: LedgerId, selector: EffectiveSelector): Promise<EffectiveOutcome>;
  /** See `Ledgers`. */
  explain(ledger: LedgerId, selector: ExplainSelector): Promise<ExplainOutcome>;
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
  const inUse: LedgersInUse<InUse> = new LedgersInUse((id) => ({ kept: new KeptStream(id, reader), queue: null }));
  const layering = new Layering({ reader, keptOf: (id) => inUse.of(id).kept });
  return readsOf({ options, reader, inUse, layering, around: aroundOf(inUse, null, layering), environments: null });
}

export function createLedgers(options: LedgersOptions): LedgersCore {
  const { environments = null } = options;
  const { reader, broken } = readerOf({ ...options, authority: options.signer });
  const inUse: LedgersInUse<Queued> = new LedgersInUse((id) => queued(options, id, { reader, facts }));
  const keptOf = (id: LedgerId) => inUse.of(id).kept;
  const layering = new Layering({ reader, keptOf, stored: new StoredDocuments({ ...options, ...{ macOf: reader.authentication.macOf } }) });
  const around = aroundOf(inUse, environments, layering);
  const statementFor = options.statementFor ?? (() => Promise.resolve(statementOf(1)));
  const { judge = NO_JUDGE } = options;
  const rules = ruleFacts(judge);
  const facts = ledgerFactLoaders({ reader, layering, keptOf, environments, statementFor, rules });
  const environmentOf = async ({ environment }: LedgerId) => (await environments?.load(null, environment))?.value ?? UNKEPT_ENVIRONMENT;
  const whatIfs = new WhatIfs({ reader, layering, judge, environmentOf });
  const followed = environments && new FollowedCommands({ layering, keptOf, environments, facts, queueOf: (id) => inUse.of(id).queue });
  return {
    ...readsOf({ options, reader, inUse, layering, around, environments }),
    brokenStreams: () => broken.list(),
    rules: (id) => readRules({ kept: keptOf(id), layering, around, said: rules.said, environmentOf }, id),
    whatIf: (id, asked, signal) => whatIfs.start(id, asked, signal),
    activationAt: (id, activation) => activationAt(reader, id, activation),
    promotion: (target, command) => describePromotion({ reader, layering, keptOf, environments }, target, command),
    async execute(id, command, request, onDecided): Promise<CommandOutcome> {
      const tried = (await followed?.tried(id, command, request)) ?? null;
      if (tried !== null) return refusedForOthers(id, tried, around);
      const early = new EarlyOutcome({ id, command, guards: request.guards, around }, onDecided);
      const outcome = await inUse.of(id).queue.execute(command, request, (done) => early.decided(done));
      const answered = await withVersionsTakenLive(reader, id, await early.outcomeOf(reader, outcome));
      return answered.kind === 'done' && answered.rollback !== null && followed !== null
        ? withBlocked(answered, answered.rollback, await followed.leftBehind(id, outcome))
        : answered;
    },
  };
}

function refusedForOthers(id: LedgerId, { blocked, done }: Tried, around: Surroundings): CommandOutcome {
  const standing = done.before.state && standingOf(id, done.before.state, done.position, around);
  return { kind: 'refused', commandId: done.commandId, refusal: wouldBlockRefusal(blocked), standing };
}

function withBlocked(done: CommandDone, rollback: RollbackDone, blocked: readonly WouldBlock[]): CommandOutcome {
  if (blocked.length === 0) return done;
  const named = blocked.map(({ ledger, refusal: { code, message } }) => ({ ledger, code, message }));
  return { ...done, ...{ rollback: { ...rollback, ...{ blocked: named } } } };
}

function readerOf({ authority = null, onBrokenStream = () => undefined, clock, ...options }: LedgerReadsOptions) {
  const broken = new BrokenStreams({ now: () => clock.now(), onBroken: onBrokenStream });
  const reader: LedgerReader = createLedgerReader({ ...options, broken, authentication: new Authentication({ ...options, authority }) });
  return { reader, broken };
}

const aroundOf = (inUse: LedgersInUse<InUse>, environments: EnvironmentFacts | null, layering: Layering): Surroundings =>
  surroundingsOf({
    environments,
    keptOf: (id) => inUse.of(id).kept,
    thereOf: (id) => inUse.there(id.stream)?.kept,
    unkept: UNKEPT_ENVIRONMENT,
    layering,
  });

interface ReadTools {
  readonly options: LedgerReadsOptions;
  readonly reader: LedgerReader;
  readonly inUse: LedgersInUse<InUse>;
  readonly layering: Layering;
  readonly around: Surroundings;
  readonly environments: EnvironmentFacts | null;
}

function readsOf({ options, reader, inUse, layering, around, environments }: ReadTools): LedgerReads {
  const explanations = new Explanations(reader, layering);
  const environmentOf = async ({ environment }: LedgerId, consistency: EffectiveSelector['consistency']) =>
    (consistency === 'local' ? around.environment(environment) : null) ??
    (await environments?.load(null, environment))?.value ??
    UNKEPT_ENVIRONMENT;
  const requestOf = <S extends ReadSelector>(id: LedgerId, selector: S) => {
    const { kept } = inUse.of(id);
    return { selector, kept, reader, layering, around, clock: options.clock };
  };
  const effective = (id: LedgerId, selector: EffectiveSelector) => readEffective({ ...requestOf(id, selector), environmentOf });
  const sourcedActive = (id: LedgerId, revision = -1) => activeDocument({ kept: inUse.of(id).kept, layering }, revision);
  return {
    reader,
    read: (id, selector) => readDocument(requestOf(id, selector)),
    effective,
    async explain(id, selector) {
      const read = await effective(id, selector);
      const isDraft = read.kind === 'found' && read.activation === null && read.standing.activation !== null;
      const { layers: _layers, ...then } = selector;
      const running = isDraft ? await effective(id, { ...then, ...{ version: 'active' } }) : null;
      return explanations.of(id.text, selector, read, running);
    },
    activation: (id) => activationNow(inUse.of(id).kept),
    active: async (id, revision) => (await sourcedActive(id, revision))?.active ?? null,
    sourcedActive,
    observe(events) {
      for (const event of events) inUse.there(event.stream)?.kept.observe(event);
    },
  };
}

interface QueueTools extends Pick<ReadTools, 'reader'> {
  readonly facts: FactLoaders<LedgerTypes>;
}

type Queued = InUse & { readonly queue: CommandQueue<LedgerTypes> };

function queued(options: LedgersOptions, id: LedgerId, { reader, facts }: QueueTools): Queued {
  const kept = new KeptStream(id, reader);
  const { signer } = options;
  const queue = new CommandQueue({
    ...options,
    id,
    aggregate: ledgerAggregate,
    kept,
    reader,
    finish: signedBy(signerOf(signer)),
    // A node runs whatever bears a valid signature.
    finishDryRun: signedBy(() => ({ keyId: signer.keyId, signature: '' })),
    facts,
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

/** Versions that one answer names as taken live; their count is exact. */
const TAKEN_LIVE_NAMED_MAX = 1_000;

/** An activation over several pending versions names them all; a failure to list them does not undo the activation. */
async function withVersionsTakenLive(reader: LedgerReader, id: LedgerId, outcome: CommandOutcome): Promise<CommandOutcome> {
  if (outcome.kind === 'refused' || outcome.activated === null || outcome.activated.tookLiveCount <= outcome.activated.tookLive.length)
    return outcome;
  const { version, previous } = outcome.activated;
  try {
    const made = await versionsBetween(reader, id, seenUpTo(previous), version);
    // The version itself is named in any case: of a dry run the log holds nothing.
    const older = made.map((each) => each.version).filter((each) => each < version);
    return { ...outcome, activated: { ...outcome.activated, tookLive: [...older.slice(0, TAKEN_LIVE_NAMED_MAX - 1), version] } };
  } catch {
    return outcome;
  }
}
