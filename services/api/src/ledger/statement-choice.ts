// Chooses the form of statement that a ledger's activations are signed with: form 2 when every live node of the ledger can verify it.
// A ledger that has form 2 already keeps it, whatever is chosen here.
import type { ApiHeartbeats, Clock, InstallationRecord, NodeReport, NodeReportFilter, NodeReports } from '@confledger/application';
import { verifiesStatement } from '@confledger/contracts/http';
import { olderApisIn } from '../runtime/features.js';
import { statementOf, type LedgerId, type StatementFact } from '@confledger/domain';

/** A node whose newest report is older is not live, and holds nothing back. */
export const LIVE_NODE_MS = 2 * 60 * 1_000;
/** How long the choice for a ledger is kept. */
export const CHOICE_KEPT_MS = 2_000;
/** How long an activation waits for the node reports. */
export const REPORTS_WAIT_MS_MAX = 1_000;
/** Ledgers whose choices are kept. */
const CHOICES_KEPT_MAX = 1_000;

export interface StatementChoiceOptions {
  readonly reports: Pick<NodeReports, 'list'>;
  readonly heartbeats: Pick<ApiHeartbeats, 'list'>;
  /** Says whether the log is sealed. */
  readonly record: Pick<InstallationRecord, 'seal'>;
  readonly clock: Clock;
  /** `CONFLEDGER_STATEMENTS=2`. */
  readonly isForced: boolean;
}

/** Why a form is chosen: the setting, a log that is not sealed, or what live nodes can verify. */
export type StatementRule = 'forced' | 'unsealed' | 'nodes';

interface KeptChoice {
  readonly madeAtMs: number;
  readonly fact: Promise<StatementFact>;
}

export class StatementChoice {
  readonly #options: StatementChoiceOptions;
  readonly #kept = new Map<string, KeptChoice>();

  constructor(options: StatementChoiceOptions) {
    this.#options = options;
  }

  get rule(): StatementRule {
    if (this.#options.isForced) return 'forced';
    return this.#options.record.seal === null ? 'unsealed' : 'nodes';
  }

  /** Never rejects: form 1 while the node reports cannot be read. */
  readonly factFor = async (ledger: LedgerId): Promise<StatementFact> => {
    const { rule } = this;
    if (rule === 'forced') return statementOf(2);
    const byNodes = await this.#factByNodes(ledger);
    return rule === 'nodes' ? byNodes : { form: 1, oldNodes: byNodes.oldNodes, olderApis: byNodes.olderApis };
  };

  #factByNodes(ledger: LedgerId): Promise<StatementFact> {
    const madeAtMs = this.#options.clock.now();
    const kept = this.#kept.get(ledger.text);
    if (kept !== undefined && Math.abs(madeAtMs - kept.madeAtMs) < CHOICE_KEPT_MS) return kept.fact;
    const fact = this.#factOf(ledger);
    if (this.#kept.size >= CHOICES_KEPT_MAX) this.#kept.clear();
    this.#kept.set(ledger.text, { madeAtMs, fact });
    return fact;
  }

  /** Live nodes that cannot verify form 2. Rejects while the node reports cannot be read. */
  async nodesWithoutForm2(filter: Omit<NodeReportFilter, 'sinceMs'> = {}): Promise<readonly NodeReport[]> {
    const { reports, clock } = this.#options;
    const live = await reports.list({ sinceMs: clock.now() - LIVE_NODE_MS, ...filter });
    return live.filter(({ state, sdk }) => state !== 'closed' && !verifiesStatement(sdk, 2));
  }

  async #factOf({ environment, service }: LedgerId): Promise<StatementFact> {
    const known = await inTime(Promise.all([this.nodesWithoutForm2({ environment, service }), olderApisIn(this.#options.heartbeats)]));
    if (known === null) return statementOf(1);
    const [nodes, olderApis] = known;
    return { form: nodes.length === 0 ? 2 : 1, oldNodes: nodes.map(({ name }) => name), olderApis };
  }
}

/** Null when it fails, or takes longer than `REPORTS_WAIT_MS_MAX`. */
async function inTime<T>(answer: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, REPORTS_WAIT_MS_MAX, null);
  });
  try {
    return await Promise.race([answer.catch(() => null), late]);
  } finally {
    clearTimeout(timer);
  }
}
