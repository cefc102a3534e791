// Commands through the core over EventStoreDB, without HTTP: one ledger a lane. Says what the event of one is. Started by the
// EventStoreDB benchmark.
import { randomUUID } from 'node:crypto';
import { createLedgers, ledgerStream } from '@confledger/application';
import { openEventStore } from '@confledger/event-stores';
import { runLanes } from '../lanes.js';
import type { LanesAsked } from '../lanes.js';
import { signer } from '../history.js';
import { answers, ready } from './lifecycle.js';

const { BENCH_EVENT_STORE: url = '', BENCH_NAMESPACE: namespace = '' } = process.env;
const store = await openEventStore({ kind: 'eventstoredb', url, namespace }, { warn: console.warn });
const ledgers = createLedgers({ store, clock: { now: () => Date.now() }, ids: { next: () => randomUUID() }, signer });
const actor = { id: 'bench', method: 'token', roles: ['admin'] };

let value = 100_000;
async function set(lane: number): Promise<void> {
  const request = { actor, reason: 'bench', request: `["PUT","/risk",${(value += 1)}]`, correlationId: 'bench', guards: {} };
  const outcome = await ledgers.execute({ environment: 'production', service: `engine-${lane}` }, { type: 'Set', path: 'risk.parameters.maxPositionSize', value }, request);
  if (outcome.kind === 'refused') throw new Error(outcome.refusal.message);
}

await set(0);
await set(0);
const [event] = await store.readStream(ledgerStream('production.engine-0'), { direction: 'backwards', limit: 1 });
answers((asked: LanesAsked) => runLanes(asked, set));
ready({ event: JSON.stringify(event, ['type', 'data', 'metadata']) }, () => store.close());
