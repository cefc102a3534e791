// Two apis, a projector and a relay over a cluster of three whose members are killed, frozen, cut off and healed in an order that a seed
// decides: no service ends by itself, and log, answers, read model, topics and nodes tell one story.
import { playSchedule, randomSchedule } from '@confledger/doubles';
import { expect } from 'vitest';
import { test } from './distributed-test.js';
import { startLoad } from './load.js';
import { storyProblems } from './story.js';

/** CONFLEDGER_SOAK_SEEDS=7,8,9 plays others, CONFLEDGER_SOAK_SECONDS=3600 for longer. */
const SEEDS = (process.env['CONFLEDGER_SOAK_SEEDS'] ?? '1,2,3').split(',').map(Number);
const SECONDS = Number(process.env['CONFLEDGER_SOAK_SECONDS'] ?? 25);
const SERVICES = ['trading-engine', 'risk-gateway'];

test.for(SEEDS)(
  'what seed %i does to a cluster is survived by every service, and tells one story',
  { timeout: (SECONDS + 300) * 1_000 },
  async (seed, { start }) => {
    const installation = await start({ store: 'cluster', apis: 2, follow: SERVICES });
    const { apis, projectors, relays, store } = installation;
    const parts = [...apis, ...projectors, ...relays];
    const pids = parts.map(({ pid }) => pid);
    const load = startLoad(installation, `seed-${seed}`, SERVICES);
    if (store.cluster === null) throw new Error('there is no cluster');
    await playSchedule(store.cluster, randomSchedule(seed, { durationMs: SECONDS * 1_000, loseMajority: seed % 3 === 0 }));
    await load.stop();
    const left = await Promise.all(parts.map((part) => part.metric('event_store_servers_left_total').catch(() => undefined)));
    console.log(
      `seed ${seed}: ${load.acknowledged()} commands acknowledged, ${load.unserved().length} answered 503 or not at all; servers left by projector and relay: ${left.slice(apis.length).join(', ')}`,
    );
    expect(parts.map(({ alive, pid }) => (alive ? pid : 'ended'))).toEqual(pids);
    // How many there are is a matter of the machine's speed; these are enough to tell a story by.
    expect(load.acknowledged()).toBeGreaterThan(20);
    expect(await storyProblems(installation, load.clients)).toEqual([]);
  },
);
