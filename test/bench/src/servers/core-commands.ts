// Commands through the core over EventStoreDB, without HTTP, one ledger a lane; and appends of the same bytes by the adapter alone. Says
// what the event of a command is. Started by the EventStoreDB benchmark.
import { LedgerId } from '@confledger/domain';
import { randomUUID } from 'node:crypto';
import { createLedgers } from '@confledger/application';
import { openEventStoreNow } from '@confledger/event-stores';
import { lanesAsked, runLanes } from '../lanes.js';
import { signer } from '../history.js';
import { answers, ready } from './lifecycle.js';

const { BENCH_EVENT_STORE: url = '', BENCH_NAMESPACE: namespace = '' } = process.env;
const store = await openEventStoreNow({ kind: 'eventstoredb', url, namespace }, { part: 'api', logger: console });
const ledgers = createLedgers({ store, clock: { now: () => Date.now() }, ids: { next: () => randomUUID() }, signer });
const actor = { id: 'bench', method: 'token', roles: ['admin'] };

let value = 100_000;
async function set(lane: number): Promise<void> {
  const request = { actor, reason: 'bench', request: `["PUT","/risk",${(value += 1)}]`, correlationId: 'bench', guards: {} };
  const outcome = await ledgers.execute(
    LedgerId.of('production', `engine-${lane}`),
    { type: 'Set', path: 'risk.limits.maxPositionSize', value },
    request,
  );
  if (outcome.kind === 'refused') throw new Error(outcome.refusal.message);
}

await set(0);
await set(0);
const [event] = await store.readStream('config-production.engine-0', { direction: 'backwards', limit: 1 });
if (event === undefined) throw new Error('a command left no event');
const { type, data, metadata } = event;

const revisions = new Map<number, number>();
async function append(lane: number): Promise<void> {
  const revision = revisions.get(lane) ?? -1;
  const { outcome } = await store.append(`config-adapter.engine-${lane}`, revision, [{ id: randomUUID(), type, data, metadata }]);
  if (outcome === 'conflict') throw new Error('somebody else writes here');
  revisions.set(lane, revision + 1);
}

answers((question) => runLanes(lanesAsked(question), question['work'] === 'commands' ? set : append));
ready({ event: JSON.stringify({ type, data, metadata }) }, () => store.close());
