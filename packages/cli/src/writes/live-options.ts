// What the flags of a write say, as members of its body.
import { usage } from '../errors/cli-error.js';
import type { Given } from '../grammar/given.js';

/** `activate` of a write that drafts unless told otherwise: an environment with `writes: live` changes nothing about that. */
export function activateOf(given: Given): boolean | 'all' {
  const isIncluded = given.is('include-pending');
  if (isIncluded && !given.is('activate')) throw usage('--include-pending needs --activate.', 'Give both, or neither.');
  if (given.is('wait') && !given.is('activate'))
    throw usage('--wait needs --activate: only what is live reaches nodes.', 'Give both, or neither.');
  if (!given.is('activate')) return false;
  return isIncluded ? 'all' : true;
}

/** The guards that a person switches off. */
export function acceptances(given: Given): { readonly acceptBlocked?: true; readonly acceptOldNodes?: true } {
  return {
    ...(given.is('accept-blocked') ? { acceptBlocked: true as const } : {}),
    ...(given.is('accept-old-nodes') ? { acceptOldNodes: true as const } : {}),
  };
}
