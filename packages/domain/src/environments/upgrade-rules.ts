// What waits for the end of an upgrade: an older api would write past a definition, and an older node cannot verify what has layers.
import { refuse } from '../stream/refusals.js';
import type { EnvironmentsRefusal, OlderApis } from './commands.js';
import type { Environments } from './state.js';

/** What an operator sets once, in an installation that is older than its environments. */
const SETTING = 'CONFLEDGER_FEATURES=environments';

export function upgradeUnfinished(
  { existedBefore, hasLaterEvents }: Environments,
  { seen, unseenRuledOut }: OlderApis,
): EnvironmentsRefusal | null {
  if (seen.length > 0) {
    const message = `Apis of an older release still run, which would write past the environments: ${seen.join(', ')}`;
    return refuse('UPGRADE_UNFINISHED', null, message, 'Upgrade or end them; one that has ended counts until its heartbeat is stale');
  }
  if (!existedBefore || hasLaterEvents || unseenRuledOut) return null;
  const message = 'This installation is older than its environments: apis of a release that shows no heartbeat may still run';
  return refuse('UPGRADE_UNFINISHED', null, message, `When none runs any more, set ${SETTING} for every api, and send the request again`);
}

/** Names in a refusal. */
const NAMES_MAX = 20;

export function nodesTooOld(nodes: readonly string[]): EnvironmentsRefusal | null {
  const names = [...new Set(nodes)].sort();
  if (names.length === 0) return null;
  const more = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : '';
  const message = `Nodes cannot verify an activation with layers: ${names.slice(0, NAMES_MAX).join(', ')}${more}`;
  const remedy = 'Upgrade their SDK first, or send acceptOldNodes: true: they then stay at what they run';
  return refuse('NODES_TOO_OLD', 'inheritsFrom', message, remedy);
}
