// What every write answers: what it changed, what is live now, and which call comes next.
import type { CommandOutcome } from '@confledger/application';
import type { WriteAnswer } from '@confledger/contracts/http';
import { SHOWN_CHANGES_MAX, showChange } from './shown-values.js';
import { activationCall, showStanding } from './standing.js';

export type Done = Extract<CommandOutcome, { kind: 'done' }>;

/** The answer to a write that was not refused. */
export function writeAnswer(done: Done, installation: string): WriteAnswer {
  const { standing, changes, changed, created, dryRun, commandId, activation } = done;
  const shown = changes.length > SHOWN_CHANGES_MAX ? changes.slice(0, SHOWN_CHANGES_MAX) : changes;
  return {
    ...showStanding(standing, installation),
    changed,
    created,
    dryRun,
    commandId,
    changeCount: changes.length,
    changes: shown.map(showChange),
    activation,
    next: standing.pending === 0 || standing.version === null || dryRun ? null : activationCall(standing, standing.version),
  };
}

/** POST answers 201 when it brought something about, else 200; everything else answers 200. */
export function writeStatus(method: string, done: Done): 200 | 201 {
  return method === 'POST' && !done.dryRun && (done.changed || done.created) ? 201 : 200;
}
