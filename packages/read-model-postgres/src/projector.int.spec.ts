// Projectors on a real Postgres: one is active, a standby takes over when its lock connection dies, and whatever happens
// between, each event takes effect once.
import {
  LogSetBack,
  runProjector,
  type EventStore,
  type ProjectorEvent,
  type ProjectorOptions,
  type ReadModel,
} from '@confledger/application';
import { createInMemoryEventStore, InMemoryReadModel, type InMemoryEventStore } from '@confledger/application/testing';
import { contentsOf, LedgerLog, projectLog, randomLedgerLog, randomNumbers } from '@confledger/conformance';
import { createPool } from '@confledger/postgres';
import { eventually, freshDatabase, tcpProxy, throughProxy } from '@confledger/test-support';
import type pg from 'pg';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPostgresProjections, type PostgresProjections } from './projections.js';
import { openProjectionStore } from './projection-store.js';
import { createPostgresReadModel } from './read-model.js';
import { rebuildReadModel } from './rebuild.js';
import { migrateReadModel } from './schema.js';

const ENGINE = 'production.trading-engine';

describe('projectors on Postgres', () => {
  let connectionString: string;
  let schemas = 0;
  let location: { connectionString: string; schema: string };
  let log: LedgerLog;
  let events: EventStore;
  let memory: InMemoryEventStore;
  let admin: pg.Pool;
  let readModel: ReadModel;
  let running: { stop(): Promise<void> }[] = [];

  interface Started {
    readonly told: ProjectorEvent[];
    stop(): Promise<void>;
  }

  const start = (overrides: Partial<ProjectorOptions> = {}, at = location): Started => {
    const projections: PostgresProjections = createPostgresProjections(at);
    const stopping = new AbortController();
    const told: ProjectorEvent[] = [];
    const { documentAt } = log;
    const options = {
      events,
      ...projections,
      documentAt,
      onEvent: (event: ProjectorEvent) => void told.push(event),
      ...overrides,
    };
    const ended = runProjector(options, stopping.signal);
    const stop = async (): Promise<void> => {
      stopping.abort();
      await ended;
      await projections.close();
    };
    const started = { told, stop };
    running.push(started);
    return started;
  };
  const stop = async (started: Started): Promise<void> => {
    running = running.filter((other) => other !== started);
    await started.stop();
  };
  const write = async (value: number): Promise<bigint> => {
    const written = log.change(ENGINE, { note: value });
    await log.appendTo(events, log.stored.length - written.length);
    return log.stored.at(-1)?.position ?? 0n;
  };
  const expectUndisturbed = async (): Promise<void> => {
    const expected = new InMemoryReadModel();
    await projectLog(log, expected);
    expect(await contentsOf(readModel, await openProjectionStore(admin, location.schema))).toEqual(await contentsOf(expected, expected));
  };
  /** Ends the sessions that hold this schema's projector lock, as a crash or a network fault would. */
  const killLockHolder = async (): Promise<number> => {
    const { rowCount } = await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1`, [
      `confledger lock project ${location.schema}`,
    ]);
    return rowCount ?? 0;
  };
  const isActive = ({ told }: Started): boolean => told.some(({ kind }) => kind === 'active');

  beforeAll(async () => {
    connectionString = await freshDatabase();
  });
  beforeEach(async () => {
    schemas += 1;
    location = { connectionString, schema: `projector_${schemas}` };
    await migrateReadModel(location);
    log = randomLedgerLog(schemas, 40);
    events = memory = createInMemoryEventStore();
    await log.appendTo(events);
    admin = createPool(location);
    readModel = createPostgresReadModel(location);
  });
  afterEach(async () => {
    for (const each of running.splice(0)) await each.stop();
    await readModel.close();
    await admin.end();
    await events.close();
  });

  test('A projector carries the read model to the end of the log and then follows it', async () => {
    start();
    expect(await readModel.waitFor(log.stored.at(-1)?.position ?? 0n, 20_000)).toBe(true);
    expect(await readModel.waitFor(await write(1), 20_000)).toBe(true);
    await expectUndisturbed();
  });

  test('A log that was set back and grew on is not projected over the rows of the lost events', async () => {
    const first = start();
    const projected = log.stored.at(-1)?.position ?? 0n;
    expect(await readModel.waitFor(projected, 20_000)).toBe(true);
    await stop(first);
    const before = await contentsOf(readModel, await openProjectionStore(admin, location.schema));
    memory.setBackTo(BigInt(log.stored.length - 5));
    const others = new LedgerLog();
    for (let value = 0; value < 10; value += 1) others.change('production.other', { value });
    await others.appendTo(events);
    const second = start();
    const failed = await eventually(() => second.told.find((event) => event.kind === 'failed'));
    expect(failed.error).toBeInstanceOf(LogSetBack);
    expect(failed.error).toMatchObject({
      message: expect.stringMatching(/^The read model has worked off event \d+ of \S+, which the log does not hold/),
    });
    expect(isActive(second)).toBe(false);
    expect(await contentsOf(readModel, await openProjectionStore(admin, location.schema))).toEqual(before);
  });

  test('Of two projectors one is active; when its lock connection dies the other takes over within 2 s', async () => {
    const first = start();
    await eventually(() => isActive(first));
    const second = start();
    await eventually(() => second.told.some(({ kind }) => kind === 'standby'));
    expect(isActive(second)).toBe(false);
    await stop(first);
    const stoppedAt = performance.now();
    await eventually(() => isActive(second), { timeoutMs: 2_000 });
    expect(performance.now() - stoppedAt).toBeLessThan(2_000);
    expect(await readModel.waitFor(await write(2), 20_000)).toBe(true);
    await expectUndisturbed();
  });

  test('While lock connections are killed again and again under load, each event takes effect once', async () => {
    const [first, second] = [start(), start()];
    let killed = 0;
    let last = 0n;
    for (let round = 0; round < 5; round += 1) {
      for (let index = 0; index < 20; index += 1) last = await write(round * 100 + index);
      const actives = (): number => [...first.told, ...second.told].filter(({ kind }) => kind === 'active').length;
      const before = actives();
      killed += await eventually(() => killLockHolder());
      await eventually(() => actives() > before);
    }
    expect(killed).toBeGreaterThanOrEqual(5);
    expect(await readModel.waitFor(last, 20_000)).toBe(true);
    await expectUndisturbed();
  });

  test('Two that both believe to be active cannot both write: the checkpoint decides', async () => {
    const lock = { acquire: () => Promise.resolve({ lost: new AbortController().signal, release: () => Promise.resolve() }) };
    start({ lock });
    start({ lock });
    let last = 0n;
    for (let index = 0; index < 60; index += 1) {
      last = await write(index);
      if (index % 10 === 0) await readModel.waitFor(last, 20_000);
    }
    expect(await readModel.waitFor(last, 20_000)).toBe(true);
    await expectUndisturbed();
  });

  test('A Postgres that falls silent, cuts and comes back only delays', async () => {
    const random = randomNumbers(5);
    const { hostname, port } = new URL(connectionString);
    const proxy = await tcpProxy({ host: hostname, port: Number(port) });
    start({ retryDelayMs: 10 }, { ...location, connectionString: throughProxy(connectionString, proxy) });
    let last = 0n;
    for (let index = 0; index < 8; index += 1) {
      for (let each = 0; each < 5; each += 1) last = await write(index * 10 + each);
      if (random() < 0.7) proxy.cut();
    }
    expect(await readModel.waitFor(last, 20_000)).toBe(true);
    await expectUndisturbed();
    await Promise.all(running.splice(0).map((each) => each.stop()));
    await proxy.close();
  });

  test('A rebuild under a running projector: it goes on in the new tables', async () => {
    const projector = start();
    expect(await readModel.waitFor(await write(1), 20_000)).toBe(true);
    const { documentAt } = log;
    const rebuilt = new AbortController();
    const writer = (async () => {
      let last = 0n;
      for (let index = 0; !rebuilt.signal.aborted; index += 1) {
        last = await write(index);
        // In step with whoever projects; while a switch keeps the projector waiting the log grows on.
        await readModel.waitFor(last, 20);
      }
      return last;
    })();
    await rebuildReadModel({ location, events, documentAt });
    rebuilt.abort();
    expect(await readModel.waitFor(await writer, 20_000)).toBe(true);
    expect(await readModel.waitFor(await write(-1), 20_000)).toBe(true);
    expect(projector.told.some(({ kind }) => kind === 'superseded' || kind === 'failed')).toBe(true);
    await expectUndisturbed();
  });
});
