// The command loop: one append for those who wait, nothing acknowledged before its commit, and what faults of the store do.
import { Document, type JsonObject } from '@confledger/document';
import type { DraftEvent, Envelope } from '@confledger/domain';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { faultyEventStore } from '../../../../test/support/src/faulty-event-store.js';
import { NAME, countingIds, recordedBy, testClock, testCore, testSigner } from '../../../../test/support/src/ledgers-core.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import { toAppend } from '../codec.js';
import { WRITE_ATTEMPTS_MAX } from './command-queue.js';
import { OPEN_CHANGE_SET_WAIT_MS } from './open-change-sets.js';
import { CommandOutcomeUnknown } from './outcome.js';
import { EVENTS_IN_TURN } from './staging.js';
import { EventStoreUnavailable, type EventStore, type EventToAppend } from '../ports/event-store.js';

const STREAM = 'config-production.trading-engine';

/** Passes on to a store, with a look at every append before it is made. */
function watching(store: EventStore, before: (events: readonly EventToAppend[]) => Promise<void> | void): EventStore {
  return { ...store, append: async (stream, revision, events) => (await before(events), store.append(stream, revision, events)) };
}

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

const history = async (store: EventStore) => store.readStream(STREAM, { limit: 10_000 });

describe('commands that wait', () => {
  test('go into one append, in their order', async () => {
    const store = faultyEventStore(createInMemoryEventStore());
    const core = testCore(store);
    await core.set('first', 0);
    const { opened, open } = gate();
    const reached = gate();
    store.nextAppends({ kind: 'delay', until: opened, reached: reached.open });
    const held = core.set('held', 1);
    await reached.opened;
    const others = Array.from({ length: 64 }, (_, index) => core.set('a', index + 1));
    open();
    const answers = await Promise.all([held, ...others]);
    expect(store.calls.appends).toBe(3);
    expect(answers.map((answer) => answer.standing.version)).toEqual(Array.from({ length: 65 }, (_, index) => index + 2));
    expect(answers.at(-1)?.changes).toEqual([{ path: 'a', before: 63, after: 64 }]);
  });

  test('are decided on what those before them will have written', async () => {
    const core = testCore(createInMemoryEventStore());
    const [created, merged, again, taken, back] = await Promise.all([
      core.done({ type: 'Create', configuration: { a: 1 } }),
      core.done({ type: 'Merge', patch: { b: 2 } }),
      core.done({ type: 'Set', path: 'b', value: 2 }),
      core.done({ type: 'Activate', version: 'latest' }),
      core.done({ type: 'Rollback', version: 1 }),
    ]);
    expect([created?.changed, merged?.changed, again?.changed, taken?.changed, back?.changed]).toEqual([true, true, false, true, true]);
    expect(taken?.activated?.tookLive).toEqual([1, 2]);
    expect((await core.found()).document.toJson()).toEqual({ a: 1 });
  });

  test('are not answered before the commit, and nobody reads what is not committed', async () => {
    const store = faultyEventStore(createInMemoryEventStore());
    const core = testCore(store);
    await core.set('a', 1);
    const { opened, open } = gate();
    const reached = gate();
    store.nextAppends({ kind: 'delay', until: opened, reached: reached.open });
    let answered = false;
    const write = core.set('a', 2).finally(() => (answered = true));
    await reached.opened;
    expect((await core.found()).document.toJson()).toEqual({ a: 1 });
    expect((await core.found({ consistency: 'local' })).document.toJson()).toEqual({ a: 1 });
    expect(answered).toBe(false);
    open();
    await write;
    expect((await core.found({ consistency: 'local' })).document.toJson()).toEqual({ a: 2 });
  });

  test('a repetition that waits behind its first is answered from it', async () => {
    const core = testCore(createInMemoryEventStore());
    const [first, second] = await Promise.all([core.set('a', 1, { key: 'k' }), core.set('a', 1, { key: 'k' })]);
    expect(second).toEqual({ ...first, replayed: true });
  });
});

describe('a command that throws', () => {
  test('fails alone: those before and behind it are carried out', async () => {
    const core = testCore(createInMemoryEventStore());
    const poisoned = {
      type: 'Merge',
      get patch(): JsonObject {
        throw new Error('poison');
      },
    } as const;
    const outcomes = await Promise.allSettled([
      core.set('a', 1),
      core.ledgers.execute(NAME, poisoned, {
        actor: { id: 'mallory', method: 'token', roles: [] },
        reason: null,
        request: 'poison',
        correlationId: 'x',
        guards: {},
      }),
      core.set('b', 2),
      core.set('c', 3),
    ]);
    expect(outcomes.map((each) => each.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect((await core.found()).document.toJson()).toEqual({ a: 1, b: 2, c: 3 });
  });

  test('because a signature cannot be made: so too', async () => {
    let broken = false;
    const core = testCore(createInMemoryEventStore(), {
      signer: {
        ...testSigner,
        sign: (bytes) => {
          if (broken) throw new Error('the key is gone');
          return testSigner.sign(bytes);
        },
      },
    });
    await core.set('a', 1);
    broken = true;
    const outcomes = await Promise.allSettled([core.set('b', 1), core.done({ type: 'Activate', version: 'latest' }), core.set('c', 1)]);
    expect(outcomes.map((each) => each.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});

describe('two processes on one ledger', () => {
  const pair = async () => {
    const store = createInMemoryEventStore();
    const [one, other] = [testCore(store), testCore(store)];
    await one.set('a', 1);
    await other.found();
    return { store, one, other };
  };

  test('a kept state gives no false no-op', async () => {
    const { one, other } = await pair();
    await one.set('a', 2);
    expect(await other.set('a', 1)).toMatchObject({ changed: true, standing: { version: 3 } });
  });
  test('and no false refusal', async () => {
    const { one, other } = await pair();
    await one.set('b', 1);
    expect(await other.done({ type: 'Delete', path: 'b' })).toMatchObject({ changed: true });
    expect(await other.done({ type: 'Activate', version: 3 })).toMatchObject({ changed: true });
    expect(await one.done({ type: 'Activate', version: 3 })).toMatchObject({ changed: false });
  });
  test('and no false conflict, and misses none', async () => {
    const { one, other } = await pair();
    await one.set('a', 2);
    expect(await other.refused({ type: 'Set', path: 'a', value: 3 }, { guards: { expectedVersion: 1 } })).toBe('EXPECTED_VERSION_CONFLICT');
    await one.set('a', 4);
    expect(await other.set('a', 5, { guards: { expectedVersion: 3 } })).toMatchObject({ changed: true });
  });
  test('and no stale read', async () => {
    const { one, other } = await pair();
    await one.set('a', 2);
    expect((await other.found({ consistency: 'local' })).standing.version).toBe(1);
    expect((await other.found()).standing.version).toBe(2);
  });
  test('the same Idempotency-Key sent to both at once has one effect and one answer', async () => {
    const { store, one, other } = await pair();
    const [first, second] = await Promise.all([one.set('b', 7, { key: 'k' }), other.set('b', 7, { key: 'k' })]);
    expect(first.replayed).not.toBe(second.replayed);
    expect({ ...first, replayed: false }).toEqual({ ...second, replayed: false });
    expect(await history(store)).toHaveLength(3);
  });
  test('a repeated key is answered also when it was first used elsewhere, and the same for every kind of command', async () => {
    const { one, other } = await pair();
    const commands = [
      { type: 'Merge', patch: { x: { y: 1 } } },
      { type: 'Activate', version: 'latest' },
      { type: 'Tag', version: 'latest', tag: 't', move: false },
      { type: 'Set', path: 'a', value: 9 },
      { type: 'Rollback', version: 'active' },
      { type: 'Untag', version: 't', tag: 't' },
      { type: 'Delete', path: 'x' },
      { type: 'DeleteAll' },
    ] as const;
    for (const command of commands) {
      const first = await one.done(command, { key: command.type });
      expect(first).toMatchObject({ changed: true, replayed: false });
      expect(await other.done(command, { key: command.type })).toEqual({ ...first, replayed: true });
    }
    for (const command of commands) expect(await other.done(command, { key: command.type })).toMatchObject({ replayed: true });
    expect(await other.refused({ type: 'DeleteAll' }, { key: 'Delete' })).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  test("a repeated key gets its first answer from the history, whatever today's rules would say", async () => {
    const { store, one } = await pair();
    // An earlier release took a tag that is a number.
    const command = { type: 'Tag', version: 1, tag: '2026', move: false } as const;
    expect(await one.refused(command)).toBe('TAG_NAME_INVALID');
    const end = await endOf(store);
    const actor = { id: 'alice', method: 'token', roles: ['writer'] };
    const fingerprint = testSigner.fingerprint(JSON.stringify([command, {}]));
    const drafts: DraftEvent[] = [{ type: 'VersionTagged', data: { version: 1, tag: '2026' } }];
    await store.append(NAME.stream, end.revision, foreign(end, drafts, { actor, fingerprint, commandId: 'k' }));
    expect(await one.done(command, { key: 'k' })).toMatchObject({ replayed: true, changed: true, created: true, standing: { version: 1 } });
  });

  test('a command that loses is decided again, so often and no oftener', async () => {
    const { store, one } = await pair();
    for (const losses of [WRITE_ATTEMPTS_MAX - 1, WRITE_ATTEMPTS_MAX]) {
      let left = losses;
      const loser = testCore(
        watching(store, async () => {
          if (left > 0) await one.set('contended', `${losses}-${left--}`);
        }),
      );
      const outcome = await loser.execute({ type: 'Set', path: 'mine', value: losses });
      expect(left).toBe(0);
      if (losses < WRITE_ATTEMPTS_MAX) expect(outcome).toMatchObject({ kind: 'done', changed: true });
      else expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'WRITE_CONFLICT' } });
    }
    expect((await one.found()).document.valueAt('mine')).toBe(WRITE_ATTEMPTS_MAX - 1);
  });
  test('a guard is judged again on the state that the command lost against', async () => {
    const { store, one } = await pair();
    let lost = false;
    const loser = testCore(
      watching(store, async () => {
        if (!lost) await one.set('a', 2, ((lost = true), {}));
      }),
    );
    expect(await loser.refused({ type: 'Set', path: 'a', value: 3 }, { guards: { expectedVersion: 1 } })).toBe('EXPECTED_VERSION_CONFLICT');
  });
});

describe('a version named by a word or a tag', () => {
  /** Version 1 was active before version 3, which is active now. */
  const active = async () => {
    const store = createInMemoryEventStore();
    const one = testCore(store);
    await one.set('limit', 1, { guards: { activate: true } });
    await one.set('limit', 2, { guards: { activate: true } });
    return { store, one };
  };
  /** Another process, in front of whose first appends `before` happens. */
  const losing = (store: EventStore, before: () => Promise<unknown>, times = 1) => {
    let left = times;
    return testCore(
      watching(store, async () => {
        if (left === 0) return;
        left -= 1;
        await before();
      }),
    );
  };

  test('means what it means when the command comes, also where this process knows an older state', async () => {
    const { store, one } = await active();
    const other = testCore(store);
    await other.found();
    for (let turn = 0; turn < 3; turn += 1) {
      await one.set('limit', 10 + turn);
      expect(await other.done({ type: 'Activate', version: 'latest' })).toMatchObject({
        activated: { version: (await one.found()).standing.version },
      });
      await other.done({ type: 'Tag', version: 'latest', tag: 'stable', move: true });
      await one.set('limit', 20 + turn);
      await one.done({ type: 'Tag', version: 'latest', tag: 'stable', move: true });
      expect((await other.done({ type: 'Activate', version: 'stable' })).standing).toMatchObject({ pending: 0 });
    }
  });

  test('a rollback to the previous one never restores another, when an activation comes between', async () => {
    const { store, one } = await active();
    const operator = losing(store, () => one.set('limit', 999_999, { guards: { activate: true } }));
    const outcome = await operator.execute({ type: 'Rollback', version: 'previous' });
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'VERSION_MOVED', message: expect.stringContaining('meant 2') } });
    expect((await one.found()).standing).toMatchObject({ version: 5, active: 5 });
    expect(await operator.done({ type: 'Rollback', version: 1 })).toMatchObject({ changed: true, rollback: { version: 1 } });
  });

  test('goes on after a lost append where it still means the same', async () => {
    const { store, one } = await active();
    const operator = losing(store, () => one.done({ type: 'Tag', version: 1, tag: 'between', move: false }));
    expect(await operator.done({ type: 'Rollback', version: 'previous' })).toMatchObject({ changed: true, rollback: { version: 1 } });
  });

  test('a number is decided again as often as need be', async () => {
    const { store, one } = await active();
    const operator = losing(store, () => one.set('limit', 999_999, { guards: { activate: true } }));
    expect(await operator.done({ type: 'Rollback', version: 1 })).toMatchObject({ changed: true, rollback: { version: 1 } });
  });

  test('counts what waits before it in the same append, and is refused when another writer came before both', async () => {
    const { store, one } = await active();
    const together = testCore(store);
    await together.found();
    const [write, activation] = await Promise.all([together.set('limit', 3), together.done({ type: 'Activate', version: 'latest' })]);
    expect(activation.activated?.version).toBe(write.standing.version);
    // They go into one append from the first loss on.
    let limit = 999_999;
    const loser = losing(store, () => one.set('limit', (limit += 1)), 2);
    const [second, refused] = await Promise.all([loser.set('limit', 4), loser.execute({ type: 'Activate', version: 'latest' })]);
    expect(second).toMatchObject({ changed: true });
    expect(refused).toMatchObject({ kind: 'refused', refusal: { code: 'VERSION_MOVED' } });
    expect((await one.found()).standing.active).toBe(write.standing.version);
  });

  test('costs no read of the log where the last append of this process was just confirmed', async () => {
    const inner = createInMemoryEventStore();
    const store = faultyEventStore(inner);
    const core = testCore(store);
    await core.set('limit', 1);
    await core.set('limit', 2);
    const { reads } = store.calls;
    await Promise.all([core.set('limit', 3), core.done({ type: 'Activate', version: 'latest' })]);
    expect(store.calls.reads - reads).toBeLessThanOrEqual(1);
  });
});

describe('a store that fails', () => {
  test('an answer lost behind the commit is an unknown outcome; the same key then gets the first answer', async () => {
    const store = faultyEventStore(createInMemoryEventStore());
    const core = testCore(store);
    await core.set('a', 1);
    store.nextAppends({ kind: 'lose the answer' });
    const failure = await core.set('a', 2, { key: 'k' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CommandOutcomeUnknown);
    expect(failure).toMatchObject({ commandId: 'k' });
    expect(await core.set('a', 2, { key: 'k' })).toMatchObject({
      replayed: true,
      changed: true,
      standing: { version: 2 },
      changes: [{ path: 'a', before: 1, after: 2 }],
    });
    expect(await history(store)).toHaveLength(3);
  });
  test('an append that was refused left nothing; the same key is carried out', async () => {
    const store = faultyEventStore(createInMemoryEventStore());
    const core = testCore(store);
    await core.set('a', 1);
    store.nextAppends({ kind: 'fail before' });
    await expect(core.set('a', 2, { key: 'k' })).rejects.toThrow(EventStoreUnavailable);
    expect(await core.set('a', 2, { key: 'k' })).toMatchObject({ replayed: false, changed: true });
  });
  test.each(['fail before', 'lose the answer'] as const)(
    'that had its whole time (%s) is not given it again for the commands behind: nothing of theirs was sent',
    async (kind) => {
      const log = faultyEventStore(createInMemoryEventStore());
      const { opened, open } = gate();
      const reached = gate();
      const core = testCore({ ...log, append: async (...args) => (reached.open(), await opened, log.append(...args)) });
      log.nextAppends({ kind });
      const first = core.set('a', 1).catch((error: unknown) => error);
      await reached.opened;
      const behind = [2, 3].map((value) => core.set('a', value).catch((error: unknown) => error));
      const before = { ...log.calls };
      open();
      expect(await first).toBeInstanceOf(kind === 'fail before' ? EventStoreUnavailable : CommandOutcomeUnknown);
      for (const error of await Promise.all(behind)) expect(error).toBeInstanceOf(EventStoreUnavailable);
      expect(log.calls).toEqual({ ...before, appends: before.appends + 1 });
      await core.set('a', 4);
      expect((await core.found()).document.toJson()).toEqual({ a: 4 });
    },
  );

  test('all who wait fail at once, and those who come later are served', async () => {
    const store = faultyEventStore(createInMemoryEventStore());
    const core = testCore(store);
    await core.set('a', 1);
    store.unreadable = true;
    store.nextAppends({ kind: 'fail before' });
    const calls = store.calls.reads;
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 50 }, (_, index) => core.set('b', index)),
      core.done({ type: 'Activate', version: 1 }),
      core.done({ type: 'Delete', path: 'nope' }),
    ]);
    expect(outcomes.every((each) => each.status === 'rejected' && each.reason instanceof EventStoreUnavailable)).toBe(true);
    expect(store.calls.reads - calls).toBeLessThan(5);
    store.unreadable = false;
    expect(await core.set('b', 1)).toMatchObject({ changed: true, standing: { version: 2 } });
  });
  test('a version that cannot be loaded now fails all who wait, not one after another', async () => {
    const store = faultyEventStore(createInMemoryEventStore());
    const core = testCore(store);
    for (let value = 1; value <= 4; value += 1) await core.set('a', value);
    store.unreadable = true;
    const outcomes = await Promise.allSettled([1, 2, 3].map((version) => core.done({ type: 'Activate', version })));
    expect(outcomes.map((each) => each.status)).toEqual(['rejected', 'rejected', 'rejected']);
  });
});

describe('a change set too large for one append', () => {
  const wide = (leaves: number, value: number): JsonObject =>
    Object.fromEntries(Array.from({ length: leaves }, (_, index) => [`k${index}`, value]));
  const begun = async () => {
    const store = faultyEventStore(createInMemoryEventStore());
    const core = testCore(store);
    await core.done({ type: 'Create', configuration: wide(1_500, 1) });
    await core.done({ type: 'Replace', configuration: { ...wide(1_500, 2), k0: 1 } });
    return { store, core };
  };

  test('a command of very many events lets others have their turns while its events are made', async () => {
    const core = testCore(createInMemoryEventStore());
    let turns = 0;
    let counting: NodeJS.Immediate = setImmediate(function count() {
      turns += 1;
      counting = setImmediate(count);
    });
    await core.done({ type: 'Replace', configuration: wide(25_000, 1) });
    clearImmediate(counting);
    expect(turns).toBeGreaterThanOrEqual(25_000 / EVENTS_IN_TURN - 1);
  });

  test('a rollback over 25,000 leaves is several appends, one change set, one activation', async () => {
    const store = faultyEventStore(createInMemoryEventStore());
    const core = testCore(store);
    await core.done({ type: 'Create', configuration: { a: 1 } });
    const wrote = await core.done({ type: 'Replace', configuration: wide(25_000, 1) });
    const appends = store.calls.appends;
    const outcome = await core.done({ type: 'Rollback', version: 1 }, { key: 'k' });
    expect(store.calls.appends - appends).toBeGreaterThan(20);
    // More events than a page holds: a client that got no answer to this asks again, and must get one.
    expect(await core.done({ type: 'Rollback', version: 1 }, { key: 'k' })).toEqual({ ...outcome, replayed: true });
    const events = [];
    for (let from = (wrote.standing.version ?? 0) + 1; events.length < 25_002; from += 10_000)
      events.push(...(await store.readStream(STREAM, { from, limit: 10_000 })));
    expect(new Set(events.map((event) => (JSON.parse(event.metadata) as { changeSet: { id: string } }).changeSet.id)).size).toBe(1);
    expect(events.filter((event) => event.type === 'VersionActivated').map((event) => event.revision)).toEqual([
      outcome.activated?.activation,
    ]);
    expect(outcome).toMatchObject({ changed: true, rollback: { version: 1, digest: outcome.standing.digest } });
    expect((await core.found({ version: 'active' })).standing.digest).toBe((await core.found({ version: 1 })).standing.digest);
  }, 120_000);

  test('broken off in the middle it never took effect, and what comes next need not wait for it', async () => {
    const { store, core } = await begun();
    const before = await core.found();
    store.nextAppends({ kind: 'delay', until: Promise.resolve() }, { kind: 'fail before' });
    await expect(core.done({ type: 'Rollback', version: 1_500 }, { key: 'k' })).rejects.toThrow(EventStoreUnavailable);
    const after = await core.found();
    expect(after.standing).toMatchObject({ version: before.standing.version, digest: before.standing.digest, active: null });
    expect(after.revision).toBeGreaterThan(before.revision);
    const { reads } = store.calls;
    expect(await core.set('k0', 5)).toMatchObject({ changed: true, standing: { version: after.revision + 1 } });
    // Were it waited for, the log would be looked at again and again.
    expect(store.calls.reads - reads).toBe(0);
    expect(await core.done({ type: 'Rollback', version: 1_500 }, { key: 'k' })).toMatchObject({ changed: true, replayed: false });
  });

  test('it may lose against another in the middle, and is then made whole anew', async () => {
    const { store } = await begun();
    const other = testCore(store);
    await other.found();
    let parts = 0;
    const loser = testCore(
      watching(store, async () => {
        parts += 1;
        if (parts !== 2) return;
        const end = await endOf(store);
        await store.append(STREAM, end.revision, foreign(end, [{ type: 'ConfigSet', data: { path: 'k1', value: 77 } }]));
      }),
    );
    const outcome = await loser.done({ type: 'Rollback', version: 1_500 });
    expect(outcome.standing.digest).toBe(outcome.rollback?.digest);
    expect((await other.found()).standing.digest).toBe(outcome.rollback?.digest);
  });
});

interface End {
  readonly revision: number;
  readonly hash: string | null;
  readonly occurredAt: string | null;
  readonly origin: string | null;
}

async function endOf(store: EventStore): Promise<End> {
  const [last] = await store.readStream(STREAM, { direction: 'backwards', limit: 1 });
  const [first] = await store.readStream(STREAM, { limit: 1 });
  const metadata = last && (JSON.parse(last.metadata) as { hash: string; occurredAt: string });
  return {
    revision: last?.revision ?? -1,
    hash: metadata?.hash ?? null,
    occurredAt: metadata?.occurredAt ?? null,
    origin: first?.id ?? null,
  };
}

/** One change set as another process would write it. */
function foreign(end: End, drafts: readonly DraftEvent[], over: Partial<Envelope> = {}): EventToAppend[] {
  const id = 'foreign';
  const envelope = {
    actor: { id: 'bob', method: 'token', roles: [] },
    reason: null,
    commandId: id,
    fingerprint: id,
    correlationId: id,
    causationId: null,
    traceparent: null,
    changeSetId: id,
    now: 0,
    ...over,
  };
  return recordedBy({ name: NAME.stream, ...end }, drafts, envelope).map(toAppend);
}

describe("another's open change set", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }));
  afterEach(() => void vi.useRealTimers());

  const opened = async () => {
    const store = createInMemoryEventStore();
    const core = testCore(store, { clock: { now: () => Date.now() } });
    await core.set('a', 1);
    const end = await endOf(store);
    const drafts: DraftEvent[] = [
      { type: 'ConfigSet', data: { path: 'b', value: 1 } },
      { type: 'ConfigSet', data: { path: 'c', value: 1 } },
    ];
    const both = foreign(end, drafts);
    const [first, second] = [both.slice(0, 1), both.slice(1)];
    await store.append(STREAM, end.revision, first);
    return { store, core, end: () => store.append(STREAM, end.revision + 1, second) };
  };

  test('is waited for as long as agreed, then abandoned: it never took effect', async () => {
    const { store, core } = await opened();
    let answered = false;
    const write = core.set('a', 2).finally(() => (answered = true));
    // The kept state knows nothing of it: the first try loses, and the wait begins then.
    await vi.advanceTimersByTimeAsync(OPEN_CHANGE_SET_WAIT_MS - 100);
    expect(answered).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(await write).toMatchObject({ changed: true, standing: { version: 3 } });
    expect((await core.found()).document.toJson()).toEqual({ a: 2 });
    expect(await history(store)).toHaveLength(4);
    await vi.advanceTimersByTimeAsync(0);
    expect(await core.set('a', 3)).toMatchObject({ changed: true });
  });

  test('that ends in time is seen', async () => {
    const { core, end } = await opened();
    const write = core.done({ type: 'Delete', path: 'c' });
    await vi.advanceTimersByTimeAsync(1_000);
    await end();
    await vi.advanceTimersByTimeAsync(100);
    expect(await write).toMatchObject({ changed: true, standing: { version: 4 } });
    expect((await core.found()).document.toJson()).toEqual({ a: 1, b: 1 });
  });

  test('does not hold a writer for ever when the clock is set back', async () => {
    const { store } = await opened();
    const clock = testClock();
    const core = testCore(store, { clock });
    const write = core.set('a', 2);
    await vi.advanceTimersByTimeAsync(100);
    clock.advance(-3_600_000);
    await vi.advanceTimersByTimeAsync(OPEN_CHANGE_SET_WAIT_MS + 1_000);
    expect(await write).toMatchObject({ changed: true });
  });

  test('does not hold up reads', async () => {
    const { core } = await opened();
    expect((await core.found()).document.toJson()).toEqual({ a: 1 });
  });
});

describe('a dry run', () => {
  test('gives the answer that the real one gives, and writes nothing', async () => {
    const store = createInMemoryEventStore();
    const ids = countingIds('same');
    const core = testCore(store, { ids });
    await core.done({ type: 'Create', configuration: { a: 1, b: { c: 2 } } });
    for (const [command, guards] of [
      [{ type: 'Merge', patch: { a: 5, b: null } }, {}],
      [{ type: 'Set', path: 'a', value: 5 }, {}],
      [{ type: 'Set', path: 'x', value: 1 }, { activate: 'all' }],
      [{ type: 'Set', path: 'x', value: 2 }, { activate: true }],
      [{ type: 'Rollback', version: 2 }, {}],
      [{ type: 'Delete', path: 'nope' }, {}],
      [{ type: 'Tag', version: 2, tag: 't', move: false }, {}],
    ] as const) {
      const count = (await history(store)).length;
      const tried = await core.execute(command, { guards, dryRun: true });
      expect((await history(store)).length).toBe(count);
      const real = await core.execute(command, { guards });
      expect(comparable(tried)).toEqual(comparable(real));
      if (tried.kind === 'done' && tried.changed) expect(tried.dryRun).toBe(true);
    }
  });

  test('makes no signature: a node would run what was never activated', async () => {
    let signatures = 0;
    const core = testCore(createInMemoryEventStore(), {
      signer: { ...testSigner, sign: (bytes) => ((signatures += 1), testSigner.sign(bytes)) },
    });
    const outcome = await core.done({ type: 'Create', configuration: { a: 1 } }, { guards: { activate: true }, dryRun: true });
    expect(outcome.activated).toMatchObject({ version: 1, signature: '' });
    expect(signatures).toBe(0);
  });

  test('is answered on a state that another process may have changed', async () => {
    const store = createInMemoryEventStore();
    const [one, other] = [testCore(store), testCore(store)];
    await one.set('a', 1);
    await other.found();
    await one.set('a', 2);
    expect((await other.set('a', 3, { dryRun: true })).changes).toEqual([{ path: 'a', before: 2, after: 3 }]);
  });
});

test('a refusal says where the ledger stands', async () => {
  const core = testCore(createInMemoryEventStore());
  expect(await core.execute({ type: 'DeleteAll' })).toMatchObject({ kind: 'refused', standing: null });
  await core.set('a', 1);
  const digest = Document.empty.apply([{ path: 'a', value: 1 }]).digest;
  expect(await core.execute({ type: 'Delete', path: 'b' })).toMatchObject({
    kind: 'refused',
    standing: { version: 1, pending: 1, digest },
  });
});

test('a reason that no store could keep is refused, and nothing is written', async () => {
  const store = createInMemoryEventStore();
  const core = testCore(store);
  expect(await core.refused({ type: 'Set', path: 'a', value: 1 }, { reason: 'because\0' })).toBe('STRING_NUL');
  expect(await store.lastPosition()).toBe(0n);
});

/** Without what must differ: the mark of the dry run, the command's own id, the signature, and the position. */
function comparable(outcome: object): unknown {
  return JSON.parse(
    JSON.stringify({ ...outcome, dryRun: null, commandId: null }, (name, value: unknown) =>
      name === 'position' || name === 'signature' ? null : value,
    ),
  );
}
