// Several cores over one store, with random interleavings: every answer must be explainable by some order of the commands that
// keeps to real time. A failure prints its seed; run one again with CONFLEDGER_SIM_SEED.
import {
  decide,
  emptyStream,
  followAll,
  ledgerAggregate,
  type Command,
  type Guards,
  type LedgerEvent,
  type LedgerStream,
  type LoadedVersion,
  type Recorded,
  statementOf,
  UNKEPT_ENVIRONMENT,
} from '@confledger/domain';
import { expect, test } from 'vitest';
import { ledgerFacts } from '../../../../test/support/src/ledger-facts.js';
import { NAME, testCore } from '../../../../test/support/src/ledgers-core.js';
import { InMemorySnapshotStore } from '../in-memory/snapshot-store.js';
import { randomOf, unsteady } from '../../../../test/support/src/unsteady.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import { decodeStored } from '../codec.js';
import { CommandOutcomeUnknown } from '../commands/outcome.js';
import type { CommandOutcome, ReadOutcome } from './ledgers.js';
import { EventStoreUnavailable } from '../ports/event-store.js';

const SEEDS =
  process.env['CONFLEDGER_SIM_SEED'] === undefined
    ? Array.from({ length: 30 }, (_, index) => index + 1)
    : [Number(process.env['CONFLEDGER_SIM_SEED'])];
const CORES = 3;
const CLIENTS = 6;
const CALLS_PER_CLIENT = 12;
const STREAM = NAME.stream;

type Events = readonly Recorded<LedgerEvent>[];

interface Call {
  readonly command: Command | null;
  readonly guards: Guards;
  readonly actor: string;
  readonly key: string;
  /** Revision of the stream's end when the call was made, and when it was answered: what it saw lies between them. */
  readonly from: number;
  readonly to: number;
  readonly outcome: CommandOutcome | ReadOutcome | 'unknown' | 'unavailable';
}

test.each(SEEDS)('every answer can be explained by one order of all commands (seed %i)', async (seed) => {
  const random = randomOf(seed);
  const log = createInMemoryEventStore();
  const end = async () => (await log.readStream(STREAM, { direction: 'backwards', limit: 1 }))[0]?.revision ?? -1;
  const snapshots = new InMemorySnapshotStore();
  const cores = Array.from({ length: CORES }, () => testCore(unsteady(log, random), { snapshots: random() < 0.5 ? snapshots : null }));
  const calls: Call[] = [];

  const client = async (number: number) => {
    let previous: Pick<Call, 'command' | 'guards' | 'actor' | 'key'> | null = null;
    for (let count = 0; count < CALLS_PER_CLIENT; count += 1) {
      const core = cores[Math.floor(random() * CORES)];
      if (!core) throw new Error('no core');
      const repeat = previous !== null && random() < 0.3;
      const call: Pick<Call, 'command' | 'guards' | 'actor' | 'key'> =
        repeat && previous ? previous : { ...randomCall(random), actor: `actor${number % 2}`, key: `key-${number}-${count}` };
      const from = await end();
      const outcome = await (call.command === null ? core.read() : core.execute(call.command, call)).catch((error: unknown) => {
        if (error instanceof CommandOutcomeUnknown) return 'unknown' as const;
        if (error instanceof EventStoreUnavailable) return 'unavailable' as const;
        throw error;
      });
      calls.push({ ...call, from, to: await end(), outcome });
      if (call.command !== null) previous = call;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));

  const events = (await log.readStream(STREAM, { limit: 10_000 })).map((stored) => decodeStored(ledgerAggregate.events, stored));
  const states: LedgerStream[] = [emptyStream(STREAM)];
  for (const event of events) states.push(followAll(ledgerAggregate.apply, states.at(-1) as LedgerStream, [event]));
  /** The state after the event at a revision. */
  const after = (revision: number) => states[revision + 1] as LedgerStream;
  const problems = calls.map((call) => problemOf(call, events, after)).filter((each) => each !== null);
  expect(problems, `seed ${seed}`).toEqual([]);
});

function randomCall(random: () => number): { command: Command | null; guards: Guards } {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const path = pick(['a', 'b', 'c.d']);
  const commands: (Command | null)[] = [
    null,
    null,
    { type: 'Set', path, value: Math.floor(random() * 3) },
    { type: 'Set', path, value: Math.floor(random() * 3) },
    { type: 'Delete', path },
    { type: 'Create', configuration: { a: 1 } },
    { type: 'Activate', version: 'latest' },
    { type: 'Activate', version: Math.floor(random() * 12) },
    { type: 'Rollback', version: Math.floor(random() * 12) },
    { type: 'Tag', version: 'latest', tag: pick(['x', 'y']), move: random() < 0.5 },
    { type: 'Replace', configuration: { a: Math.floor(random() * 2), b: 1 } },
  ];
  return {
    command: pick(commands),
    guards:
      random() < 0.2 ? { expectedVersion: Math.floor(random() * 12) } : random() < 0.2 ? { activate: pick([true, 'all'] as const) } : {},
  };
}

/** What no order of the commands can explain; null when one does. */
function problemOf(call: Call, events: Events, after: (revision: number) => LedgerStream): string | null {
  const { outcome, command, key, actor, from, to } = call;
  const mine = events.filter((event) => event.metadata.commandId === key && event.metadata.actor.id === actor);
  const describe = (what: string) =>
    `${what}: ${JSON.stringify(call, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)).slice(0, 500)}`;
  if (new Set(mine.map((event) => event.metadata.changeSet.id)).size > 1) return describe('one key had two effects');
  if (outcome === 'unknown' || outcome === 'unavailable') return null;
  const between = Array.from({ length: to - from + 1 }, (_, index) => after(from + index));
  if (command === null)
    return between.some((stream) => readFits(outcome as ReadOutcome, stream)) ? null : describe('no state gives what was read');
  const written = outcome as CommandOutcome;
  if (written.kind === 'done' && written.changed) return changedProblem(call, written, mine, events, after, describe);
  if (mine.some((event) => event.revision <= from)) return describe('it took effect before, and the repetition says nothing of it');
  const explained = between.some((stream) => {
    const decision = decideOn(stream, call, events, after);
    if (written.kind === 'refused')
      return decision.kind === 'refused' && (decision.refusal.code === written.refusal.code || LOST_CODES.has(written.refusal.code));
    return decision.kind === 'nothing' && stream.state !== null && written.standing.version === stream.state.head.version;
  });
  const lost = written.kind === 'refused' && LOST_CODES.has(written.refusal.code) && to > from;
  return explained || lost ? null : describe('no state between call and answer explains it');
}

/** What is told to a command that others were faster than. */
const LOST_CODES: ReadonlySet<string> = new Set(['WRITE_CONFLICT', 'VERSION_MOVED']);

function changedProblem(
  call: Call,
  written: Extract<CommandOutcome, { kind: 'done' }>,
  mine: readonly { revision: number }[],
  events: Events,
  after: (revision: number) => LedgerStream,
  describe: (what: string) => string,
): string | null {
  const [first, last] = [mine[0], mine.at(-1)];
  if (!first || !last || last.revision > call.to) return describe('it was acknowledged, but is not in the log');
  if (!written.replayed && first.revision <= call.from) return describe('it was written before it was asked for');
  if (written.replayed && last.revision > call.to) return describe('it repeats what was not there');
  const decision = decideOn(after(first.revision - 1), call, events, after);
  if (decision.kind !== 'accepted' || decision.events.length !== mine.length)
    return describe('the state before it does not lead to its events');
  const { state } = after(last.revision);
  if (state === null) return describe('it left no ledger');
  const { version, digest, active, pending } = written.standing;
  const right =
    version === state.head.version &&
    digest === state.head.document.digest &&
    active === (state.active?.version ?? null) &&
    pending === state.pending;
  return right ? null : describe('its answer is not the state that it left');
}

function readFits(outcome: ReadOutcome, { state }: LedgerStream): boolean {
  if (outcome.kind === 'refused') return state === null && outcome.refusal.code === 'LEDGER_UNKNOWN';
  return (
    state !== null &&
    outcome.standing.version === state.head.version &&
    outcome.standing.digest === state.head.document.digest &&
    outcome.standing.active === (state.active?.version ?? null)
  );
}

/** The sequential model: the decision on one state, with versions looked up in the log up to there. */
function decideOn(stream: LedgerStream, { command, guards, actor, key }: Call, events: Events, after: (revision: number) => LedgerStream) {
  const version = (wanted: string | number): LoadedVersion => {
    const number = Number(wanted);
    const head = events.map((event) => after(event.revision).state?.head).find((each) => each?.version === number);
    return head ? { version: number, ordinal: head.ordinal, document: head.document } : { version: number, nearest: [] };
  };
  return decide(ledgerAggregate, stream, command as Command, {
    id: NAME,
    actor,
    commandId: `${key}-model`,
    keyed: true,
    fingerprint: 'model',
    reason: null,
    guards,
    facts: ledgerFacts({ version, statement: () => statementOf(1), environment: () => UNKEPT_ENVIRONMENT, usedBy: () => [] }),
    meant: null,
  });
}
