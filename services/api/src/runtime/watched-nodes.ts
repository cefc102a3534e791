// Which nodes there are, and whether each runs what is active now.
import { isStreamFault, type ActivationNow, type NodeReport } from '@confledger/application';
import { LedgerId } from '@confledger/domain';
import type { ApiContext } from '../context.js';

/** Ledgers that are asked at once: nodes of a thousand services must not take every connection to the event store. */
const LEDGERS_ASKED_MAX = 16;

export interface WatchedNode {
  readonly report: NodeReport;
  /** What it is to run. */
  readonly active: ActivationNow;
  /** Whether it runs the activation that is active. Null when its ledger is unknown, or cannot be read. */
  readonly runsActive: boolean | null;
  /** Whether it runs exactly what is active: the activation, without values of its own. */
  readonly upToDate: boolean | null;
}

/** By environment, service, name. Nodes that closed, or fell silent, long ago are forgotten first. Rejects when a part is away. */
export async function watchNodes(
  { reports, ledgers, clock }: Pick<ApiContext, 'reports' | 'ledgers' | 'clock'>,
  filter: Parameters<ApiContext['reports']['list']>[0],
): Promise<WatchedNode[]> {
  await reports.forget(clock.now());
  // What is active is asked after the reports were read: a node is never held against something older than what it reported.
  const listed = await reports.list(filter);
  const active = await activations(ledgers, listed);
  return listed.map((report) => {
    const now = active.get(ledgerOf(report).text) ?? { kind: 'unknown' };
    const runsActive = isRunning(report, now);
    return { report, active: now, runsActive, upToDate: runsActive === true ? isAsWritten(report.resolution) : runsActive };
  });
}

/** What is active in each ledger that nodes report about, asked once for each. */
async function activations(ledgers: ApiContext['ledgers'], reports: readonly NodeReport[]): Promise<Map<string, ActivationNow>> {
  const ids = new Map(reports.map((report) => [ledgerOf(report).text, ledgerOf(report)]));
  const found = new Map<string, ActivationNow>();
  const left = [...ids];
  const ask = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [ledger, id] = next;
      found.set(ledger, await activationOf(ledgers, id));
    }
  };
  await Promise.all(Array.from({ length: LEDGERS_ASKED_MAX }, ask));
  return found;
}

/** One ledger that cannot be read is not known; it hides no other's nodes. */
async function activationOf(ledgers: ApiContext['ledgers'], id: LedgerId): Promise<ActivationNow> {
  try {
    return await ledgers.activation(id);
  } catch (error) {
    if (!isStreamFault(error)) throw error;
    return { kind: 'unknown' };
  }
}

function isRunning({ running }: NodeReport, active: ActivationNow): boolean | null {
  switch (active.kind) {
    case 'unknown':
      return null;
    case 'none':
      return running === null;
    case 'active':
      return running?.digest === active.digest && running.version === active.version;
  }
}

/** Profiles and references are what the ledger says. */
function isAsWritten({ overridden, unresolved, pendingRestart }: NodeReport['resolution']): boolean {
  return overridden === undefined && unresolved === undefined && pendingRestart === undefined;
}

function ledgerOf({ environment, service }: NodeReport): LedgerId {
  return LedgerId.of(environment, service);
}
