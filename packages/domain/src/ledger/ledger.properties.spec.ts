// What holds for every history and every command, whatever they are.
import { canonicalJson, comparePaths, Document, parseJsonText, type JsonValue } from '@confledger/document';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { History, ID, recordLedger, set } from '../../../../test/support/src/ledger-spec.js';
import type { Recorded } from '../stream/events.js';
import { contentProblem, withSeal } from '../stream/authenticity.js';
import { emptyStream, follow, followAll } from '../stream/stream-state.js';
import type { Command, Guards } from './commands.js';
import type { LedgerEvent } from './events.js';
import { ledgerAggregate } from './ledger.js';
import type { LedgerStream } from './ledger-types.js';
import { differencesOf } from './differences.js';
import { changesOf } from './state.js';

const { apply } = ledgerAggregate;
const EMPTY: LedgerStream = emptyStream(ID.stream);

const PATHS = ['a', 'a.b', 'a.b.c', 'a.d', 'e', 'e.f', 'g'];
const paths = fc.constantFrom(...PATHS);
const scalars = fc.constantFrom<JsonValue>(0, 1, -0, 1e21, 'x', '', true, null, [], [1, { z: 1, y: [] }]);
const values: fc.Arbitrary<JsonValue> = fc.oneof(
  scalars,
  fc.dictionary(fc.constantFrom('b', 'c', 'd', 'f'), fc.oneof(scalars, fc.constant({})), { maxKeys: 3 }),
);
const configurations = fc.dictionary(fc.constantFrom('a', 'e', 'g'), values, { maxKeys: 3 });
const numbers = fc.integer({ min: 0, max: 30 });
/** Names that go on meaning the same after the command: 'previous' and 'latest' do not. */
const fixedNames = fc.oneof(numbers, fc.constantFrom('t1', 't2'));
const tags = fc.constantFrom('t1', 't2', 't3');

const commands: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ type: fc.constant('Create' as const), configuration: configurations }),
  fc.record({ type: fc.constant('Replace' as const), configuration: configurations }),
  fc.record({ type: fc.constant('Merge' as const), patch: configurations }),
  fc.record({ type: fc.constant('DeleteAll' as const) }),
  fc.record({ type: fc.constant('Set' as const), path: paths, value: values }),
  fc.record({ type: fc.constant('Delete' as const), path: paths }),
  fc.record({
    type: fc.constant('Batch' as const),
    operations: fc
      .uniqueArray(fc.record({ key: paths, value: fc.option(values, { nil: undefined }) }), { selector: (each) => each.key, maxLength: 4 })
      .map((operations) =>
        operations.map(({ key, value }, index) =>
          value === undefined ? { id: `${index}`, type: 'DELETE' as const, key } : { id: `${index}`, type: 'SET' as const, key, value },
        ),
      ),
  }),
  fc.record({ type: fc.constant('Activate' as const), version: fixedNames }),
  fc.record({ type: fc.constant('Rollback' as const), version: fixedNames }),
  fc.record({ type: fc.constant('Tag' as const), version: fixedNames, tag: tags, move: fc.boolean() }),
  fc.record({ type: fc.constant('Untag' as const), version: numbers, tag: tags }),
  fc.record({ type: fc.constantFrom('Retire' as const, ...Array<'Restore'>(3).fill('Restore')) }),
);
const guards: fc.Arbitrary<Guards> = fc.oneof(
  { arbitrary: fc.constant<Guards>({}), weight: 4 },
  fc.constantFrom<Guards>({ activate: true }, { activate: 'all' }),
);

interface Step {
  readonly command: Command;
  readonly guards: Guards;
  /** Breaks the change set off after this many events, if it has more. */
  readonly breakOffAfter: number | undefined;
  readonly clockMs: number;
}
const steps = fc.record({
  command: commands,
  guards,
  breakOffAfter: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined, freq: 6 }),
  clockMs: fc.integer({ min: 0, max: 5_000 }),
});
const histories = fc.array(steps, { minLength: 1, maxLength: 25 }).map(play);

function play(all: readonly Step[]): History {
  const history = new History();
  for (const step of all) take(history, step);
  return history;
}

function take(history: History, { command, guards: wanted, breakOffAfter, clockMs }: Step): void {
  const decision = history.decide(command, { guards: wanted });
  if (decision.kind !== 'accepted') return;
  const broken = breakOffAfter !== undefined && breakOffAfter < decision.events.length;
  history.record(broken ? decision.events.slice(0, breakOffAfter) : decision.events, {
    size: decision.events.length,
    envelope: { now: clockMs },
  });
}

function restore(history: History): void {
  if (history.stream.state?.retired === true) history.execute({ type: 'Restore' });
}

describe('commands', () => {
  test('decided a second time give no event, whatever came before', () => {
    fc.assert(
      fc.property(histories, commands, guards, (history, command, wanted) => {
        const first = history.decide(command, { guards: wanted });
        if (first.kind !== 'accepted') return;
        history.record(first.events);
        // Only a repetition that is told apart by its key is 'repeated': these have keys of their own.
        const second = history.decide(command, { guards: wanted });
        expect(second.kind === 'nothing' || second.kind === 'refused').toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('accepted are recorded and folded without a fault, and their events say every difference that they make', () => {
    fc.assert(
      fc.property(histories, commands, guards, (history, command, wanted) => {
        const before = history.stream.state?.head.document ?? Document.empty;
        const decision = history.decide(command, { guards: wanted });
        if (decision.kind !== 'accepted') return;
        expect(decision.events.length).toBeGreaterThan(0);
        const changes = changesOf(history.record(decision.events));
        const differences = differencesOf(before, changes).sort((one, other) => comparePaths(one.path, other.path));
        expect(differences).toEqual(before.diff(history.ledger.head.document));
      }),
      { numRuns: 300 },
    );
  });

  test('mean what they say: the document after them is the one that was wanted', () => {
    fc.assert(
      fc.property(histories, configurations, (history, configuration) => {
        restore(history);
        const decision = history.decide({ type: 'Replace', configuration });
        if (decision.kind === 'accepted') history.record(decision.events);
        const wanted = Document.from(configuration);
        expect(history.ledger.head.document.digest).toBe(wanted.ok && wanted.value.digest);
      }),
    );
  });

  test('that end in an activation carry the digest of the document they activate', () => {
    fc.assert(
      fc.property(histories, (history) => {
        let stream = EMPTY;
        for (const event of history.events) {
          stream = follow(apply, stream, event);
          const { state, open } = stream;
          if (event.type !== 'VersionActivated' || open !== null || state === null) continue;
          const found = history.versionAt(event.data.version);
          expect('document' in found && found.document.digest).toBe(event.data.digest);
          expect('ordinal' in found && state.head.ordinal - found.ordinal).toBe(state.pending);
        }
      }),
    );
  });
});

describe('a retired ledger', () => {
  test('refuses every command but to be retired and restored, and stands as before when it is restored', () => {
    fc.assert(
      fc.property(histories, commands, guards, (history, command, wanted) => {
        if (history.decide({ type: 'Retire' }).kind === 'refused') return;
        const before = visibleState(history.stream);
        if (!history.ledger.retired) history.execute({ type: 'Retire' });
        const takes = command.type === 'Retire' || command.type === 'Restore';
        expect(history.decide(command, { guards: wanted })).toMatchObject(
          takes ? { kind: command.type === 'Retire' ? 'nothing' : 'accepted' } : { kind: 'refused', refusal: { code: 'LEDGER_RETIRED' } },
        );
        history.execute({ type: 'Restore' });
        expect(visibleState(history.stream)).toEqual({ ...before, retired: false });
      }),
      { numRuns: 200 },
    );
  });
});

describe('a rollback', () => {
  test('gives the old digest again, live, for any history and any version in it', () => {
    fc.assert(
      fc.property(histories, fc.nat(), (history, choice) => {
        const versions = history.events.map((each) => history.versionAt(each.revision)).filter((each) => 'document' in each);
        const target = versions[choice % Math.max(1, versions.length)];
        if (!target || history.stream.state === null) return;
        restore(history);
        const decision = history.decide({ type: 'Rollback', version: target.version });
        expect(['accepted', 'nothing']).toContain(decision.kind);
        if (decision.kind === 'accepted') history.record(decision.events);
        expect(history.ledger.head.document.digest).toBe(target.document.digest);
        expect(history.ledger.active?.digest).toBe(target.document.digest);
        expect(history.ledger.pending === 0 || decision.kind === 'nothing').toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a history', () => {
  test('folds to the same state every time, in one go or event by event, from texts or from memory', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const read = history.texts.map(({ event: { id, type, stream, revision }, data, metadata }) => ({
          id,
          type,
          stream,
          revision,
          data: parseJsonText(data),
          metadata: parseJsonText(metadata),
        })) as Recorded<LedgerEvent>[];
        expect(visible(followAll(apply, EMPTY, read))).toEqual(visible(history.stream));
      }),
    );
  });

  test('can be folded from any of its states into any of its futures, as often as one likes', () => {
    fc.assert(
      fc.property(histories, fc.nat(), (history, choice) => {
        const cut = choice % (history.events.length + 1);
        const middle = followAll(apply, EMPTY, history.events.slice(0, cut));
        const once = visible(followAll(apply, middle, history.events.slice(cut)));
        const elsewhere = recordLedger(middle, [set('other', 1)], envelope).map((each) => each.event);
        if (middle.state !== null && middle.state.head.document.blockedBy('other') === undefined) followAll(apply, middle, elsewhere);
        expect(visible(followAll(apply, middle, history.events.slice(cut)))).toEqual(once);
      }),
    );
  });

  test('never goes back in time, whatever the clock does', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const times = history.events.map((event) => event.metadata.occurredAt);
        expect(times).toEqual([...times].sort());
      }),
    );
  });

  test('has a chain that any single change of any stored field breaks', () => {
    fc.assert(
      fc.property(histories, fc.nat(), fc.nat(), scalars, (history, which, where, value) => {
        const index = which % Math.max(1, history.events.length);
        const event = history.events[index];
        if (!event) return;
        const previous = history.events[index - 1]?.metadata.hash ?? null;
        expect(problemOf(event, previous)).toBeNull();
        for (const changed of [mutated(event, where, value), mutated(event, where, undefined)]) {
          // Members in another order are the same JSON.
          if (canonicalJson(changed as never) === canonicalJson(event as never)) continue;
          // The event itself is found out, or, where its own hash was made to fit, the one behind it.
          expect(problemOf(changed, previous)).not.toBeNull();
        }
      }),
      { numRuns: 500 },
    );
  });

  test('has a chain that breaks where an event was left out, put in twice or exchanged with another', () => {
    fc.assert(
      fc.property(histories, fc.nat(), (history, which) => {
        const { events } = history;
        if (events.length < 3) return;
        const at = which % (events.length - 1);
        const broken = (changed: readonly Recorded<LedgerEvent>[]) =>
          changed.some((event, index) => problemOf(event, changed[index - 1]?.metadata.hash ?? null) !== null);
        expect(broken(events)).toBe(false);
        expect(broken(events.toSpliced(at, 1))).toBe(true);
        const [one, other] = [events[at], events[at + 1]];
        if (!one || !other) return;
        expect(broken(events.toSpliced(at, 0, one))).toBe(true);
        expect(broken(events.toSpliced(at, 2, other, one))).toBe(true);
      }),
    );
  });
});

const envelope = {
  actor: { id: 'alice', method: 'token', roles: [] },
  reason: null,
  commandId: 'x',
  fingerprint: 'f',
  correlationId: 'x',
  causationId: null,
  traceparent: null,
  changeSetId: 'elsewhere',
  now: 0,
};

/** Everything of a state that anyone could ever see. */
function visible({ open, commands: window, state, ...rest }: LedgerStream): unknown {
  const common = { ...rest, open: open && { id: open.id, gathered: open.gathered.slice(0, open.count) }, window: window.toArray() };
  return state === null ? common : { ...common, ...visibleState({ state }) };
}

function visibleState({ state }: Pick<LedgerStream, 'state'>): object {
  if (state === null) return {};
  return {
    head: { ...state.head, document: state.head.document.toSnapshot() },
    active: state.active && { ...state.active, document: state.active.document?.toSnapshot() ?? null },
    tags: [...state.tags],
    retired: state.retired,
  };
}

/** The event with one of its fields, at any depth, changed to another value, or taken out. */
function mutated(event: Recorded<LedgerEvent>, where: number, value: JsonValue | undefined): Recorded<LedgerEvent> {
  const copy = structuredClone(event) as unknown as Record<string, unknown>;
  const places = placesOf(copy);
  const place = places[where % places.length];
  if (!place) throw new Error('an event has fields');
  if (value === undefined && Array.isArray(place.holder)) place.holder.splice(Number(place.name), 1);
  else if (value === undefined) delete place.holder[place.name];
  else place.holder[place.name] = place.holder[place.name] === value ? 'another' : value;
  return copy as unknown as Recorded<LedgerEvent>;
}

function placesOf(value: unknown): { holder: Record<string, unknown>; name: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((name) => [{ holder, name }, ...placesOf(holder[name])]);
}

/** Whatever was done to the event, and stored canonically: what is wrong with it, or with its place behind the event before. */
function problemOf(event: Recorded<LedgerEvent>, previousHash: string | null): string | null {
  try {
    const { hash, mac, ...bare } = event.metadata;
    const texts = { data: canonicalJson(event.data), metadata: withSeal(canonicalJson(bare), hash, mac ?? null) };
    const { id, stream, revision, type } = event;
    return contentProblem({ id, stream, revision, type, ...texts }) ?? (bare.previousHash === previousHash ? null : 'another link');
  } catch {
    return 'unreadable';
  }
}
