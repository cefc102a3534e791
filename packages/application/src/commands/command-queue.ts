// The command loop of one stream: load, decide, append, answer. Commands that wait are decided together and go into one append; nothing is
// answered before its commit. An answer that appends nothing (no-op, refusal, conflict) is given only on a state that a read of the log has
// confirmed since the command came, because another process may have written.
import type { Aggregate, AggregateTypes, RememberedCommand } from '@confledger/domain';
import type { KeptStream } from '../loading/kept-stream.js';
import type { Loaded } from '../loading/loaded.js';
import type { StreamReader } from '../loading/stream-reader.js';
import {
  AppendOutcomeUnknown,
  EventStoreUnavailable,
  type AppendResult,
  type EventStore,
  type EventToAppend,
} from '../ports/event-store.js';
import { partsOf } from './append-parts.js';
import { writeConflict } from './conflict.js';
import { LoadedFacts, type FactLoaders } from './facts.js';
import { decideGroup, type Group, type GroupTools, type Proposal, type Waiting } from './group.js';
import { OpenChangeSets } from './open-change-sets.js';
import { CommandOutcomeUnknown, type CommandRequest, type Done, type OnDecided, type Outcome } from './outcome.js';
import { stageInTurns, type Staged } from './staging.js';
import type { Signer } from '../ports/system.js';

/** How often a command that lost against another process is decided again before it is refused. */
export const WRITE_ATTEMPTS_MAX = 10;

export interface CommandQueueOptions<A extends AggregateTypes> extends Omit<GroupTools<A>, 'aggregate' | 'macOf'> {
  readonly aggregate: Aggregate<A>;
  readonly signer: Pick<Signer, 'fingerprint'>;
  readonly kept: KeptStream<A>;
  readonly store: EventStore;
  readonly reader: StreamReader<A>;
  readonly facts: FactLoaders<A>;
}

interface Queued<A extends AggregateTypes> extends Waiting<A> {
  readonly onDecided: OnDecided<A> | null;
  readonly answer: (outcome: Outcome<A> | Promise<Outcome<A>>) => void;
  readonly fail: (error: unknown) => void;
}

export class CommandQueue<A extends AggregateTypes> {
  readonly #options: CommandQueueOptions<A> & GroupTools<A>;
  readonly #openSets: OpenChangeSets;
  #queue: Queued<A>[] = [];
  #running = false;
  #arrivals = 0;
  /** Commands that arrived up to here may be answered from the kept state: it was confirmed after they came. */
  #confirmedFor = 0;

  constructor(options: CommandQueueOptions<A>) {
    this.#options = { macOf: options.reader.authentication.macOf, ...options };
    this.#openSets = new OpenChangeSets(options.clock);
  }

  get idle(): boolean {
    return !this.#running && this.#queue.length === 0;
  }

  execute(command: A['command'], request: CommandRequest<A['guards']>, onDecided: OnDecided<A> | null = null): Promise<Outcome<A>> {
    return new Promise((answer, fail) => {
      const { id, ids, signer, facts } = this.#options;
      const commandId = request.idempotencyKey ?? ids.next();
      const fingerprint = signer.fingerprint(request.request);
      this.#arrivals += 1;
      const loaded = new LoadedFacts(id, facts);
      const place = { arrived: this.#arrivals, facts: loaded, meant: null, lostAppends: 0 };
      this.#queue.push({ command, request, commandId, fingerprint, onDecided, answer, fail, ...place });
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
        for (const waiting of this.#take(this.#queue.length)) waiting.fail(error);
      }
    }
    this.#running = false;
  }

  /** Appends what waits, as far as one append goes; or deals with the first command alone. */
  async #round(): Promise<void> {
    const { kept } = this.#options;
    const base = await this.#openSets.settled(kept.kept ?? (await this.#confirm()), () => this.#confirm());
    const { staged, next }: Group<A> = decideGroup(this.#options, base.stream, this.#queue, this.#confirmedFor);
    if (staged.length > 0) return this.#append(base, this.#take(staged.length), staged);
    if (next !== null) return this.#alone(base, next);
  }

  /** The only place where commands leave the queue. */
  #take(count: number): Queued<A>[] {
    return this.#queue.splice(0, count);
  }

  /** The first command, which shares no append with others. */
  async #alone(base: Loaded<A>, proposal: Proposal<A>): Promise<void> {
    if (proposal.kind === 'confirm') return void (await this.#confirm());
    if (proposal.kind === 'load') return this.#load((facts) => facts.load(proposal.needs, base.stream.revision));
    if (proposal.kind === 'confirm-facts') return this.#load((facts) => facts.confirm());
    const [waiting] = this.#take(1);
    if (waiting === undefined) return;
    switch (proposal.kind) {
      case 'append':
        return this.#appendInParts(base, waiting, Promise.resolve(proposal.staged));
      case 'large':
        return this.#appendInParts(base, waiting, stageInTurns(this.#options, base.stream, waiting, proposal.decision));
      case 'repeat':
        return waiting.answer(this.#repeated(waiting, proposal.earlier));
      case 'answer':
        return waiting.answer(this.#answered(base, waiting, proposal.decision));
      case 'fault':
        return this.#failAlone(waiting, proposal.error);
    }
  }

  #failAlone(waiting: Queued<A>, error: unknown): void {
    this.#options.kept.drop();
    waiting.fail(error);
  }

  /** For the first command; those behind it, which came before the reads began, need the same as a rule. */
  async #load(load: (facts: LoadedFacts<A>) => Promise<void>): Promise<void> {
    const [first, ...others] = this.#queue;
    if (first === undefined) return;
    try {
      await load(first.facts);
      for (const { facts } of others) facts.takeFrom(first.facts);
    } catch (error) {
      if (error instanceof EventStoreUnavailable) throw error;
      for (const waiting of this.#take(1)) this.#failAlone(waiting, error);
    }
  }

  async #append(base: Loaded<A>, waiting: readonly Queued<A>[], staged: readonly Staged<A>[]): Promise<void> {
    const sent = this.#arrivals;
    const events = staged.length === 1 && staged[0] !== undefined ? staged[0].events : staged.flatMap((each) => each.events);
    const appending = this.#tryAppend(base.stream.revision, events, waiting);
    const saying = setImmediate(sayDecided, waiting, staged);
    const result = await appending;
    clearImmediate(saying);
    if (result === null) return;
    if (result.outcome === 'conflict') return this.#lost(waiting);
    this.#committed(base, result, staged, sent);
    for (const [index, each] of staged.entries()) waiting[index]?.answer(doneOf(waiting[index].commandId, each, result.position));
  }

  /** A change set that is too large for one append: it takes effect with its last part, or never. */
  async #appendInParts(base: Loaded<A>, waiting: Queued<A>, staging: Promise<Staged<A>>): Promise<void> {
    let staged: Staged<A>;
    try {
      staged = await staging;
      // Recording takes seconds: what it was decided on must be so still.
      if (waiting.facts.isOutdated && !(await waiting.facts.areStillTrue())) return this.#lost([waiting]);
    } catch (error) {
      return this.#failAlone(waiting, error);
    }
    const sent = this.#arrivals;
    this.#openSets.ours(staged.recorded[0]?.event.metadata.changeSet.id);
    await this.#options.kept.whileAppending(staged.after, async () => {
      const result = await this.#appendParts(base.stream.revision, staged.events, waiting);
      if (result === null) return;
      if (result.outcome === 'conflict') return this.#lost([waiting]);
      this.#committed(base, result, [staged], sent);
      waiting.answer(doneOf(waiting.commandId, staged, result.position));
    });
  }

  /** The result of the last part, or of the one that failed or was too late. */
  async #appendParts(revision: number, events: readonly EventToAppend[], waiting: Queued<A>): Promise<AppendResult | null> {
    let result: AppendResult | null = null;
    let next = revision;
    for (const part of partsOf(events)) {
      result = await this.#tryAppend(next, part, [waiting]);
      if (result?.outcome !== 'appended') return result;
      next += part.length;
    }
    return result;
  }

  /** Null when it failed: the commands have then been told. */
  async #tryAppend(revision: number, events: readonly EventToAppend[], waiting: readonly Queued<A>[]): Promise<AppendResult | null> {
    const { store, kept, aggregate, id } = this.#options;
    try {
      return await store.append(aggregate.streamOf(id), revision, events);
    } catch (error) {
      kept.drop();
      for (const each of waiting)
        each.fail(error instanceof AppendOutcomeUnknown ? new CommandOutcomeUnknown(each.commandId, error) : error);
      this.#failQueuedBehind(error);
      return null;
    }
  }

  /** A store that did not take an append in its whole time would make those who wait behind it wait as long again. */
  #failQueuedBehind(error: unknown): void {
    if (!(error instanceof EventStoreUnavailable || error instanceof AppendOutcomeUnknown)) return;
    const behind =
      error instanceof EventStoreUnavailable
        ? error
        : new EventStoreUnavailable('The append before this command was not answered.', { cause: error });
    for (const each of this.#take(this.#queue.length)) each.fail(behind);
  }

  #committed(base: Loaded<A>, result: Extract<AppendResult, { outcome: 'appended' }>, staged: readonly Staged<A>[], sent: number): void {
    const { kept } = this.#options;
    const tip = staged.at(-1);
    if (result.alreadyThere || tip === undefined) return kept.forget();
    this.#confirmedFor = sent;
    kept.advance({ stream: tip.after, position: result.position, snapshotAt: base.snapshotAt });
  }

  /** Another process was first: decided again on the new state, in the same order, a few times. */
  #lost(waiting: readonly Queued<A>[]): void {
    this.#options.kept.drop();
    const again: Queued<A>[] = [];
    for (const each of waiting) {
      each.lostAppends += 1;
      each.facts.forget({ afterLoss: true });
      if (each.lostAppends < WRITE_ATTEMPTS_MAX) again.push(each);
      else each.answer({ kind: 'refused', commandId: each.commandId, refusal: writeConflict(each.lostAppends), at: null });
    }
    // The only place where commands come back.
    this.#queue.unshift(...again);
  }

  async #answered(
    base: Loaded<A>,
    waiting: Queued<A>,
    decision: Extract<Proposal<A>, { kind: 'answer' }>['decision'],
  ): Promise<Outcome<A>> {
    const { commandId } = waiting;
    switch (decision.kind) {
      case 'refused':
        return { kind: 'refused', commandId, refusal: decision.refusal, at: base };
      case 'nothing': {
        const { stream, position } = base;
        const { meant } = decision;
        const dryRun = waiting.request.dryRun ?? false;
        return { kind: 'done', commandId, replayed: false, dryRun, before: stream, after: stream, recorded: [], meant, position };
      }
      case 'accepted': {
        const staged = await stageInTurns(this.#options, base.stream, waiting, decision);
        return { ...doneOf(commandId, staged, base.position), dryRun: true };
      }
    }
  }

  /** The first answer of a command that took effect, again: from the history, whatever would be decided today. */
  async #repeated({ commandId }: Queued<A>, { firstRevision, lastRevision }: RememberedCommand): Promise<Outcome<A>> {
    const { reader, id } = this.#options;
    const { before, events, after } = await reader.stretch(id, firstRevision, lastRevision);
    const states = { before: before.stream, after: after.stream, recorded: events };
    return { kind: 'done', commandId, replayed: true, dryRun: false, meant: null, position: after.position, ...states };
  }

  /** Brings the kept state to the end of the log; whoever waits already may be answered from it. */
  async #confirm(): Promise<Loaded<A>> {
    const asked = this.#arrivals;
    const loaded = await this.#options.kept.fresh();
    this.#confirmedFor = asked;
    for (const waiting of this.#queue) waiting.facts.forget();
    return loaded;
  }
}

/** In a turn of its own, behind the one in which the store sends the append. */
function sayDecided<A extends AggregateTypes>(waiting: readonly Queued<A>[], staged: readonly Staged<A>[]): void {
  for (const [index, { commandId, onDecided }] of waiting.entries()) {
    const each = staged[index];
    if (onDecided === null || each === undefined) continue;
    try {
      onDecided(doneOf(commandId, each, 0n));
    } catch {
      // It is made again when the command is answered, and a fault reaches who asked: here it would end the process.
    }
  }
}

function doneOf<A extends AggregateTypes>(
  commandId: string,
  { before, after, recorded, meant, notes }: Staged<A>,
  position: bigint,
): Done<A> {
  const events = recorded.map(({ event }) => event);
  return { kind: 'done', commandId, replayed: false, dryRun: false, before, after, recorded: events, meant, notes, position };
}
