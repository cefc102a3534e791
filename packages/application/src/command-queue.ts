// The command loop of one ledger: load, decide, append, answer. Commands that wait are decided one after another, each on
// the state as it will be when those before it are committed, and go into one append; nothing is answered before its commit.
// An answer that appends nothing (no-op, refusal, conflict) is given only on a state that a read of the log has confirmed
// since the command came, because another process may have written.
import { decide, evolve, recordChangeSet } from '@confledger/domain';
import type { Command, Decision, LedgerState, LoadedVersion, RecordedText, SignActivation } from '@confledger/domain';
import { accepted, nothing, refusal } from './answers.js';
import { bytesOf, ledgerStream, toAppend } from './codec.js';
import { explainRefusal, writeConflict } from './explain.js';
import type { KeptLedger } from './kept-ledger.js';
import type { LedgerReader, Loaded } from './ledger-reader.js';
import type { CommandOutcome, CommandRequest, LedgerName } from './ledgers.js';
import { replay } from './replay.js';
import { APPEND_BYTES_MAX, AppendOutcomeUnknown } from './ports/event-store.js';
import type { AppendResult, EventStore, EventToAppend } from './ports/event-store.js';
import type { Clock, Ids, Signer } from './ports/system.js';

/** How often a command that lost against another process is decided again before it is refused. */
export const WRITE_ATTEMPTS_MAX = 4;

/** How long a writer waits for the end of another's open change set before it abandons it. */
export const OPEN_CHANGE_SET_WAIT_MS = 5_000;

/** Pause between two looks at another's open change set. */
const OPEN_CHANGE_SET_POLL_MS = 20;

/** Events in one append; beyond a few hundred the round trip is amortised. */
const APPEND_EVENTS_MAX = 1_000;

export interface CommandQueueOptions {
  readonly name: LedgerName;
  readonly kept: KeptLedger;
  readonly store: EventStore;
  readonly reader: LedgerReader;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly signer: Signer;
  readonly sign: SignActivation;
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

type Accepted = Extract<Decision, { kind: 'accepted' }>;

/** A decided command whose events are not committed yet. */
interface Staged {
  readonly waiting: Waiting;
  readonly decision: Accepted;
  readonly before: LedgerState;
  readonly after: LedgerState;
  readonly events: readonly EventToAppend[];
  readonly recorded: readonly RecordedText[];
  readonly bytes: number;
}

export class CommandQueue {
  readonly #options: CommandQueueOptions;
  #queue: Waiting[] = [];
  #running = false;
  #arrivals = 0;
  /** Commands that arrived up to here may be answered from the kept state: it was confirmed after they came. */
  #confirmedFor = 0;
  #openSince: { readonly id: string; readonly at: number } | null = null;

  constructor(options: CommandQueueOptions) {
    this.#options = options;
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
    const base = await this.#withoutOpenSet(this.#options.kept.kept ?? (await this.#confirm()));
    const staged: Staged[] = [];
    let tip = base.state;
    let room = { bytes: APPEND_BYTES_MAX, events: APPEND_EVENTS_MAX };
    for (let waiting = this.#queue[0]; waiting !== undefined; waiting = this.#queue[0]) {
      const decision = decideOn(tip, waiting);
      if (decision.kind !== 'accepted' || waiting.request.dryRun === true) {
        if (staged.length > 0) break;
        return this.#withoutAppend(base, waiting, decision);
      }
      const next = this.#stage(tip, waiting, decision);
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

  #stage(tip: LedgerState, waiting: Waiting, decision: Accepted): Staged {
    const { ids, clock, sign } = this.#options;
    const { actor, reason, correlationId, causationId = null, traceparent = null } = waiting.request;
    const { commandId, fingerprint } = waiting;
    const envelope = { actor, reason, commandId, fingerprint, correlationId, causationId, traceparent, changeSetId: ids.next(), now: clock.now() };
    const recorded = recordChangeSet(tip.ledger, tip, decision.events, envelope, sign);
    const events = recorded.map(toAppend);
    const after = recorded.reduce<LedgerState>((state, { event }) => evolve(state, event), tip);
    return { waiting, decision, before: tip, after, events, recorded, bytes: events.reduce((sum, event) => sum + bytesOf(event), 0) };
  }

  async #append(base: Loaded, staged: readonly Staged[], tip: LedgerState): Promise<void> {
    const sent = this.#arrivals;
    const waiting = staged.map((each) => each.waiting);
    const result = await this.#tryAppend(base.state.revision, staged.flatMap((each) => each.events), waiting);
    if (result === null) return;
    if (result.outcome === 'conflict') return this.#lost(waiting);
    this.#committed(result, { state: tip, position: result.position, snapshotAt: base.snapshotAt }, sent);
    for (const each of staged) each.waiting.answer(accepted(this.#options.name, each, result.position));
  }

  /** A change set that is too large for one append: it takes effect with its last part, or never. */
  async #appendInParts(base: Loaded, staged: Staged): Promise<void> {
    const sent = this.#arrivals;
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
    staged.waiting.answer(accepted(this.#options.name, staged, result.position));
  }

  /** Null when it failed: the commands have then been told. */
  async #tryAppend(revision: number, events: readonly EventToAppend[], waiting: readonly Waiting[]): Promise<AppendResult | null> {
    const { store, kept, name } = this.#options;
    try {
      return await store.append(ledgerStream(`${name.environment}.${name.service}`), revision, events);
    } catch (error) {
      kept.drop();
      for (const each of waiting) each.fail(error instanceof AppendOutcomeUnknown ? new CommandOutcomeUnknown(each.commandId, error) : error);
      return null;
    }
  }

  #committed(result: Extract<AppendResult, { outcome: 'appended' }>, loaded: Loaded, sent: number): void {
    if (result.alreadyThere) return this.#options.kept.drop();
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
    if (decision.kind === 'needs') {
      waiting.loaded.set(decision.version, await this.#options.reader.version(base.state.ledger, decision.version));
      return;
    }
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
        return { ...accepted(name, this.#stage(base.state, waiting, decision), base.position), dryRun: true };
    }
  }

  /** Brings the kept state to the end of the log; whoever waits already may be answered from it. */
  async #confirm(): Promise<Loaded> {
    const asked = this.#arrivals;
    const loaded = await this.#options.kept.fresh();
    this.#confirmedFor = asked;
    return loaded;
  }

  /** Waits for the end of another's open change set, else an emergency rollback in several parts would starve. */
  async #withoutOpenSet(loaded: Loaded): Promise<Loaded> {
    let current = loaded;
    for (let open = current.state.open; open !== null; open = current.state.open) {
      const now = this.#options.clock.now();
      if (this.#openSince?.id !== open.id) this.#openSince = { id: open.id, at: now };
      if (now - this.#openSince.at >= OPEN_CHANGE_SET_WAIT_MS) break;
      await new Promise((resolve) => setTimeout(resolve, OPEN_CHANGE_SET_POLL_MS));
      current = await this.#confirm();
    }
    return current;
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
  return decide(state, command, { actor: request.actor.id, commandId, fingerprint, guards: request.guards, loaded });
}

function* partsOf(events: readonly EventToAppend[]): Generator<EventToAppend[]> {
  let part: EventToAppend[] = [];
  let bytes = 0;
  for (const event of events) {
    const size = bytesOf(event);
    if (part.length > 0 && (bytes + size > APPEND_BYTES_MAX || part.length >= APPEND_EVENTS_MAX)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(event);
    bytes += size;
  }
  if (part.length > 0) yield part;
}
