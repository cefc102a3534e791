// The environments, and the streams that cannot be served, as this process knows them now: for the status and the metrics.
import type { BrokenStream } from '@confledger/application';
import type { Environments } from '@confledger/domain';
import type { ApiContext } from '../context.js';
import type { HealthChecks } from './health-checks.js';

/** The newest that can be had: one that hangs would hold the answer up. Null while nothing is known. */
export async function environmentsNow(
  { environments }: Pick<ApiContext, 'environments'>,
  { eventStore }: Pick<HealthChecks, 'eventStore'>,
): Promise<Environments | null> {
  return eventStore.healthy ? environments.fresh().catch(() => environments.known) : environments.known;
}

export function brokenStreams({ environments, ledgers }: Pick<ApiContext, 'environments' | 'ledgers'>): readonly BrokenStream[] {
  return [...environments.brokenStreams(), ...ledgers.brokenStreams()];
}
