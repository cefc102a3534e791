// What every write answers: what it changed, what is live now, and which call comes next.
import type { ChangeDone, CommandOutcome } from '@confledger/application';
import type { Change, WriteAnswer } from '@confledger/contracts/http';
import { showLayers } from './layers.js';
import { SHOWN_CHANGES_MAX, showChange, showValue } from './shown-values.js';
import { activationCall, showStanding } from './standing.js';
import { cutMembers } from './truncated.js';
import { withRules } from './violations.js';

export type Done = Extract<CommandOutcome, { kind: 'done' }>;

/** The answer to a write that was not refused. */
export function writeAnswer(done: Done, installation: string): WriteAnswer {
  const { standing, changes, changed, created, dryRun, commandId, activated } = done;
  const shown = changes.length > SHOWN_CHANGES_MAX ? changes.slice(0, SHOWN_CHANGES_MAX) : changes;
  const where = showStanding(standing, installation);
  const answer: WriteAnswer = {
    environment: where.environment,
    service: where.service,
    version: where.version,
    active: where.active,
    activation: where.activation,
    pending: where.pending,
    pendingBecause: where.pendingBecause,
    inherited: where.inherited,
    pin: where.pin,
    digest: where.digest,
    position: where.position,
    changed,
    created,
    dryRun,
    commandId,
    changeCount: changes.length,
    changes: shown.map(showChangeDone),
    redundantCount: done.redundantCount,
    truncated: cutMembers({
      changes: changes.length > SHOWN_CHANGES_MAX,
      'activated.tookLive': activated !== null && activated.tookLive.length < activated.tookLiveCount,
    }),
    activated: activated && shownActivation(activated, dryRun),
    next: isPending(standing) && standing.version !== null && !dryRun ? activationCall(standing, standing.version) : null,
  };
  return withRules(answer, done);
}

/** Of the ledger's own: versions, or schemas that what runs was not judged by. */
function isPending({ pending, pendingBecause }: Done['standing']): boolean {
  return pending > 0 || pendingBecause.includes('schemas');
}

function showChangeDone(change: ChangeDone): Change {
  const shown = showChange(change);
  return change.inherited === undefined ? shown : Object.assign(shown, { inherited: showValue(change.inherited) });
}

function shownActivation(activated: NonNullable<Done['activated']>, dryRun: boolean): WriteAnswer['activated'] {
  // Most have none.
  const shown = activated.layers.length === 0 ? activated : { ...activated, ...{ layers: showLayers(activated.layers) } };
  return dryRun ? { ...shown, ...UNSIGNED } : shown;
}

/** A dry run signs nothing, and does not know the number that the activation would get. */
const UNSIGNED = { activation: null, keyId: null, signature: null };
