// Two apis, two projectors, two relays and several trading programs over one log, under load, while one of each is killed and
// started again; on both event stores.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { test } from './distributed-test.js';
import { startLoad } from './load.js';
import type { Part } from './part.js';
import { storyProblems } from './story.js';

/** CONFLEDGER_SOAK_SECONDS=3600 for a long night. However short it is, each part is killed once. */
const SECONDS = Number(process.env['CONFLEDGER_SOAK_SECONDS'] ?? 40);
const KILL_EVERY_MS = 5_000;
const SERVICES = ['trading-engine', 'risk-gateway'];

test.for(['postgres', 'eventstoredb'] as const)(
  'on %s, two of everything under load, killed by turns, tell one story',
  { timeout: (SECONDS + 300) * 1_000 },
  async (store, { start }) => {
    const installation = await start({ store, apis: 2, projectors: 2, relays: 2, follow: [...SERVICES, 'trading-engine'] });
    const { apis, projectors, relays } = installation;
    const load = startLoad(installation, store, SERVICES);
    const end = performance.now() + SECONDS * 1_000;
    const victims: readonly Part[][] = [relays, projectors, apis];
    const parts = victims.flat().length;
    for (let turn = 0; turn < parts || performance.now() < end; turn += 1) {
      await sleep(KILL_EVERY_MS);
      const group = victims[turn % victims.length] ?? [];
      const victim = group[Math.floor(turn / victims.length) % group.length];
      await victim?.kill();
      await victim?.start();
    }
    await load.stop();
    console.log(`${store}: ${load.acknowledged()} commands acknowledged on ${installation.store.description}`);
    expect(await storyProblems(installation, load.clients)).toEqual([]);
  },
);
