// The command loop of one ledger: load, decide, append, answer. Commands that wait are decided one after another, each on
// the state as it will be when those before it are committed, and go into one append; nothing is answered before its commit.
// An answer that appends nothing (no-op, refusal, conflict) is given only on a state that a read of the log has confirmed
// since the command came, because another process may have written.
import { decide } from '@confledger/domain';
import type { Command, Decision, LedgerState, LoadedVersion } from '@confledger/domain';
import { accepted, nothing, refusal } from './answers.js';
import { APPEND_EVENTS_MAX, partsOf } from './append-parts.js';
import { ledgerStream } from '../codec.js';
import { explainRefusal, writeConflict } from './explain.js';
import type { KeptLedger } from '../reading/kept-ledger.js';
import type { LedgerReader, Loaded } from '../reading/ledger-reader.js';
import type { CommandOutcome, CommandRequest, LedgerName } from '../ledgers.js';
import { OpenChangeSets } from './open-change-sets.js';
import { replay } from './replay.js';
import { stage, stageInTurns } from './staging.js';
import type { Accepted, Staged, StagingTools } from './staging.js';
import { APPEND_BYTES_MAX, AppendOutcomeUnknown, EventStoreUnavailable } from '../ports/event-store.js';
import type { AppendResult, EventStore, EventToAppend } from '../ports/event-store.js';

/** How often a command that lost against another process is decided again before it is refused. */
export const WRITE_ATTEMPTS_MAX = 4;

export interface CommandQueueOptions extends StagingTools {
  readonly name: LedgerName;
  readonly kept: KeptLedger;
  readonly store: EventStore;
  readonly reader: LedgerReader;
}

interface Waiting {
  readonly command: Command;
  readonly request: CommandRequest;
  readonly commandId: string;
  readonly fingerprint: string;
  readonly arrived: number;
  readonly loaded: Map<number, LoadedVersion>;
  lostAppends: number;
  readonly answer: (outcome: CommandOutcome) => void;
  readonly fail: (error: unknown) => void;
}

/** What a command comes to on a state: events to append, an answer that appends nothing, or a fault of its own. */
type Proposal =
  | { readonly kind: 'append'; readonly staged: Staged<Waiting> }
  /** Too many events for one append. */
  | { readonly kind: 'large'; readonly decision: Accepted }
  | { readonly kind: 'answer'; readonly decision: Decision }
  | { readonly kind: 'fault'; readonly error: unknown };

export class CommandQueue {
  readonly #options: CommandQueueOptions;
  readonly #openSets: OpenChangeSets;
  #queue: Waiting[] = [];
  #running = false;
  #arrivals = 0;
  /** Commands that arrived up to here may be answered from the kept state: it was confirmed after they came. */
  #confirmedFor = 0;

  constructor(options: CommandQueueOptions) {
    this.#options = options;
    this.#openSets = new OpenChangeSets(options.clock);
  }

  get idle(): boolean {
    return !this.#running && this.#queue.length === 0;
  }

  execute(command: Command, request: CommandRequest): Promise<CommandOutcome> {
    return new Promise((answer, fail) => {
      const commandId = request.idempotencyKey ?? this.#options.ids.next();
      const fingerprint = this.#options.signer.fingerprint(request.request);
      this.#arrivals += 1;
      this.#queue.push({ command, request, commandId, fingerprint, arrived: this.#arrivals, loaded: new Map(), lostAppends: 0, answer, fail });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#queue.length > 0) {
      try {
        await this.#round();
      } catch (error) {
        this.#options.kept.drop();
        for (const waiting of this.#queue.splice(0)) waiting.fail(error);
      }
    }
    this.#running = false;
  }

  /** Decides what waits, as far as one append goes, and appends it; or answers the first command without an append. */
  async #round(): Promise<void> {
    const { kept } = this.#options;
    const base = await this.#openSets.settled(kept.kept ?? (await this.#confirm()), () => this.#confirm());
    const staged: Staged<Waiting>[] = [];
    let tip = base.state;
    let room = { bytes: APPEND_BYTES_MAX, events: APPEND_EVENTS_MAX };
    for (let waiting = this.#queue[0]; waiting !== undefined; waiting = this.#queue[0]) {
      const proposal = this.#propose(tip, waiting);
      if (proposal.kind !== 'append') {
        if (staged.length > 0) break;
        return this.#alone(base, waiting, proposal);
      }
      const next = proposal.staged;
      const fits = next.bytes <= room.bytes && next.events.length <= room.events;
      if (!fits && staged.length > 0) break;
      this.#queue.shift();
      if (!fits) return this.#appendInParts(base, next);
      staged.push(next);
      tip = next.after;
      room = { bytes: room.bytes - next.bytes, events: room.events - next.events.length };
    }
    await this.#append(base, staged, tip);
  }

  /** A command that shares no append with others. */
  async #alone(base: Loaded, waiting: Waiting, proposal: Exclude<Proposal, { kind: 'append' }>): Promise<void> {
    switch (proposal.kind) {
      case 'fault':
        return this.#failAlone(waiting, proposal.error);
      case 'answer':
        return this.#withoutAppend(base, waiting, proposal.decision);
      case 'large':
        return this.#appendLarge(base, waiting, proposal.decision);
    }
  }

  async #appendLarge(base: Loaded, waiting: Waiting, decision: Accepted): Promise<void> {
    this.#queue.shift();
    try {
      await this.#appendInParts(base, await stageInTurns(this.#options, base.state, waiting, decision));
    } catch (error) {
      this.#options.kept.drop();
      waiting.fail(error);
    }
  }

  /** What the command throws is its own: those behind it are decided without it. */
  #propose(tip: LedgerState, waiting: Waiting): Proposal {
    try {
      const decision = decideOn(tip, waiting);
      if (decision.kind !== 'accepted' || waiting.request.dryRun === true) return { kind: 'answer', decision };
      if (decision.events.length > APPEND_EVENTS_MAX) return { kind: 'large', decision };
      return { kind: 'append', staged: stage(this.#options, tip, waiting, decision) };
    } catch (error) {
      return { kind: 'fault', error };
    }
  }

  #failAlone(waiting: Waiting, error: unknown): void {
    this.#queue.shift();
    this.#options.kept.drop();
    waiting.fail(error);
  }

  async #append(base: Loaded, staged: readonly Staged<Waiting>[], tip: LedgerState): Promise<void> {
    const sent = this.#arrivals;
    const waiting = staged.map((each) => each.waiting);
    const result = await this.#tryAppend(base.state.revision, staged.flatMap((each) => each.events), waiting);
    if (result === null) return;
    if (result.outcome === 'conflict') return this.#lost(waiting);
    this.#committed(result, { state: tip, position: result.position, snapshotAt: base.snapshotAt }, sent);
    for (const each of staged) settle(each.waiting, () => accepted(this.#options.name, each, result.position));
  }

  /** A change set that is too large for one append: it takes effect with its last part, or never. */
  async #appendInParts(base: Loaded, staged: Staged<Waiting>): Promise<void> {
    const sent = this.#arrivals;
    this.#openSets.ours(staged.recorded[0]?.event.metadata.changeSet.id);
    let revision = base.state.revision;
    let result: AppendResult | null = null;
    for (const part of partsOf(staged.events)) {
      result = await this.#tryAppend(revision, part, [staged.waiting]);
      if (result === null) return;
      if (result.outcome === 'conflict') return this.#lost([staged.waiting]);
      revision += part.length;
    }
    if (result?.outcome !== 'appended') return;
    this.#committed(result, { state: staged.after, position: result.position, snapshotAt: base.snapshotAt }, sent);
    settle(staged.waiting, () => accepted(this.#options.name, staged, result.position));
  }

  /** Null when it failed: the commands have then been told. */
  async #tryAppend(revision: number, events: readonly EventToAppend[], waiting: readonly Waiting[]): Promise<AppendResult | null> {
    const { store, kept, name } = this.#options;
    try {
      return await store.append(ledgerStream(`${name.environment}.${name.service}`), revision, events);
    } catch (error) {
      kept.drop();
      for (const each of waiting) each.fail(error instanceof AppendOutcomeUnknown ? new CommandOutcomeUnknown(each.commandId, error) : error);
      this.#failQueuedBehind(error);
      return null;
    }
  }

  /** A store that did not take an append in its whole time would make those who wait behind it wait as long again. */
  #failQueuedBehind(error: unknown): void {
    if (!(error instanceof EventStoreUnavailable || error instanceof AppendOutcomeUnknown)) return;
    const behind = error instanceof EventStoreUnavailable ? error : new EventStoreUnavailable('The append before this command was not answered.', { cause: error });
    for (const each of this.#queue.splice(0)) each.fail(behind);
  }

  #committed(result: Extract<AppendResult, { outcome: 'appended' }>, loaded: Loaded, sent: number): void {
    if (result.alreadyThere) return this.#options.kept.forget();
    this.#confirmedFor = sent;
    this.#options.kept.advance(loaded);
  }

  /** Another process was first: decided again on the new state, in the same order, a few times. */
  #lost(waiting: readonly Waiting[]): void {
    this.#options.kept.drop();
    const again: Waiting[] = [];
    for (const each of waiting) {
      each.lostAppends += 1;
      if (each.lostAppends < WRITE_ATTEMPTS_MAX) again.push(each);
      else each.answer({ kind: 'refused', commandId: each.commandId, refusal: writeConflict(each.lostAppends), standing: null });
    }
    this.#queue.unshift(...again);
  }

  async #withoutAppend(base: Loaded, waiting: Waiting, decision: Decision): Promise<void> {
    if (decision.kind === 'needs') return this.#load(base, waiting, decision.version);
    if (decision.kind !== 'repeated' && waiting.arrived > this.#confirmedFor) {
      await this.#confirm();
      return;
    }
    this.#queue.shift();
    try {
      waiting.answer(await this.#answerTo(base, waiting, decision));
    } catch (error) {
      waiting.fail(error);
    }
  }

  async #load({ state }: Loaded, waiting: Waiting, version: number): Promise<void> {
    try {
      waiting.loaded.set(version, await this.#options.reader.version(state.ledger, version));
    } catch (error) {
      if (error instanceof EventStoreUnavailable) throw error;
      this.#failAlone(waiting, error);
    }
  }

  async #answerTo(base: Loaded, waiting: Waiting, decision: Exclude<Decision, { kind: 'needs' }>): Promise<CommandOutcome> {
    const { name, reader } = this.#options;
    switch (decision.kind) {
      case 'refused':
        return refusal(name, base, waiting.commandId, await explainRefusal(reader, base.state, decision.refusal, waiting.request.guards));
      case 'nothing':
        return nothing(name, base, waiting, decision);
      case 'repeated':
        return replay({ name, reader, waiting, earlier: decision.earlier });
      case 'accepted':
        return { ...accepted(name, stage(this.#options, base.state, waiting, decision), base.position), dryRun: true };
    }
  }

  /** Brings the kept state to the end of the log; whoever waits already may be answered from it. */
  async #confirm(): Promise<Loaded> {
    const asked = this.#arrivals;
    const loaded = await this.#options.kept.fresh();
    this.#confirmedFor = asked;
    for (const waiting of this.#queue) forgetMissing(waiting.loaded);
    return loaded;
  }
}

/** The store did not say whether the command took effect. A repetition with the same Idempotency-Key finds out. */
export class CommandOutcomeUnknown extends Error {
  override readonly name = 'CommandOutcomeUnknown';
  readonly commandId: string;

  constructor(commandId: string, cause: unknown) {
    super(`it is not known whether command ${commandId} took effect`, { cause });
    this.commandId = commandId;
  }
}

function decideOn(state: LedgerState, { command, request, commandId, fingerprint, loaded }: Waiting): Decision {
  return decide(state, command, { actor: request.actor.id, commandId, keyed: request.idempotencyKey !== undefined, fingerprint, reason: request.reason, guards: request.guards, loaded });
}

/** A number that was no version when it was looked up may have become one: a version that was found stays what it is. */
function forgetMissing(loaded: Map<number, LoadedVersion>): void {
  for (const [version, found] of loaded) if (!('document' in found)) loaded.delete(version);
}

/** A command is told in any case, also when its answer cannot be put together. */
function settle(waiting: Waiting, outcome: () => CommandOutcome): void {
  try {
    waiting.answer(outcome());
  } catch (error) {
    waiting.fail(error);
  }
}
