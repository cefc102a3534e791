// The environments over an event store: the first start, races of two processes, and what is answered while nothing can be known.
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import { ENVIRONMENTS_STREAM, environmentsAggregate, type EnvironmentDefinition, type EnvironmentsCommand } from '@confledger/domain';
import { SigningKey } from '@confledger/test-support';
import { expect, test } from 'vitest';
import { ensureInstallation } from '../installation/installation-record.js';
import { Authentication } from '../loading/authentication.js';
import { EventStoreUnavailable, type EventStore } from '../ports/event-store.js';
import { decodeStored } from '../codec.js';
import { createEnvironments } from './create-environments.js';
import { defineFirstEnvironments } from './define-first.js';

const clock = { now: () => Date.parse('2026-07-01T12:00:00.000Z') };
const ids = { next: () => crypto.randomUUID() };
const signer = new SigningKey();

async function installed() {
  const store = createInMemoryEventStore();
  const record = await ensureInstallation({ store, signer, ids, clock });
  const authentication = new Authentication({ authority: signer, seals: record });
  const options = { store, signer, ids, clock, authentication };
  const core = () =>
    createEnvironments({
      ...options,
      oldNodes: () => Promise.resolve([]),
      olderApis: () => Promise.resolve({ seen: [], unseenRuledOut: true }),
    });
  return { store, options, core };
}

const define = (name: string, rest: Partial<EnvironmentDefinition> = {}): EnvironmentsCommand => ({
  type: 'Define',
  name,
  definition: { type: 'testing', ...rest },
});
const request = () => ({
  actor: { id: 'alice', method: 'token', roles: ['admin'] },
  reason: null,
  request: '[]',
  correlationId: ids.next(),
  guards: {},
});

async function eventsOf(store: EventStore) {
  const stored = await store.readStream(ENVIRONMENTS_STREAM, { from: 0, limit: 500 });
  return stored.map((each) => decodeStored(environmentsAggregate.events, each));
}

test('the first start defines the environments in one change set, and says nothing of the installation where that is new', async () => {
  const { store, options } = await installed();
  const state = await defineFirstEnvironments(options, { names: ['qa'], existedBefore: false });
  expect([...state.environments.keys()]).toEqual(['development', 'testing', 'staging', 'production', 'qa']);
  expect((await eventsOf(store)).map(({ metadata }) => [metadata.changeSet.size, metadata.facts])).toEqual(
    Array.from({ length: 5 }, () => [5, undefined]),
  );
});

test('the first start in an existing installation records the revision of it that was seen', async () => {
  const { store, options, core } = await installed();
  expect(await defineFirstEnvironments(options, { names: [], existedBefore: true })).toMatchObject({ existedBefore: true });
  const { length } = await store.readStream('installation', { from: 0, limit: 10 });
  expect((await eventsOf(store))[0]?.metadata.facts).toEqual({ installation: length - 1 });
  expect((await core().fresh()).existedBefore).toBe(true);
});

test('of two first starts at once one defines, and both know the same', async () => {
  const { store, options } = await installed();
  const first = { names: ['qa'], existedBefore: false };
  const [one, other] = await Promise.all([defineFirstEnvironments(options, first), defineFirstEnvironments(options, first)]);
  expect(one).toEqual(other);
  expect(await eventsOf(store)).toHaveLength(5);
});

test('two processes that define against each other make no cycle: one of them is refused', async () => {
  const { options, core } = await installed();
  await defineFirstEnvironments(options, { names: [], existedBefore: false });
  const [one, other] = [core(), core()];
  await Promise.all([one.fresh(), other.fresh()]);
  const staging = define('staging', { type: 'staging', inheritsFrom: ['testing'] });
  const outcomes = await Promise.all([
    one.execute(staging, request()),
    other.execute(define('testing', { inheritsFrom: ['staging'] }), request()),
  ]);
  expect(outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.refusal.code : outcome.kind)).sort()).toEqual([
    'ENVIRONMENT_CYCLE',
    'done',
  ]);
});

test('a definition of another process is known by its events, without a read', async () => {
  const { store, options, core } = await installed();
  await defineFirstEnvironments(options, { names: [], existedBefore: false });
  const [one, other] = [core(), core()];
  expect(other.known).toBeNull();
  await other.fresh();
  await one.execute(define('qa'), request());
  expect(other.known?.environments.has('qa')).toBe(false);
  other.observe(await store.readAll({ after: 0n, limit: 100 }));
  expect(other.known?.environments.has('qa')).toBe(true);
});

test('until the first start has been nothing is known, and a fresh reading says that it cannot be told', async () => {
  const { core } = await installed();
  const environments = core();
  await expect(environments.fresh()).rejects.toBeInstanceOf(EventStoreUnavailable);
  expect(environments.known).toBeNull();
  expect(await environments.execute(define('qa'), request())).toMatchObject({ kind: 'refused', refusal: { code: 'UPGRADE_UNFINISHED' } });
});

test('a stream that does not hold is an alarm, and nothing of it is known', async () => {
  const { store, options } = await installed();
  await defineFirstEnvironments(options, { names: [], existedBefore: false });
  store.alter(ENVIRONMENTS_STREAM, 1, (event) => ({ ...event, data: '{}' }));
  const alarms: string[] = [];
  const environments = createEnvironments({
    ...options,
    oldNodes: () => Promise.resolve([]),
    olderApis: () => Promise.resolve({ seen: [], unseenRuledOut: true }),
    onBrokenStream: ({ stream }) => void alarms.push(stream),
  });
  await expect(environments.fresh()).rejects.toThrow('event 1 of environments does not hold');
  expect([alarms, environments.known, environments.brokenStreams().length]).toEqual([[ENVIRONMENTS_STREAM], null, 1]);
});
