// The driver of the projections: which streams it gives to whom, which it parks, and how far it says it is.
import { contentsOf, LedgerLog, olderRelease, projectLog } from '@confledger/conformance';
import { StreamCorrupt } from '@confledger/domain';
import { describe, expect, test } from 'vitest';
import { testSigner } from '../../../../test/support/src/ledgers-core.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import { InMemoryReadModel } from '../in-memory/read-model.js';
import { ensureInstallation } from '../installation/installation-record.js';
import { EventStoreUnavailable } from '../ports/event-store.js';
import { ProjectionRefused, type ProjectionBatch } from '../ports/projection-store.js';
import type { DriverEvent } from './driver-events.js';
import { LogFolder } from './log-folder.js';

const ENGINE = 'production.trading-engine';
const strange = { data: '\0', metadata: '' };

async function projected(write: (log: LedgerLog) => unknown): Promise<{ readonly log: LedgerLog; readonly model: InMemoryReadModel }> {
  const log = new LedgerLog();
  write(log);
  const model = new InMemoryReadModel();
  await projectLog(log, model);
  return { log, model };
}

describe('a stream that this release does not know', () => {
  test('is parked from its first event on: one row, whatever comes behind it, and the others go on', async () => {
    const { log, model } = await projected((log) => {
      log.change(ENGINE, { a: 1 });
      log.raw('access-control', { type: 'RoleGranted', ...strange });
      log.change(ENGINE, { a: 2 });
      log.raw('access-control', { type: 'RoleRevoked', ...strange });
    });
    const row = {
      stream: 'access-control',
      revision: 0,
      position: 3n,
      type: 'RoleGranted',
      reason: 'this release does not know its stream',
    };
    expect([...model.tables.parkedStreams.values()]).toEqual([row]);
    expect(model.tables.parked.size).toBe(0);
    log.raw('access-control', { type: 'RoleRevoked', ...strange });
    await projectLog(log, model);
    expect([...model.tables.parkedStreams.values()]).toEqual([row]);
    expect((await model.ledgers({}, { limit: 1 })).items).toMatchObject([{ latest: 2, complete: true }]);
    expect(model.tables.checkpoint).toBe(6n);
  });

  test('has no ledger, also where it is almost named after one', async () => {
    const { model } = await projected((log) => log.raw('config-Production.x', { type: 'LedgerCreated', ...strange }));
    expect([...model.tables.parkedStreams.values()]).toMatchObject([
      { stream: 'config-Production.x', reason: expect.stringContaining('not named') },
    ]);
    expect(model.tables.ledgers.size).toBe(0);
  });

  test('is named by its event where the store refuses its row', async () => {
    const log = new LedgerLog();
    log.raw('fleet-production.trading-engine', { type: 'Reported', ...strange });
    log.raw('proposal-1', { type: 'Drafted', ...strange });
    const model = new InMemoryReadModel();
    const commit = (batch: ProjectionBatch): Promise<'committed' | 'superseded'> =>
      batch.parkedStreams.some(({ stream }) => stream.startsWith('proposal-'))
        ? Promise.reject(new ProjectionRefused('too long'))
        : model.commit(batch);
    const store = { load: (streams: readonly string[]) => model.load(streams), commit };
    const folder = new LogFolder({ store, documentAt: () => Promise.resolve(null), at: 0n });
    expect(await folder.take(log.stored)).toBe('committed');
    expect([...model.tables.parkedStreams.keys()]).toEqual(['fleet-production.trading-engine']);
    expect([...model.tables.parked.values()]).toMatchObject([
      { position: 2n, stream: 'proposal-1', reason: expect.stringContaining('too long') },
    ]);
    expect(model.tables.checkpoint).toBe(2n);
  });
});

test('A ledger with an event that cannot be read is parked as a stream too, from the first event that was not folded', async () => {
  const { model } = await projected((log) => {
    log.change(ENGINE, { a: 1 });
    log.change(ENGINE, { a: 2, b: 3 }, { keep: 1 });
    log.raw(`config-${ENGINE}`, { type: 'LedgerRenamed', data: '{}', metadata: '{"schemaVersion":4}' });
    log.raw(`config-${ENGINE}`, { type: 'ConfigSet', data: '{}', metadata: '{}' });
  });
  expect([...model.tables.parkedStreams.values()]).toEqual([
    {
      stream: `config-${ENGINE}`,
      revision: 2,
      position: 3n,
      type: 'ConfigSet',
      reason: `event 3 of config-${ENGINE} has the unknown type 'LedgerRenamed' (schemaVersion 4)`,
    },
  ]);
  expect([...model.tables.parked.keys()]).toEqual([3n, 4n, 5n]);
  expect(model.tables.streams.get(`config-${ENGINE}`)).toMatchObject({ revision: 1, parkedAt: 4n });
  expect(model.tables.ledgers.get(ENGINE)).toMatchObject({ parkedAt: 4n });
});

test('An open change set that a newer release kept, and that this one cannot read, is parked as a fold of the log parks it', async () => {
  const older = olderRelease({ types: ['ConfigDeleted'] });
  const { log, model } = await projected((log) => {
    log.change(ENGINE, { a: 1, b: 2 });
    log.change(ENGINE, { c: 3 });
    log.change(ENGINE, { a: undefined, b: undefined, c: 4 }, { keep: 2 });
  });
  expect(model.tables.buffered.get(`config-${ENGINE}`)).toHaveLength(2);
  log.change(ENGINE, { d: 1 });
  await projectLog(log, model, older);
  const byOlder = new InMemoryReadModel();
  await projectLog(log, byOlder, older);
  expect(await contentsOf(model, model)).toEqual(await contentsOf(byOlder, byOlder));
  expect([...model.tables.parkedStreams.values()]).toMatchObject([{ revision: 4, reason: expect.stringContaining('ConfigDeleted') }]);
});

test('Every event of every stream that is known has its audit row, with what it says', async () => {
  const store = createInMemoryEventStore();
  await ensureInstallation({ store, signer: testSigner, ids: { next: () => 'id' }, clock: { now: () => Date.UTC(2026, 0, 5) } });
  const model = new InMemoryReadModel();
  const events = await store.readAll({ after: 0n, limit: 10 });
  await new LogFolder({ store: model, documentAt: () => Promise.resolve(null), at: 0n }).take(events);
  const { items } = await model.audit({}, { limit: 10 });
  expect(items.map(({ type, stream, position }) => [type, stream, position])).toEqual([
    ['StreamsSealed', 'installation', 3n],
    ['MacKeySet', 'installation', 2n],
    ['InstallationCreated', 'installation', 1n],
  ]);
  expect(items.slice(-1)).toMatchObject([
    {
      position: 1n,
      stream: 'installation',
      environment: null,
      service: null,
      revision: 0,
      type: 'InstallationCreated',
      actor: 'confledger',
      method: 'internal',
      reason: 'first start',
      occurredAt: '2026-01-05T00:00:00.000Z',
      abandoned: false,
      version: null,
      path: null,
      detail: { installation: 'id', keyId: '0123456789abcdef', publicKey: 'cHVibGlj' },
    },
  ]);
  expect(model.tables.streams.get('installation')).toMatchObject({ revision: 2, parkedAt: null });
  expect([model.tables.ledgers.size, model.tables.parkedStreams.size]).toEqual([0, 0]);
});

test('A document that cannot be read parks its ledger, and the others go on', async () => {
  const log = new LedgerLog();
  for (let value = 0; value < 3; value += 1) log.change(ENGINE, { a: value });
  const model = new InMemoryReadModel();
  await projectLog(log, model);
  const from = log.stored.length;
  // Version 1 is not among what the tables hold.
  log.activate(ENGINE, 1);
  log.change('production.risk-gateway', { b: 1 }, { activate: true });
  const documentAt = () => Promise.reject(new StreamCorrupt('event 1 does not fit'));
  expect(await new LogFolder({ store: model, documentAt, at: BigInt(from) }).take(log.stored.slice(from))).toBe('committed');
  expect((await model.ledgers({}, { limit: 10 })).items).toMatchObject([
    { service: 'risk-gateway', complete: true, active: 1 },
    { service: 'trading-engine', complete: false, active: null, latest: 3 },
  ]);
  const [row] = model.tables.parkedStreams.values();
  expect(row).toMatchObject({
    revision: 4,
    type: 'VersionActivated',
    reason: 'the document of version 1 cannot be read: event 1 does not fit',
  });
});

test('While the event store is away nothing is parked: the batch is tried again', async () => {
  const log = new LedgerLog();
  for (let value = 0; value < 3; value += 1) log.change(ENGINE, { a: value });
  const model = new InMemoryReadModel();
  await projectLog(log, model);
  const from = log.stored.length;
  log.activate(ENGINE, 1);
  const documentAt = () => Promise.reject(new EventStoreUnavailable('away'));
  const folder = new LogFolder({ store: model, documentAt, at: BigInt(from) });
  await expect(folder.take(log.stored.slice(from))).rejects.toThrow('away');
  expect([model.tables.checkpoint, model.tables.parkedStreams.size]).toEqual([BigInt(from), 0]);
});

test('The checkpoint names the last event of the batch, of whatever stream it is', async () => {
  const { log, model } = await projected((log) => {
    log.change(ENGINE, { a: 1 });
    log.raw('keyring', { type: 'KeyWrapped', ...strange });
  });
  expect((await model.checkpoint()).mark).toEqual({ stream: 'keyring', revision: 0, id: log.stored.at(-1)?.id });
  const [event] = log.change(ENGINE, { a: 2 });
  await projectLog(log, model);
  expect(await model.checkpoint()).toEqual({ position: 4n, mark: { stream: `config-${ENGINE}`, revision: 2, id: event?.id } });
});

test('A stream is told when it is parked, with its first event', async () => {
  const log = new LedgerLog();
  log.raw('template-risk', { type: 'TemplateSaved', ...strange });
  log.raw('template-risk', { type: 'TemplateSaved', ...strange });
  const model = new InMemoryReadModel();
  const told: DriverEvent[] = [];
  const options = { store: model, documentAt: () => Promise.resolve(null), at: 0n };
  await new LogFolder({ ...options, tell: (event) => void told.push(event) }).take(log.stored);
  expect(told).toEqual([
    expect.objectContaining({ kind: 'streamParked', stream: 'template-risk', revision: 0, position: 1n }),
    { kind: 'committed', position: 2n, events: 2 },
  ]);
});
