// The inheritance follower of the standalone.
import { startInheritance, type InheritanceParts, type RunningInheritance } from '@confledger/api';
import type { EventStore } from '@confledger/application';
import type { Shutdown } from '@confledger/process/shutdown';
import type { Logs } from './logs.js';

/** What it is made of, as the core of the standalone names it. */
export interface InheritingParts extends Omit<InheritanceParts, 'events' | 'logger'> {
  readonly store: EventStore;
}

/** Starts it; it ends with the standalone. */
export function startInheriting(
  { store: events, ledgers, environments, readModel, blocks, lock, ids, clock }: InheritingParts,
  { logs, shutdown }: { readonly logs: Logs; readonly shutdown: Shutdown },
): RunningInheritance {
  const logger = logs.of('inheritance');
  const running = startInheritance({ events, ledgers, environments, readModel, blocks, lock, ids, clock, logger });
  shutdown.add('inheritance', () => running.stop());
  return running;
}
