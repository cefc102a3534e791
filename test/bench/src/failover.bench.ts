// How soon writes go on after another member leads, by the adapter over the double of a cluster; beside the election itself, which is the
// servers' own. The bound holds from the moment when a member leads: what a cluster needs until then is not ours.
import { randomUUID } from 'node:crypto';
import type { EventStore } from '@confledger/application';
import { eventStoreDbCluster, type ClusterMember } from '@confledger/doubles';
import { createEventStoreDbEventStore } from '@confledger/event-store-eventstoredb';
import { Report, median } from './report.js';

const ROUNDS = 7;
/** From the election until the first append is acknowledged. */
const AFTER_ELECTION_MS_MAX = 1_000;
const TROUBLES: readonly (readonly [string, (leader: ClusterMember) => void])[] = [
  ['killed', (leader) => leader.kill()],
  ['frozen', (leader) => leader.freeze()],
  ['cut off from its peers', (leader) => leader.cutFromPeers()],
];

const event = () => ({ id: randomUUID(), type: 'ConfigSet', data: '{"path":"a","value":1}', metadata: '{}' });

/** Appends one after another; answers when each was acknowledged. */
async function writeUntil(store: EventStore, isOver: (acknowledged: readonly number[]) => boolean): Promise<number[]> {
  const stream = `config-bench.${randomUUID()}`;
  const acknowledged: number[] = [];
  for (let revision = -1; !isOver(acknowledged);) {
    const result = await store.append(stream, revision, [event()]).catch(() => null);
    if (result?.outcome !== 'appended') continue;
    revision += 1;
    acknowledged.push(performance.now());
  }
  return acknowledged;
}

async function round(trouble: (leader: ClusterMember) => void): Promise<{ readonly electionMs: number; readonly afterMs: number }> {
  const cluster = await eventStoreDbCluster();
  const store = createEventStoreDbEventStore({ connectionString: cluster.connectionString });
  let brokenAt = 0;
  let electedAt = 0;
  try {
    const acknowledged = await writeUntil(store, (so) => {
      if (so.length === 50 && brokenAt === 0 && cluster.leader !== undefined) {
        const old = cluster.leader;
        brokenAt = performance.now();
        trouble(old);
        const look = setInterval(() => {
          if (cluster.leader === undefined || cluster.leader === old) return;
          electedAt = performance.now();
          clearInterval(look);
        }, 1);
      }
      return electedAt > 0 && (so.at(-1) ?? 0) > electedAt;
    });
    return { electionMs: electedAt - brokenAt, afterMs: (acknowledged.at(-1) ?? 0) - electedAt };
  } finally {
    await store.close();
    await cluster.close();
  }
}

const report = new Report();
for (const [name, trouble] of TROUBLES) {
  const rounds: Awaited<ReturnType<typeof round>>[] = [];
  for (let count = 0; count < ROUNDS; count += 1) rounds.push(await round(trouble));
  report.add(`leader ${name}: until another leads, median`, median(rounds.map(({ electionMs }) => electionMs)), 'ms');
  report.atMost(
    `leader ${name}: from the election to the first acknowledged append, median`,
    median(rounds.map(({ afterMs }) => afterMs)),
    'ms',
    AFTER_ELECTION_MS_MAX,
  );
  report.atMost(
    `leader ${name}: the same, slowest of ${ROUNDS}`,
    Math.max(...rounds.map(({ afterMs }) => afterMs)),
    'ms',
    AFTER_ELECTION_MS_MAX,
  );
}
report.save();
