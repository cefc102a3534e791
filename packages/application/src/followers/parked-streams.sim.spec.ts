// Upgrades, seeded: projectors of an older release meet what they do not know, those of this release go on with it. Whatever fails, and
// however often one release takes over from the other, the rows end up as those of a rebuild by this release.
import {
  contentsOf,
  olderRelease,
  projectLog,
  projectorWorld,
  randomNumbers,
  thisRelease,
  type ProjectorWorld,
  type Release,
} from '@confledger/conformance';
import { isDeepStrictEqual } from 'node:util';
import { eventually } from '@confledger/test-support';
import { describe, expect, test } from 'vitest';
import type { EventStore } from '../ports/event-store.js';
import { InMemoryReadModel } from '../in-memory/read-model.js';
import type { LedgerLog } from '../../../../test/conformance/src/ledger-log.js';
import { runProjector, type ProjectorEvent } from './projector.js';

const strange = { data: '{}', metadata: '{}' };
const OLDER_RELEASES: readonly Release[] = [
  olderRelease({ types: ['VersionTagged', 'VersionUntagged'] }),
  olderRelease({ types: ['ConfigDeleted'] }),
  olderRelease({ types: ['VersionActivated'], streams: ['installation'] }),
  olderRelease({ types: ['LedgerCreated'] }),
  olderRelease({ streams: ['config-staging.trading-engine', 'config-production.trading-engine', 'installation'] }),
  olderRelease({ types: ['VersionTagged'], streams: ['config-production.risk-gateway'] }),
];
const olderOf = (seed: number): Release => OLDER_RELEASES[seed % OLDER_RELEASES.length] ?? thisRelease;

const end = ({ log }: ProjectorWorld): bigint => log.stored.at(-1)?.position ?? 0n;

/** What no release here can fold: streams of a later one, and a ledger with a broken chain. */
async function appendStrangers(here: ProjectorWorld): Promise<void> {
  const { log } = here;
  const from = log.stored.length;
  log.raw('access-control', { type: 'RoleGranted', ...strange });
  log.raw('fleet-production.trading-engine', { type: 'Applied', ...strange });
  const [first] = log.change('testing.broken', { a: 1, b: 2 }, { keep: 1 });
  log.raw('config-testing.broken', { type: 'ConfigSet', data: '{"path":"a","value":2}', metadata: first?.metadata ?? '' });
  log.raw('access-control', { type: 'RoleGranted', ...strange });
  log.raw('config-testing.broken', { type: 'ConfigSet', ...strange });
  await log.appendTo(here.events, from);
}

async function rebuilt(log: LedgerLog): Promise<InMemoryReadModel> {
  const model = new InMemoryReadModel();
  await projectLog(log, model);
  return model;
}

/** Runs a projector of a release until the condition holds, or the test gives up on it. */
async function run(here: ProjectorWorld, release: Release, until: () => boolean | Promise<boolean>): Promise<void> {
  const stopping = new AbortController();
  const running = runProjector({ ...here.options, ...release }, stopping.signal);
  try {
    await eventually(until);
  } finally {
    stopping.abort();
    await running;
  }
}

const everythingIn = async (model: InMemoryReadModel) => ({
  ...(await contentsOf(model, model)),
  environments: [...model.tables.environments.values()].sort((a, b) => (a.environment < b.environment ? -1 : 1)),
});

/** Runs this release until everything is as a rebuild makes it. */
async function expectRebuilt(here: ProjectorWorld): Promise<void> {
  // A projector goes on with what is parked before it follows the log: at this event, that is done.
  const from = here.log.stored.length;
  here.log.installation();
  await here.log.appendTo(here.events, from);
  const expected = await everythingIn(await rebuilt(here.log));
  const isDone = () => here.model.tables.checkpoint === end(here);
  await run(here, thisRelease, async () => isDone() && isDeepStrictEqual(await everythingIn(here.model), expected)).catch(() => undefined);
  expect(await everythingIn(here.model)).toEqual(expected);
}

describe('after an upgrade', () => {
  test.each(Array.from({ length: 24 }, (_, index) => index + 1))(
    'Seed %i: what an older release parked is folded, and the rows are those of a rebuild',
    async (seed) => {
      const here = await projectorWorld(seed, 0);
      await appendStrangers(here);
      const older = olderOf(seed);
      await run(here, older, () => here.model.tables.checkpoint === end(here));
      const byOlder = new InMemoryReadModel();
      await projectLog(here.log, byOlder, older);
      expect(await contentsOf(here.model, here.model)).toEqual(await contentsOf(byOlder, byOlder));
      await expectRebuilt(here);
    },
  );

  test.each(Array.from({ length: 24 }, (_, index) => index + 101))(
    'Seed %i: with faults at every step, and kills between chunks, it goes on where it was',
    async (seed) => {
      const here = await projectorWorld(seed, 0.15);
      await appendStrangers(here);
      await run(here, olderOf(seed), () => here.model.tables.checkpoint === end(here));
      const random = randomNumbers(seed);
      const lives = Array.from({ length: 3 }, () => die(here, thisRelease, random, 12));
      await Promise.all(lives);
      await expectRebuilt(here);
      expect(here.faults.count).toBeGreaterThan(0);
    },
  );

  test.each(Array.from({ length: 24 }, (_, index) => index + 201))(
    'Seed %i: an upgrade that is taken back, and made again, loses nothing',
    async (seed) => {
      const here = await projectorWorld(seed, 0.05);
      await appendStrangers(here);
      const random = randomNumbers(seed);
      for (let lives = 0; lives < 30; lives += 1) await die(here, random() < 0.5 ? olderOf(seed) : thisRelease, random, 1);
      await expectRebuilt(here);
    },
  );
});

/** So many short lives of a projector, one after another. */
async function die(here: ProjectorWorld, release: Release, random: () => number, lives: number): Promise<void> {
  for (let life = 0; life < lives; life += 1) {
    const stopping = new AbortController();
    const running = runProjector({ ...here.options, ...release }, stopping.signal);
    for (let turns = Math.floor(random() * 40); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
    stopping.abort();
    await running;
  }
}

describe('a stream that stays parked', () => {
  const toldOf = (told: readonly ProjectorEvent[], stream: string): ProjectorEvent[] =>
    told.filter((event) => event.kind === 'streamParked' && event.stream === stream);

  test('is told once by each process, however often it begins again, and is tried once', async () => {
    const here = await projectorWorld(1, 0);
    await appendStrangers(here);
    await run(here, thisRelease, () => here.model.tables.checkpoint === end(here));
    here.told.length = 0;
    const reads: string[] = [];
    const readStream: EventStore['readStream'] = (stream, page) => {
      // Each beginning looks for one event, which the read model has folded.
      if (page.limit > 1) reads.push(stream);
      return here.events.readStream(stream, page);
    };
    const events = { ...here.options.events, readStream };
    let supersede = 3;
    const store = { ...here.options, events, store: async () => ((supersede -= 1), superseded(here.model, () => supersede > 0)) };
    const stopping = new AbortController();
    const running = runProjector({ ...store, ...thisRelease }, stopping.signal);
    const from = here.log.stored.length;
    here.log.change('production.trading-engine', { note: 'later' });
    await here.log.appendTo(here.events, from);
    await eventually(() => here.model.tables.checkpoint === end(here));
    stopping.abort();
    await running;
    expect(here.told.filter(({ kind }) => kind === 'superseded').length).toBeGreaterThan(0);
    expect(toldOf(here.told, 'access-control')).toHaveLength(1);
    expect(toldOf(here.told, 'config-testing.broken')).toHaveLength(1);
    // A page, and the look behind it.
    expect(reads).toEqual(['config-testing.broken', 'config-testing.broken']);
  });

  test('is reported with what is missing where the log does not hold the event that it begins with', async () => {
    const here = await projectorWorld(2, 0);
    const stream = 'config-production.trading-engine';
    const row = { stream, revision: 9_999, position: 1n, type: 'ConfigSet', reason: 'parked' };
    here.model.tables.parkedStreams.set(stream, row);
    await run(here, thisRelease, () => here.model.tables.checkpoint === end(here));
    expect(toldOf(here.told, stream)).toEqual([
      { kind: 'streamParked', ...row, reason: expect.stringContaining('does not hold its event 9999') },
    ]);
    expect(here.model.tables.parkedStreams.get(stream)).toEqual(row);
  });
});

/** A store whose commits come too late while `isLate` says so. */
function superseded(model: InMemoryReadModel, isLate: () => boolean) {
  return {
    checkpoint: () => model.checkpoint(),
    load: (ledgers: readonly string[]) => model.load(ledgers),
    parkedStreamsBehind: (stream: string | null, limit: number) => model.parkedStreamsBehind(stream, limit),
    countParkedStreams: () => model.countParkedStreams(),
    commit: (batch: Parameters<InMemoryReadModel['commit']>[0]) =>
      isLate() ? Promise.resolve('superseded' as const) : model.commit(batch),
  };
}
