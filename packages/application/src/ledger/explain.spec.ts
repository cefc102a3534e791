// What an answer says of other people's versions: those that stand in the way, and those that it took live.
import { describe, expect, test } from 'vitest';
import type { Command, DraftEvent, Envelope } from '@confledger/domain';
import { NAME, recordedBy, testCore, type TestCore, type TestRequest } from '../../../../test/support/src/ledgers-core.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import { toAppend } from '../codec.js';
import type { EventStore } from '../ports/event-store.js';
import { LISTED_EVENTS_MAX, versionsBetween } from './versions-between.js';

const detailsOf = async (core: TestCore, command: Command, request: TestRequest) => {
  const outcome = await core.execute(command, request);
  if (outcome.kind !== 'refused') throw new Error('it was carried out');
  return {
    code: outcome.refusal.code,
    said: outcome.refusal.details.slice(1).map((detail) => detail.message),
    rules: outcome.refusal.details.slice(1).map((detail) => detail.rule),
  };
};

/** Version 2 {a,b} active (3), version 5 by bob changes a and c, version 6 by carol changes d.e. */
async function story(store: EventStore = createInMemoryEventStore()) {
  const core = testCore(store);
  await core.done({ type: 'Create', configuration: { a: 1, b: 1 } }, { guards: { activate: true } });
  await core.done({ type: 'Merge', patch: { a: 2, c: 1 } }, { actor: 'bob', reason: 'more room' });
  await core.set('d.e', 1, { actor: 'carol' });
  return { core, store };
}

describe('a refusal names the versions in the way, with author, reason and paths', () => {
  test('those that are pending', async () => {
    const { core } = await story();
    const { code, said, rules } = await detailsOf(core, { type: 'Set', path: 'x', value: 1 }, { guards: { activate: true } });
    expect([code, ...rules]).toEqual(['PENDING_CHANGES', 'pending-version', 'pending-version']);
    expect(said[0]).toMatch(/^Version 5 by bob at 2026-01-05T09:00:00.000Z changed a, c \(more room\)$/);
    expect(said[1]).toMatch(/^Version 6 by carol at .* changed d\.e$/);
  });
  test('from the first on while nothing is active', async () => {
    const core = testCore(createInMemoryEventStore());
    await core.set('a', 1);
    expect((await detailsOf(core, { type: 'Set', path: 'x', value: 1 }, { guards: { activate: true } })).said).toEqual([
      expect.stringContaining('Version 1 by alice'),
    ]);
    await core.set('a', 2);
    expect((await core.done({ type: 'Activate', version: 'latest' })).activated?.tookLive).toEqual([1, 2]);
  });
  test('those since the version that the client saw', async () => {
    const { core } = await story();
    expect(await detailsOf(core, { type: 'DeleteAll' }, { guards: { expectedVersion: 5 } })).toMatchObject({
      code: 'EXPECTED_VERSION_CONFLICT',
      said: [expect.stringContaining('Version 6 by carol')],
      rules: ['changed-since'],
    });
    expect((await detailsOf(core, { type: 'DeleteAll' }, { guards: { ifMatch: 2 } })).said).toHaveLength(2);
  });
  test('of a path only those at, above or below it, and not the one that the client saw itself', async () => {
    const { core } = await story();
    // The client saw b, or a, in the first change set: its own version is not what happened since.
    expect((await detailsOf(core, { type: 'Set', path: 'a', value: 9 }, { guards: { ifMatch: 1 } })).said).toEqual([
      expect.stringContaining('Version 5 by bob'),
    ]);
    expect((await detailsOf(core, { type: 'Set', path: 'd', value: 9 }, { guards: { ifMatch: 1 } })).said).toEqual([
      expect.stringContaining('Version 6 by carol'),
    ]);
  });
  test('at most the newest twenty, and of each at most five paths', async () => {
    const { core } = await story();
    for (let value = 0; value < 25; value += 1) await core.set('a', 100 + value);
    await core.done({ type: 'Merge', patch: Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`w${index}`, 1])) });
    const { said } = await detailsOf(core, { type: 'DeleteAll' }, { guards: { expectedVersion: 2 } });
    expect(said).toHaveLength(21);
    expect(said.at(-1)).toMatch(/^\d+ older versions are not named here/);
    expect(said.at(-2)).toMatch(/changed w0, w1, w2, w3, w4 and 4 more/);
  });
  test('a number that the client made up is refused all the same', async () => {
    const { core } = await story();
    expect((await detailsOf(core, { type: 'DeleteAll' }, { guards: { expectedVersion: 4_000 } })).said).toEqual([]);
    expect((await detailsOf(core, { type: 'DeleteAll' }, { guards: { expectedVersion: -7 } })).said).toHaveLength(3);
  });
});

describe('the versions of a stretch of history', () => {
  test('are those of change sets that took effect, oldest first', async () => {
    const { core, store } = await story();
    await abandon(store, [{ type: 'ConfigSet', data: { path: 'lost', value: 1 } }]);
    await core.done({ type: 'Tag', version: 2, tag: 't', move: false });
    const versions = await versionsBetween(core.ledgers.reader, NAME, -1, 100);
    expect(versions.map((each) => [each.version, each.actor, each.paths])).toEqual([
      [2, 'alice', ['a', 'b']],
      [5, 'bob', ['a', 'c']],
      [6, 'carol', ['d.e']],
    ]);
    expect((await versionsBetween(core.ledgers.reader, NAME, 2, 5)).map((each) => each.version)).toEqual([5]);
  });
  test('of which the beginning was seen already is not among what came since', async () => {
    const { core } = await story();
    expect((await versionsBetween(core.ledgers.reader, NAME, 1, 100)).map((each) => each.version)).toEqual([5, 6]);
  });
  test('are versions however many events follow their last change in their change set', async () => {
    const { core, store } = await story();
    const { stream } = await core.ledgers.reader.end(NAME);
    const tags: DraftEvent[] = Array.from({ length: 600 }, (_, index) => ({
      type: 'VersionTagged',
      data: { version: stream.revision + 1, tag: `t${index}` },
    }));
    const texts = recordedBy(stream, [{ type: 'ConfigSet', data: { path: 'late', value: 1 } }, ...tags], ENVELOPE);
    await store.append(stream.name, stream.revision, texts.map(toAppend));
    const version = stream.revision + 1;
    expect((await testCore(store).found({ version })).document.valueAt('late')).toBe(1);
    expect(await testCore(store).done({ type: 'Activate', version })).toMatchObject({ activated: { version, tookLive: [5, 6, version] } });
    expect((await versionsBetween(core.ledgers.reader, NAME, 6, version)).map((each) => each.version)).toEqual([version]);
  });
  test('are listed as far as the limit of events goes', async () => {
    const store = createInMemoryEventStore();
    const core = testCore(store);
    await core.set('a', -1);
    await Promise.all(Array.from({ length: LISTED_EVENTS_MAX + 500 }, (_, value) => core.set('a', value)));
    expect(await versionsBetween(core.ledgers.reader, NAME, 1, 100_000)).toHaveLength(LISTED_EVENTS_MAX);
  });
});

describe('an activation says every version that it took live', () => {
  test('also those of others, and also tried out', async () => {
    const { core } = await story();
    const tried = await core.set('x', 1, { guards: { activate: 'all' }, dryRun: true });
    expect(tried.activated).toMatchObject({ tookLive: [5, 6, 7], tookLiveCount: 3 });
    expect((await core.set('x', 1, { guards: { activate: 'all' } })).activated).toMatchObject({ tookLive: [5, 6, 7], tookLiveCount: 3 });
  });
  test('an older one takes live nothing but itself', async () => {
    const { core } = await story();
    await core.done({ type: 'Activate', version: 'latest' });
    expect((await core.done({ type: 'Activate', version: 5 })).activated).toMatchObject({ tookLive: [5], tookLiveCount: 1 });
  });
  test('at most a thousand are named, the count is exact', async () => {
    const { core } = await story();
    await Promise.all(Array.from({ length: 1_200 }, (_, value) => core.set('n', value)));
    const outcome = await core.done({ type: 'Activate', version: 'latest' });
    expect(outcome.activated?.tookLiveCount).toBe(1_202);
    expect(outcome.activated?.tookLive).toHaveLength(1_000);
    expect(outcome.activated?.tookLive.at(-1)).toBe(outcome.activated?.version);
  });
});

const ENVELOPE: Envelope = {
  actor: { id: 'dead', method: 'token', roles: [] },
  reason: null,
  commandId: 'x',
  fingerprint: 'x',
  correlationId: 'x',
  causationId: null,
  traceparent: null,
  changeSetId: 'x',
  now: 0,
};

/** Begins a change set, as a process that died would leave it. */
async function abandon(store: EventStore, drafts: readonly DraftEvent[]): Promise<void> {
  const stream = NAME.stream;
  const [last] = await store.readStream(stream, { direction: 'backwards', limit: 1 });
  const [first] = await store.readStream(stream, { limit: 1 });
  if (!first || !last) throw new Error('the ledger exists');
  const { hash, occurredAt } = JSON.parse(last.metadata) as { hash: string; occurredAt: string };
  const padding: DraftEvent = { type: 'ConfigSet', data: { path: 'padding', value: 0 } };
  const end = { name: stream, revision: last.revision, hash, occurredAt, origin: first.id };
  const recorded = recordedBy(end, [...drafts, padding], ENVELOPE);
  await store.append(stream, last.revision, recorded.slice(0, drafts.length).map(toAppend));
  // The writer behind it waits for its end, except that it is its own: another core abandons it after the agreed time.
  const { stream: now } = await testCore(store).ledgers.reader.end(NAME);
  const tag = recordedBy(now, [{ type: 'VersionTagged', data: { version: 2, tag: 'cut' } }], {
    ...ENVELOPE,
    changeSetId: 'y',
    commandId: 'y',
  });
  await store.append(stream, now.revision, tag.map(toAppend));
}
