// Holds what clients were told against what the log says: each acknowledged command once, nothing that nobody was told of.
import type { CheckedLedger } from './log-check.js';
import type { Acknowledged } from './mixed-load.js';

/** In words; empty when every answer is true and complete. Clients repeat a command until it is answered. */
export function untrueAnswers(acknowledged: readonly Acknowledged[], ledgers: ReadonlyMap<string, CheckedLedger>): string[] {
  const problems: string[] = [];
  for (const { ledger, commandId, changed, version, digest } of acknowledged) {
    const done = ledgers.get(ledger)?.commands.get(commandId);
    if (!changed && done !== undefined) problems.push(`${commandId} was told to have changed nothing, but stands in ${ledger}`);
    if (!changed) continue;
    if (done === undefined) problems.push(`${commandId} was acknowledged, but is not in ${ledger}`);
    else if (done.times !== 1) problems.push(`${commandId} took effect ${done.times} times in ${ledger}`);
    else if (done.version !== version || done.digest !== digest)
      problems.push(`${commandId} was told version ${version}, ${ledger} says ${done.version}`);
  }
  const told = new Set(acknowledged.map(({ commandId }) => commandId));
  for (const [ledger, { commands }] of ledgers) {
    for (const commandId of commands.keys())
      if (!told.has(commandId)) problems.push(`${commandId} stands in ${ledger}, but nobody was told`);
  }
  return problems;
}
