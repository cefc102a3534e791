// Node reports in memory: for tests and benchmarks.
import {
  CLOSED_NODE_KEPT_MS,
  SILENT_NODE_KEPT_MS,
  type NodeReport,
  type NodeReportFilter,
  type NodeReports,
} from '../ports/node-reports.js';

export class InMemoryNodeReports implements NodeReports {
  readonly #reports = new Map<string, NodeReport>();

  async put(report: NodeReport): Promise<void> {
    const key = keyOf(report);
    const before = this.#reports.get(key);
    if (before === undefined || before.reportedAt <= report.reportedAt) this.#reports.set(key, report);
  }

  async forget(now: number): Promise<void> {
    for (const [key, { state, reportedAt }] of this.#reports) {
      const keptMs = state === 'closed' ? CLOSED_NODE_KEPT_MS : SILENT_NODE_KEPT_MS;
      if (Date.parse(reportedAt) < now - keptMs) this.#reports.delete(key);
    }
  }

  async list({ environment, service, name, sinceMs = Number.NEGATIVE_INFINITY }: NodeReportFilter): Promise<readonly NodeReport[]> {
    return [...this.#reports]
      .filter(([, { reportedAt }]) => Date.parse(reportedAt) >= sinceMs)
      .filter(([, report]) => (environment ?? report.environment) === report.environment && (service ?? report.service) === report.service)
      .filter(([, report]) => (name ?? report.name) === report.name)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([, report]) => report);
  }
}

/** In the order of the list. */
function keyOf({ environment, service, name }: NodeReport): string {
  return [environment, service, name].join('\0');
}
