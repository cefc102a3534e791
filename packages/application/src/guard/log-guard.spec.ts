// A log that was set back is noticed, whatever it has grown to since; one that is only behind for a moment is not given up.
import { eventually } from '@confledger/test-support';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createInMemoryEventStore, type InMemoryEventStore } from '../in-memory/event-store.js';
import {
  AppendOutcomeUnknown,
  EventStoreUnavailable,
  type AppendResult,
  type EventStore,
  type EventToAppend,
} from '../ports/event-store.js';
import { guardedEventStore } from './guarded-event-store.js';
import {
  assertLogHolds,
  LogGuard,
  LogInDoubt,
  LogSetBack,
  SET_BACK_AFTER_MS,
  SET_BACK_CHECKS_MIN,
  type LogGuardOptions,
  type LogMark,
} from './log-guard.js';

const STREAM = 'config-production.engine';
let raw: InMemoryEventStore;
let store: EventStore;
let guard: LogGuard;
let nowMs: number;
let saved: LogMark[];

/** False while another process, which knows of no mark, uses the log. */
let isWatched: boolean;
/** Takes the place of the next append. */
let held: (() => Promise<AppendResult>) | null;

/** A guarded store over a log in memory; checks are made by the test, not by the interval. */
function guarded(options: LogGuardOptions = {}): void {
  saved = [];
  isWatched = true;
  held = null;
  guard = new LogGuard({ nowMs: () => nowMs, intervalMs: 1_000_000, save: async (mark) => void saved.push(mark), ...options });
  raw = createInMemoryEventStore({ checkLog: (read) => (isWatched ? guard.checkLog(read) : Promise.resolve()) });
  store = guardedEventStore({ ...raw, append: (...args) => held?.() ?? raw.append(...args) }, guard);
}

/** Lets the test answer the next append itself. */
function answeredByTest() {
  let arrive: () => void = () => undefined;
  let answer: (result: AppendResult) => void = () => undefined;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const answered = new Promise<AppendResult>((resolve) => (answer = resolve));
  held = () => {
    held = null;
    arrive();
    return answered;
  };
  return { arrived, answer };
}

/** Writes as another process does that knows nothing of the mark. */
async function writtenUnnoticed(revision: number, events: readonly EventToAppend[]): Promise<void> {
  isWatched = false;
  await raw.append(STREAM, revision, events);
  isWatched = true;
}

function mark() {
  const { mark: known } = guard;
  if (known === null) throw new Error('There is no mark.');
  return known;
}

const newEvents = (count: number) => Array.from({ length: count }, newEvent);
const check = () => raw.checkLog?.() ?? Promise.reject(new Error('There is no check.'));
const checkQuietly = () => check().catch(() => undefined);

beforeEach(() => {
  nowMs = 0;
  guarded();
});
afterEach(() => store.close());

let ids = 0;
function newEvent(): EventToAppend {
  ids += 1;
  return { id: `00000000-0000-8000-8000-${String(ids).padStart(12, '0')}`, type: 'ConfigSet', data: '{}', metadata: '{}' };
}
const append = (revision: number, events = [newEvent()], stream = STREAM) => store.append(stream, revision, events);

/** Checks as often and as long as it takes to give a mark up. */
async function checkUntilLost(): Promise<void> {
  for (let made = 0; made < SET_BACK_CHECKS_MIN; made += 1) {
    await checkQuietly();
    nowMs += SET_BACK_AFTER_MS / (SET_BACK_CHECKS_MIN - 1);
  }
}

describe('a log that was set back', () => {
  beforeEach(async () => {
    for (let revision = -1; revision < 9; revision += 1) await append(revision);
    raw.setBackTo(5n);
  });

  test('is served no more, from the first call on', async () => {
    await expect(store.readStream(STREAM, { limit: 10 })).rejects.toThrow(LogInDoubt);
    await expect(append(4)).rejects.toThrow(EventStoreUnavailable);
    await expect(store.lastPosition()).rejects.toThrow(EventStoreUnavailable);
    isWatched = false;
    expect(await raw.lastPosition()).toBe(5n);
  });

  test('stays in doubt until the mark was missing in three checks over ten seconds', async () => {
    for (let made = 0; made < 10; made += 1) await checkQuietly();
    expect(guard.standing.kind).toBe('in doubt');
    nowMs = SET_BACK_AFTER_MS;
    await checkQuietly();
    expect(guard.standing).toEqual({ kind: 'set back', missing: { stream: STREAM, revision: 9, id: expect.any(String) as unknown } });
    await expect(append(4)).rejects.toThrow(LogSetBack);
  });

  test('needs three checks, however long they take', async () => {
    await checkQuietly();
    nowMs = SET_BACK_AFTER_MS * 10;
    await checkQuietly();
    expect(guard.standing.kind).toBe('in doubt');
  });

  test('is noticed also when others have written as many events since', async () => {
    await writtenUnnoticed(4, newEvents(20));
    await expect(check()).rejects.toThrow(LogInDoubt);
  });

  test('is served again when it holds the mark again, and the mark goes on', async () => {
    const lost = mark();
    await checkUntilLost();
    expect(guard.standing.kind).toBe('set back');
    // Restored once more, this time from a backup that has everything.
    await writtenUnnoticed(4, [...newEvents(4), { ...newEvent(), id: lost.id }]);
    await check();
    expect(guard.standing.kind).toBe('held');
    expect(await append(9)).toMatchObject({ outcome: 'appended' });
    expect(mark().revision).toBe(10);
  });

  test('ends a subscription instead of giving it events of the other log', async () => {
    const reading = async (): Promise<void> => {
      for await (const _ of store.subscribe({ after: 10n, signal: new AbortController().signal }));
    };
    // One that waits for events, and one that begins afterwards.
    const waiting = reading().catch((error: unknown) => error);
    await checkQuietly();
    expect(await waiting).toBeInstanceOf(LogInDoubt);
    await expect(reading()).rejects.toThrow(LogInDoubt);
  });

  test('is not marked while it is in doubt, and no mark is kept', async () => {
    guard.open('installation-1');
    await checkUntilLost();
    guard.seen([{ ...newEvent(), stream: STREAM, revision: 0, position: 100n }]);
    expect(mark().revision).toBe(9);
    await store.close();
    expect(saved).toEqual([]);
  });
});

test('nothing is served before it is known whose log it is', async () => {
  guarded({ startsClosed: true });
  await expect(append(-1)).rejects.toThrow(EventStoreUnavailable);
  await expect(store.readStream(STREAM, { limit: 1 })).rejects.toThrow(EventStoreUnavailable);
  guard.open('installation-1');
  expect(await append(-1)).toMatchObject({ outcome: 'appended' });
});

describe('an append', () => {
  test('that is answered with an old position is success only in a log that holds the mark', async () => {
    await append(-1);
    await append(0);
    const sent = answeredByTest();
    const appending = append(1);
    await sent.arrived;
    raw.setBackTo(0n);
    sent.answer({ outcome: 'appended', position: 1n, alreadyThere: false });
    await expect(appending).rejects.toThrow(AppendOutcomeUnknown);
  });

  test('that was under way when the log got lost is an unknown outcome, never success', async () => {
    await append(-1);
    const sent = answeredByTest();
    const appending = append(0);
    await sent.arrived;
    raw.setBackTo(0n);
    await checkQuietly();
    sent.answer({ outcome: 'appended', position: 2n, alreadyThere: false });
    await expect(appending).rejects.toThrow(AppendOutcomeUnknown);
  });

  test('that was there already is success only in a log that holds the mark', async () => {
    const events = [newEvent()];
    await append(-1, events);
    expect(await append(-1, events)).toMatchObject({ alreadyThere: true });
    const sent = answeredByTest();
    const appending = append(-1, events);
    await sent.arrived;
    raw.setBackTo(0n);
    sent.answer({ outcome: 'appended', position: 5n, alreadyThere: true });
    await expect(appending).rejects.toThrow(AppendOutcomeUnknown);
  });

  test('that conflicts below what was confirmed makes the mark be looked for', async () => {
    for (let revision = -1; revision < 3; revision += 1) await append(revision);
    const sent = answeredByTest();
    const appending = append(3);
    await sent.arrived;
    raw.setBackTo(1n);
    sent.answer({ outcome: 'conflict', revision: 0 });
    await expect(appending).rejects.toThrow(LogInDoubt);
  });

  test('that loses to another writer is an ordinary conflict', async () => {
    await append(-1);
    expect(await append(-1)).toEqual({ outcome: 'conflict', revision: 0 });
    expect(guard.standing.kind).toBe('held');
  });
});

describe('the mark', () => {
  test('is the newest event that was acknowledged or read, by position', async () => {
    await append(-1, [newEvent(), newEvent()]);
    await append(-1, [newEvent()], 'config-production.other');
    expect(mark()).toMatchObject({ stream: 'config-production.other', revision: 0 });
    await store.readStream(STREAM, { limit: 10 });
    expect(mark()).toMatchObject({ stream: 'config-production.other', revision: 0 });
  });

  test('of an earlier process is looked for before anything is read', async () => {
    guarded({ mark: { stream: STREAM, revision: 3, id: newEvent().id } });
    await expect(store.readStream('installation', { limit: 1 })).rejects.toThrow(LogInDoubt);
    expect(guard.standing).toMatchObject({ kind: 'in doubt', missing: { revision: 3 } });
  });

  test('of a follower that the log does not hold stops that follower, and nothing else', async () => {
    await append(-1);
    await assertLogHolds(store, [mark()], 'The read model');
    const lost = { stream: STREAM, revision: 7, id: newEvent().id };
    await expect(assertLogHolds(store, [mark(), lost], 'The read model')).rejects.toThrow(LogSetBack);
    await expect(assertLogHolds(store, [{ ...mark(), id: newEvent().id }], 'The read model')).rejects.toThrow(
      /The read model has worked off event 0/,
    );
    expect(guard.standing.kind).toBe('held');
  });

  test('is kept with its installation when it has changed, and at the end', async () => {
    guarded({ intervalMs: 5 });
    await append(-1);
    expect(saved).toEqual([]);
    guard.open('installation-1');
    await eventually(() => saved.length === 1);
    await append(0);
    await eventually(() => saved.length === 2);
    await append(1);
    await store.close();
    expect(saved.map(({ installation, revision }) => [installation, revision])).toEqual([
      ['installation-1', 0],
      ['installation-1', 1],
      ['installation-1', 2],
    ]);
  });

  test('is not missing because the store is away: nothing is known then', async () => {
    await append(-1);
    await expect(guard.checkLog(() => Promise.reject(new EventStoreUnavailable('away')))).rejects.toThrow('away');
    expect(guard.standing.kind).toBe('held');
  });
});
