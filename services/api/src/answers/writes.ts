// What every write answers: what it changed, what is live now, and which call comes next.
import type { CommandOutcome } from '@confledger/application';
import type { WriteAnswer } from '@confledger/contracts/http';
import { SHOWN_CHANGES_MAX, showChange } from './shown-values.js';
import { activationCall, showStanding } from './standing.js';
import { cutMembers } from './truncated.js';

export type Done = Extract<CommandOutcome, { kind: 'done' }>;

/** The answer to a write that was not refused. */
export function writeAnswer(done: Done, installation: string): WriteAnswer {
  const { standing, changes, changed, created, dryRun, commandId, activated } = done;
  const shown = changes.length > SHOWN_CHANGES_MAX ? changes.slice(0, SHOWN_CHANGES_MAX) : changes;
  const { environment, service, version, active, pending, digest, position } = showStanding(standing, installation);
  return {
    environment,
    service,
    version,
    active,
    pending,
    digest,
    position,
    changed,
    created,
    dryRun,
    commandId,
    changeCount: changes.length,
    changes: shown.map(showChange),
    truncated: cutMembers({
      changes: changes.length > SHOWN_CHANGES_MAX,
      'activated.tookLive': activated !== null && activated.tookLive.length < activated.tookLiveCount,
    }),
    activated: dryRun && activated !== null ? { ...activated, ...UNSIGNED } : activated,
    next: standing.pending === 0 || standing.version === null || dryRun ? null : activationCall(standing, standing.version),
  };
}

/** A dry run signs nothing, and does not know the number that the activation would get. */
const UNSIGNED = { activation: null, keyId: null, signature: null };
